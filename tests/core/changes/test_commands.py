"""A change is refused with the reason, or made at the desk, in place, or by way of a cancel."""

from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest

from support.changing import ChangingDriver, InPlaceDriver, leaving, names, refusal_of
from support.desk_driver import ACCOUNT, BOB, BTC_USDT, RISK
from tidegate.core.decision import Decision
from tidegate.core.messages.effects import SendAmend, SendCancel
from tidegate.core.messages.values import Protection, Refusal
from tidegate.core.order import Order
from tidegate.core.vocabulary import (
    OrderStatus,
    OrderType,
    PendingAction,
    RefusalCode,
    RejectReason,
    Side,
    TimeInForce,
    VenueOrderStatus,
)


@pytest.fixture
def driver() -> InPlaceDriver:
    driver = InPlaceDriver()
    driver.open_shop()
    return driver


@pytest.fixture
def replacing() -> ChangingDriver:
    driver = ChangingDriver()
    driver.open_shop()
    return driver


def refused(decision: Decision) -> Refusal:
    assert decision.events == []
    refusal = refusal_of(decision)
    assert refusal is not None
    return refusal


# --- refusals ----------------------------------------------------------------------------------------------------


def test_another_users_order_is_not_found(driver: InPlaceDriver) -> None:
    order = driver.working()
    for stranger in (BOB, RISK):
        assert refused(driver.amend(order, price="49000", user_id=stranger)).code is RefusalCode.ORDER_NOT_FOUND


def test_a_command_that_comes_too_late_is_not_carried_out(driver: InPlaceDriver) -> None:
    order = driver.working()
    late = driver.now - timedelta(seconds=1)
    assert refused(driver.amend(order, price="49000", not_after=late)).code is RefusalCode.COMMAND_EXPIRED


def test_a_closed_order_does_not_change_even_once_memory_has_let_it_go(driver: InPlaceDriver) -> None:
    order = driver.working()
    driver.fill(order, "1")
    driver.let_go_of_closed()
    refusal = refused(driver.amend(order, price="49000"))
    assert (refusal.code, refusal.order_id) == (RefusalCode.ORDER_CLOSED, order.order_id)


@pytest.mark.parametrize("state", ["not acknowledged", "in doubt", "being canceled", "being changed", "ended, behind"])
def test_a_busy_order_says_when_to_ask_again(driver: InPlaceDriver, state: str) -> None:
    order = driver.place()
    if state != "not acknowledged":
        driver.accept(order)
    match state:
        case "in doubt":
            driver.refuse(order, retryable=False)
        case "being canceled":
            driver.cancel(order)
        case "being changed":
            driver.amend(order, price="49500")
        case "ended, behind":
            driver.report(order, VenueOrderStatus.CANCELED, "0.4")
        case _:
            pass
    refusal = refused(driver.amend(order, price="49000"))
    assert (refusal.code, refusal.order_id) == (RefusalCode.ORDER_BUSY, order.order_id)
    assert "ask again once" in refusal.message


def test_the_rest_of_a_replaced_order_is_busy_until_it_is_there(replacing: ChangingDriver) -> None:
    order = replacing.working()
    replacing.amend(order, price="49000")
    replacing.report(order, VenueOrderStatus.CANCELED)
    assert refused(replacing.amend(order, price="48000")).code is RefusalCode.ORDER_BUSY
    replacing.accept(order, "9002")
    assert refusal_of(replacing.amend(order, price="48000")) is None


