"""What made books wrong in other order managers: fills, fees, positions, restarts, comparisons.

Each test is named after what went wrong, and says where.
"""

import copy
from datetime import timedelta
from decimal import Decimal

import pytest

from support.compared_desk import MARGIN, ComparedDesk
from support.desk_driver import BALANCES
from tidegate.core.messages import commands
from tidegate.core.messages.effects import QueryOrder, SendOrder
from tidegate.core.messages.values import Amendment, Fee
from tidegate.core.order import Order
from tidegate.core.vocabulary import OrderStatus, Side, VenueOrderStatus

OPEN, FILLED = VenueOrderStatus.OPEN, VenueOrderStatus.FILLED
CANCELED, REJECTED = VenueOrderStatus.CANCELED, VenueOrderStatus.REJECTED


@pytest.fixture
def desk() -> ComparedDesk:
    desk = ComparedDesk()
    desk.open_shop()
    return desk


# --- fills ---------------------------------------------------------------------------------------------------------


def test_an_inferred_fill_and_then_the_real_one_counted_twice(desk: ComparedDesk) -> None:
    """nautilus_trader #3493. An order report infers nothing: it asks for the executions."""
    order = desk.working()
    desk.report(order, OPEN, "0.4")
    assert (order.filled_quantity, desk.held("BTC")) == (0, BALANCES["BTC"])
    desk.fill(order, "0.4", trade_id="7")
    desk.report(order, OPEN, "0.4")
    assert (order.filled_quantity, desk.held("BTC")) == (Decimal("0.4"), BALANCES["BTC"] + Decimal("0.4"))
    desk.check_books()


def test_the_cancel_within_a_replacement_was_taken_for_the_orders_end(desk: ComparedDesk) -> None:
    """nautilus_trader #4288. What makes way for the rest of an order ends nothing, however often it is told."""
    order = desk.working()
    desk.put(
        commands.AmendOrder(
            command_id=desk.command_id(),
            at=desk.now,
            user_id=order.user_id,
            order_id=order.order_id,
            amendment=Amendment(price=Decimal(49_000)),
        )
    )
    decision = desk.report(order, CANCELED)
    [send] = [effect for effect in decision.effects if isinstance(effect, SendOrder)]
    desk.accept(order, "9002")
    desk.report(order, CANCELED, attempt=1)
    assert (order.status, order.attempt, order.price) == (OrderStatus.SUBMITTED, send.attempt, 49_000)
    desk.fill(order, "1", price="49000", exchange_order_id="9002")
    assert order.status is OrderStatus.FILLED


def test_a_fill_was_lost_because_its_mark_was_kept_before_it_was_applied(desk: ComparedDesk) -> None:
    """nautilus_trader #4518. The mark is the booked execution itself: a crash before the commit leaves neither."""
    order = desk.working()
    rows, batches = copy.deepcopy(desk.rows), [*desk.batches]
    desk.fill(order, "1", trade_id="7")
    desk.rows, desk.batches = rows, batches  # The process died before they were written.
    desk.restart()
    order = desk.desk.orders[order.order_id]
    assert order.filled_quantity == 0
    desk.fill(order, "1", trade_id="7")
    assert (order.status, desk.held("BTC")) == (OrderStatus.FILLED, BALANCES["BTC"] + 1)
    desk.check()


def test_fills_were_applied_again_after_a_restart(desk: ComparedDesk) -> None:
    """nautilus_trader #3046 and #1205, hummingbot #2945 and #4990."""
    working, done, perpetual = desk.working(), desk.working(exchange_order_id="2"), desk.trade(Side.BUY, "1", "50000")
    told = [(working, "0.4", "7", "9001"), (done, "1", "8", "2")]

    def tell() -> None:
        for order, quantity, trade_id, name in told:
            desk.fill(order, quantity, trade_id=trade_id, exchange_order_id=name)

    tell()
    [trade_id] = [booked.trade_id for booked in desk.desk.executions.values() if booked.symbol == perpetual.symbol]
    told.append((perpetual, "1", trade_id, perpetual.exchange_order_id or ""))
    for _ in range(3):
        desk.restart()
        tell()
        desk.connect(BALANCES)
        tell()
    assert desk.held("BTC") == BALANCES["BTC"] + Decimal("1.4")
    assert desk.position().quantity == 1
    desk.check_books()


def test_a_fill_of_a_rejected_order_moved_the_position_and_not_the_order(desk: ComparedDesk) -> None:
    """nautilus_trader 1.231. Both move, or neither."""
    order = desk.perpetual(Side.BUY, "1")
    desk.report(order, REJECTED, exchange_order_id=order.exchange_order_id)
    assert order.status is OrderStatus.REJECTED
    desk.fill(order, "0.4", exchange_order_id=order.exchange_order_id)
    assert (order.filled_quantity, desk.position().quantity) == (Decimal("0.4"), Decimal("0.4"))
    desk.fill(order, "0.6", exchange_order_id=order.exchange_order_id)
    assert (order.status, order.filled_quantity, desk.position().quantity) == (OrderStatus.FILLED, 1, 1)
    desk.check_books()


