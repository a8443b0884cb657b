"""What was proven absent and lives after all: told, and never doubled."""

from datetime import timedelta
from decimal import Decimal

import pytest

from support.desk_driver import DeskDriver
from tidegate.core.decision import Decision
from tidegate.core.messages.effects import Effect, SendCancel, SendOrder
from tidegate.core.messages.events import BreakFound
from tidegate.core.order import Order
from tidegate.core.vocabulary import OrderStatus, RejectReason, VenueOrderStatus


@pytest.fixture
def driver() -> DeskDriver:
    driver = DeskDriver()
    driver.open_shop()
    return driver


def kinds(decision: Decision) -> list[type[Effect]]:
    return [type(effect) for effect in decision.effects]


def sends(decision: Decision) -> list[SendOrder]:
    return [effect for effect in decision.effects if isinstance(effect, SendOrder)]


def breaks(decision: Decision) -> list[str]:
    return [event.kind for event in decision.events if isinstance(event, BreakFound)]


def test_while_the_retry_waits_the_old_attempt_is_taken_back(driver: DeskDriver) -> None:
    order = driver.place()
    driver.refuse(order, retryable=True)
    driver.report(order, VenueOrderStatus.OPEN)
    assert (order.status, order.waiting_to_retry) == (OrderStatus.SUBMITTED, False)
    assert sends(driver.wake(order.order_id)) == []


def test_a_fill_without_the_venues_id_stops_the_retry(driver: DeskDriver) -> None:
    """It once left the order waiting, and its next attempt bought again."""
    order = driver.place()
    driver.refuse(order, retryable=True)
    driver.fill(order, "0.5", exchange_order_id=None)
    assert order.status is OrderStatus.PARTIALLY_FILLED
    driver.now += timedelta(seconds=1)
    assert sends(driver.wake(order.order_id)) == []


def retried(driver: DeskDriver) -> Order:
    order = driver.place()
    driver.refuse(order, retryable=True)
    driver.wake(order.order_id)
    assert order.attempt == 2
    return order


def test_an_old_attempt_beside_the_current_one_is_told_and_canceled(driver: DeskDriver) -> None:
    order = retried(driver)
    for decision in (driver.accept(order, attempt=1), driver.report(order, VenueOrderStatus.OPEN, attempt=1)):
        [cancel] = [effect for effect in decision.effects if isinstance(effect, SendCancel)]
        assert cancel.exchange_client_order_id.endswith("01")
    assert [found.kind for found in driver.breaks.values()] == ["stray_attempt"]
    assert order.exchange_order_id is None


def test_an_old_attempt_is_seen_after_the_current_one_was_acknowledged_too(driver: DeskDriver) -> None:
    order = retried(driver)
    driver.accept(order, "2")
    assert breaks(driver.accept(order, "1", attempt=1)) == ["stray_attempt"]
    assert order.exchange_order_id == "2"


def test_a_trade_of_an_old_attempt_counts_but_settles_nothing_of_the_current_one(driver: DeskDriver) -> None:
    order = retried(driver)
    driver.fill(order, "0.4", attempt=1, exchange_order_id="1")
    assert order.filled_quantity == Decimal("0.4")
    assert order.exchange_order_id is None
    assert order.in_doubt
    driver.accept(order, "2")
    assert (order.exchange_order_id, order.in_doubt) == ("2", False)
    driver.check_books()


def test_when_the_current_attempt_proves_absent_after_such_a_trade_nothing_more_is_sent(driver: DeskDriver) -> None:
    order = retried(driver)
    driver.fill(order, "0.4", attempt=1, exchange_order_id="1")
    for _ in range(2):
        driver.now += timedelta(seconds=10)
        driver.not_found(order)
    assert (order.status, order.reason) == (OrderStatus.CANCELED, RejectReason.NOT_SENT)
    assert order.filled_quantity == Decimal("0.4")


def test_an_old_attempt_that_fills_the_order_takes_the_current_one_out_of_the_market(driver: DeskDriver) -> None:
    order = retried(driver)
    decision = driver.fill(order, "1", attempt=1, exchange_order_id="1")
    canceled = [effect.exchange_client_order_id[-2:] for effect in decision.effects if isinstance(effect, SendCancel)]
    assert sorted(canceled) == ["01", "02"]
    assert order.status is OrderStatus.FILLED


def test_an_order_that_ended_unsent_and_is_at_the_venue_after_all_is_canceled_there(driver: DeskDriver) -> None:
    order = driver.place()
    driver.refuse(order, retryable=False)
    decision = driver.accept(order)
    assert breaks(decision) == ["ended_order_alive"]
    assert SendCancel in kinds(decision)
    assert order.exchange_order_id == "9001", "so that its trades find it"
    driver.fill(order, "0.3")
    assert driver.held("BTC") == Decimal("10.3")
