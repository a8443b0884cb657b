"""The loop: nothing leaves before its commit, and every way for it to end is clean."""

import asyncio

import pytest

from support.memory_journal import MemoryJournal
from support.running_desk import ACCOUNT, RunningDesk, desk_on, limit_order, price, trading_desk
from support.scripted_venue import ScriptedVenue
from support.virtual_time import LoopClock, on_virtual_time
from tidegate.core.messages.effects import SendOrder
from tidegate.core.messages.events import AccountStateChanged, OrderCreated, OrderInDoubt
from tidegate.core.vocabulary import AccountState, OrderStatus, RefusalCode
from tidegate.ports import DeskBusyError, DeskStoppedError, WaitFor
from tidegate.runtime.loop import LoopSettings


class DiskFullError(Exception):
    """What a failing commit raises here."""


async def settle(turns: int = 20) -> None:
    """Let everything run that can run now."""
    for _ in range(turns):
        await asyncio.sleep(0)


def is_left_behind(running: RunningDesk) -> bool:
    """Whether anybody is still waited for, or any timer set."""
    waiting = running.loop._waiting
    return bool(waiting._answers or waiting._watches)


# --- nothing before its commit -----------------------------------------------------------------------------------


@on_virtual_time
async def test_neither_answer_nor_send_leaves_before_the_commit_has_ended() -> None:
    journal, clock = MemoryJournal(), LoopClock()
    async with trading_desk(journal, clock) as (running, venue):
        seen: list[int] = []
        running.loop.on_release.append(lambda batch: seen.append(batch.journal[-1].sequence))
        journal.hold()
        placing = asyncio.create_task(running.place())
        await settle()
        assert len(running.desk.orders) == 1, "it is decided"
        assert isinstance(journal.begun[-1].journal[0].event, OrderCreated), "its commit has begun"
        assert (placing.done(), venue.sends(), seen) == (False, [], [])
        journal.let_go()
        answer = await placing
        assert answer.orders[0].status is OrderStatus.PENDING
        assert [send.order_id for send in venue.sends()] == [answer.orders[0].order_id]


@on_virtual_time
async def test_an_answer_without_events_waits_for_the_batch_that_it_speaks_of() -> None:
    journal, clock = MemoryJournal(), LoopClock()
    async with trading_desk(journal, clock) as (running, _):
        journal.hold()
        first = asyncio.create_task(running.place(limit_order(clock, key="k")))
        await settle()
        repeat = asyncio.create_task(running.place(limit_order(clock, key="k")))
        conflict = asyncio.create_task(running.place(limit_order(clock, key="k", body="another")))
        await settle()
        assert not first.done()
        assert not repeat.done()
        assert not conflict.done()
        journal.let_go()
        order = (await first).orders[0]
        assert (await repeat).replayed
        assert (await repeat).orders[0].order_id == order.order_id
        refusal = (await conflict).refusal
        assert refusal is not None
        assert refusal.code is RefusalCode.IDEMPOTENCY_KEY_CONFLICT
        assert refusal.order_id == order.order_id


@on_virtual_time
async def test_the_next_batch_is_decided_while_the_previous_one_commits_and_commits_after_it() -> None:
    journal, clock = MemoryJournal(), LoopClock()
    async with trading_desk(journal, clock) as (running, venue):
        journal.hold()
        begun = len(journal.begun)
        first = asyncio.create_task(running.place())
        await settle()
        others = [asyncio.create_task(running.place()) for _ in range(5)]
        await settle()
        assert len(running.desk.orders) == 6
        assert len(journal.begun) == begun + 1
        journal.let_go()
        await asyncio.gather(first, *others)
        placed = [batch for batch in journal.committed if isinstance(batch.journal[0].event, OrderCreated)]
        assert [len(batch.orders) for batch in placed] == [1, 5], "all that waited share one transaction"
        assert len(venue.sends()) == 6


