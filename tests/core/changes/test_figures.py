"""An order's figures at the venue resolve a change under way, and tell one that nobody here asked for."""

import copy
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from support.changing import ChangingDriver, InPlaceDriver, leaving, names
from tidegate.core.changes.outcomes import lost
from tidegate.core.decision import Decision
from tidegate.core.messages.effects import QueryOrder, SendAmend
from tidegate.core.messages.events import AmendRequested
from tidegate.core.order import Order
from tidegate.core.vocabulary import (
    Leg,
    OffsetUnit,
    OrderStatus,
    OrderType,
    PendingAction,
    Side,
    TimeInForce,
    VenueOrderStatus,
)

OPEN, FILLED, CANCELED = VenueOrderStatus.OPEN, VenueOrderStatus.FILLED, VenueOrderStatus.CANCELED


@pytest.fixture
def driver() -> InPlaceDriver:
    driver = InPlaceDriver()
    driver.open_shop()
    return driver


def provable_from(driver: InPlaceDriver, order: Order) -> datetime:
    policy = driver.desk.policy
    assert order.amend_expires_at is not None
    return order.amend_expires_at + policy.processing_margin + policy.absence_gap


# --- a change under way ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("requested_at", ["now", None])
def test_figures_as_asked_say_that_the_change_was_made(driver: InPlaceDriver, requested_at: str | None) -> None:
    order = driver.working()
    driver.amend(order, price="49000")
    driver.amend_unknown(order)
    driver.shows(order, quantity="1", price="49000", requested_at=requested_at)
    assert (order.price, order.pending_action) == (49_000, PendingAction.NONE)


def test_figures_as_before_prove_nothing_while_the_request_may_still_arrive(driver: InPlaceDriver) -> None:
    order = driver.working()
    driver.amend(order, price="49000")
    driver.amend_unknown(order)
    driver.shows(order, quantity="1", price="50000")
    assert order.pending_action is PendingAction.AMEND
    assert driver.timer(order) == provable_from(driver, order)
    driver.now = provable_from(driver, order)
    assert QueryOrder in [type(effect) for effect in driver.wake(order.order_id).effects]
    driver.shows(order, quantity="1", price="50000")
    assert (order.price, order.amend_expires_at) == (50_000, None)


def lose(driver: InPlaceDriver, order: Order) -> None:
    """The venue never got the request that is under way, and that is proven."""
    driver.amend_unknown(order)
    driver.now = provable_from(driver, order)
    driver.wake(order.order_id)
    driver.shows(order, quantity="1", price="50000")


def test_a_lost_request_is_asked_for_again_a_little_later(driver: InPlaceDriver) -> None:
    order = driver.working()
    driver.amend(order, price="49000")
    lose(driver, order)
    assert driver.history(order)[-1].message.startswith("not changed yet, asking again: okx shows the order as it was")
    at = driver.timer(order)
    assert at is not None
    assert at > driver.now
    driver.now = at
    [sent] = leaving(driver.wake(order.order_id))
    assert isinstance(sent, SendAmend)
    assert (sent.amendment, sent.price) == (2, 49_000)
    driver.amend_accepted(order)
    assert (order.price, order.pending_action) == (49_000, PendingAction.NONE)


def test_requests_that_are_lost_one_after_another_are_given_up_with_the_changes_window(driver: InPlaceDriver) -> None:
    order = driver.working()
    driver.amend(order, price="49000")
    given_up_at = order.retry_until
    assert given_up_at is not None
    while order.pending_action is PendingAction.AMEND:
        assert driver.now < given_up_at
        lose(driver, order)
        if order.asked is not None:
            driver.now = driver.timer(order) or driver.now
            driver.wake(order.order_id)
    assert order.amendment == 3
    assert (order.price, order.reserved_quantity) == (50_000, 50_000)
    assert driver.history(order)[-1].message == "not changed: okx shows the order as it was before"


def test_a_lost_move_of_protection_is_made_by_another_way_at_once(driver: InPlaceDriver) -> None:
    order = driver.working()
    driver.amend(order, price="49000")
    leg = copy.copy(order)
    leg.leg = Leg.STOP_LOSS
    [asked] = lost(driver.desk, leg, driver.now, "lost").events
    assert isinstance(asked, AmendRequested)
    assert not asked.in_place


