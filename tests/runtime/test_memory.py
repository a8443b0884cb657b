"""Closed orders leave memory, and nobody can tell: the same answers come from storage."""

import asyncio
import gc
import tracemalloc
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from support.memory_journal import MemoryJournal
from support.running_desk import ACCOUNT, BALANCES, SYMBOL, RunningDesk, limit_order, trading_desk
from support.scripted_venue import ScriptedVenue
from support.virtual_time import LoopClock, on_virtual_time
from tidegate.core import memory
from tidegate.core.identifiers import ExchangeClientOrderId
from tidegate.core.messages.commands import PlaceOrder
from tidegate.core.messages.effects import SendCancel
from tidegate.core.messages.reports import AccountSynchronized, CashFlowReported, ExecutionBusted
from tidegate.core.order import Order
from tidegate.core.vocabulary import CashFlowKind, OrderStatus, RefusalCode
from tidegate.ports import WaitFor
from tidegate.runtime.clock import RealClock
from tidegate.runtime.loop import LoopSettings
from tidegate.storage.open import open_storage
from tidegate.storage.verify import verify

FORGETFUL = LoopSettings(closed_orders_kept=0)


async def settle() -> None:
    """Let everything run that can run now."""
    for _ in range(20):
        await asyncio.sleep(0)


async def push_out(running: RunningDesk, order: Order) -> None:
    """Let other batches pass until the order has left memory."""
    async with asyncio.timeout(30):
        while order.order_id in running.desk.orders:
            await running.catch_up()


@pytest.fixture
async def sqlite_desk(sqlite_url: str) -> AsyncIterator[tuple[RunningDesk, ScriptedVenue]]:
    """A desk on a real journal that forgets closed orders at once."""
    storage = open_storage(sqlite_url)
    async with trading_desk(storage.journal, RealClock(), FORGETFUL) as (running, venue):
        yield running, venue
    await storage.close()
    report = verify(sqlite_url)
    assert report.is_clean, report.findings


Desk = tuple[RunningDesk, ScriptedVenue]


async def test_a_closed_order_leaves_memory_with_all_its_ids(sqlite_desk: Desk) -> None:
    running, venue = sqlite_desk
    venue.script = venue.fill
    order = await running.closed(limit_order(running.clock, key="k", name="n"))
    await push_out(running, order)
    desk = running.desk
    assert order.order_id not in desk.execution_ids
    assert not desk.by_idempotency_key
    assert not desk.by_client_order_id
    assert not any(desk.by_exchange_order_id.values())


@pytest.mark.parametrize("ids", [{"key": "k"}, {"name": "n"}, {"key": "k", "name": "n"}])
async def test_a_repeat_is_answered_from_storage_and_sends_nothing(sqlite_desk: Desk, ids: dict[str, str]) -> None:
    running, venue = sqlite_desk
    venue.script = venue.fill
    order = await running.closed(limit_order(running.clock, **ids))
    await push_out(running, order)
    repeat = await running.place(limit_order(running.clock, **ids), WaitFor(closed=True))
    assert repeat.replayed
    assert repeat.orders[0].order_id == order.order_id
    assert repeat.orders[0].filled_quantity == order.quantity
    other_body = await running.place(limit_order(running.clock, body="another", **ids))
    assert other_body.refusal is not None
    assert other_body.refusal.order_id == order.order_id
    assert len(venue.sends()) == 1
    await push_out(running, order)


async def test_a_cancel_of_a_forgotten_order_says_how_it_ended(sqlite_desk: Desk) -> None:
    running, venue = sqlite_desk
    venue.script = venue.fill
    order = await running.closed()
    await push_out(running, order)
    answer = await running.cancel(order.order_id, WaitFor(acknowledged=True))
    assert answer.refusal is not None
    assert answer.refusal.code is RefusalCode.ORDER_CLOSED
    assert answer.orders[0].status is OrderStatus.FILLED


async def test_an_execution_of_a_forgotten_order_counts_once(sqlite_desk: Desk) -> None:
    running, venue = sqlite_desk
    order = await running.closed_by_cancel()
    await push_out(running, order)
    late = venue.order(order.order_id)
    late.status = type(late.status).OPEN  # The venue traded after all, before it canceled.
    venue.execute(order.order_id, times=3)
    await running.until(lambda: running.holding("BTC") == venue.balances["BTC"])
    await push_out(running, order)
    venue._report_trades(late)  # And once more, when the order has been forgotten again.
    await running.catch_up()
    await push_out(running, order)
    repeat = await running.cancel(order.order_id)
    assert repeat.orders[0].status is OrderStatus.FILLED
    assert repeat.orders[0].filled_quantity == order.quantity
    for asset in BALANCES:
        assert running.holding(asset) == venue.balances[asset]


