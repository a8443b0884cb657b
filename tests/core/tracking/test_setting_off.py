"""Conditional orders that wait at the venue: set off once, and found by every name that they have had."""

from decimal import Decimal

import pytest

from support.changing import ChangingDriver, InPlaceDriver, names
from tidegate.core import identifiers as ids
from tidegate.core.decision import Decision
from tidegate.core.messages import reports
from tidegate.core.messages.effects import FetchExecutions, QueryOrder, SendCancel
from tidegate.core.order import Order
from tidegate.core.vocabulary import ExecutionType, OrderStatus, OrderType, Side, VenueOrderStatus

OPEN, FILLED, CANCELED = VenueOrderStatus.OPEN, VenueOrderStatus.FILLED, VenueOrderStatus.CANCELED


@pytest.fixture
def driver() -> InPlaceDriver:
    driver = InPlaceDriver()
    driver.open_shop()
    return driver


def conditional(decision: Decision) -> list[bool]:
    return [
        effect.conditional
        for effect in decision.effects
        if isinstance(effect, SendCancel | QueryOrder | FetchExecutions)
    ]


def by_venue_id(driver: ChangingDriver, order: Order, exchange_order_id: str, filled: str) -> Decision:
    """A report that names the order by the venue's id alone."""
    return driver.put(
        reports.OrderReported(
            at=driver.now,
            account_id=order.account_id,
            symbol=order.symbol,
            status=OPEN,
            filled_quantity=Decimal(filled),
            exchange_order_id=ids.ExchangeOrderId(exchange_order_id),
        )
    )


def test_a_waiting_order_is_looked_for_and_canceled_among_the_conditional_ones(driver: InPlaceDriver) -> None:
    order = driver.stop()
    assert conditional(driver.cancel(order)) == [True]
    assert set(conditional(driver.wake(order.order_id))) == {True}


def test_what_the_venue_has_set_off_is_told_once_under_its_new_name(driver: InPlaceDriver) -> None:
    order = driver.stop()
    decision = driver.shows(order, triggered=True, exchange_order_id="8001")
    assert names(decision) == ["OrderTriggered"]
    assert (order.exchange_order_id, order.triggered_at) == ("8001", driver.now)
    assert not order.is_conditional
    assert driver.history(order)[-1].execution_type is ExecutionType.TRIGGERED
    assert driver.history(order)[-1].message == "set off by okx"
    assert names(driver.shows(order, triggered=True, exchange_order_id="8001")) == []
    assert names(driver.shows(order, triggered=True, exchange_order_id="7001")) == [], "nor by its old name again"
    assert order.exchange_order_id == "8001"
    driver.check_books()


def test_both_names_find_it_before_and_after_a_restart(driver: InPlaceDriver) -> None:
    placed = driver.stop()
    driver.shows(placed, triggered=True, exchange_order_id="8001")
    for name in ("7001", "8001"):
        assert FetchExecutions in [type(effect) for effect in by_venue_id(driver, placed, name, "0.4").effects]
    driver.restart()
    order = driver.desk.orders[placed.order_id]
    for name in ("7001", "8001"):
        assert FetchExecutions in [type(effect) for effect in by_venue_id(driver, order, name, "0.4").effects]


def test_once_set_off_it_is_an_order_like_any_other(driver: InPlaceDriver) -> None:
    order = driver.stop()
    driver.shows(order, triggered=True, exchange_order_id="8001")
    assert conditional(driver.cancel(order)) == [False]


def test_a_market_order_that_was_set_off_is_watched_until_it_ends(driver: InPlaceDriver) -> None:
    order = driver.stop()
    driver.shows(order, triggered=True, exchange_order_id="8001")
    assert order.is_immediate
    assert QueryOrder in [type(effect) for effect in driver.wake(order.order_id).effects]
    driver.fill(order, "1", exchange_order_id="8001")
    assert order.status is OrderStatus.FILLED


def test_its_first_trade_tells_that_it_was_set_off(driver: InPlaceDriver) -> None:
    order = driver.stop()
    decision = driver.fill(order, "0.4", exchange_order_id="8001")
    assert names(decision) == ["OrderTriggered", "ExecutionBooked"]
    assert (order.exchange_order_id, order.filled_quantity) == ("8001", Decimal("0.4"))
    driver.check_books()


def test_a_new_name_that_is_told_later_is_learned(driver: InPlaceDriver) -> None:
    order = driver.stop()
    driver.shows(order, triggered=True)
    assert order.exchange_order_id == "7001"
    driver.fill(order, "0.4", exchange_order_id="8001")
    assert order.exchange_order_id == "8001"
    assert order.former_exchange_order_ids == {"7001": 1}
    driver.check_books()


def test_a_waiting_order_that_is_canceled_was_not_set_off(driver: InPlaceDriver) -> None:
    order = driver.stop()
    driver.report(order, CANCELED, exchange_order_id="7001")
    assert (order.status, order.triggered_at) == (OrderStatus.CANCELED, None)


def test_a_report_that_it_is_filled_tells_that_it_was_set_off(driver: InPlaceDriver) -> None:
    order = driver.stop()
    driver.shows(order, FILLED, "1", exchange_order_id="8001")
    assert order.triggered_at is not None
    driver.fill(order, "1", exchange_order_id="8001")
    assert order.status is OrderStatus.FILLED


def test_a_stop_is_moved_by_canceling_and_sending_it_again_with_its_condition() -> None:
    driver = ChangingDriver()
    driver.open_shop()
    order = driver.stop()
    assert conditional(driver.amend(order, trigger_price="48000")) == [True]
    decision = driver.report(order, CANCELED, exchange_order_id="7001")
    [sent] = [effect for effect in decision.effects if hasattr(effect, "reference_price")]
    assert (sent.order_type, sent.trigger_price, sent.attempt) == (OrderType.STOP_LOSS, 48_000, 2)
    driver.accept(order, "7002")
    assert (order.trigger_price, order.is_conditional) == (48_000, True)
    driver.check_books()


def test_a_stop_that_goes_off_while_it_makes_way_leaves_as_what_it_became() -> None:
    driver = ChangingDriver()
    driver.open_shop()
    command = driver.order_command(
        side=Side.SELL, order_type=OrderType.STOP_LIMIT, price="48900", trigger_price=Decimal(49_000)
    )
    order = driver.working(command, "7001")
    driver.amend(order, trigger_price="48000")
    driver.shows(order, triggered=True, exchange_order_id="8001")
    decision = driver.report(order, CANCELED, exchange_order_id="8001")
    [sent] = [effect for effect in decision.effects if hasattr(effect, "reference_price")]
    assert (sent.order_type, sent.price, sent.trigger_price) == (OrderType.LIMIT, 48_900, None)
    driver.accept(order, "8002")
    driver.check_books()
