"""The order state cases of FIX 4.4 Appendix D, one scenario each. What is told may come in any order.

`replacing` venues cancel an order and get the rest anew, `amending` ones change it in place.
"""

from datetime import timedelta
from decimal import Decimal

import pytest

from support.changing import ChangingDriver, InPlaceDriver, hold_up, leaving, outcome, refusal_of, story
from support.desk_driver import ALICE
from tidegate.core.decision import Decision
from tidegate.core.identifiers import OrderId, TradeId
from tidegate.core.messages import commands, reports
from tidegate.core.messages.effects import Effect, QueryOrder, SendCancel, SendOrder
from tidegate.core.order import Order
from tidegate.core.vocabulary import (
    ExecutionType,
    OrderStatus,
    OrderType,
    PendingAction,
    RefusalCode,
    RejectReason,
    TimeInForce,
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


# --- A: filled ---------------------------------------------------------------------------------------------------


def test_a1_an_order_that_fills_at_once_is_filled_without_ever_being_new(replacing: ChangingDriver) -> None:
    order = replacing.place()
    replacing.fill(order, "1")
    replacing.accept(order)
    assert outcome(order) == (OrderStatus.FILLED, 1)
    hold_up(replacing, order)


def test_a2_an_order_fills_in_part_and_then_whole(replacing: ChangingDriver) -> None:
    order = replacing.working()
    replacing.fill(order, "0.4")
    assert outcome(order) == (OrderStatus.PARTIALLY_FILLED, Decimal("0.4"))
    replacing.fill(order, "0.6")
    assert outcome(order) == (OrderStatus.FILLED, 1)
    hold_up(replacing, order)


def test_a3_an_order_fills_in_part_and_is_done_for_the_day(replacing: ChangingDriver) -> None:
    order = replacing.working()
    replacing.fill(order, "0.4")
    replacing.report(order, EXPIRED, "0.4")
    assert outcome(order) == (OrderStatus.EXPIRED, Decimal("0.4"))
    hold_up(replacing, order)


# --- B: cancel ---------------------------------------------------------------------------------------------------


def test_b1_a_cancel_of_an_unfilled_order(replacing: ChangingDriver) -> None:
    order = replacing.working()
    replacing.cancel(order)
    replacing.report(order, CANCELED)
    assert outcome(order) == (OrderStatus.CANCELED, 0)
    assert story(replacing, order)[-3:] == [ExecutionType.PENDING_CANCEL, ExecutionType.CANCELED, ExecutionType.DONE]
    hold_up(replacing, order)


def test_b2_a_cancel_of_a_partly_filled_order_with_executions_during_it(replacing: ChangingDriver) -> None:
    order = replacing.working()
    replacing.fill(order, "0.2")
    replacing.cancel(order)
    replacing.fill(order, "0.3")
    replacing.report(order, CANCELED, "0.5")
    assert outcome(order) == (OrderStatus.CANCELED, Decimal("0.5"))
    hold_up(replacing, order)


def test_b2_the_end_waits_for_the_executions_that_the_cancel_overtook(replacing: ChangingDriver) -> None:
    order = replacing.working()
    replacing.cancel(order)
    replacing.report(order, CANCELED, "0.5")
    assert not order.is_closed
    replacing.fill(order, "0.5")
    assert (order.status, order.reason) == (OrderStatus.CANCELED, RejectReason.USER_REQUEST)
    hold_up(replacing, order)


def test_b3_an_order_that_fills_before_its_cancel_is_accepted(replacing: ChangingDriver) -> None:
    order = replacing.working()
    replacing.cancel(order)
    replacing.fill(order, "1")
    replacing.cancel_failed(order)
    assert outcome(order) == (OrderStatus.FILLED, 1)
    hold_up(replacing, order)


def test_b4_a_cancel_before_the_acknowledgement_leaves_once_the_order_is_there(replacing: ChangingDriver) -> None:
    order = replacing.place()
    assert leaving(replacing.cancel(order)) == []
    assert kinds(replacing.accept(order))[0] is SendCancel
    replacing.report(order, CANCELED)
    assert outcome(order) == (OrderStatus.CANCELED, 0)
    hold_up(replacing, order)


def test_b5_the_acknowledgement_and_the_cancel_cross(replacing: ChangingDriver) -> None:
    order = replacing.place()
    replacing.cancel(order)
    replacing.report(order, CANCELED)
    replacing.accept(order)
    assert outcome(order) == (OrderStatus.CANCELED, 0)
    assert not replacing.desk.open_breaks
    hold_up(replacing, order)


def test_b6_a_cancel_of_an_unknown_order_is_refused(replacing: ChangingDriver) -> None:
    order = replacing.place()
    replacing.refuse(order, retryable=False)
    refusal = refusal_of(replacing.cancel(order))
    assert refusal is not None
    assert refusal.code is RefusalCode.ORDER_CLOSED
    unknown = commands.CancelOrder(
        command_id=replacing.command_id(), at=replacing.now, user_id=ALICE, order_id=OrderId("01JUNKNOWN")
    )
    refusal = refusal_of(replacing.put(unknown))
    assert refusal is not None
    assert refusal.code is RefusalCode.ORDER_NOT_FOUND


def test_b6_a_cancel_that_the_venue_does_not_know_is_looked_into(replacing: ChangingDriver) -> None:
    order = replacing.working()
    replacing.cancel(order)
    replacing.cancel_failed(order)
    assert QueryOrder in kinds(replacing.wake(order.order_id))
    replacing.shows(order, FILLED, "1")
    replacing.fill(order, "1")
    assert outcome(order) == (OrderStatus.FILLED, 1)
    hold_up(replacing, order)


# --- E: unsolicited ----------------------------------------------------------------------------------------------


def test_e1_an_unsolicited_cancel(replacing: ChangingDriver) -> None:
    order = replacing.working()
    replacing.fill(order, "0.4")
    replacing.report(order, CANCELED, "0.4")
    assert (*outcome(order), order.reason) == (
        OrderStatus.CANCELED, Decimal("0.4"), RejectReason.CANCELED_AT_VENUE
    )  # fmt: skip
    hold_up(replacing, order)


def test_e2_an_unsolicited_replace(amending: InPlaceDriver) -> None:
    order = amending.working()
    amending.shows(order, price="49000", quantity="1", requested_at=None)
    assert (order.price, amending.reserved("USDT")) == (49_000, 49_000)
    assert story(amending, order)[-1] is ExecutionType.RESTATED
    hold_up(amending, order)


def test_e3_an_unsolicited_reduction(amending: InPlaceDriver) -> None:
    order = amending.working()
    amending.fill(order, "0.2")
    amending.shows(order, filled="0.2", quantity="0.5", requested_at=None)
    assert (order.quantity, amending.reserved("USDT")) == (Decimal("0.5"), 15_000)
    amending.fill(order, "0.3")
    assert outcome(order) == (OrderStatus.FILLED, Decimal("0.5"))
    hold_up(amending, order)


def test_e4_a_reinstated_order_is_taken_out_again(replacing: ChangingDriver) -> None:
    order = replacing.working()
    replacing.report(order, CANCELED)
    replacing.now += timedelta(seconds=5)
    assert order.exchange_client_order_id is not None
    decision = replacing.synchronized(order.exchange_client_order_id)
    assert SendCancel in kinds(decision)
    assert [found.kind for found in replacing.desk.open_breaks.values()] == ["ended_order_alive"]
    replacing.fill(order, "0.3")
    assert outcome(order) == (OrderStatus.CANCELED, Decimal("0.3")), "what it traded meanwhile counts"
    replacing.check_books()


# --- F: duplicates, possible resends -----------------------------------------------------------------------------


def test_f1_the_same_client_id_again_is_the_same_order(replacing: ChangingDriver) -> None:
    first = replacing.order_command(name="mine")
    replacing.place(first)
    again = replacing.put(replacing.order_command(name="mine"))
    assert again.events == []
    [answer] = again.effects
    assert answer.order_ids == (first.order_id,)  # type: ignore[union-attr]


def test_f2_an_order_that_may_have_been_sent_is_not_sent_again(replacing: ChangingDriver) -> None:
    order = replacing.place()
    replacing.unknown(order)
    for _ in range(20):
        replacing.query_failed(order)
        assert SendOrder not in kinds(replacing.wake(order.order_id))
        replacing.now += timedelta(seconds=5)
    replacing.report(order, FILLED, "1")
    replacing.fill(order, "1")
    assert outcome(order) == (OrderStatus.FILLED, 1)
    hold_up(replacing, order)


# --- G: status requests ------------------------------------------------------------------------------------------


def test_g1_the_status_of_an_unknown_order_changes_nothing(replacing: ChangingDriver) -> None:
    order = replacing.working()
    replacing.not_found(order)
    assert outcome(order) == (OrderStatus.SUBMITTED, 0)


def test_g2_not_found_right_after_sending_proves_nothing(replacing: ChangingDriver) -> None:
    order = replacing.place()
    replacing.unknown(order)
    replacing.not_found(order)
    replacing.now += timedelta(seconds=2)
    replacing.not_found(order)
    assert order.in_doubt
    replacing.accept(order)
    assert outcome(order) == (OrderStatus.SUBMITTED, 0)
    hold_up(replacing, order)


# --- H: found again after a restart ------------------------------------------------------------------------------


def test_h1_a_good_till_cancel_order_is_found_again_after_a_restart(replacing: ChangingDriver) -> None:
    order_id = replacing.working().order_id
    replacing.now += timedelta(hours=9)
    replacing.restart()
    order = replacing.desk.orders[order_id]
    replacing.connect({"BTC": Decimal(10), "USDT": Decimal(1_000_000), "BNB": Decimal(5)})
    assert order.in_doubt, "it was missing from the listing"
    replacing.shows(order)
    assert (order.status, order.in_doubt) == (OrderStatus.SUBMITTED, False)
    replacing.fill(order, "1")
    assert outcome(order) == (OrderStatus.FILLED, 1)
    hold_up(replacing, order)


@pytest.mark.parametrize("when", ["before the old one ended", "while the rest was on its way"])
def test_h2_a_replace_goes_on_after_a_restart(replacing: ChangingDriver, when: str) -> None:
    placed = replacing.working()
    replacing.amend(placed, quantity="2")
    if when != "before the old one ended":
        replacing.shows(placed, CANCELED)
    replacing.restart()
    order = replacing.desk.orders[placed.order_id]
    if when == "before the old one ended":
        [sent] = leaving(replacing.shows(order, CANCELED))
        assert isinstance(sent, SendOrder)
        assert sent.attempt == 2
    else:
        assert order.in_doubt, "nobody knows whether it was sent"
    replacing.shows(order, exchange_order_id="9002")
    assert (order.quantity, order.exchange_order_id, order.in_doubt) == (2, "9002", False)
    replacing.fill(order, "2", exchange_order_id="9002")
    assert outcome(order) == (OrderStatus.FILLED, 2)
    hold_up(replacing, order)


def test_h3_a_change_in_place_is_resolved_after_a_restart(amending: InPlaceDriver) -> None:
    placed = amending.working()
    amending.amend(placed, price="49000")
    amending.restart()
    order = amending.desk.orders[placed.order_id]
    amending.now += timedelta(seconds=10)
    assert QueryOrder in kinds(amending.wake(order.order_id))
    amending.shows(order, price="49000")
    assert (order.price, order.pending_action) == (49_000, PendingAction.NONE)
    hold_up(amending, order)


# --- I: immediate or cancel, fill or kill ------------------------------------------------------------------------


@pytest.mark.parametrize("time_in_force", [TimeInForce.IOC, TimeInForce.FOK])
@pytest.mark.parametrize("word", [CANCELED, EXPIRED])
def test_i1_what_an_immediate_order_leaves_is_killed(
    replacing: ChangingDriver, time_in_force: TimeInForce, word: VenueOrderStatus
) -> None:
    order = replacing.working(replacing.order_command(time_in_force=time_in_force))
    replacing.report(order, word)
    assert outcome(order) == (OrderStatus.CANCELED, 0)
    hold_up(replacing, order)


def test_i2_an_immediate_order_fills_in_part_and_the_rest_is_killed(replacing: ChangingDriver) -> None:
    order = replacing.working(replacing.order_command(time_in_force=TimeInForce.IOC))
    replacing.report(order, EXPIRED, "0.4")
    replacing.fill(order, "0.4")
    assert outcome(order) == (OrderStatus.CANCELED, Decimal("0.4"))
    hold_up(replacing, order)


# --- J: bust, correction -----------------------------------------------------------------------------------------


def test_j1_an_execution_after_the_cancel_corrects_order_and_holdings_together(replacing: ChangingDriver) -> None:
    order = replacing.working()
    replacing.cancel(order)
    replacing.report(order, CANCELED)
    replacing.fill(order, "0.4")
    assert outcome(order) == (OrderStatus.CANCELED, Decimal("0.4"))
    assert replacing.held("BTC") == Decimal("10.4")
    assert story(replacing, order)[-1] is ExecutionType.TRADE_CORRECT
    hold_up(replacing, order)


def bust(driver: ChangingDriver, order: Order, trade_id: str) -> Decision:
    """The venue takes a trade back."""
    return driver.put(
        reports.ExecutionBusted(
            at=driver.now,
            account_id=order.account_id,
            symbol=order.symbol,
            side=order.side,
            trade_id=TradeId(trade_id),
            exchange_order_id=order.exchange_order_id,
        )
    )


def test_j2_a_bust_after_the_order_was_filled_leaves_it_canceled_with_what_remains(replacing: ChangingDriver) -> None:
    order = replacing.working()
    replacing.fill(order, "0.6", trade_id="1")
    replacing.fill(order, "0.4", trade_id="2")
    bust(replacing, order, "2")
    assert outcome(order) == (OrderStatus.CANCELED, Decimal("0.6"))
    assert replacing.held("BTC") == Decimal("10.6")
    assert story(replacing, order)[-2] is ExecutionType.TRADE_CANCEL
    hold_up(replacing, order)


def test_j3_a_bust_of_a_canceled_order_moves_order_and_holdings_together(replacing: ChangingDriver) -> None:
    order = replacing.working()
    replacing.fill(order, "0.6", trade_id="1")
    replacing.report(order, CANCELED, "0.6")
    bust(replacing, order, "1")
    assert outcome(order) == (OrderStatus.CANCELED, 0)
    assert replacing.held("BTC") == 10
    hold_up(replacing, order)


def test_j4_a_bust_while_the_order_makes_way_leaves_more_to_be_sent_again(replacing: ChangingDriver) -> None:
    order = replacing.working()
    replacing.fill(order, "0.6", trade_id="1")
    replacing.amend(order, price="49000")
    bust(replacing, order, "1")
    [sent] = leaving(replacing.report(order, CANCELED))
    assert isinstance(sent, SendOrder)
    assert sent.quantity == 1
    replacing.accept(order, "9002")
    hold_up(replacing, order)


def test_j5_a_bust_of_what_an_earlier_attempt_filled_leaves_the_current_ones_count_alone(
    replacing: ChangingDriver,
) -> None:
    order = replacing.working()
    replacing.fill(order, "0.6", trade_id="1")
    replacing.amend(order, price="49000")
    replacing.report(order, CANCELED, "0.6")
    replacing.accept(order, "9002")
    replacing.fill(order, "0.1", trade_id="2", exchange_order_id="9002")
    bust(replacing, order, "1")
    assert (order.filled_quantity, order.attempt_filled_quantity) == (Decimal("0.1"), Decimal("0.1"))
    hold_up(replacing, order)


# --- K: halt -----------------------------------------------------------------------------------------------------


def test_k1_orders_that_a_halt_cancels_end(replacing: ChangingDriver) -> None:
    order = replacing.working()
    replacing.fill(order, "0.1")
    replacing.report(order, EXPIRED, "0.1")
    assert outcome(order) == (OrderStatus.EXPIRED, Decimal("0.1"))
    hold_up(replacing, order)


def test_k2_orders_that_outlive_a_halt_work_on(replacing: ChangingDriver) -> None:
    order = replacing.working()
    replacing.disconnect()
    replacing.now += timedelta(minutes=5)
    replacing.connect({"BTC": Decimal(10), "USDT": Decimal(1_000_000), "BNB": Decimal(5)})
    replacing.shows(order)
    replacing.fill(order, "1")
    assert outcome(order) == (OrderStatus.FILLED, 1)
    hold_up(replacing, order)


# --- L: by cash amount -------------------------------------------------------------------------------------------


def test_l1_an_order_by_cash_amount_fills_in_parts_and_is_done_when_the_venue_says_so(
    replacing: ChangingDriver,
) -> None:
    command = replacing.order_command(order_type=OrderType.MARKET, quantity=None, quote_quantity="10000", price=None)
    order = replacing.working(command)
    replacing.fill(order, "0.1")
    replacing.fill(order, "0.09998")
    assert order.status is OrderStatus.PARTIALLY_FILLED
    replacing.report(order, FILLED, "0.19998")
    assert outcome(order) == (OrderStatus.FILLED, Decimal("0.19998"))
    hold_up(replacing, order)


def test_l2_an_order_by_cash_amount_does_not_change(replacing: ChangingDriver) -> None:
    command = replacing.order_command(order_type=OrderType.MARKET, quantity=None, quote_quantity="10000", price=None)
    order = replacing.working(command)
    refusal = refusal_of(replacing.amend(order, quantity="1"))
    assert refusal is not None
    assert refusal.code is RefusalCode.UNSUPPORTED_COMBINATION
