"""Trades that the venue takes back: order, holdings, position and ledger go back together, once."""

from datetime import timedelta
from decimal import Decimal

import pytest

from support.compared_desk import MARGIN, ComparedDesk
from support.desk_driver import ACCOUNT, ALICE, BALANCES
from support.kept_desk import replayed, state_of
from support.markets import PERPETUAL
from tidegate.core.decision import Decision
from tidegate.core.messages.values import Fee
from tidegate.core.vocabulary import ExecutionType, HistoryStatus, OrderStatus, Side, VenueOrderStatus

FEES = (Fee("BNB", Decimal("0.01")), Fee("USDT", Decimal(-1)))


@pytest.fixture
def desk() -> ComparedDesk:
    desk = ComparedDesk()
    desk.open_shop()
    desk.price("600", "BNB/USDT")
    return desk


def holdings(desk: ComparedDesk) -> dict[str, tuple[Decimal, Decimal | None, Decimal, Decimal]]:
    """What there is, without empty shelves."""
    return {
        f"{asset} {wallet}": (held.quantity, held.average_price, held.realized_pnl, held.reserved)
        for (_, _, asset, wallet), held in desk.desk.holdings.items()
        if held.quantity or held.realized_pnl
    }


# --- everything as before ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", Side)
def test_a_busted_spot_trade_leaves_everything_as_it_was(desk: ComparedDesk, side: Side) -> None:
    order = desk.working(desk.order_command(side=side))
    before = holdings(desk)
    desk.fill(order, "0.4", price="49000" if side is Side.BUY else "51000", trade_id="7", fees=FEES)
    assert holdings(desk) != before
    desk.bust(order, "7")
    assert holdings(desk) == before
    assert (order.status, order.filled_quantity, order.filled_value) == (OrderStatus.PARTIALLY_FILLED, 0, 0)
    assert (order.average_price, order.fees, order.realized_pnl) == (None, (), 0)
    desk.check_books()


@pytest.mark.parametrize("side", Side)
def test_a_busted_trade_of_a_derivative_leaves_everything_as_it_was(desk: ComparedDesk, side: Side) -> None:
    other = Side.SELL if side is Side.BUY else Side.BUY
    desk.trade(other, "1", "48000")
    order = desk.perpetual(side, "3", price="50000")
    before, position = holdings(desk), desk.position()
    was = (position.quantity, position.average_price, position.realized_pnl)
    desk.fill(order, "2", price="50000", trade_id="7", fees=FEES, exchange_order_id=order.exchange_order_id)
    assert position.quantity == (1 if side is Side.BUY else -1), "it went through zero"
    assert order.realized_pnl == (-2_000 if side is Side.BUY else 2_000)
    desk.bust(order, "7")
    assert (position.quantity, position.average_price, position.realized_pnl) == was
    assert holdings(desk) == before
    assert order.realized_pnl == 0
    desk.check_books()


def test_the_ledger_is_turned_around_line_by_line(desk: ComparedDesk) -> None:
    order = desk.working()
    desk.fill(order, "0.4", trade_id="7", fees=FEES)
    booked = desk.batches[-1].ledger
    desk.bust(order, "7")
    busted = desk.batches[-1].ledger
    assert [(row.ledger_account, row.asset, -row.amount) for row in busted] == [
        (row.ledger_account, row.asset, row.amount) for row in booked
    ]
    assert {row.kind for row in busted} == {"bust"}
    [bust] = desk.batches[-1].busts
    assert (bust.execution_id, bust.order_id) == (f"{ACCOUNT}|BTC/USDT|buy|7", order.order_id)


# --- the order -----------------------------------------------------------------------------------------------------


def test_an_order_that_works_goes_on_with_more_to_fill(desk: ComparedDesk) -> None:
    order = desk.working()
    desk.fill(order, "0.4", trade_id="7")
    desk.fill(order, "0.2", trade_id="8")
    desk.bust(order, "7")
    assert (order.status, order.filled_quantity, order.leaves_quantity) == (
        OrderStatus.PARTIALLY_FILLED,
        Decimal("0.2"),
        Decimal("0.8"),
    )
    assert desk.reserved("USDT") == 40_000
    row = desk.history(order)[-1]
    assert (row.status, row.execution_type) == (HistoryStatus.CORRECTED, ExecutionType.TRADE_CANCEL)
    assert "took back trade 7, buy 0.4 at 50000: erroneous" in row.message
    desk.fill(order, "0.8", trade_id="9")
    assert order.status is OrderStatus.FILLED


