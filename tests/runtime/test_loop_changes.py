"""Changes through the running loop: how long they are waited for, and that a repeat is known."""

import asyncio
from decimal import Decimal

from support.memory_journal import MemoryJournal
from support.running_desk import ALICE, RunningDesk, command_id, desk_on, trading_desk
from support.virtual_time import LoopClock, on_virtual_time
from tidegate.core.identifiers import IdempotencyKey, OrderId
from tidegate.core.messages.commands import AmendOrder
from tidegate.core.messages.values import Amendment
from tidegate.core.vocabulary import OrderStatus, PendingAction
from tidegate.ports import Answer, WaitFor


async def amend(
    running: RunningDesk, order_id: OrderId, price: str, wait_for: WaitFor | None, key: str | None = None
) -> Answer:
    command = AmendOrder(
        command_id=command_id(),
        at=running.clock.now(),
        user_id=ALICE,
        order_id=order_id,
        amendment=Amendment(price=Decimal(price)),
        idempotency_key=None if key is None else IdempotencyKey(key),
        request_hash=price,
    )
    return await running.loop.submit(command, wait_for)


@on_virtual_time
async def test_a_change_is_waited_for_until_it_is_made() -> None:
    async with trading_desk(MemoryJournal(), LoopClock()) as (running, _):
        order = (await running.place(None, WaitFor(acknowledged=True))).orders[0]
        [changed] = (await amend(running, order.order_id, "49000", WaitFor(acknowledged=True))).orders
        assert (changed.price, changed.pending_action) == (Decimal(49_000), PendingAction.NONE)


@on_virtual_time
async def test_a_change_that_need_only_be_durable_is_answered_at_once() -> None:
    async with trading_desk(MemoryJournal(), LoopClock()) as (running, _):
        order = (await running.place(None, WaitFor(acknowledged=True))).orders[0]
        before = asyncio.get_running_loop().time()
        [changing] = (await amend(running, order.order_id, "49000", None)).orders
        assert changing.pending_action is PendingAction.AMEND
        assert changing.asked == Amendment(price=Decimal(49_000))
        assert asyncio.get_running_loop().time() == before


@on_virtual_time
async def test_a_change_that_is_refused_is_answered_at_once() -> None:
    async with trading_desk(MemoryJournal(), LoopClock()) as (running, _):
        order = (await running.place(None, WaitFor(acknowledged=True))).orders[0]
        before = asyncio.get_running_loop().time()
        answer = await amend(running, order.order_id, "50000", WaitFor(acknowledged=True))
        assert answer.refusal is not None
        assert answer.refusal.code == "nothing_to_change"
        assert asyncio.get_running_loop().time() == before


@on_virtual_time
async def test_a_change_is_known_again_after_its_order_has_left_memory_and_the_desk_was_restarted() -> None:
    journal = MemoryJournal()
    async with trading_desk(journal, LoopClock()) as (running, _):
        order = (await running.place(None, WaitFor(acknowledged=True))).orders[0]
        await amend(running, order.order_id, "49000", WaitFor(acknowledged=True), key="k")
        await running.cancel(order.order_id, WaitFor(closed=True))
    async with desk_on(journal, LoopClock()) as running:
        answer = await amend(running, order.order_id, "49000", None, key="k")
        assert (answer.refusal, answer.replayed) == (None, True)
        assert answer.orders[0].status is OrderStatus.CANCELED
        other = await amend(running, order.order_id, "48000", None, key="k")
        assert other.refusal is not None
        assert other.refusal.code == "idempotency_key_conflict"
