"""An attempt that made way is spoken of again: it ends nothing, alarms nobody for nothing, and its late fills count."""

from datetime import timedelta
from decimal import Decimal

import pytest

from support.changing import ChangingDriver, leaving
from tidegate.core import identifiers as ids
from tidegate.core.decision import Decision
from tidegate.core.messages import reports
from tidegate.core.messages.effects import SendCancel, SendOrder
from tidegate.core.order import Order
from tidegate.core.vocabulary import OrderStatus, VenueOrderStatus

OPEN, FILLED, CANCELED = VenueOrderStatus.OPEN, VenueOrderStatus.FILLED, VenueOrderStatus.CANCELED
EXPIRED, REJECTED = VenueOrderStatus.EXPIRED, VenueOrderStatus.REJECTED


@pytest.fixture
def driver() -> ChangingDriver:
    driver = ChangingDriver()
    driver.open_shop()
    return driver


def sent_again(driver: ChangingDriver, filled: str = "0") -> Order:
    """An order whose rest is on its way, at another price."""
    order = driver.working()
    if filled != "0":
        driver.fill(order, filled)
    driver.amend(order, price="49000")
    driver.report(order, CANCELED, filled)
    assert order.is_resending
    return order


def test_reports_of_the_old_attempt_do_not_end_the_order(driver: ChangingDriver) -> None:
    order = sent_again(driver)
    driver.accept(order, "9002")
    for named in (True, False):
        decision = driver.shows(order, CANCELED, exchange_order_id="9001", attempt=1, named=named)
        assert decision == Decision([], [])
    assert order.status is OrderStatus.SUBMITTED


def test_an_old_picture_of_the_old_attempt_is_no_alarm_but_it_is_canceled_for_certain(driver: ChangingDriver) -> None:
    order = sent_again(driver)
    driver.accept(order, "9002")
    decision = driver.shows(order, OPEN, exchange_order_id="9001", attempt=1, requested_at=None)
    [sent] = leaving(decision)
    assert isinstance(sent, SendCancel)
    assert (sent.exchange_order_id, sent.exchange_client_order_id) != (None, order.exchange_client_order_id)
    assert not driver.desk.open_breaks


def test_an_old_attempt_that_lives_is_told_and_taken_out(driver: ChangingDriver) -> None:
    order = sent_again(driver)
    driver.accept(order, "9002")
    driver.now += timedelta(seconds=10)
    [sent] = leaving(driver.shows(order, OPEN, exchange_order_id="9001", attempt=1))
    assert isinstance(sent, SendCancel)
    assert [found.kind for found in driver.desk.open_breaks.values()] == ["stray_attempt"]
    driver.shows(order, CANCELED, exchange_order_id="9001", attempt=1)
    assert not driver.desk.open_breaks, "and when it has ended, that is over"


@pytest.mark.parametrize("named", [True, False])
def test_a_late_fill_of_the_old_attempt_counts_and_leaves_the_new_ones_count_alone(
    driver: ChangingDriver, named: bool
) -> None:
    order = sent_again(driver, "0.2")
    driver.accept(order, "9002")
    driver.put(_trade(driver, order, "0.1", "9001", named=named))
    assert (order.filled_quantity, order.attempt_filled_quantity) == (Decimal("0.3"), 0)
    assert order.exchange_order_id == "9002"
    driver.fill(order, "0.4", exchange_order_id="9002")
    assert driver.report(order, OPEN, "0.4", exchange_order_id="9002") == Decision([], []), "nothing is missing"
    driver.check_books()


def _trade(
    driver: ChangingDriver, order: Order, quantity: str, exchange_order_id: str, *, named: bool
) -> reports.ExecutionReported:
    """A trade of the first attempt, which the venue names by our id or by its own alone."""
    return reports.ExecutionReported(
        at=driver.now,
        account_id=order.account_id,
        symbol=order.symbol,
        side=order.side,
        trade_id=ids.TradeId("late"),
        quantity=Decimal(quantity),
        price=Decimal(50_000),
        executed_at=driver.now,
        exchange_order_id=ids.ExchangeOrderId(exchange_order_id),
        exchange_client_order_id=ids.exchange_client_order_id(order.order_id, 1) if named else None,
    )


def test_after_a_restart_the_old_attempt_is_still_known_by_the_venues_id(driver: ChangingDriver) -> None:
    placed = sent_again(driver, "0.2")
    driver.accept(placed, "9002")
    driver.restart()
    order = driver.desk.orders[placed.order_id]
    driver.put(_trade(driver, order, "0.1", "9001", named=False))
    assert (order.filled_quantity, order.exchange_order_id) == (Decimal("0.3"), "9002")
    driver.check_books()


def test_a_late_fill_that_completes_the_order_takes_the_rest_out(driver: ChangingDriver) -> None:
    order = sent_again(driver, "0.2")
    driver.accept(order, "9002")
    decision = driver.put(_trade(driver, order, "0.8", "9001", named=True))
    assert order.status is OrderStatus.FILLED
    assert order.exchange_client_order_id in [effect.exchange_client_order_id for effect in leaving(decision)]


def test_a_late_fill_while_the_rest_waits_to_be_sent_again_makes_it_smaller(driver: ChangingDriver) -> None:
    order = sent_again(driver, "0.2")
    driver.refuse(order, retryable=True)
    driver.put(_trade(driver, order, "0.1", "9001", named=True))
    assert order.waiting_to_retry
    [sent] = leaving(driver.wake(order.order_id))
    assert isinstance(sent, SendOrder)
    assert (sent.quantity, order.filled_before) == (Decimal("0.7"), Decimal("0.3"))
    driver.check_books()
