"""Cancels in every state, and timers that keep each open question alive (FIX 4.4 Appendix D)."""

from datetime import timedelta
from decimal import Decimal

import pytest

from support.desk_driver import DeskDriver
from tidegate.core.decision import Decision
from tidegate.core.messages import reports
from tidegate.core.messages.effects import Effect, QueryOrder, SendCancel
from tidegate.core.order import Order
from tidegate.core.vocabulary import (
    OrderStatus,
    PendingAction,
    RejectReason,
    VenueOrderStatus,
)

OPEN, FILLED = VenueOrderStatus.OPEN, VenueOrderStatus.FILLED
CANCELED, EXPIRED, REJECTED = VenueOrderStatus.CANCELED, VenueOrderStatus.EXPIRED, VenueOrderStatus.REJECTED


@pytest.fixture
def driver() -> DeskDriver:
    driver = DeskDriver()
    driver.open_shop()
    return driver


def kinds(decision: Decision) -> list[type[Effect]]:
    return [type(effect) for effect in decision.effects]


def cancel_failed(
    driver: DeskDriver, order: Order, reason: RejectReason = RejectReason.UNKNOWN_ORDER, *, final: bool = True
) -> Decision:
    return driver.put(
        reports.CancelFailed(
            at=driver.now,
            account_id=order.account_id,
            order_id=order.order_id,
            final=final,
            reason=reason,
            message="no",
        )
    )


def cancel_accepted(driver: DeskDriver, order: Order) -> Decision:
    return driver.put(reports.CancelAccepted(at=driver.now, account_id=order.account_id, order_id=order.order_id))


def test_a_cancel_is_pending_until_the_venue_tells_the_end(driver: DeskDriver) -> None:
    order = driver.working()
    assert SendCancel in kinds(driver.cancel(order))
    cancel_accepted(driver, order)
    assert (order.status, order.pending_action) == (OrderStatus.SUBMITTED, PendingAction.CANCEL)
    driver.report(order, CANCELED)
    assert (order.status, order.reason) == (OrderStatus.CANCELED, RejectReason.USER_REQUEST)
    assert order.pending_action is PendingAction.NONE


def test_executions_while_the_cancel_is_under_way_count(driver: DeskDriver) -> None:
    order = driver.working()
    driver.cancel(order)
    driver.fill(order, "0.4")
    driver.report(order, CANCELED, "0.4")
    assert (order.status, order.filled_quantity) == (OrderStatus.CANCELED, Decimal("0.4"))


def test_an_order_that_fills_before_its_cancel_is_filled(driver: DeskDriver) -> None:
    order = driver.working()
    driver.cancel(order)
    driver.fill(order, "1")
    assert order.status is OrderStatus.FILLED
    assert cancel_failed(driver, order) == Decision([], [])


def test_a_fill_after_the_cancel_was_taken_counts(driver: DeskDriver) -> None:
    order = driver.working()
    driver.cancel(order)
    cancel_accepted(driver, order)
    driver.report(order, CANCELED)
    driver.fill(order, "1")
    assert (order.status, driver.held("BTC")) == (OrderStatus.FILLED, 11)


def test_a_lost_cancel_is_sent_again(driver: DeskDriver) -> None:
    order = driver.working()
    driver.cancel(order)
    cancel_failed(driver, order, RejectReason.VENUE_UNREACHABLE, final=False)
    assert set(kinds(driver.wake(order.order_id))) >= {SendCancel, QueryOrder}


def test_a_cancel_is_wanted_however_long_the_venue_is_away(driver: DeskDriver) -> None:
    order = driver.working()
    driver.cancel(order)
    driver.now += timedelta(hours=1)
    cancel_failed(driver, order, RejectReason.VENUE_UNREACHABLE, final=False)
    assert order.pending_action is PendingAction.CANCEL
    assert SendCancel in kinds(driver.wake(order.order_id))


def test_an_accepted_cancel_without_an_end_is_looked_after(driver: DeskDriver) -> None:
    order = driver.working()
    driver.cancel(order)
    cancel_accepted(driver, order)
    assert driver.timer(order) == driver.now + timedelta(seconds=1)
    assert QueryOrder in kinds(driver.wake(order.order_id))


def test_a_cancel_refused_for_good_is_told_and_the_order_stands(driver: DeskDriver) -> None:
    order = driver.working()
    driver.cancel(order)
    cancel_failed(driver, order, RejectReason.PERMISSION_DENIED)
    assert (order.status, order.pending_action) == (OrderStatus.SUBMITTED, PendingAction.NONE)
    assert driver.history(order)[-1].error_code == "permission_denied"


def test_a_venue_that_says_open_and_not_cancelable_in_turn_is_not_asked_in_a_storm(driver: DeskDriver) -> None:
    """Each answer once led to the next question at once."""
    order = driver.working()
    driver.cancel(order)
    asked = 0
    for _ in range(1_000):
        before = driver.now
        asked += len(cancel_failed(driver, order).effects) > 1
        asked += SendCancel in kinds(driver.report(order, OPEN))
        if order.pending_action is PendingAction.NONE:
            break
        driver.now = driver.timer(order)
        assert driver.now - before >= driver.desk.policy.back_off_min
        driver.wake(order.order_id)
    assert asked == 0, "only the timer asks"
    assert order.pending_action is PendingAction.NONE
    assert order.status is OrderStatus.SUBMITTED


def test_cancels_survive_a_restart(driver: DeskDriver) -> None:
    order = driver.working()
    driver.cancel(order)
    driver.restart()
    driver.now += timedelta(seconds=10)
    assert SendCancel in kinds(driver.wake(order.order_id))