def test_an_answer_to_a_question_from_before_the_change_proves_nothing(driver: InPlaceDriver) -> None:
    """A price asked for again that the order had once: an old picture shows it, too."""
    order = driver.working()
    driver.amend(order, price="49000")
    driver.amend_accepted(order)
    driver.now += timedelta(seconds=5)
    before = driver.now - timedelta(seconds=1)
    driver.amend(order, price="50000")
    driver.shows(order, price="50000", requested_at=before)
    assert order.pending_action is PendingAction.AMEND


def test_a_stream_that_shows_the_old_figures_proves_nothing(driver: InPlaceDriver) -> None:
    order = driver.working()
    driver.amend(order, price="49000")
    driver.now += timedelta(minutes=1)
    assert driver.shows(order, price="50000", requested_at=None) == Decision([], [])


def test_a_report_without_figures_proves_nothing(driver: InPlaceDriver) -> None:
    order = driver.working()
    driver.amend(order, price="49000")
    driver.now += timedelta(minutes=1)
    driver.shows(order)
    assert order.pending_action is PendingAction.AMEND


def test_only_the_figures_that_change_decide(driver: InPlaceDriver) -> None:
    order = driver.working()
    driver.amend(order, quantity="0.5")
    driver.shows(order, quantity="0.5", price="50000")
    assert order.quantity == Decimal("0.5")


def test_figures_that_are_neither_the_one_nor_the_other_are_asked_about_again(driver: InPlaceDriver) -> None:
    order = driver.working()
    driver.amend(order, price="49000", quantity="2")
    driver.now = provable_from(driver, order)
    driver.shows(order, quantity="2", price="48000")
    assert order.pending_action is PendingAction.AMEND
    assert driver.timer(order) is not None


def test_a_changed_order_that_is_reported_filled_was_changed_first(driver: InPlaceDriver) -> None:
    order = driver.working()
    driver.amend(order, price="51000")
    driver.fill(order, "0.5", price="50000")
    decision = driver.shows(order, FILLED, "1", quantity="1", price="51000")
    assert names(decision)[0] == "OrderAmended"
    driver.fill(order, "0.5", price="50500")
    assert order.price == 51_000
    driver.check_books()


def test_a_conditional_order_is_known_by_its_trigger(driver: InPlaceDriver) -> None:
    order = driver.stop()
    driver.amend(order, trigger_price="48000")
    driver.amend_unknown(order)
    driver.shows(order, trigger_price="48000", quantity="1", price="0")
    assert (order.trigger_price, order.pending_action) == (48_000, PendingAction.NONE)


# --- changed by somebody else ------------------------------------------------------------------------------------


def test_a_stream_tells_at_once_of_a_change_by_hand(driver: InPlaceDriver) -> None:
    order = driver.working()
    decision = driver.shows(order, quantity="2", price="49000", requested_at=None)
    assert names(decision) == ["OrderRestated"]
    assert (order.quantity, order.price, driver.reserved("USDT")) == (2, 49_000, 98_000)
    assert driver.history(order)[-1].message == (
        "okx changed it without being asked: quantity 1 is 2, price 50000 is 49000"
    )
    driver.check_books()


def test_after_a_change_of_ours_a_stream_may_be_late_and_is_asked_about(driver: InPlaceDriver) -> None:
    order = driver.working()
    driver.amend(order, price="49000")
    driver.amend_accepted(order)
    decision = driver.shows(order, price="50000", requested_at=None)
    assert names(decision) == []
    assert [type(effect) for effect in decision.effects] == [QueryOrder]
    driver.now += timedelta(seconds=5)
    driver.shows(order, price="49000")
    assert order.price == 49_000


def test_an_answer_that_may_be_older_than_our_last_change_says_nothing(driver: InPlaceDriver) -> None:
    order = driver.working()
    driver.amend(order, price="49000")
    driver.amend_accepted(order)
    driver.now += timedelta(seconds=1)
    assert driver.shows(order, price="50000") == Decision([], [])
    driver.now += timedelta(seconds=1)
    driver.shows(order, price="50000")
    assert order.price == 50_000, "asked well after: somebody changed it back"


def test_an_answer_older_than_anything_that_happened_to_the_order_says_nothing(driver: InPlaceDriver) -> None:
    order = driver.working()
    asked = driver.now
    driver.now += timedelta(seconds=1)
    driver.fill(order, "0.1")
    assert driver.shows(order, filled="0.1", quantity="2", requested_at=asked) == Decision([], [])


