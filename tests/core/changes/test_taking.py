"""A post-only order whose new price would take is not lost: refused untouched, put right, put back, or explained."""

from datetime import timedelta
from decimal import Decimal

import pytest

from support.changing import ChangingDriver, InPlaceDriver, leaving, names, refusal_of
from support.desk_driver import ALICE
from tidegate.core.decision import Decision
from tidegate.core.messages import commands, reports
from tidegate.core.messages.effects import SendCancel, SendOrder
from tidegate.core.order import Order
from tidegate.core.vocabulary import (
    AccountState,
    Correction,
    OrderStatus,
    PendingAction,
    RefusalCode,
    RejectReason,
    Side,
    VenueOrderStatus,
)

TOUCH = {"bid": "49990", "ask": "50010"}
CANCELED = VenueOrderStatus.CANCELED


def shop(driver: ChangingDriver, *corrections: Correction) -> ChangingDriver:
    driver.open_shop()
    driver.put(
        commands.SetCorrections(
            command_id=driver.command_id(), at=driver.now, user_id=ALICE, corrections=frozenset(corrections)
        )
    )
    return driver


@pytest.fixture
def driver() -> ChangingDriver:
    return shop(ChangingDriver())


@pytest.fixture
def corrected() -> ChangingDriver:
    return shop(ChangingDriver(), Correction.REPRICE_POST_ONLY)


def resting(driver: ChangingDriver, side: Side = Side.BUY) -> Order:
    price = "49000" if side is Side.BUY else "51000"
    return driver.working(driver.order_command(side=side, price=price, post_only=True))


def sent_again(driver: ChangingDriver, filled: str = "0") -> Order:
    """One whose rest is on its way to a price that the desk, whose own price is old, cannot judge."""
    order = resting(driver)
    if filled != "0":
        driver.fill(order, filled, price="49000")
    driver.price("50000", **TOUCH)
    driver.now += timedelta(seconds=2)
    assert refusal_of(driver.amend(order, price="50020")) is None
    driver.report(order, CANCELED, filled)
    assert order.is_resending
    return order


def refuse(driver: ChangingDriver, order: Order) -> Decision:
    return driver.put(
        reports.OrderRefused(
            at=driver.now,
            account_id=order.account_id,
            order_id=order.order_id,
            attempt=order.attempt,
            retryable=False,
            reason=RejectReason.IMMEDIATE_MATCH_REFUSED,
            message="would match",
            venue_code="-2010",
        )
    )


# --- refused untouched -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("side", "price"), [(Side.BUY, "50010"), (Side.SELL, "49990")])
@pytest.mark.parametrize("venue", [ChangingDriver, InPlaceDriver])
def test_a_price_that_would_take_is_refused_and_the_order_left_alone(
    venue: type[ChangingDriver], side: Side, price: str
) -> None:
    driver = shop(venue())
    order = resting(driver, side)
    driver.price("50000", **TOUCH)
    decision = driver.amend(order, price=price)
    refusal = refusal_of(decision)
    assert refusal is not None
    assert refusal.code is RefusalCode.PRICE_OUTSIDE_BAND
    assert refusal.limit == price
    assert leaving(decision) == []
    assert (order.asked, order.pending_action) == (None, PendingAction.NONE)


def test_a_price_a_tick_before_the_touch_is_none_that_takes(driver: ChangingDriver) -> None:
    order = resting(driver)
    driver.price("50000", **TOUCH)
    assert refusal_of(driver.amend(order, price="50009.99")) is None


def test_by_an_old_price_the_venue_judges(driver: ChangingDriver) -> None:
    order = resting(driver)
    driver.price("50000", **TOUCH)
    driver.now += timedelta(seconds=2)
    assert [type(effect) for effect in leaving(driver.amend(order, price="50020"))] == [SendCancel]


def test_what_may_take_is_changed_across_the_touch(driver: ChangingDriver) -> None:
    order = driver.working(driver.order_command(price="49000"))
    driver.price("50000", **TOUCH)
    assert refusal_of(driver.amend(order, price="50020")) is None


# --- put right ---------------------------------------------------------------------------------------------------


def test_with_leave_the_new_price_is_put_a_tick_beyond_the_touch(corrected: ChangingDriver) -> None:
    order = resting(corrected)
    corrected.fill(order, "0.4", price="49000")
    corrected.price("50000", **TOUCH)
    assert refusal_of(corrected.amend(order, price="50020")) is None
    corrected.report(order, CANCELED, "0.4")
    [sent] = leaving(refuse(corrected, order))
    assert isinstance(sent, SendOrder)
    assert (sent.price, sent.quantity, sent.attempt) == (Decimal("50009.99"), Decimal("0.6"), 3)
    corrected.accept(order, "9003")
    assert (order.price, order.asked, order.status) == (sent.price, None, OrderStatus.PARTIALLY_FILLED)
    assert order.pending_action is PendingAction.NONE
    corrected.check_books()


