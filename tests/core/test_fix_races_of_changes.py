"""The order state cases of FIX 4.4 Appendix D about changes (C and D), one scenario each.

`replacing` venues cancel an order and get the rest anew, `amending` ones change it in place.
"""

from decimal import Decimal

import pytest

from support.changing import ChangingDriver, InPlaceDriver, hold_up, leaving, names, outcome, refusal_of, story
from tidegate.core.decision import Decision
from tidegate.core.messages.effects import Effect, QueryOrder, SendAmend, SendCancel, SendOrder
from tidegate.core.vocabulary import (
    ExecutionType,
    OrderStatus,
    PendingAction,
    RefusalCode,
    RejectReason,
    VenueOrderStatus,
)

OPEN, FILLED = VenueOrderStatus.OPEN, VenueOrderStatus.FILLED
CANCELED, EXPIRED, REJECTED = VenueOrderStatus.CANCELED, VenueOrderStatus.EXPIRED, VenueOrderStatus.REJECTED


@pytest.fixture
def replacing() -> ChangingDriver:
    driver = ChangingDriver()
    driver.open_shop()
    return driver


@pytest.fixture
def amending() -> InPlaceDriver:
    driver = InPlaceDriver()
    driver.open_shop()
    return driver


def kinds(decision: Decision) -> list[type[Effect]]:
    return [type(effect) for effect in decision.effects]


# --- C: replace --------------------------------------------------------------------------------------------------


def test_c1_the_quantity_goes_up_while_nothing_is_filled(amending: InPlaceDriver) -> None:
    order = amending.working()
    [sent] = leaving(amending.amend(order, quantity="2"))
    assert isinstance(sent, SendAmend)
    assert (sent.quantity, sent.price) == (2, 50_000)
    amending.amend_accepted(order)
    assert (order.quantity, amending.reserved("USDT")) == (2, 100_000)
    assert story(amending, order)[-2:] == [ExecutionType.PENDING_REPLACE, ExecutionType.REPLACED]
    hold_up(amending, order)


def test_c1_the_quantity_goes_up_by_canceling_and_sending_the_rest(replacing: ChangingDriver) -> None:
    order = replacing.working()
    assert kinds(replacing.amend(order, quantity="2"))[1] is SendCancel
    assert replacing.reserved("USDT") == 100_000
    [sent] = leaving(replacing.report(order, CANCELED))
    assert isinstance(sent, SendOrder)
    assert (sent.attempt, sent.quantity) == (2, 2)
    replacing.accept(order, "9002")
    assert (order.quantity, order.status, order.exchange_order_id) == (2, OrderStatus.SUBMITTED, "9002")
    hold_up(replacing, order)


def test_c2_the_quantity_goes_up_while_the_order_fills(amending: InPlaceDriver) -> None:
    order = amending.working()
    amending.fill(order, "0.2")
    amending.amend(order, quantity="2")
    amending.fill(order, "0.3")
    amending.amend_accepted(order)
    assert (order.quantity, order.leaves_quantity) == (2, Decimal("1.5"))
    hold_up(amending, order)


def test_c2_what_fills_while_the_order_makes_way_is_not_sent_again(replacing: ChangingDriver) -> None:
    order = replacing.working()
    replacing.fill(order, "0.2")
    replacing.amend(order, quantity="2")
    replacing.fill(order, "0.3")
    [sent] = leaving(replacing.report(order, CANCELED, "0.5"))
    assert isinstance(sent, SendOrder)
    assert sent.quantity == Decimal("1.5")
    replacing.accept(order, "9002")
    replacing.fill(order, "1.5", exchange_order_id="9002")
    assert outcome(order) == (OrderStatus.FILLED, 2)
    hold_up(replacing, order)


def test_c2_the_rest_waits_for_executions_that_the_end_overtook(replacing: ChangingDriver) -> None:
    order = replacing.working()
    replacing.amend(order, price="49000")
    assert leaving(replacing.report(order, CANCELED, "0.4")) == []
    [sent] = leaving(replacing.fill(order, "0.4"))
    assert isinstance(sent, SendOrder)
    assert (sent.quantity, sent.price) == (Decimal("0.6"), 49_000)
    replacing.accept(order, "9002")
    hold_up(replacing, order)