@on_virtual_time
async def test_an_answer_shows_the_order_as_it_was_committed_not_as_memory_has_it_by_then() -> None:
    journal, clock = MemoryJournal(), LoopClock()
    async with trading_desk(journal, clock) as (running, _):
        await running.place(limit_order(clock, key="k"), WaitFor(acknowledged=True))
        journal.hold()
        another = asyncio.create_task(running.place())
        await settle()
        repeat = asyncio.create_task(running.place(limit_order(clock, key="k")))
        await settle()
        for order in running.desk.orders.values():
            order.message = "changed in memory meanwhile"
        journal.let_go()
        assert (await repeat).orders[0].message is None
        assert (await another).orders[0].message is None


# --- endings -----------------------------------------------------------------------------------------------------


@on_virtual_time
async def test_a_failed_commit_ends_the_loop_at_once_and_whoever_waits_is_told() -> None:
    journal, clock = MemoryJournal(), LoopClock()
    async with trading_desk(journal, clock) as (running, venue):
        journal.hold()
        committing = asyncio.create_task(running.place())
        await settle()
        decided = [asyncio.create_task(running.place()) for _ in range(3)]
        await settle()
        queued = [asyncio.create_task(running.place(None, WaitFor(acknowledged=True))) for _ in range(3)]
        await settle()
        journal.fail_with = DiskFullError("no space left")
        before = asyncio.get_running_loop().time()
        journal.let_go()
        with pytest.raises(DiskFullError):
            await running.task
        for waiting in (committing, *decided, *queued):
            with pytest.raises(DeskStoppedError):
                await waiting
        with pytest.raises(DeskStoppedError):
            await running.place()
        assert asyncio.get_running_loop().time() == before
        assert venue.sends() == []
        assert not is_left_behind(running)


@on_virtual_time
async def test_a_failed_commit_ends_the_loop_even_if_nothing_else_comes_in() -> None:
    journal, clock = MemoryJournal(), LoopClock()
    async with trading_desk(journal, clock) as (running, _):
        journal.fail_with = DiskFullError("no space left")
        before = asyncio.get_running_loop().time()
        with pytest.raises(DeskStoppedError):
            await running.place()
        with pytest.raises(DiskFullError):
            await running.task
        assert asyncio.get_running_loop().time() == before


@on_virtual_time
async def test_a_release_that_fails_ends_the_loop_too() -> None:
    clock = LoopClock()

    def refuse(_: object) -> None:
        raise ValueError("this listener is broken")

    async with trading_desk(MemoryJournal(), clock) as (running, _):
        running.loop.on_release.append(refuse)
        with pytest.raises(DeskStoppedError):
            await running.place()
        with pytest.raises(ValueError, match="this listener is broken"):
            await running.task


@on_virtual_time
async def test_who_watches_a_durable_order_gets_what_was_released_when_the_desk_stops() -> None:
    journal, clock = MemoryJournal(), LoopClock()
    async with trading_desk(journal, clock) as (running, venue):
        watching = asyncio.create_task(running.place(None, WaitFor(closed=True, timeout_seconds=3_600)))
        await settle()
        assert len(venue.orders) == 1
        journal.fail_with = DiskFullError("no space left")
        with pytest.raises(DeskStoppedError):
            await running.place()
        before = asyncio.get_running_loop().time()
        answer = await watching
        assert answer.orders[0].status is OrderStatus.SUBMITTED
        assert asyncio.get_running_loop().time() == before, "at once, not when the waiting is over"


@pytest.mark.parametrize("next_is_decided", [False, True])
def test_stopping_never_abandons_a_commit(*, next_is_decided: bool) -> None:
    @on_virtual_time
    async def scenario() -> None:
        journal, clock = MemoryJournal(), LoopClock()
        async with trading_desk(journal, clock) as (running, venue):
            journal.hold()
            first = asyncio.create_task(running.place())
            await settle()
            if next_is_decided:
                second = asyncio.create_task(running.place())
                await settle()
            for _ in range(3):  # However often we are told.
                running.task.cancel()
                await settle()
            assert not running.task.done()
            journal.let_go()
            await asyncio.wait([running.task])
            assert running.task.cancelled()
            assert journal.abandoned == 0
            order = (await first).orders[0]
            assert order.order_id in journal.orders
            assert [send.order_id for send in venue.sends()] == [order.order_id]
            if next_is_decided:
                with pytest.raises(DeskStoppedError):
                    await second
                assert len(journal.orders) == 1, "what was decided but never begun is not written"
            assert len(running.loop._timers) == 0, "nobody is woken by a desk that has ended"

    scenario()