def test_what_stays_refused_goes_back_as_it_was(corrected: ChangingDriver) -> None:
    order = sent_again(corrected)
    refuse(corrected, order)
    refuse(corrected, order)
    assert order.asked is not None
    assert names(refuse(corrected, order)) == ["AttemptFailed", "AmendFailed"]
    [sent] = leaving(corrected.wake(order.order_id))
    assert isinstance(sent, SendOrder)
    assert sent.price == 49_000


# --- put back ----------------------------------------------------------------------------------------------------


def test_what_the_venue_does_not_take_at_its_new_price_goes_back_at_the_old_one(driver: ChangingDriver) -> None:
    order = sent_again(driver, "0.4")
    refuse(driver, order)
    [sent] = leaving(driver.wake(order.order_id))
    assert isinstance(sent, SendOrder)
    assert (sent.price, sent.quantity, sent.post_only) == (Decimal(49_000), Decimal("0.6"), True)
    assert driver.reserved("USDT") == 29_400
    driver.accept(order, "9003")
    assert (order.status, order.price, order.asked) == (OrderStatus.PARTIALLY_FILLED, Decimal(49_000), None)
    assert "not changed: would match; what was left goes back as it was" in [
        row.message for row in driver.history(order)
    ]
    driver.fill(order, "0.6", price="49000", exchange_order_id="9003")
    assert order.status is OrderStatus.FILLED
    driver.check_books()


@pytest.mark.parametrize("filled", ["0", "0.4"])
def test_what_does_not_even_go_back_was_canceled_and_says_so(driver: ChangingDriver, filled: str) -> None:
    order = sent_again(driver, filled)
    refuse(driver, order)
    driver.wake(order.order_id)
    refuse(driver, order)
    assert (order.status, order.reason) == (OrderStatus.CANCELED, RejectReason.REPLACE_FAILED)
    driver.check_books()


def test_what_is_to_be_canceled_meanwhile_does_not_go_back(driver: ChangingDriver) -> None:
    order = sent_again(driver)
    driver.cancel(order)
    refuse(driver, order)
    assert (order.status, order.reason) == (OrderStatus.CANCELED, RejectReason.USER_REQUEST)


def test_while_the_venue_takes_none_it_waits_to_go_back_and_not_for_ever(driver: ChangingDriver) -> None:
    order = sent_again(driver)
    refuse(driver, order)
    driver.account.state = AccountState.OFFLINE
    assert leaving(driver.wake(order.order_id)) == []
    driver.now += driver.desk.policy.change_window
    driver.wake(order.order_id)
    assert (order.status, order.reason) == (OrderStatus.CANCELED, RejectReason.NOT_SENT)


# --- explained ---------------------------------------------------------------------------------------------------


def changing_in_place(driver: ChangingDriver) -> Order:
    order = resting(driver)
    driver.price("50000", **TOUCH)
    driver.now += timedelta(seconds=2)
    driver.amend(order, price="50020")
    return order


def test_what_a_venue_cancels_for_its_new_price_says_why() -> None:
    driver = shop(InPlaceDriver())
    order = changing_in_place(driver)
    driver.report(order, CANCELED)
    assert (order.status, order.reason) == (OrderStatus.CANCELED, RejectReason.IMMEDIATE_MATCH_REFUSED)
    assert order.message == "okx canceled it for the change: post-only, it would have taken at 50020"
    driver.check_books()


def test_with_leave_it_is_sent_again_beyond_the_touch() -> None:
    driver = shop(InPlaceDriver(), Correction.REPRICE_POST_ONLY)
    order = changing_in_place(driver)
    [sent] = leaving(driver.report(order, CANCELED))
    assert isinstance(sent, SendOrder)
    assert (sent.price, order.attempt) == (Decimal("50009.99"), 2)
    driver.amend_accepted(order)
    driver.accept(order, "9002")
    assert (order.price, order.asked, order.status) == (sent.price, None, OrderStatus.SUBMITTED)
    driver.check_books()


def test_a_cancel_of_the_users_own_is_not_explained_by_the_price() -> None:
    driver = shop(InPlaceDriver())
    order = changing_in_place(driver)
    driver.cancel(order)
    driver.report(order, CANCELED)
    assert order.reason is RejectReason.USER_REQUEST