async def test_a_trade_of_a_forgotten_order_is_taken_back_once(sqlite_desk: Desk) -> None:
    running, venue = sqlite_desk
    venue.script = venue.fill
    order = await running.closed()
    [booked] = running.desk.executions.values()
    await push_out(running, order)
    assert not running.desk.executions
    bust = ExecutionBusted(
        at=running.clock.now(), account_id=ACCOUNT, symbol=SYMBOL, side=order.side, trade_id=booked.trade_id
    )
    for _ in range(3):  # Twice at once, and again when the order has been forgotten once more.
        running.loop.report(bust)
        running.loop.report(bust)
        await running.catch_up()
        await push_out(running, order)
    answer = await running.cancel(order.order_id)
    assert (answer.orders[0].status, answer.orders[0].filled_quantity) == (OrderStatus.CANCELED, 0)
    assert {asset: running.holding(asset) for asset in BALANCES} == BALANCES


async def test_a_cash_flow_that_is_told_at_every_comparison_is_booked_once(
    sqlite_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "REMEMBERED_MAX", 1)
    running, _ = sqlite_desk
    before = running.holding("USDT")
    for number in (1, 2, 1, 2, 1):
        flow = CashFlowReported(
            at=running.clock.now(),
            account_id=ACCOUNT,
            flow_id=f"f{number}",
            kind=CashFlowKind.FUNDING,
            asset="USDT",
            amount=Decimal(number),
            happened_at=running.clock.now(),
        )
        running.loop.report(flow)
        await running.catch_up()
    assert running.holding("USDT") == before + 3


@on_virtual_time
async def test_a_forgotten_order_that_its_venue_still_lists_is_taken_back_and_told_until_it_is_gone() -> None:
    journal, clock = MemoryJournal(), LoopClock()
    async with trading_desk(journal, clock, FORGETFUL) as (running, venue):
        order = await running.closed_by_cancel()
        await push_out(running, order)
        assert order.exchange_client_order_id is not None
        await asyncio.sleep(5)

        async def listed(*names: ExchangeClientOrderId) -> None:
            now = clock.now()
            running.loop.report(
                AccountSynchronized(
                    at=now,
                    account_id=ACCOUNT,
                    requested_at=now,
                    open_exchange_client_order_ids=frozenset(names),
                )
            )
            await running.catch_up()

        venue.effects.clear()
        await listed(order.exchange_client_order_id)
        [found] = running.desk.open_breaks.values()
        assert found.subject == order.order_id
        assert [effect.order_id for effect in venue.effects if isinstance(effect, SendCancel)] == [order.order_id]
        await asyncio.sleep(1)
        await listed()
        assert not running.desk.open_breaks, "a break ends with what it tells of"


@on_virtual_time
async def test_an_order_that_an_unwritten_batch_touches_stays() -> None:
    journal, clock = MemoryJournal(), LoopClock()
    async with trading_desk(journal, clock, FORGETFUL) as (running, venue):
        order = await running.closed_by_cancel()
        await push_out(running, order)
        late = venue.order(order.order_id)
        late.status = type(late.status).OPEN
        journal.hold()
        placing = asyncio.create_task(running.place())  # Its commit is under way ...
        await settle()
        venue.execute(order.order_id)  # ... while this is attached, decided and not written yet.
        await settle()
        assert running.desk.orders[order.order_id].status is OrderStatus.FILLED
        journal.let_one()  # Now it is being written, and storage still tells the old story.
        await placing
        assert journal.orders[order.order_id].status is OrderStatus.CANCELED
        canceling = asyncio.create_task(running.cancel(order.order_id))
        venue._report_trades(late)
        await settle()
        journal.let_go()
        assert (await canceling).orders[0].status is OrderStatus.FILLED
        await push_out(running, order)
        assert journal.orders[order.order_id].status is OrderStatus.FILLED
        assert len(journal.executions) == 1


def test_memory_stays_flat_however_many_orders_have_closed() -> None:
    @on_virtual_time
    async def scenario() -> None:
        clock = LoopClock()
        async with trading_desk(ForgetfulJournal(), clock, LoopSettings(closed_orders_kept=50)) as (running, venue):
            venue.script = venue.refuse

            async def many(count: int) -> None:
                for number in range(count):
                    order: PlaceOrder = limit_order(clock, key=f"{number}-{running.desk.sequence}")
                    await running.place(order, WaitFor(closed=True))
                    venue.effects.clear()

            await many(500)
            assert len(running.desk.orders) <= 60
            gc.collect()
            tracemalloc.start()
            before = tracemalloc.get_traced_memory()[0]
            await many(3_000)
            gc.collect()
            grown = tracemalloc.get_traced_memory()[0] - before
            tracemalloc.stop()
            assert len(running.desk.orders) <= 60
            assert len(running.loop._closed) <= 60
            assert grown < 300_000, "3,000 orders that stayed would take several megabytes"

    scenario()


class ForgetfulJournal(MemoryJournal):
    """Keeps the numbers only, so that all memory that grows is the desk's."""

    def _write(self, batch: object) -> None:
        super()._write(batch)  # type: ignore[arg-type]
        self.orders.clear()
        self.begun.clear()
        self.committed.clear()
        self.found.clear()
