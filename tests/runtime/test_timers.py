"""Timers: one per order, the newest counts, and no clock can stop them."""

import asyncio
from datetime import timedelta

from support.virtual_time import START, LoopClock, on_virtual_time
from tidegate.core.identifiers import OrderId
from tidegate.core.messages.reports import Wake
from tidegate.core.vocabulary import WakePurpose
from tidegate.runtime.timers import Timers

ONE, TWO = OrderId("one"), OrderId("two")


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


class Bell:
    """Timers on virtual time, and when they rang."""

    def __init__(self) -> None:
        self.clock = LoopClock()
        self.rung: list[tuple[str, float]] = []
        self.timers = Timers(self.clock, self._ring)

    def _ring(self, wake: Wake) -> None:
        assert wake.at == self.clock.now()
        self.rung.append((wake.order_id, round(asyncio.get_running_loop().time(), 3)))

    def set(self, order_id: OrderId, wait_seconds: float) -> None:
        self.timers.set(order_id, WakePurpose.ATTENTION, self.clock.now() + seconds(wait_seconds))


@on_virtual_time
async def test_orders_wake_at_their_times_whatever_the_order_of_setting() -> None:
    bell = Bell()
    bell.set(ONE, 5)
    bell.set(TWO, 2)
    bell.set(OrderId("three"), 9)
    await asyncio.sleep(60)
    assert bell.rung == [("two", 2), ("one", 5), ("three", 9)]


@on_virtual_time
async def test_a_new_time_replaces_the_old_one_in_both_directions() -> None:
    bell = Bell()
    bell.set(ONE, 5)
    bell.set(ONE, 2)
    bell.set(TWO, 1)
    bell.set(TWO, 7)
    await asyncio.sleep(60)
    assert bell.rung == [("one", 2), ("two", 7)]


@on_virtual_time
async def test_a_time_that_has_passed_rings_at_once() -> None:
    bell = Bell()
    bell.timers.set(ONE, WakePurpose.ATTENTION, START - timedelta(days=1))
    await asyncio.sleep(0.001)
    assert bell.rung == [("one", 0)]


@on_virtual_time
async def test_a_forgotten_order_is_not_woken_and_may_set_a_timer_again() -> None:
    bell = Bell()
    bell.set(ONE, 2)
    bell.set(TWO, 3)
    bell.timers.forget(ONE)
    bell.timers.forget(OrderId("never set"))
    assert len(bell.timers) == 1
    bell.timers.set(ONE, WakePurpose.ATTENTION, START + seconds(4))
    await asyncio.sleep(60)
    assert bell.rung == [("two", 3), ("one", 4)]


@on_virtual_time
async def test_after_closing_nobody_is_woken() -> None:
    bell = Bell()
    bell.set(ONE, 2)
    bell.timers.close()
    await asyncio.sleep(60)
    assert bell.rung == []


@on_virtual_time
async def test_a_wall_clock_set_back_delays_nobody() -> None:
    bell = Bell()
    bell.set(ONE, 5)
    await asyncio.sleep(1)
    bell.clock.offset = -timedelta(hours=1)
    bell.set(TWO, 2)
    await asyncio.sleep(10)
    assert bell.rung == [("two", 3), ("one", 5)]


@on_virtual_time
async def test_a_wall_clock_set_forward_wakes_nobody_early() -> None:
    bell = Bell()
    bell.set(ONE, 5)
    await asyncio.sleep(1)
    bell.clock.offset = timedelta(hours=1)
    bell.set(TWO, 2)
    await asyncio.sleep(10)
    assert bell.rung == [("two", 3), ("one", 5)]


@on_virtual_time
async def test_replaced_and_forgotten_timers_do_not_pile_up() -> None:
    bell = Bell()
    for number in range(20_000):
        order_id = OrderId(f"order-{number % 10}")
        bell.set(order_id, 3_600)
        if number % 3 == 0:
            bell.timers.forget(order_id)
    assert len(bell.timers) <= 10
    assert len(bell.timers._heap) < 2_000
    await asyncio.sleep(4_000)
    assert sorted(name for name, _ in bell.rung) == sorted({name for name, _ in bell.rung})
    assert bell.timers._heap == []


@on_virtual_time
async def test_each_purpose_has_a_timer_of_its_own() -> None:
    clock, rung = LoopClock(), []
    timers = Timers(clock, lambda wake: rung.append(wake.purpose))
    timers.set(ONE, WakePurpose.EXPIRY, clock.now() + seconds(9))
    timers.set(ONE, WakePurpose.ATTENTION, clock.now() + seconds(5))
    await asyncio.sleep(60)
    assert rung == [WakePurpose.ATTENTION, WakePurpose.EXPIRY]
