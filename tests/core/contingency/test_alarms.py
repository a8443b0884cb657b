"""What goes on failing is a break, so that people take over; it ends when the venue holds a stop again."""

from decimal import Decimal

import pytest

from support.protected_desk import ProtectedDesk, protected_desk
from tidegate.core.order import Order
from tidegate.core.vocabulary import Leg


@pytest.fixture
def desk() -> ProtectedDesk:
    return protected_desk()


def fail_to_protect(desk: ProtectedDesk, times: int) -> Order:
    """An entry whose stop the venue refuses so often."""
    entry = desk.entry("1")
    desk.trade(entry, "1")
    for _ in range(times):
        desk.wait(11)
        desk.reject(desk.stop_of(entry))
    return entry


def test_a_few_failures_are_no_break(desk: ProtectedDesk) -> None:
    assert desk.failing(fail_to_protect(desk, desk.desk.policy.attempts_max - 1)) is None


def test_protection_that_goes_on_failing_is_a_break(desk: ProtectedDesk) -> None:
    entry = fail_to_protect(desk, desk.desk.policy.attempts_max)
    found = desk.failing(entry)
    assert found is not None
    assert f"what order {entry.order_id} filled is not protected at binance: 5 legs failed" in found.message
    assert desk.stop_of(entry).is_held, "the desk holds a stop meanwhile"


def test_it_is_tried_on_but_rarely(desk: ProtectedDesk) -> None:
    entry = fail_to_protect(desk, desk.desk.policy.attempts_max)
    desk.sent.clear()
    desk.wait(59)
    assert not desk.sends()
    desk.wait(2)
    assert len(desk.sends()) == 1
    desk.reject(desk.stop_of(entry))
    desk.wait(59)
    assert not desk.sends()


def test_a_stop_that_the_venue_keeps_ends_the_break(desk: ProtectedDesk) -> None:
    entry = fail_to_protect(desk, desk.desk.policy.attempts_max)
    desk.wait(61)
    desk.take(desk.stop_of(entry))
    assert desk.failing(entry) is not None, "it may drop it again"
    desk.wait(61)
    assert desk.failing(entry) is None
    assert entry.stop_loss is not None
    assert entry.stop_loss.failures == 0
    assert "binance holds the stop again" in desk.stories(entry)


def test_a_stop_that_the_venue_drops_again_leaves_the_break(desk: ProtectedDesk) -> None:
    entry = fail_to_protect(desk, desk.desk.policy.attempts_max)
    desk.wait(61)
    desk.take(desk.stop_of(entry))
    desk.wait(5)
    desk.gone(desk.stop_of(entry))
    desk.wait(30)
    assert desk.failing(entry) is not None


def test_a_person_who_takes_over_ends_the_break(desk: ProtectedDesk) -> None:
    entry = fail_to_protect(desk, desk.desk.policy.attempts_max)
    desk.cancel(desk.stop_of(entry))
    desk.cancel(desk.target_of(entry))
    assert desk.failing(entry) is None
    assert not entry.guarding


def test_a_break_and_the_next_try_survive_a_restart(desk: ProtectedDesk) -> None:
    entry = fail_to_protect(desk, desk.desk.policy.attempts_max)
    desk.restart()
    desk.reconnect()
    desk.sent.clear()
    entry = desk.desk.orders[entry.order_id]
    assert desk.failing(entry) is not None
    desk.wait(61)
    assert len(desk.sends()) == 1
    assert desk.has_leg(entry, Leg.STOP_LOSS)


def test_a_target_that_goes_on_failing_is_told_and_leaves_the_stop_in_place(desk: ProtectedDesk) -> None:
    entry, stop = desk.protected("1")
    for _ in range(desk.desk.policy.attempts_max):
        desk.price("60000")
        desk.wait(61)
        desk.gone(desk.stop_of(entry))
        desk.reject(desk.target_of(entry))
        desk.take(desk.stop_of(entry))
        desk.price("50000")
    assert desk.failing(entry) is not None
    assert desk.stop_of(entry).leaves_quantity == Decimal(1)
    desk.wait(130)
    assert desk.failing(entry) is None, "the stop stands"
    assert stop.is_closed