@on_virtual_time
async def test_when_the_last_commit_fails_during_the_stop_the_loop_says_so() -> None:
    journal, clock = MemoryJournal(), LoopClock()
    async with trading_desk(journal, clock) as (running, _):
        journal.hold()
        first = asyncio.create_task(running.place())
        await settle()
        running.task.cancel()
        await settle()
        journal.fail_with = DiskFullError("no space left")
        journal.let_go()
        with pytest.raises(DiskFullError):
            await running.task
        with pytest.raises(DeskStoppedError):
            await first


@on_virtual_time
async def test_a_caller_that_goes_away_leaves_nothing_behind_and_its_order_lives() -> None:
    journal, clock = MemoryJournal(), LoopClock()
    async with trading_desk(journal, clock) as (running, venue):
        journal.hold()
        tasks = [
            asyncio.create_task(running.place()),
            asyncio.create_task(running.place(None, WaitFor(closed=True))),
        ]
        await settle()
        tasks[0].cancel()
        tasks[1].cancel()
        await asyncio.wait(tasks)
        assert not is_left_behind(running)
        journal.let_go()
        last = asyncio.create_task(running.place(None, WaitFor(closed=True)))
        await settle()
        last.cancel()  # This one has its answer, and waits for the order's end.
        await asyncio.wait([last])
        assert not is_left_behind(running)
        assert len(venue.sends()) == 3


# --- waiting for an order ----------------------------------------------------------------------------------------


@on_virtual_time
async def test_an_acknowledgement_released_right_behind_the_answer_is_seen() -> None:
    async with trading_desk(MemoryJournal(), LoopClock()) as (running, _):
        before = asyncio.get_running_loop().time()
        answer = await running.place(None, WaitFor(acknowledged=True))
        assert answer.orders[0].status is OrderStatus.SUBMITTED
        assert asyncio.get_running_loop().time() == before


@on_virtual_time
async def test_waiting_for_the_close_ends_with_the_last_execution() -> None:
    async with trading_desk(MemoryJournal(), LoopClock()) as (running, venue):
        venue.script = venue.fill
        answer = await running.place(None, WaitFor(closed=True))
        assert answer.orders[0].status is OrderStatus.FILLED
        assert answer.orders[0].filled_quantity == answer.orders[0].quantity
        assert len(running.loop._timers) == 0, "nothing wakes a closed order"


@on_virtual_time
async def test_when_the_waiting_is_over_the_order_is_shown_as_it_is() -> None:
    async with trading_desk(MemoryJournal(), LoopClock()) as (running, venue):
        venue.script = venue.keep_silent
        before = asyncio.get_running_loop().time()
        answer = await running.place(None, WaitFor(acknowledged=True, timeout_seconds=2))
        assert answer.orders[0].status is OrderStatus.PENDING
        assert asyncio.get_running_loop().time() == pytest.approx(before + 2)


@on_virtual_time
async def test_a_repeated_request_waits_for_the_first_ones_order() -> None:
    clock = LoopClock()
    async with trading_desk(MemoryJournal(), clock) as (running, venue):
        venue.script = venue.keep_silent
        first = await running.place(limit_order(clock, key="k"))
        repeat = asyncio.create_task(running.place(limit_order(clock, key="k"), WaitFor(closed=True)))
        await settle()
        assert not repeat.done()
        venue.execute(first.orders[0].order_id)
        answer = await repeat
        assert answer.replayed
        assert answer.orders[0].order_id == first.orders[0].order_id
        assert answer.orders[0].status is OrderStatus.FILLED