def test_nothing_to_change_is_said(driver: InPlaceDriver) -> None:
    order = driver.working()
    assert refused(driver.amend(order)).code is RefusalCode.NOTHING_TO_CHANGE
    assert refused(driver.amend(order, price="50000.00", quantity="1.0")).code is RefusalCode.NOTHING_TO_CHANGE


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"quantity": "0.000001"}, RefusalCode.QUANTITY_NOT_MULTIPLE_OF_STEP),
        ({"quantity": "0"}, RefusalCode.QUANTITY_BELOW_MINIMUM),
        ({"quantity": "-1"}, RefusalCode.QUANTITY_BELOW_FILLED),
        ({"quantity": "0.00001"}, RefusalCode.NOTIONAL_BELOW_MINIMUM),
        ({"price": "50000.001"}, RefusalCode.PRICE_NOT_MULTIPLE_OF_TICK),
        ({"price": "-1"}, RefusalCode.PRICE_OUTSIDE_BAND),
        ({"price": "1e30"}, RefusalCode.QUANTITY_AMBIGUOUS),
        ({"quantity": "NaN"}, RefusalCode.QUANTITY_AMBIGUOUS),
        ({"quantity": "sNaN"}, RefusalCode.QUANTITY_AMBIGUOUS),
        ({"price": "Infinity"}, RefusalCode.QUANTITY_AMBIGUOUS),
        ({"trigger_price": "49000"}, RefusalCode.TRIGGER_PRICE_NOT_ALLOWED),
    ],
)
def test_figures_must_fit_the_market_and_the_order(
    driver: InPlaceDriver, asked: dict[str, str], code: RefusalCode
) -> None:
    order = driver.working()
    assert refused(driver.amend(order, **asked)).code is code  # type: ignore[arg-type]
    assert order.pending_action is PendingAction.NONE


def test_a_market_order_has_no_price_and_an_immediate_one_does_not_change(driver: InPlaceDriver) -> None:
    stop = driver.stop()
    assert refused(driver.amend(stop, price="48000")).code is RefusalCode.PRICE_NOT_ALLOWED
    immediate = driver.working(driver.order_command(time_in_force=TimeInForce.IOC), "9002")
    assert refused(driver.amend(immediate, price="49000")).code is RefusalCode.UNSUPPORTED_COMBINATION


def test_the_trigger_of_what_has_been_set_off_does_not_change(driver: InPlaceDriver) -> None:
    command = driver.order_command(
        side=Side.SELL, order_type=OrderType.STOP_LIMIT, price="48900", trigger_price=Decimal(49_000)
    )
    order = driver.working(command, "7001")
    driver.shows(order, triggered=True)
    driver.price("48950")
    assert refused(driver.amend(order, trigger_price="48000")).code is RefusalCode.TRIGGER_PRICE_NOT_ALLOWED
    [sent] = leaving(driver.amend(order, price="48800"))
    assert isinstance(sent, SendAmend)
    assert (sent.order_type, sent.conditional, sent.trigger_price) == (OrderType.LIMIT, False, None)


def test_a_trigger_that_the_market_has_passed_is_refused(driver: InPlaceDriver) -> None:
    order = driver.stop()
    refusal = refused(driver.amend(order, trigger_price="51000"))
    assert refusal.code is RefusalCode.TRIGGER_PRICE_ALREADY_PASSED
    driver.now += driver.desk.policy.price_fresh + timedelta(milliseconds=1)
    assert leaving(driver.amend(order, trigger_price="51000")), "the market may have moved since: the venue judges"


def test_an_increase_must_be_paid_for(driver: InPlaceDriver) -> None:
    order = driver.working(driver.order_command(quantity="19"))
    refusal = refused(driver.amend(order, quantity="21"))
    assert refusal.code is RefusalCode.INSUFFICIENT_BALANCE
    assert (refusal.limit, refusal.actual) == ("50000", "100000"), "what it has reserved counts"
    assert refusal_of(driver.amend(order, quantity="20")) is None


def test_an_account_that_is_not_ready_makes_no_changes(driver: InPlaceDriver) -> None:
    order = driver.working()
    driver.disconnect()
    assert refused(driver.amend(order, price="49000")).code is RefusalCode.VENUE_UNAVAILABLE


def test_what_would_be_sent_again_must_be_an_order_by_itself(replacing: ChangingDriver) -> None:
    order = replacing.working()
    replacing.fill(order, "0.5")
    refusal = refused(replacing.amend(order, quantity="0.50005"))
    assert refusal.code is RefusalCode.NOTIONAL_BELOW_MINIMUM


def test_the_ids_of_attempts_are_not_without_end(replacing: ChangingDriver) -> None:
    order = replacing.working()
    order.attempt = 1295
    refusal = refused(replacing.amend(order, price="49000"))
    assert refusal.code is RefusalCode.UNSUPPORTED_COMBINATION


# --- made at the desk --------------------------------------------------------------------------------------------