def test_an_order_that_had_filled_is_canceled_with_what_remains_and_its_result_restated(desk: ComparedDesk) -> None:
    order = desk.working(desk.order_command(side=Side.SELL))
    desk.fill(order, "0.4", price="50100", trade_id="7")
    desk.fill(order, "0.6", price="50200", trade_id="8")
    assert (order.status, order.realized_pnl) == (OrderStatus.FILLED, 160)
    desk.bust(order, "8")
    assert (order.status, order.filled_quantity, order.realized_pnl) == (OrderStatus.CANCELED, Decimal("0.4"), 40)
    assert order.average_price == 50_100
    rows = desk.history(order)[-2:]
    assert [row.status for row in rows] == [HistoryStatus.CORRECTED, HistoryStatus.CORRECTED]
    assert "0.4 remains filled" in rows[-1].message
    assert desk.reserved("BTC") == 0
    desk.check_books()


@pytest.mark.parametrize("ending", [VenueOrderStatus.CANCELED, VenueOrderStatus.EXPIRED])
def test_an_order_that_had_ended_otherwise_stays_so(desk: ComparedDesk, ending: VenueOrderStatus) -> None:
    order = desk.working()
    desk.fill(order, "0.4", trade_id="7")
    desk.report(order, ending, "0.4")
    ended_as = order.status
    desk.bust(order, "7")
    assert (order.status, order.filled_quantity) == (ended_as, 0)
    assert desk.held("BTC") == BALANCES["BTC"]


def test_a_late_execution_may_fill_it_after_all(desk: ComparedDesk) -> None:
    order = desk.working()
    desk.fill(order, "1", trade_id="7")
    desk.bust(order, "7")
    desk.fill(order, "1", trade_id="8")
    assert (order.status, order.filled_quantity) == (OrderStatus.FILLED, 1)
    desk.check_books()


def test_an_overfill_that_is_taken_back_is_none_any_more(desk: ComparedDesk) -> None:
    order = desk.working()
    desk.fill(order, "0.7", trade_id="7")
    desk.fill(order, "0.7", trade_id="8")
    assert [found.kind for found in desk.open_breaks()] == ["overfill"]
    desk.bust(order, "8")
    assert desk.open_breaks() == []
    assert (order.status, order.filled_quantity) == (OrderStatus.CANCELED, Decimal("0.7"))


def test_what_the_venue_had_counted_before_counts_without_it(desk: ComparedDesk) -> None:
    """The end of an order waits for its executions: a busted one of them never comes."""
    order = desk.working()
    desk.fill(order, "0.4", trade_id="7")
    desk.report(order, VenueOrderStatus.CANCELED, "0.6")
    assert not order.is_closed
    desk.bust(order, "7")
    desk.fill(order, "0.2", trade_id="8")
    assert (order.status, order.filled_quantity) == (OrderStatus.CANCELED, Decimal("0.2"))
    assert desk.open_breaks() == []


# --- once ----------------------------------------------------------------------------------------------------------


def test_a_bust_told_twice_counts_once(desk: ComparedDesk) -> None:
    order = desk.working()
    desk.fill(order, "0.4", trade_id="7")
    desk.bust(order, "7")
    assert desk.bust(order, "7") == Decision([], [])
    assert desk.open_breaks() == []


def test_a_busted_trade_told_again_is_not_booked(desk: ComparedDesk) -> None:
    order = desk.working()
    desk.fill(order, "0.4", trade_id="7")
    desk.bust(order, "7")
    assert desk.fill(order, "0.4", trade_id="7") == Decision([], [])