@on_virtual_time
async def test_asking_twice_for_a_cancel_is_answered_as_soon_as_it_is_durable() -> None:
    async with trading_desk(MemoryJournal(), LoopClock()) as (running, venue):
        venue.script = venue.keep_silent
        order = (await running.place()).orders[0]
        await running.cancel(order.order_id)
        before = asyncio.get_running_loop().time()
        again = await running.cancel(order.order_id, WaitFor())
        assert again.refusal is None
        assert again.orders[0].order_id == order.order_id
        assert asyncio.get_running_loop().time() == before


@on_virtual_time
async def test_waiting_for_a_cancel_ends_with_the_order() -> None:
    async with trading_desk(MemoryJournal(), LoopClock()) as (running, _):
        order = (await running.place(None, WaitFor(acknowledged=True))).orders[0]
        answer = await running.cancel(order.order_id, WaitFor(acknowledged=True))
        assert answer.orders[0].status is OrderStatus.CANCELED
        assert answer.orders[0].is_closed


# --- full --------------------------------------------------------------------------------------------------------


@on_virtual_time
async def test_a_full_inbox_refuses_new_orders_at_once_and_lets_cancels_and_reports_pass() -> None:
    journal, clock = MemoryJournal(), LoopClock()
    settings = LoopSettings(inbox_size_max=3)
    async with trading_desk(journal, clock, settings) as (running, venue):
        resting = (await running.place(None, WaitFor(acknowledged=True))).orders[0]
        journal.hold()
        under_way = []
        for _ in range(2):  # One batch commits, the next one is decided, and what comes now waits.
            under_way.append(asyncio.create_task(running.place()))
            await settle()
        under_way += [asyncio.create_task(running.place()) for _ in range(3)]
        await settle()
        assert running.loop.load() == 3
        with pytest.raises(DeskBusyError):
            await running.place()
        canceling = asyncio.create_task(running.cancel(resting.order_id))
        await settle()
        venue.execute(resting.order_id)
        await settle()
        assert running.loop.load() > 3
        assert len(running.loop._waiting._answers) == 6, "the refused caller is not waited for"
        journal.let_go()
        await asyncio.gather(*under_way)
        answer = await canceling
        assert answer.refusal is None, "the cancel came before the execution"
        assert answer.orders[0].status is OrderStatus.FILLED


# --- recovery ----------------------------------------------------------------------------------------------------


@on_virtual_time
async def test_after_a_restart_orders_are_in_doubt_before_any_report_is_looked_at() -> None:
    journal, clock = MemoryJournal(), LoopClock()
    async with trading_desk(journal, clock) as (running, venue):
        venue.script = venue.keep_silent
        order = (await running.place(limit_order(clock, retry_seconds=0))).orders[0]
    known = dict(venue.orders)
    async with desk_on(journal, clock) as running:
        venue = ScriptedVenue(ACCOUNT, running.loop.report, clock, balances=venue.balances)
        venue.orders = known
        connected = len(journal.committed)
        await running.connect(venue)  # The session tells at once that it is there.
        events = [entry.event for batch in journal.committed[connected:] for entry in batch.journal]
        doubted = next(place for place, event in enumerate(events) if isinstance(event, OrderInDoubt))
        states = [event.state for event in events[:doubted] if isinstance(event, AccountStateChanged)]
        assert AccountState.RECOVERING not in states
        assert running.desk.orders[order.order_id].status is OrderStatus.SUBMITTED
        assert not any(isinstance(effect, SendOrder) for effect in venue.effects)


@on_virtual_time
async def test_prices_reach_the_desk_without_touching_the_journal() -> None:
    journal, clock = MemoryJournal(), LoopClock()
    async with trading_desk(journal, clock) as (running, _):
        before = len(journal.begun)
        for number in range(100):
            running.loop.report(price(str(60_000 + number)))
        await settle()
        [last] = {known.last for known in running.desk.prices.values()}
        assert last == 60_099
        assert len(journal.begun) == before