@pytest.mark.parametrize(
    "figures",
    [
        {},
        {"quantity": "1.000", "price": "50000.0"},
        {"quantity": "0", "price": "0", "trigger_price": "0"},
        {"price": "50000.004"},
        {"quantity": "1.000004"},
        {"trigger_price": "48000"},
    ],
)
def test_what_is_no_difference_changes_nothing(driver: InPlaceDriver, figures: dict[str, str]) -> None:
    """Rounding at the venue, zeros for what an order does not have, figures that are not told."""
    order = driver.working()
    assert driver.shows(order, **figures, requested_at=None) == Decision([], [])  # type: ignore[arg-type]


def test_a_market_orders_average_price_is_none_of_its_own(driver: InPlaceDriver) -> None:
    order = driver.working(driver.order_command(order_type=OrderType.MARKET, price=None))
    assert names(driver.shows(order, price="50100", quantity="1", requested_at=None)) == []
    immediate = driver.working(driver.order_command(time_in_force=TimeInForce.IOC), "9002")
    assert names(driver.shows(immediate, price="50100", quantity="0.4", requested_at=None)) == []


def test_a_trailing_stop_moves_its_own_trigger(driver: InPlaceDriver) -> None:
    command = driver.order_command(
        side=Side.SELL,
        order_type=OrderType.TRAILING_STOP,
        price=None,
        trailing_offset=Decimal(1),
        trailing_offset_unit=OffsetUnit.PERCENT,
    )
    order = driver.working(command, "7001")
    assert names(driver.shows(order, trigger_price="49600", quantity="1", requested_at=None)) == []


def test_an_order_that_is_canceled_in_parts_by_its_venue_keeps_what_it_filled(driver: InPlaceDriver) -> None:
    order = driver.working()
    driver.fill(order, "0.4")
    assert names(driver.shows(order, filled="0.4", quantity="0.3", requested_at=None)) == [], "that cannot be"
    driver.shows(order, filled="0.4", quantity="0.5", requested_at=None)
    assert order.leaves_quantity == Decimal("0.1")
    driver.check_books()


def test_a_reduction_by_hand_that_is_filled_ends_the_order(driver: InPlaceDriver) -> None:
    order = driver.working()
    driver.fill(order, "0.5")
    driver.shows(order, FILLED, "0.5", quantity="0.5", requested_at=None)
    assert (order.status, order.quantity) == ("filled", Decimal("0.5"))
    driver.check_books()


def test_the_last_figures_of_a_filled_order_are_believed_however_often_we_had_changed_it(driver: InPlaceDriver) -> None:
    """Its executions were once waited for up to the quantity that somebody had reduced, and a break said so."""
    order = driver.working()
    driver.amend(order, price="49000")
    driver.amend_accepted(order)
    driver.shows(order, FILLED, "0.5", quantity="0.5", price="49000", requested_at=None)
    driver.fill(order, "0.5", price="49000")
    assert (order.status, order.quantity) == (OrderStatus.FILLED, Decimal("0.5"))
    driver.wait(120)
    assert not driver.desk.open_breaks
    driver.check_books()


def test_a_filled_orders_figures_that_contradict_its_fills_are_old_and_not_believed(driver: InPlaceDriver) -> None:
    order = driver.working(driver.order_command(quantity="0.2"))
    driver.amend(order, quantity="0.3")
    driver.amend_accepted(order)
    decision = driver.shows(order, FILLED, "0.3", quantity="0.2")
    assert "OrderRestated" not in names(decision)
    driver.fill(order, "0.3")
    assert (order.status, order.quantity, order.filled_quantity) == (
        OrderStatus.FILLED,
        Decimal("0.3"),
        Decimal("0.3"),
    )


def test_the_quantity_of_what_was_sent_again_counts_from_its_beginning() -> None:
    driver = ChangingDriver()
    driver.open_shop()
    order = driver.working()
    driver.fill(order, "0.4")
    driver.amend(order, price="49000")
    driver.report(order, CANCELED, "0.4")
    driver.accept(order, "9002")
    driver.now += timedelta(seconds=5)
    assert driver.shows(order, quantity="0.6", price="49000") == Decision([], [])
    driver.shows(order, quantity="0.5", price="49000")
    assert order.quantity == Decimal("0.9")