def test_c3_the_quantity_is_to_go_up_when_the_order_is_filled_already(amending: InPlaceDriver) -> None:
    order = amending.working()
    amending.amend(order, quantity="2")
    assert QueryOrder in kinds(amending.fill(order, "1")), "only the venue knows whether the increase came in time"
    assert not order.is_closed
    amending.amend_refused(order, final=True)
    assert outcome(order) == (OrderStatus.FILLED, 1)
    assert story(amending, order)[-3] is ExecutionType.REPLACE_REJECTED
    hold_up(amending, order)


def test_c3_an_increase_that_came_in_time_is_not_lost_behind_the_fill(amending: InPlaceDriver) -> None:
    """The fill's message is faster than the change's answer."""
    order = amending.working()
    amending.amend(order, quantity="2")
    amending.fill(order, "1")
    amending.amend_accepted(order)
    assert (order.status, order.leaves_quantity) == (OrderStatus.PARTIALLY_FILLED, 1)
    amending.fill(order, "1")
    assert outcome(order) == (OrderStatus.FILLED, 2)
    hold_up(amending, order)


def test_c3_a_trade_of_more_than_before_proves_the_increase(amending: InPlaceDriver) -> None:
    order = amending.working()
    amending.amend(order, quantity="2")
    amending.fill(order, "1.5")
    assert (order.quantity, order.pending_action) == (2, PendingAction.NONE)
    assert not amending.desk.open_breaks, "no overfill"
    hold_up(amending, order)


def test_c3_an_order_that_fills_while_it_makes_way_is_filled(replacing: ChangingDriver) -> None:
    order = replacing.working()
    replacing.amend(order, quantity="2")
    decision = replacing.fill(order, "1")
    assert names(decision) == ["ExecutionBooked", "AmendFailed", "OrderClosed"]
    assert outcome(order) == (OrderStatus.FILLED, 1)
    replacing.cancel_failed(order)
    assert SendOrder not in kinds(replacing.report(order, FILLED, "1"))
    hold_up(replacing, order)


def test_c4_a_price_change_is_refused_because_the_order_is_filled(amending: InPlaceDriver) -> None:
    order = amending.working()
    amending.amend(order, price="49000")
    amending.amend_refused(order, final=True)
    assert order.in_doubt
    amending.shows(order, FILLED, "1")
    amending.fill(order, "1")
    assert outcome(order) == (OrderStatus.FILLED, 1)
    hold_up(amending, order)


def test_c5_the_quantity_goes_down_to_above_what_is_filled(amending: InPlaceDriver) -> None:
    order = amending.working()
    amending.fill(order, "0.4")
    amending.amend(order, quantity="0.5")
    amending.amend_accepted(order)
    assert order.leaves_quantity == Decimal("0.1")
    amending.fill(order, "0.1")
    assert outcome(order) == (OrderStatus.FILLED, Decimal("0.5"))
    hold_up(amending, order)


@pytest.mark.parametrize("driver", ["amending", "replacing"])
def test_c6_the_quantity_goes_down_to_exactly_what_is_filled(driver: str, request: pytest.FixtureRequest) -> None:
    """What is left is canceled."""
    desk: ChangingDriver = request.getfixturevalue(driver)
    order = desk.working()
    desk.fill(order, "0.4")
    [sent] = leaving(desk.amend(order, quantity="0.4"))
    assert isinstance(sent, SendCancel)
    desk.report(order, CANCELED, "0.4")
    assert (*outcome(order), order.reason) == (OrderStatus.CANCELED, Decimal("0.4"), RejectReason.USER_REQUEST)
    hold_up(desk, order)


def test_c7_the_quantity_cannot_go_below_what_is_filled(amending: InPlaceDriver) -> None:
    order = amending.working()
    amending.fill(order, "0.4")
    refusal = refusal_of(amending.amend(order, quantity="0.3"))
    assert refusal is not None
    assert (refusal.code, refusal.limit, refusal.actual) == (RefusalCode.QUANTITY_BELOW_FILLED, "0.4", "0.3")


def test_c7_an_order_fills_to_what_it_was_to_be_reduced_to_before_the_change_is_told(amending: InPlaceDriver) -> None:
    order = amending.working()
    amending.amend(order, quantity="0.5")
    amending.fill(order, "0.5")
    assert not order.is_closed
    amending.amend_accepted(order)
    assert (*outcome(order), order.quantity) == (OrderStatus.FILLED, Decimal("0.5"), Decimal("0.5"))
    hold_up(amending, order)


