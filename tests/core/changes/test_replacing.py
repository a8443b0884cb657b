"""Where an order cannot change in place it is canceled, and the rest is sent again once that is proven."""

from datetime import timedelta
from decimal import Decimal

import pytest

from support.changing import ChangingDriver, leaving, names, refusal_of
from tidegate.core.decision import Decision
from tidegate.core.messages.effects import Effect, QueryOrder, SendCancel, SendOrder
from tidegate.core.order import Order
from tidegate.core.vocabulary import OrderStatus, PendingAction, RejectReason, TradingState, VenueOrderStatus

OPEN, FILLED, CANCELED = VenueOrderStatus.OPEN, VenueOrderStatus.FILLED, VenueOrderStatus.CANCELED
EXPIRED, REJECTED = VenueOrderStatus.EXPIRED, VenueOrderStatus.REJECTED


@pytest.fixture
def driver() -> ChangingDriver:
    driver = ChangingDriver()
    driver.open_shop()
    return driver


def kinds(decision: Decision) -> list[type[Effect]]:
    return [type(effect) for effect in decision.effects]


def giving_way(driver: ChangingDriver, filled: str = "0", **asked: str) -> Order:
    """An order whose cancel is under way so that it can be sent again."""
    order = driver.working()
    if filled != "0":
        driver.fill(order, filled)
    assert refusal_of(driver.amend(order, **(asked or {"price": "49000"}))) is None  # type: ignore[arg-type]
    return order


def sent_again(driver: ChangingDriver, filled: str = "0", **asked: str) -> Order:
    """An order whose rest is on its way."""
    order = giving_way(driver, filled, **asked)
    driver.report(order, CANCELED, filled)
    assert order.is_resending
    return order


def lost(order: Order, filled: str = "0") -> None:
    assert (order.status, order.reason) == (OrderStatus.CANCELED, RejectReason.REPLACE_FAILED)
    assert (order.filled_quantity, order.reserved_quantity) == (Decimal(filled), 0)


# --- making way --------------------------------------------------------------------------------------------------


def test_the_rest_leaves_under_an_id_of_its_own_and_history_tells_it(driver: ChangingDriver) -> None:
    order = giving_way(driver, "0.4")
    first = order.exchange_client_order_id
    [sent] = leaving(driver.report(order, CANCELED, "0.4"))
    assert isinstance(sent, SendOrder)
    assert sent.exchange_client_order_id not in (None, first)
    assert (sent.quantity, sent.price) == (Decimal("0.6"), 49_000)
    assert driver.reserved("USDT") == 29_400, "only the rest can trade any more"
    driver.accept(order, "9002")
    assert [row.message for row in driver.history(order)][-4:] == [
        "change requested by alice; binance cannot change it in place: it is canceled and sent again",
        "sending attempt 2 to binance",
        "binance has the order",
        "canceled, and what was left sent again as requested",
    ]
    assert (order.status, order.filled_before) == (OrderStatus.PARTIALLY_FILLED, Decimal("0.4"))
    driver.check_books()


def test_until_the_end_is_proven_nothing_leaves_whatever_else_is_told(driver: ChangingDriver) -> None:
    order = giving_way(driver)
    for decision in (
        driver.shows(order),
        driver.cancel_failed(order, RejectReason.VENUE_UNREACHABLE, final=False),
        driver.query_failed(order),
        driver.not_found(order),
        driver.wake(order.order_id),
    ):
        assert SendOrder not in kinds(decision)
    assert order.attempt == 1


def test_a_cancel_that_got_lost_is_sent_again(driver: ChangingDriver) -> None:
    order = giving_way(driver)
    driver.cancel_failed(order, RejectReason.VENUE_UNREACHABLE, final=False)
    assert set(kinds(driver.wake(order.order_id))) >= {SendCancel, QueryOrder}


def test_a_cancel_that_is_refused_for_good_leaves_the_order_as_it_was(driver: ChangingDriver) -> None:
    order = giving_way(driver, price="51000")
    driver.cancel_failed(order, RejectReason.PERMISSION_DENIED)
    assert (order.price, order.pending_action, order.replacing) == (50_000, PendingAction.NONE, False)
    assert driver.reserved("USDT") == 50_000
    driver.check_books()


@pytest.mark.parametrize("status", [EXPIRED, REJECTED])
def test_an_end_that_is_not_our_cancel_is_the_orders_end(driver: ChangingDriver, status: VenueOrderStatus) -> None:
    order = giving_way(driver)
    decision = driver.report(order, status)
    assert leaving(decision) == []
    assert names(decision) == ["AmendFailed", "OrderEnded", "OrderClosed"]
    assert order.status == status.value


def test_a_venue_that_takes_too_long_does_not_get_a_stale_order(driver: ChangingDriver) -> None:
    order = giving_way(driver)
    driver.now += timedelta(minutes=2)
    decision = driver.report(order, CANCELED)
    assert leaving(decision) == []
    lost(order)
    driver.check_books()


def test_without_all_executions_the_rest_is_not_known_and_not_sent(driver: ChangingDriver) -> None:
    order = giving_way(driver)
    driver.report(order, CANCELED, "0.4")
    driver.wait(120)
    lost(order)
    assert [found.kind for found in driver.desk.open_breaks.values()] == ["missing_executions"]
    driver.fill(order, "0.4")
    assert order.filled_quantity == Decimal("0.4")
    assert not driver.desk.open_breaks


# --- on its way again --------------------------------------------------------------------------------------------


