"""Each report reaches its order once, in whatever order and however often it comes (FIX 4.4 Appendix D)."""

from datetime import timedelta
from decimal import Decimal

import pytest

from support.desk_driver import DeskDriver
from tidegate.core import identifiers as ids
from tidegate.core.decision import Decision
from tidegate.core.messages import reports
from tidegate.core.messages.effects import Effect, FetchExecutions, QueryOrder, SendCancel
from tidegate.core.messages.events import OrderSubmitted
from tidegate.core.messages.values import Fee
from tidegate.core.order import Order
from tidegate.core.vocabulary import (
    HistoryStatus,
    OrderStatus,
    OrderType,
    PendingAction,
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


def cancel_failed(
    driver: DeskDriver, order: Order, reason: RejectReason = RejectReason.UNKNOWN_ORDER, *, final: bool = True
) -> Decision:
    return driver.put(
        reports.CancelFailed(
            at=driver.now,
            account_id=order.account_id,
            order_id=order.order_id,
            final=final,
            reason=reason,
            message="no",
        )
    )


def cancel_accepted(driver: DeskDriver, order: Order) -> Decision:
    return driver.put(reports.CancelAccepted(at=driver.now, account_id=order.account_id, order_id=order.order_id))


# --- executions --------------------------------------------------------------------------------------------------


def test_an_order_fills_in_parts_and_closes_with_the_last(driver: DeskDriver) -> None:
    order = driver.working()
    driver.fill(order, "0.4")
    assert (order.status, order.leaves_quantity) == (OrderStatus.PARTIALLY_FILLED, Decimal("0.6"))
    assert driver.reserved("USDT") == 30_000
    driver.fill(order, "0.6", price="49000")
    assert order.status is OrderStatus.FILLED
    assert order.is_closed
    assert order.average_price == Decimal(49_400)
    assert driver.reserved("USDT") == 0
    driver.check_books()


def test_a_report_seen_twice_counts_once(driver: DeskDriver) -> None:
    order = driver.working()
    driver.fill(order, "0.4", trade_id="7")
    assert driver.fill(order, "0.4", trade_id="7") == Decision([], [])
    assert driver.held("BTC") == Decimal("10.4")


def test_a_trade_seen_again_after_the_order_left_memory_counts_once(driver: DeskDriver) -> None:
    order = driver.working()
    driver.fill(order, "1", trade_id="7")
    driver.let_go_of_closed()
    assert driver.fill(order, "1", trade_id="7") == Decision([], [])
    driver.restart()
    assert driver.fill(order, "1", trade_id="7") == Decision([], [])
    assert driver.held("BTC") == 11


def test_a_fill_before_the_acknowledgement_brings_the_venues_id(driver: DeskDriver) -> None:
    order = driver.place()
    driver.fill(order, "0.5", exchange_order_id="77")
    assert (order.status, order.exchange_order_id) == (OrderStatus.PARTIALLY_FILLED, "77")
    assert driver.accept(order, "77") == Decision([], [])


def test_a_fill_without_the_venues_id_leaves_the_acknowledgement_to_bring_it(driver: DeskDriver) -> None:
    order = driver.place()
    driver.fill(order, "0.5", exchange_order_id=None)
    assert order.exchange_order_id is None
    driver.accept(order, "77")
    assert (order.status, order.exchange_order_id) == (OrderStatus.PARTIALLY_FILLED, "77")


def test_an_instant_fill_settles_a_doubt(driver: DeskDriver) -> None:
    order = driver.place()
    driver.unknown(order)
    driver.fill(order, "1")
    assert (order.status, order.in_doubt) == (OrderStatus.FILLED, False)


def test_an_overfill_is_booked_and_flagged(driver: DeskDriver) -> None:
    order = driver.working()
    driver.fill(order, "0.7")
    driver.fill(order, "0.7")
    assert (order.status, order.filled_quantity) == (OrderStatus.FILLED, Decimal("1.4"))
    assert driver.held("BTC") == Decimal("11.4")
    assert driver.reserved("USDT") == 0
    [found] = driver.breaks.values()
    assert found.kind == "overfill"
    assert "0.4 more" in found.message
    driver.check_books()


@pytest.mark.parametrize("quantity", ["0", "-0.5"])
def test_a_trade_of_nothing_is_a_break_and_not_booked(driver: DeskDriver, quantity: str) -> None:
    order = driver.working()
    driver.fill(order, quantity)
    assert order.filled_quantity == 0
    assert [found.kind for found in driver.breaks.values()] == ["impossible_execution"]


def test_a_trade_on_the_wrong_side_is_a_break_and_not_booked(driver: DeskDriver) -> None:
    order = driver.working()
    driver.fill(order, "1", side=Side.SELL)
    assert order.filled_quantity == 0
    assert driver.held("BTC") == 10
    assert [found.kind for found in driver.breaks.values()] == ["impossible_execution"]


def test_the_same_trade_number_on_the_other_side_is_another_trade(driver: DeskDriver) -> None:
    one, other = driver.working(exchange_order_id="1"), driver.working(driver.order_command(side=Side.SELL), "2")
    driver.fill(one, "0.5", trade_id="7", exchange_order_id="1")
    driver.fill(other, "0.5", trade_id="7", exchange_order_id="2")
    assert (one.filled_quantity, other.filled_quantity) == (Decimal("0.5"), Decimal("0.5"))


@pytest.mark.parametrize("ending", [CANCELED, EXPIRED])
def test_a_late_execution_moves_order_and_holdings_together(driver: DeskDriver, ending: VenueOrderStatus) -> None:
    order = driver.working()
    driver.fill(order, "0.4")
    driver.report(order, ending, "0.4")
    ended_as = order.status
    driver.fill(order, "0.3")
    assert (order.status, order.filled_quantity) == (ended_as, Decimal("0.7"))
    assert driver.held("BTC") == Decimal("10.7")
    driver.fill(order, "0.3")
    assert order.status is OrderStatus.FILLED
    assert driver.history(order)[-1].status is HistoryStatus.CORRECTED
    assert driver.reserved("USDT") == 0
    driver.check_books()


def test_a_late_execution_of_a_rejected_order_counts_too(driver: DeskDriver) -> None:
    order = driver.working()
    driver.report(order, REJECTED)
    assert order.status is OrderStatus.REJECTED
    driver.fill(order, "0.4")
    assert (order.status, order.filled_quantity, driver.held("BTC")) == (
        OrderStatus.REJECTED,
        Decimal("0.4"),
        Decimal("10.4"),
    )


def test_profit_and_loss_of_a_late_execution_is_restated(driver: DeskDriver) -> None:
    order = driver.working(driver.order_command(side=Side.SELL))
    driver.report(order, CANCELED)
    driver.fill(order, "1", price="50100")
    assert order.realized_pnl == 100


@pytest.mark.parametrize(
    ("fee", "asset", "left"),
    [
        (Fee("BNB", Decimal("0.01")), "BNB", "4.99"),
        (Fee("BTC", Decimal("0.001")), "BTC", "10.999"),
        (Fee("USDT", Decimal(-5)), "USDT", "950005"),
    ],
)
def test_a_fee_is_taken_where_the_venue_took_it(driver: DeskDriver, fee: Fee, asset: str, left: str) -> None:
    order = driver.working()
    driver.fill(order, "1", fees=(fee,))
    assert driver.held(asset) == Decimal(left)
    assert order.fees == (fee,)
    assert order.realized_pnl == 0
    driver.check_books()


# --- summaries ---------------------------------------------------------------------------------------------------


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
    assert order.order_id in driver.timers


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


# --- orders by cash amount ---------------------------------------------------------------------------------------


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


# --- cancels -----------------------------------------------------------------------------------------------------


def test_a_cancel_is_pending_until_the_venue_tells_the_end(driver: DeskDriver) -> None:
    order = driver.working()
    assert SendCancel in kinds(driver.cancel(order))
    cancel_accepted(driver, order)
    assert (order.status, order.pending_action) == (OrderStatus.SUBMITTED, PendingAction.CANCEL)
    driver.report(order, CANCELED)
    assert (order.status, order.reason) == (OrderStatus.CANCELED, RejectReason.USER_REQUEST)
    assert order.pending_action is PendingAction.NONE


def test_executions_while_the_cancel_is_under_way_count(driver: DeskDriver) -> None:
    order = driver.working()
    driver.cancel(order)
    driver.fill(order, "0.4")
    driver.report(order, CANCELED, "0.4")
    assert (order.status, order.filled_quantity) == (OrderStatus.CANCELED, Decimal("0.4"))


def test_an_order_that_fills_before_its_cancel_is_filled(driver: DeskDriver) -> None:
    order = driver.working()
    driver.cancel(order)
    driver.fill(order, "1")
    assert order.status is OrderStatus.FILLED
    assert cancel_failed(driver, order) == Decision([], [])


def test_a_fill_after_the_cancel_was_taken_counts(driver: DeskDriver) -> None:
    order = driver.working()
    driver.cancel(order)
    cancel_accepted(driver, order)
    driver.report(order, CANCELED)
    driver.fill(order, "1")
    assert (order.status, driver.held("BTC")) == (OrderStatus.FILLED, 11)


def test_a_lost_cancel_is_sent_again(driver: DeskDriver) -> None:
    order = driver.working()
    driver.cancel(order)
    cancel_failed(driver, order, RejectReason.VENUE_UNREACHABLE, final=False)
    assert set(kinds(driver.wake(order.order_id))) >= {SendCancel, QueryOrder}


def test_an_accepted_cancel_without_an_end_is_looked_after(driver: DeskDriver) -> None:
    order = driver.working()
    driver.cancel(order)
    cancel_accepted(driver, order)
    assert driver.timers[order.order_id] == driver.now + timedelta(seconds=1)
    assert QueryOrder in kinds(driver.wake(order.order_id))


def test_a_cancel_refused_for_good_is_told_and_the_order_stands(driver: DeskDriver) -> None:
    order = driver.working()
    driver.cancel(order)
    cancel_failed(driver, order, RejectReason.PERMISSION_DENIED)
    assert (order.status, order.pending_action) == (OrderStatus.SUBMITTED, PendingAction.NONE)
    assert driver.history(order)[-1].error_code == "permission_denied"


def test_a_venue_that_says_open_and_not_cancelable_in_turn_is_not_asked_in_a_storm(driver: DeskDriver) -> None:
    """Each answer once led to the next question at once."""
    order = driver.working()
    driver.cancel(order)
    asked = 0
    for _ in range(1_000):
        before = driver.now
        asked += len(cancel_failed(driver, order).effects) > 1
        asked += SendCancel in kinds(driver.report(order, OPEN))
        if order.pending_action is PendingAction.NONE:
            break
        driver.now = driver.timers[order.order_id]
        assert driver.now - before >= driver.desk.policy.back_off_min
        driver.wake(order.order_id)
    assert asked == 0, "only the timer asks"
    assert order.pending_action is PendingAction.NONE
    assert order.status is OrderStatus.SUBMITTED


def test_cancels_survive_a_restart(driver: DeskDriver) -> None:
    order = driver.working()
    driver.cancel(order)
    driver.restart()
    driver.now += timedelta(seconds=10)
    assert SendCancel in kinds(driver.wake(order.order_id))


# --- whose report it is ------------------------------------------------------------------------------------------


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
    assert driver.put(report) == Decision([], [])


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
