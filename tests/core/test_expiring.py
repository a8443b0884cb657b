"""Good till a date: the order ends then, wherever it is, and says so; no sooner, and not twice."""

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from support.markets import MarketsDriver, account_of
from tidegate.core.decision import Decision
from tidegate.core.messages.effects import SendCancel, WakeAt
from tidegate.core.messages.reports import CancelFailed
from tidegate.core.order import Order
from tidegate.core.vocabulary import (
    Exchange,
    OrderStatus,
    OrderType,
    PendingAction,
    RejectReason,
    Side,
    TimeInForce,
    VenueOrderStatus,
    WakePurpose,
)

HOUR = timedelta(hours=1)
EXPIRED = (OrderStatus.EXPIRED, RejectReason.EXPIRED_BY_DESK)


@pytest.fixture
def driver() -> MarketsDriver:
    return MarketsDriver()


def good_till(driver: MarketsDriver, after: timedelta = HOUR, **options: object) -> Order:
    command = driver.order_command(time_in_force=TimeInForce.GTD, expires_at=driver.now + after, **options)
    return driver.place(command)


def ring(driver: MarketsDriver, order: Order, after: timedelta = HOUR) -> Decision:
    driver.now += after
    return driver.wake(order.order_id, WakePurpose.EXPIRY)


def test_at_its_time_it_is_canceled_and_ends_as_expired(driver: MarketsDriver) -> None:
    order = good_till(driver)
    driver.accept(order)
    decision = ring(driver, order)
    assert any(isinstance(effect, SendCancel) for effect in decision.effects)
    assert order.pending_action is PendingAction.CANCEL
    assert not order.is_closed
    driver.report(order, VenueOrderStatus.CANCELED)
    assert (order.status, order.reason) == EXPIRED
    assert "cancel requested by expiry: expired by desk" in [row.message for row in driver.history(order)]
    driver.check()


def test_what_it_had_filled_by_then_stays(driver: MarketsDriver) -> None:
    order = good_till(driver)
    driver.accept(order)
    driver.fill(order, "0.4")
    ring(driver, order)
    driver.report(order, VenueOrderStatus.CANCELED, "0.4")
    assert (order.status, order.reason) == EXPIRED
    assert order.filled_quantity == Decimal("0.4")
    driver.check_books()


def test_filled_before_the_cancel_came_is_filled(driver: MarketsDriver) -> None:
    order = good_till(driver)
    driver.accept(order)
    ring(driver, order)
    driver.fill(order, "1")
    assert (order.status, order.reason) == (OrderStatus.FILLED, None)


def test_not_a_moment_sooner(driver: MarketsDriver) -> None:
    order = good_till(driver)
    driver.accept(order)
    decision = ring(driver, order, HOUR - timedelta(microseconds=1))
    assert decision.effects == [WakeAt(order_id=order.order_id, at=order.expires_at, purpose=WakePurpose.EXPIRY)]  # type: ignore[arg-type]
    assert order.pending_action is PendingAction.NONE


def test_what_the_desk_holds_ends_at_once(driver: MarketsDriver) -> None:
    order = good_till(
        driver,
        order_type=OrderType.TRAILING_STOP,
        side=Side.SELL,
        price=None,
        trailing_offset=Decimal(1000),
        account_id=account_of(Exchange.BYBIT),
    )
    assert order.is_held
    ring(driver, order)
    assert (order.status, order.reason) == EXPIRED
    assert not driver.desk.held
    driver.check()


def test_what_waits_to_be_sent_again_ends_at_once(driver: MarketsDriver) -> None:
    order = good_till(driver, timedelta(milliseconds=100))
    driver.refuse(order, retryable=True)
    ring(driver, order, timedelta(milliseconds=100))
    assert (order.status, order.reason) == EXPIRED
    driver.check()


def test_a_send_in_doubt_is_canceled_once_it_is_known_to_be_there(driver: MarketsDriver) -> None:
    order = good_till(driver)
    driver.unknown(order)
    driver.now += HOUR
    decision = driver.wake(order.order_id, WakePurpose.EXPIRY)
    assert not any(isinstance(effect, SendCancel) for effect in decision.effects)
    reported = driver.report(order, VenueOrderStatus.OPEN)
    assert any(isinstance(effect, SendCancel) for effect in reported.effects)
    driver.report(order, VenueOrderStatus.CANCELED)
    assert (order.status, order.reason) == EXPIRED


def test_a_cancel_of_the_users_own_stays_the_users(driver: MarketsDriver) -> None:
    order = good_till(driver)
    driver.accept(order)
    driver.cancel(order)
    ring(driver, order)
    driver.report(order, VenueOrderStatus.CANCELED)
    assert (order.status, order.reason) == (OrderStatus.CANCELED, RejectReason.USER_REQUEST)


def refuse_the_cancel(driver: MarketsDriver, order: Order) -> Decision:
    return driver.put(
        CancelFailed(
            at=driver.now,
            account_id=order.account_id,
            order_id=order.order_id,
            final=True,
            reason=RejectReason.PERMISSION_DENIED,
            message="the key may not trade",
        )
    )


def test_a_cancel_that_its_venue_refuses_is_asked_again_until_the_order_is_gone(driver: MarketsDriver) -> None:
    order = good_till(driver)
    driver.accept(order)
    ring(driver, order)
    over_at, asked_at = driver.now, [driver.now]
    while driver.now - over_at < timedelta(minutes=2):
        refuse_the_cancel(driver, order)
        driver.now = driver.timer(order) or driver.now
        assert driver.now > asked_at[-1], "with a pause"
        asked_at.append(driver.now)
        sent = driver.wake(order.order_id).effects
        assert any(isinstance(effect, SendCancel) for effect in sent)
    assert len(asked_at) < 30
    assert max(later - one for one, later in pairwise(asked_at)) <= driver.desk.policy.back_off_max
    driver.report(order, VenueOrderStatus.CANCELED)
    assert (order.status, order.reason) == EXPIRED
    driver.check()


def test_an_order_that_stays_past_its_time_is_a_break_until_it_is_gone(driver: MarketsDriver) -> None:
    order = good_till(driver)
    driver.accept(order)
    ring(driver, order)
    over_at = driver.now
    while not driver.desk.open_breaks:
        refuse_the_cancel(driver, order)
        driver.now = driver.timer(order) or driver.now
        driver.wake(order.order_id)
    assert driver.now - over_at >= driver.desk.policy.doubt_alarm
    [found] = driver.desk.open_breaks.values()
    assert "past its time, and binance does not cancel it: the key may not trade" in found.message
    driver.report(order, VenueOrderStatus.CANCELED)
    assert not driver.desk.open_breaks


def test_after_a_restart_the_time_is_kept_and_what_is_over_rings_at_once(driver: MarketsDriver) -> None:
    later, over = good_till(driver), good_till(driver, timedelta(minutes=1))
    driver.accept(later, "1")
    driver.accept(over, "2")
    driver.now += timedelta(minutes=2)
    driver.recover()
    assert driver.timers[later.order_id, WakePurpose.EXPIRY] == later.expires_at
    assert driver.timers[over.order_id, WakePurpose.EXPIRY] == driver.now


def test_a_closed_order_does_not_expire(driver: MarketsDriver) -> None:
    order = good_till(driver)
    driver.accept(order)
    driver.fill(order, "1")
    assert ring(driver, order) == Decision([], [])