def test_c7_the_venue_says_filled_at_what_it_was_to_be_reduced_to(amending: InPlaceDriver) -> None:
    order = amending.working()
    amending.amend(order, quantity="0.5")
    amending.fill(order, "0.5")
    amending.report(order, FILLED, "0.5")
    assert (*outcome(order), order.quantity) == (OrderStatus.FILLED, Decimal("0.5"), Decimal("0.5"))
    hold_up(amending, order)


def test_c7_an_order_that_filled_more_than_it_was_to_be_reduced_to_leaves_nothing(replacing: ChangingDriver) -> None:
    order = replacing.working()
    replacing.amend(order, quantity="0.5")
    replacing.fill(order, "0.6")
    decision = replacing.report(order, CANCELED, "0.6")
    assert leaving(decision) == []
    assert (*outcome(order), order.reason) == (OrderStatus.CANCELED, Decimal("0.6"), RejectReason.USER_REQUEST)
    hold_up(replacing, order)


# --- D: several replaces -----------------------------------------------------------------------------------------


def test_d1_two_changes_in_a_row(amending: InPlaceDriver) -> None:
    order = amending.working()
    for price in ("49000", "48000"):
        amending.amend(order, price=price)
        amending.amend_accepted(order)
    assert (order.price, order.amendment, amending.reserved("USDT")) == (48_000, 2, 48_000)
    hold_up(amending, order)


def test_d1_two_replaces_in_a_row(replacing: ChangingDriver) -> None:
    order = replacing.working()
    for number, price in enumerate(("49000", "48000"), start=2):
        replacing.amend(order, price=price)
        replacing.shows(order, CANCELED)
        replacing.accept(order, f"900{number}")
    assert (order.price, order.attempt, order.exchange_order_id) == (48_000, 3, "9003")
    replacing.fill(order, "1", exchange_order_id="9003")
    assert outcome(order) == (OrderStatus.FILLED, 1)
    hold_up(replacing, order)


@pytest.mark.parametrize("driver", ["amending", "replacing"])
def test_d2_a_second_change_while_the_first_is_pending(driver: str, request: pytest.FixtureRequest) -> None:
    desk: ChangingDriver = request.getfixturevalue(driver)
    order = desk.working()
    desk.amend(order, price="49000")
    refusal = refusal_of(desk.amend(order, price="48000"))
    assert refusal is not None
    assert refusal.code is RefusalCode.ORDER_BUSY
    assert "ask again once" in refusal.message


def test_d3_the_first_of_two_changes_is_refused(amending: InPlaceDriver) -> None:
    order = amending.working()
    amending.amend(order, price="49000")
    amending.amend_refused(order)
    assert (order.price, amending.reserved("USDT")) == (50_000, 50_000)
    amending.amend(order, price="48000")
    assert amending.amend_accepted(order, amendment=1) == Decision([], []), "a late answer to the first"
    amending.amend_accepted(order)
    assert order.price == 48_000
    hold_up(amending, order)


# --- fills while a replace is pending ----------------------------------------------------------------------------


def test_fills_while_a_replace_is_pending_use_the_old_parameters(amending: InPlaceDriver) -> None:
    order = amending.working()
    amending.amend(order, price="51000")
    assert amending.reserved("USDT") == 51_000
    amending.fill(order, "0.5", price="50000")
    assert (order.average_price, amending.reserved("USDT")) == (50_000, 25_500)
    amending.fill(order, "0.5", price="50000")
    assert outcome(order) == (OrderStatus.FILLED, 1)
    assert story(amending, order)[-2] is ExecutionType.REPLACE_REJECTED
    hold_up(amending, order)


def test_a_fill_right_after_the_order_makes_way_belongs_to_what_was_sent_again(replacing: ChangingDriver) -> None:
    """It comes before the acknowledgement, and the change with it."""
    order = replacing.working()
    replacing.amend(order, price="51000")
    replacing.report(order, CANCELED)
    replacing.fill(order, "0.5", price="50500", exchange_order_id="9002")
    assert (order.price, order.exchange_order_id, order.status) == (51_000, "9002", OrderStatus.PARTIALLY_FILLED)
    assert replacing.accept(order, "9002") == Decision([], [])
    hold_up(replacing, order)
