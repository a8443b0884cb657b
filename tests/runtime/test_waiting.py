"""The waiting room: answers find their callers, changes their watchers, and a stop finds everybody."""

import asyncio

import pytest

from support.records import full_order, order_id
from support.virtual_time import on_virtual_time
from tidegate.core.identifiers import CommandId
from tidegate.core.order import Order
from tidegate.ports import Answer, DeskStoppedError
from tidegate.runtime.waiting import WaitingRoom

ONE = CommandId("one")


def closed(order: Order) -> bool:
    return order.is_closed


@on_virtual_time
async def test_an_answer_finds_its_caller_and_nobody_else() -> None:
    room = WaitingRoom()
    first, second = room.expect(ONE), room.expect(CommandId("two"))
    answer = Answer(replayed=True)
    room.answer(ONE, answer)
    room.answer(CommandId("nobody"), answer)
    assert await first is answer
    assert not second.done()


@on_virtual_time
async def test_an_answer_after_the_caller_went_is_dropped() -> None:
    room = WaitingRoom()
    future = room.expect(ONE)
    future.cancel()
    room.answer(ONE, Answer())
    room.forget(ONE)
    assert room._answers == {}


@on_virtual_time
async def test_every_watcher_of_an_order_sees_its_changes_and_no_others() -> None:
    room = WaitingRoom()
    begun, ended = full_order(1), full_order(1, is_open=False)
    with room.watch(order_id(1)) as first, room.watch(order_id(1)) as second, room.watch(order_id(2)) as other:
        tasks = [
            asyncio.create_task(watch.until(closed, since=begun, timeout_seconds=5)) for watch in (first, second, other)
        ]
        await asyncio.sleep(0)
        room.tell({order_id(1): ended, order_id(3): full_order(3)})
        assert await tasks[0] is ended
        assert await tasks[1] is ended
        assert await tasks[2] is begun, "its time ran out"
    assert room._watches == {}


@on_virtual_time
async def test_a_change_told_before_anybody_waits_is_not_missed() -> None:
    room = WaitingRoom()
    ended = full_order(1, is_open=False)
    with room.watch(order_id(1)) as watch:
        room.tell({order_id(1): ended})
        assert await watch.until(closed, since=full_order(1), timeout_seconds=5) is ended
    assert asyncio.get_running_loop().time() == 0


@on_virtual_time
async def test_what_has_been_reached_already_is_not_waited_for() -> None:
    ended = full_order(1, is_open=False)
    with WaitingRoom().watch(order_id(1)) as watch:
        assert await watch.until(closed, since=ended, timeout_seconds=5) is ended


@on_virtual_time
async def test_a_stop_ends_all_waiting_at_once() -> None:
    room = WaitingRoom()
    future = room.expect(ONE)
    begun = full_order(1)
    with room.watch(order_id(1)) as watch:
        watching = asyncio.create_task(watch.until(closed, since=begun, timeout_seconds=5))
        await asyncio.sleep(0)
        room.stop()
        with pytest.raises(DeskStoppedError):
            await future
        assert await watching is begun
        with pytest.raises(DeskStoppedError):
            room.expect(CommandId("two"))
    assert asyncio.get_running_loop().time() == 0