def test_an_order_that_the_desk_holds_changes_at_once(driver: InPlaceDriver) -> None:
    command = driver.order_command(
        order_type=OrderType.STOP_LIMIT,
        price="52000",
        trigger_price=Decimal(51_000),
        time_in_force=TimeInForce.FOK,
    )
    order = driver.place(command)
    assert order.is_held, "OKX's conditional orders have no time in force"
    decision = driver.amend(order, price="53000", quantity="2", trigger_price="52000")
    assert (names(decision), leaving(decision)) == (["OrderAmended"], [])
    assert (order.price, order.quantity, order.trigger_price) == (53_000, 2, 52_000)
    assert driver.reserved("USDT") == 106_000
    driver.check_books()


def test_an_order_that_waits_to_be_sent_again_leaves_changed(driver: InPlaceDriver) -> None:
    order = driver.place()
    driver.refuse(order, retryable=True)
    assert names(driver.amend(order, price="49000")) == ["OrderAmended"]
    [sent] = leaving(driver.wake(order.order_id))
    assert sent.price == 49_000  # type: ignore[union-attr]
    driver.check_books()


# --- part of an order --------------------------------------------------------------------------------------------


def test_the_cancel_of_a_part_reduces_what_is_open(driver: InPlaceDriver) -> None:
    order = driver.working()
    driver.fill(order, "0.2")
    [sent] = leaving(driver.cancel_part(order, "0.3"))
    assert isinstance(sent, SendAmend)
    assert sent.quantity == Decimal("0.7")
    driver.amend_accepted(order)
    assert (order.quantity, order.leaves_quantity) == (Decimal("0.7"), Decimal("0.5"))


@pytest.mark.parametrize("quantity", ["0.8", "5"])
def test_the_cancel_of_a_part_that_is_all_is_a_cancel(driver: InPlaceDriver, quantity: str) -> None:
    order = driver.working()
    driver.fill(order, "0.2")
    [sent] = leaving(driver.cancel_part(order, quantity))
    assert isinstance(sent, SendCancel)
    assert order.pending_action is PendingAction.CANCEL


def test_risk_officers_cancel_parts_of_anybodys_orders(driver: InPlaceDriver) -> None:
    order = driver.working()
    assert refused(driver.cancel_part(order, "0.3", user_id=BOB)).code is RefusalCode.ORDER_NOT_FOUND
    assert refusal_of(driver.cancel_part(order, "0.3", user_id=RISK)) is None


@pytest.mark.parametrize("quantity", ["0", "-1", "NaN"])
def test_a_part_is_more_than_nothing(driver: InPlaceDriver, quantity: str) -> None:
    order = driver.working()
    assert refused(driver.cancel_part(order, quantity)).code is RefusalCode.QUANTITY_BELOW_MINIMUM


def test_a_part_of_an_order_by_cash_cannot_be_told(driver: InPlaceDriver) -> None:
    command = driver.order_command(order_type=OrderType.MARKET, quantity=None, quote_quantity="10000", price=None)
    order = driver.working(command)
    assert refused(driver.cancel_part(order, "0.1")).code is RefusalCode.QUANTITY_AMBIGUOUS


def test_the_cancel_of_a_part_of_a_closed_order_is_refused(driver: InPlaceDriver) -> None:
    order = driver.working()
    driver.fill(order, "1")
    assert refused(driver.cancel_part(order, "0.1")).code is RefusalCode.ORDER_CLOSED


def test_reducing_an_order_to_what_is_filled_ends_it_as_its_user_asked(driver: InPlaceDriver) -> None:
    order: Order = driver.working()
    driver.fill(order, "0.4")
    driver.amend(order, quantity="0.4")
    driver.report(order, VenueOrderStatus.CANCELED, "0.4")
    assert (order.status, order.reason) == (OrderStatus.CANCELED, RejectReason.USER_REQUEST)
    assert driver.desk.holding(ACCOUNT, order.user_id, "USDT").reserved == 0


def test_a_protected_order_does_not_grow_beyond_what_its_stop_closes(replacing: ChangingDriver) -> None:
    replacing.list_markets(msgspec.structs.replace(BTC_USDT, market_quantity_max=Decimal(2)))
    stop = Protection(trigger_price=Decimal(45_000))
    order = replacing.working(replacing.order_command(stop_loss=stop))
    assert refused(replacing.amend(order, quantity="2.5")).code is RefusalCode.QUANTITY_ABOVE_MAXIMUM
    assert refusal_of(replacing.amend(order, quantity="2")) is None