def test_after_a_restart_the_same_is_true(desk: ComparedDesk) -> None:
    order = desk.working()
    desk.fill(order, "0.4", trade_id="7")
    desk.fill(order, "0.2", trade_id="8", fees=FEES)
    desk.bust(order, "7")
    desk.restart()
    order = desk.desk.orders[order.order_id]
    assert desk.bust(order, "7") == Decision([], [])
    assert desk.fill(order, "0.4", trade_id="7") == Decision([], [])
    desk.bust(order, "8")
    assert (order.filled_quantity, desk.held("BTC"), desk.held("BNB")) == (0, BALANCES["BTC"], BALANCES["BNB"])
    desk.check_books()


def test_an_order_that_left_memory_comes_back_for_it(desk: ComparedDesk) -> None:
    order = desk.working(desk.order_command(side=Side.SELL))
    desk.fill(order, "1", price="51000", trade_id="7", fees=FEES)
    desk.let_go_of_closed()
    assert not desk.desk.executions
    desk.bust(order, "7")
    row = desk.orders[order.order_id]
    assert (row.status, row.filled_quantity, row.realized_pnl) == (OrderStatus.CANCELED, 0, 0)
    held = desk.desk.holding(ACCOUNT, ALICE, "BTC")
    assert (held.quantity, held.average_price, held.realized_pnl) == (10, 50_000, 0), "with all that it was booked at"
    desk.let_go_of_closed()
    assert desk.bust(order, "7") == Decision([], [])
    assert desk.fill(order, "1", trade_id="7") == Decision([], [])
    desk.check_books()


def test_a_bust_that_comes_before_its_trade_keeps_it_from_being_booked(desk: ComparedDesk) -> None:
    order = desk.working()
    desk.bust(order, "7")
    [found] = desk.open_breaks()
    assert found.kind == "unknown_bust"
    assert desk.bust(order, "7") == Decision([], [])
    assert desk.fill(order, "0.4", trade_id="7") == Decision([], [])
    desk.restart()
    assert desk.fill(order, "0.4", trade_id="7") == Decision([], [])
    desk.resolve(found.break_id)
    desk.now += timedelta(seconds=1)
    desk.bust(order, "7")
    assert desk.open_breaks() == [], "a person knows of it"


# --- more ----------------------------------------------------------------------------------------------------------


def test_a_trade_of_an_earlier_attempt_leaves_what_the_current_one_has_filled(desk: ComparedDesk) -> None:
    order = desk.place(desk.order_command(retry_seconds=60))
    desk.refuse(order, retryable=True)
    desk.wake(order.order_id)
    desk.accept(order, "2")
    desk.fill(order, "0.3", trade_id="7", attempt=1, exchange_order_id="1")
    desk.fill(order, "0.2", trade_id="8", exchange_order_id="2")
    assert (order.filled_before, order.attempt_filled_quantity) == (Decimal("0.3"), Decimal("0.2"))
    desk.bust(order, "7")
    assert (order.filled_before, order.attempt_filled_quantity) == (0, Decimal("0.2"))


def test_what_was_earned_and_paid_in_the_wallet_of_derivatives_goes_back_there(desk: ComparedDesk) -> None:
    desk.trade(Side.BUY, "1", "50000")
    order = desk.perpetual(Side.SELL, "1", price="51000")
    fee = (Fee("USDT", Decimal(25)),)
    desk.fill(order, "1", price="51000", trade_id="7", fees=fee, exchange_order_id=order.exchange_order_id)
    assert desk.margin == MARGIN + 975
    desk.bust(order, "7")
    assert desk.margin == MARGIN
    assert desk.held("USDT") == BALANCES["USDT"]
    assert desk.desk.positions[ACCOUNT, ALICE, PERPETUAL, order.position_side].quantity == 1


def test_replaying_the_journal_gives_the_same_books(desk: ComparedDesk) -> None:
    order = desk.working()
    desk.fill(order, "0.4", trade_id="7", fees=FEES)
    desk.trade(Side.BUY, "1", "50000")
    desk.bust(order, "7")
    again, now = state_of(replayed(desk.journal, desk.desk.policy)), state_of(desk.desk)
    for name in ("orders", "holdings", "positions", "execution_ids", "executions", "busted", "sequence"):
        assert again[name] == now[name], name