def test_an_overfill_was_thrown_away_whole(desk: ComparedDesk) -> None:
    """nautilus_trader 1.231. It is booked as the venue tells it, and told."""
    order = desk.perpetual(Side.SELL, "1", price="50000")
    desk.fill(order, "1.5", exchange_order_id=order.exchange_order_id)
    assert (order.status, order.filled_quantity, desk.position().quantity) == (
        OrderStatus.FILLED,
        Decimal("1.5"),
        Decimal("-1.5"),
    )
    assert [found.kind for found in desk.open_breaks()] == ["overfill"]
    desk.check_books()


# --- fees and funding ----------------------------------------------------------------------------------------------


def test_positions_drifted_with_fees_in_the_base_asset_in_a_third_one_or_negative(desk: ComparedDesk) -> None:
    """nautilus_trader #2689, hummingbot #3202, freqtrade #2478."""
    venue = dict(BALANCES)
    fees = [Fee("BTC", Decimal("0.0001")), Fee("BNB", Decimal("0.001")), Fee("USDT", Decimal("-0.75"))]
    for number in range(12):
        side, fee = (Side.BUY, Side.SELL)[number % 2], fees[number % 3]
        order = desk.working(desk.order_command(side=side, quantity="0.1"), f"X{number}")
        desk.fill(order, "0.1", fees=(fee,), exchange_order_id=f"X{number}")
        sign = 1 if side is Side.BUY else -1
        venue["BTC"] += sign * Decimal("0.1")
        venue["USDT"] -= sign * 5_000
        venue[fee.asset] -= fee.amount
    desk.balances(venue)
    assert not desk.desk.differences
    desk.check_books()


def test_a_funding_payment_was_booked_as_a_fill(desk: ComparedDesk) -> None:
    """nautilus_trader #4937. It moves cash alone, even under the number of a trade."""
    order = desk.perpetual(Side.BUY, "2", price="50000")
    desk.fill(order, "1", price="50000", trade_id="77", exchange_order_id=order.exchange_order_id)
    trades = [*desk.rows.booked]
    desk.now += timedelta(hours=8)
    desk.flow("-25", flow_id="77")
    position = desk.position()
    assert (position.quantity, position.average_price, position.realized_pnl) == (1, 50_000, 0)
    assert (order.filled_quantity, order.fees, [*desk.rows.booked]) == (1, (), trades)
    assert desk.margin == MARGIN - 25
    desk.fill(order, "1", price="50000", trade_id="78", exchange_order_id=order.exchange_order_id)
    assert order.status is OrderStatus.FILLED
    desk.check_books()


# --- restarts and comparisons --------------------------------------------------------------------------------------


def test_a_restart_dropped_working_orders(desk: ComparedDesk) -> None:
    """nautilus_trader #5000: fourteen of them. None is let go before the venue has said that it ended."""
    orders = [desk.working(desk.order_command(quantity="0.1"), f"X{number}") for number in range(14)]
    desk.fill(orders[0], "0.05", exchange_order_id="X0")
    desk.restart()
    assert desk.desk.orders.keys() == {order.order_id for order in orders}
    assert desk.asked().symbols == ("BTC/USDT",)
    desk.now += timedelta(seconds=1)
    decision = desk.synchronized()  # A listing that shows none of them.
    asked = {effect.order_id for effect in decision.effects if isinstance(effect, QueryOrder)}
    assert asked == desk.desk.orders.keys()
    for name, order in enumerate(desk.desk.orders.values()):
        desk.report(order, OPEN, str(order.filled_quantity), exchange_order_id=f"X{name}")
        assert order.status in (OrderStatus.SUBMITTED, OrderStatus.PARTIALLY_FILLED)
    desk.check()


def test_an_unknown_word_of_the_venues_stopped_the_whole_comparison(desk: ComparedDesk) -> None:
    """nautilus_trader #1437 and #3453. The message is put aside, the rest of the comparison goes on."""
    order = desk.working()
    desk.disconnect()
    desk.asked()
    desk.unreadable("order report", "status 'HIBERNATING' is none that we know")
    desk.fill(order, "0.4", trade_id="7")
    desk.positions()
    desk.balances({**BALANCES, "BTC": BALANCES["BTC"] + Decimal("0.4"), "USDT": BALANCES["USDT"] - 20_000})
    assert order.exchange_client_order_id is not None
    desk.synchronized(order.exchange_client_order_id)
    assert desk.is_ready
    assert order.filled_quantity == Decimal("0.4")
    assert not desk.desk.differences
    [found] = desk.open_breaks()
    assert (found.kind, "HIBERNATING" in found.message) == ("unreadable_message", True)


def test_an_order_that_was_not_visible_yet_was_taken_for_lost(desk: ComparedDesk) -> None:
    """freqtrade #4403. A venue that does not know an order yet proves nothing."""
    order = desk.place()
    desk.unknown(order)
    desk.not_found(order)
    desk.synchronized()
    assert _is_under_way(order)
    desk.accept(order)
    desk.not_found(order)
    desk.now += timedelta(seconds=1)
    desk.synchronized()
    assert order.status is OrderStatus.SUBMITTED
    desk.fill(order, "1")
    assert (order.status, desk.held("BTC")) == (OrderStatus.FILLED, BALANCES["BTC"] + 1)


def _is_under_way(order: Order) -> bool:
    return order.status is OrderStatus.PENDING and order.in_doubt and order.attempt == 1