def test_where_trading_was_stopped_meanwhile_the_rest_is_not_sent_again(driver: ChangingDriver) -> None:
    order = giving_way(driver, "0.4")
    driver.restrict(TradingState.HALTED)
    decision = driver.report(order, CANCELED, "0.4")
    assert not [effect for effect in decision.effects if isinstance(effect, SendOrder)]
    assert (order.status, order.reason, order.attempt) == (OrderStatus.CANCELED, RejectReason.KILLED, 1)
    driver.check_books()


def test_a_rest_whose_scope_was_released_in_time_is_sent_again(driver: ChangingDriver) -> None:
    order = giving_way(driver, "0.4")
    driver.restrict(TradingState.HALTED)
    driver.restrict(TradingState.ACTIVE)
    [sent] = leaving(driver.report(order, CANCELED, "0.4"))
    assert isinstance(sent, SendOrder)


def test_a_rest_that_is_refused_for_good_ends_the_order(driver: ChangingDriver) -> None:
    order = sent_again(driver, "0.4")
    decision = driver.refuse(order, retryable=False)
    assert names(decision) == ["AmendFailed", "OrderEnded", "OrderClosed"]
    lost(order, "0.4")
    assert [row.error_code for row in driver.history(order)[-3:]] == ["insufficient_funds", "replace_failed", None]
    driver.check_books()


def test_a_rest_that_is_refused_for_a_while_is_tried_again(driver: ChangingDriver) -> None:
    order = sent_again(driver, "0.4")
    driver.refuse(order, retryable=True)
    assert order.waiting_to_retry
    [sent] = leaving(driver.wake(order.order_id))
    assert isinstance(sent, SendOrder)
    assert (sent.attempt, sent.quantity, sent.price) == (3, Decimal("0.6"), 49_000)
    driver.accept(order, "9003")
    assert (order.price, order.quantity) == (49_000, 1)
    driver.check_books()


def test_a_rest_that_cannot_be_sent_in_time_ends_the_order(driver: ChangingDriver) -> None:
    order = sent_again(driver)
    while not order.is_closed:
        driver.refuse(order, retryable=True)
        driver.wait(20)
    lost(order)


def test_how_often_an_order_was_changed_before_takes_no_tries_away(driver: ChangingDriver) -> None:
    order = driver.working()
    for number in range(7):
        driver.amend(order, price=str(49_000 - number))
        driver.shows(order, CANCELED)
        driver.accept(order, f"91{number}")
    driver.amend(order, price="48000")
    driver.shows(order, CANCELED)
    driver.refuse(order, retryable=True)
    assert order.waiting_to_retry
    assert driver.timer(order) == driver.now + driver.desk.policy.back_off(1, seed=order.order_id)


def test_an_unknown_outcome_of_the_rest_is_asked_about(driver: ChangingDriver) -> None:
    order = sent_again(driver)
    decision = driver.unknown(order)
    assert order.in_doubt
    assert QueryOrder in kinds(decision)
    assert driver.desk.unresolved[order.account_id] == 1
    driver.shows(order, exchange_order_id="9002")
    assert (order.in_doubt, order.price, order.exchange_order_id) == (False, 49_000, "9002")
    assert driver.desk.unresolved[order.account_id] == 0
    driver.check_books()


def test_a_rest_that_proves_absent_is_sent_again_within_the_window(driver: ChangingDriver) -> None:
    order = sent_again(driver)
    driver.unknown(order)
    for _ in range(2):
        driver.now += timedelta(seconds=5)
        driver.not_found(order)
    assert order.waiting_to_retry
    [sent] = leaving(driver.wake(order.order_id))
    assert isinstance(sent, SendOrder)
    assert sent.attempt == 3


def test_a_rest_that_proves_absent_too_late_ends_the_order(driver: ChangingDriver) -> None:
    order = sent_again(driver)
    driver.unknown(order)
    for _ in range(2):
        driver.now += timedelta(seconds=30)
        driver.not_found(order)
    lost(order)


def test_a_rest_that_is_rejected_on_the_stream_ends_the_order(driver: ChangingDriver) -> None:
    order = sent_again(driver)
    driver.report(order, REJECTED, exchange_order_id="9002")
    lost(order)
    driver.check_books()


def test_a_rest_that_is_rejected_after_its_acknowledgement_ends_the_order(driver: ChangingDriver) -> None:
    order = sent_again(driver)
    driver.accept(order, "9002")
    driver.report(order, REJECTED, exchange_order_id="9002")
    lost(order)


def test_a_lost_rest_that_turns_up_after_all_is_taken_out(driver: ChangingDriver) -> None:
    order = sent_again(driver)
    driver.refuse(order, retryable=False)
    [sent] = leaving(driver.shows(order, exchange_order_id="9002"))
    assert isinstance(sent, SendCancel)
    assert [found.kind for found in driver.desk.open_breaks.values()] == ["ended_order_alive"]


def test_a_fill_without_the_venues_id_tells_that_the_rest_is_there(driver: ChangingDriver) -> None:
    order = sent_again(driver)
    driver.fill(order, "0.4", exchange_order_id=None)
    assert (order.price, order.status) == (49_000, OrderStatus.PARTIALLY_FILLED)
    driver.accept(order, "9002")
    driver.fill(order, "0.6", exchange_order_id="9002")
    assert order.status is OrderStatus.FILLED
    driver.check_books()


def test_a_rest_that_is_told_rejected_and_traded_at_once_is_looked_into(driver: ChangingDriver) -> None:
    """It once left the change half made: found by random inputs."""
    order = sent_again(driver)
    driver.report(order, REJECTED, "0.5", exchange_order_id="9002")
    assert not order.is_closed
    driver.check_books()
    driver.fill(order, "0.5", exchange_order_id="9002")
    assert (order.status, order.price) == (OrderStatus.CANCELED, 49_000)
    driver.check_books()
