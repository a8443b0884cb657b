"""A venue's word on an order tells what is missing; it never moves quantities."""

from datetime import timedelta
from decimal import Decimal

import pytest

from support.desk_driver import DeskDriver
from tidegate.core import identifiers as ids
from tidegate.core.decision import Decision
from tidegate.core.messages import reports
from tidegate.core.messages.effects import Effect, FetchExecutions, QueryOrder
from tidegate.core.messages.events import OrderSubmitted
from tidegate.core.order import Order
from tidegate.core.vocabulary import (
    OrderStatus,
    OrderType,
    RejectReason,
    Side,
    TimeInForce,
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


def test_a_summary_ahead_of_our_executions_has_them_fetched_and_the_end_waits(driver: DeskDriver) -> None:
    order = driver.working()
    driver.report(order, CANCELED, "0.4")
    assert FetchExecutions in kinds(driver.wake(order.order_id))
    assert not order.is_closed
    assert driver.reserved("USDT") == 50_000
    driver.fill(order, "0.4")
    assert (order.status, order.reason) == (OrderStatus.CANCELED, RejectReason.CANCELED_AT_VENUE)
    assert driver.reserved("USDT") == 0


def test_quantities_never_move_by_a_summary(driver: DeskDriver) -> None:
    order = driver.working()
    driver.report(order, OPEN, "0.4")
    driver.report(order, FILLED, "1")
    assert order.filled_quantity == 0
    assert driver.held("BTC") == 10


def test_executions_that_never_come_end_in_a_break(driver: DeskDriver) -> None:
    order = driver.working()
    driver.report(order, FILLED, "1")
    driver.wait(120)
    assert order.status is OrderStatus.FILLED
    assert [found.kind for found in driver.breaks.values()] == ["missing_executions"]
    driver.fill(order, "1")
    [found] = driver.breaks.values()
    assert found.resolved_at == driver.now, "and when they come after all, it is over"
    assert not driver.desk.open_breaks


def test_while_the_venue_cannot_be_reached_missing_executions_are_waited_for(driver: DeskDriver) -> None:
    """After a night of downtime the first look once ended the order without having asked."""
    order = driver.working()
    driver.report(order, CANCELED, "0.4")
    driver.now += timedelta(hours=9)
    driver.restart()
    driver.wait(60)
    assert not driver.orders[order.order_id].is_closed
    assert not driver.breaks


def test_the_venues_word_repeated_is_asked_about_without_a_new_row(driver: DeskDriver) -> None:
    order = driver.working()
    driver.report(order, CANCELED, "0.4")
    rows = len(driver.history(order))
    driver.report(order, CANCELED, "0.4")
    assert len(driver.history(order)) == rows


def test_a_summary_of_the_past_reopens_nothing(driver: DeskDriver) -> None:
    order = driver.working()
    driver.fill(order, "1")
    for filled in ("0", "0.5", "1"):
        assert driver.report(order, OPEN, filled) == Decision([], [])


def test_a_closed_order_that_filled_more_has_its_executions_fetched(driver: DeskDriver) -> None:
    order = driver.working()
    driver.report(order, CANCELED)
    assert kinds(driver.report(order, CANCELED, "0.4")) == [FetchExecutions]


def test_a_rejection_after_the_acknowledgement_ends_the_order(driver: DeskDriver) -> None:
    order = driver.working()
    driver.report(order, REJECTED)
    assert (order.status, driver.reserved("USDT")) == (OrderStatus.REJECTED, 0)


def test_a_rejection_before_its_own_acknowledgement_stands(driver: DeskDriver) -> None:
    order = driver.place()
    driver.report(order, REJECTED)
    assert driver.accept(order) == Decision([], [])
    assert order.status is OrderStatus.REJECTED
    assert not driver.breaks


@pytest.mark.parametrize("exchange_order_id", ["9001", None])
def test_a_rejection_that_speaks_of_fills_is_looked_into(driver: DeskDriver, exchange_order_id: str | None) -> None:
    """It once stopped the engine when the timer rang."""
    order = driver.place()
    driver.report(order, REJECTED, "0.4", exchange_order_id=exchange_order_id)
    driver.wait(15)
    assert not order.is_closed
    assert driver.timer(order) is not None


def test_an_unsolicited_cancel_ends_the_order(driver: DeskDriver) -> None:
    order = driver.working()
    driver.fill(order, "0.4")
    driver.report(order, CANCELED, "0.4")
    assert (order.status, order.reason) == (OrderStatus.CANCELED, RejectReason.CANCELED_AT_VENUE)
    assert driver.reserved("USDT") == 0


@pytest.mark.parametrize("time_in_force", [TimeInForce.IOC, TimeInForce.FOK])
def test_what_an_immediate_order_leaves_is_canceled_whatever_the_venue_calls_it(
    driver: DeskDriver, time_in_force: TimeInForce
) -> None:
    order = driver.working(driver.order_command(time_in_force=time_in_force))
    driver.report(order, EXPIRED)
    assert order.status is OrderStatus.CANCELED


def test_a_resting_order_that_expires_is_expired(driver: DeskDriver) -> None:
    order = driver.working()
    driver.report(order, EXPIRED)
    assert (order.status, order.reason) == (OrderStatus.EXPIRED, RejectReason.EXPIRED_AT_VENUE)


def test_an_immediate_order_whose_end_got_lost_is_asked_about(driver: DeskDriver) -> None:
    order = driver.working(driver.order_command(time_in_force=TimeInForce.IOC))
    driver.fill(order, "0.4")
    assert kinds(driver.wake(order.order_id))[0] is QueryOrder


def test_a_resting_order_is_not_asked_about_for_nothing(driver: DeskDriver) -> None:
    order = driver.working()
    assert driver.wake(order.order_id) == Decision([], [])


def by_cash(driver: DeskDriver, side: Side = Side.BUY) -> Order:
    command = driver.order_command(
        side=side, order_type=OrderType.MARKET, quantity=None, quote_quantity="10000", price=None
    )
    return driver.working(command)


def test_an_order_by_cash_is_filled_when_the_venue_says_so(driver: DeskDriver) -> None:
    order = by_cash(driver)
    driver.fill(order, "0.1")
    driver.fill(order, "0.0999")
    assert order.status is OrderStatus.PARTIALLY_FILLED
    assert driver.reserved("USDT") == 5
    driver.report(order, FILLED, "0.1999")
    assert order.status is OrderStatus.FILLED
    assert driver.reserved("USDT") == 0


def test_an_order_by_cash_waits_for_the_executions_behind_the_venues_word(driver: DeskDriver) -> None:
    order = by_cash(driver, Side.SELL)
    driver.report(order, FILLED, "0.2")
    assert not order.is_closed
    driver.fill(order, "0.1")
    driver.fill(order, "0.1")
    assert order.status is OrderStatus.FILLED
    driver.check_books()


def test_another_accounts_report_does_not_reach_the_order(driver: DeskDriver) -> None:
    order = driver.working()
    report = reports.OrderReported(
        at=driver.now,
        account_id=ids.AccountId("another"),
        symbol=order.symbol,
        status=CANCELED,
        filled_quantity=Decimal(0),
        exchange_order_id=order.exchange_order_id,
        exchange_client_order_id=order.exchange_client_order_id,
    )
    assert driver.put(report) == Decision([], [])


def test_an_order_placed_by_hand_at_the_venue_is_not_ours(driver: DeskDriver) -> None:
    report = reports.OrderReported(
        at=driver.now,
        account_id=driver.account.account_id,
        symbol="BTC/USDT",
        status=OPEN,
        filled_quantity=Decimal(0),
        exchange_order_id=ids.ExchangeOrderId("1"),
        exchange_client_order_id=ids.ExchangeClientOrderId("web_1"),
    )
    decision = driver.put(report)
    assert not driver.desk.orders
    assert not decision.effects


def test_a_report_by_the_venues_id_alone_finds_its_order(driver: DeskDriver) -> None:
    order = driver.working(exchange_order_id="77")
    driver.put(
        reports.OrderReported(
            at=driver.now,
            account_id=order.account_id,
            symbol=order.symbol,
            status=CANCELED,
            filled_quantity=Decimal(0),
            exchange_order_id=ids.ExchangeOrderId("77"),
        )
    )
    assert order.status is OrderStatus.CANCELED


def test_an_open_order_reported_without_any_venue_id_stays_in_doubt(driver: DeskDriver) -> None:
    order = driver.place()
    driver.unknown(order)
    assert driver.report(order, OPEN, exchange_order_id=None) == Decision([], [])
    assert order.in_doubt


def test_a_doubt_is_settled_once(driver: DeskDriver) -> None:
    order = driver.place()
    driver.unknown(order)
    for _ in range(3):
        driver.report(order, OPEN)
    assert sum(isinstance(event, OrderSubmitted) for event in driver.journal) == 1
