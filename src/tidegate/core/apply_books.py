"""What executions and other movements change: order, holdings and positions, together or not at all."""

from datetime import datetime
from decimal import Decimal

import msgspec

from tidegate.core.apply_orders import reserve
from tidegate.core.desk import Desk
from tidegate.core.messages import events as happened
from tidegate.core.messages.values import Fee
from tidegate.core.money import ZERO, ratio
from tidegate.core.order import Order, move
from tidegate.core.portfolio.holdings import settle, take_fee, trade
from tidegate.core.portfolio.positions import move_position, signed
from tidegate.core.portfolio.reservations import worst_case
from tidegate.core.portfolio.reversals import return_fee, unsettle, unwind_holding, unwind_position
from tidegate.core.vocabulary import InstrumentKind, OrderStatus


def book(desk: Desk, order: Order, event: happened.ExecutionBooked) -> None:
    """Order and holdings move together, or not at all."""
    order.filled_quantity += event.quantity
    order.filled_value += event.quantity * event.price
    order.average_price = ratio(order.filled_value, order.filled_quantity)
    order.realized_pnl += event.realized_pnl
    order.fees = _add_fees(order.fees, event.fees)
    if not event.stray:
        order.waiting_to_retry = False
    if order.status is OrderStatus.PENDING:
        # A trade of an attempt that was given up says nothing about the one that is under way.
        order.in_doubt = event.stray
    if event.stray:
        order.filled_before += event.quantity
    desk.execution_ids.setdefault(order.order_id, set()).add(event.execution_id)
    desk.executions[event.execution_id] = event
    desk.execution_times[event.account_id] = max(
        event.executed_at, desk.execution_times.get(event.account_id, event.executed_at)
    )
    desk.compare_since.setdefault(event.account_id, event.at)
    _trade(desk, event)
    _guard(desk, order, event)
    if order.is_forced:
        desk.note_forced(event)
    if event.late:
        return  # An order that has ended moves by OrderCorrected, and holds no reservation any more.
    most = order.quantity_most
    filled = most is not None and order.filled_quantity >= most
    move(order, OrderStatus.FILLED if filled else OrderStatus.PARTIALLY_FILLED)
    reserve(desk, order, ZERO if filled else worst_case(order, order.reserve_price))


def reverse(desk: Desk, order: Order, event: happened.ExecutionReversed) -> None:
    """A busted trade never counted: order, holdings and position go back together, as `portfolio.reversals` says.

    The trade's id stays known, so that it is not booked when it is told of again. An order that works goes on with
    more to fill; it stays partially filled even at nothing.
    """
    booked = event.booked
    order.filled_quantity -= booked.quantity
    order.filled_value -= booked.quantity * booked.price
    order.average_price = ratio(order.filled_value, order.filled_quantity) if order.filled_quantity else None
    order.realized_pnl = event.realized_pnl
    fees = _add_fees(order.fees, tuple(Fee(fee.asset, -fee.amount) for fee in booked.fees))
    order.fees = tuple(fee for fee in fees if fee.amount)
    is_former = booked.stray or booked.exchange_order_id != order.exchange_order_id
    if is_former and order.filled_before:
        order.filled_before = max(order.filled_before - booked.quantity, ZERO)  # It was an earlier attempt's.
    elif order.venue_filled_quantity is not None:
        order.venue_filled_quantity = max(order.venue_filled_quantity - booked.quantity, ZERO)
    desk.execution_ids.setdefault(order.order_id, set()).add(event.execution_id)
    desk.executions.pop(event.execution_id, None)
    desk.busted.add(event.execution_id)
    desk.compare_since.setdefault(booked.account_id, event.at)
    _untrade(desk, booked, event.at)
    _exit(desk, order, -booked.quantity)
    if not order.is_closed:
        reserve(desk, order, worst_case(order, order.reserve_price))


def _untrade(desk: Desk, booked: happened.ExecutionBooked, at: datetime) -> None:
    """Step by step backwards: the fees, then the trade."""
    fee_rates = booked.fee_rates or (None,) * len(booked.fees)
    for fee, rate in zip(booked.fees, fee_rates, strict=True):
        return_fee(desk.holding(booked.account_id, booked.user_id, fee.asset, booked.wallet), fee.amount, rate)
    quote = desk.holding(booked.account_id, booked.user_id, booked.quote, booked.wallet)
    change = signed(booked.side, booked.quantity)
    if booked.kind is InstrumentKind.SPOT:
        base = desk.holding(booked.account_id, booked.user_id, booked.base, booked.wallet)
        if booked.rate is None:
            unwind_holding(base, change, None, ZERO)
        else:
            unwind_holding(base, change, booked.price * booked.rate, booked.realized_pnl * booked.rate)
        unsettle(quote, -change * booked.price, booked.rate)
        return
    position = desk.position(booked.account_id, booked.user_id, booked.symbol, booked.position_side, booked.exchange)
    position.updated_at = at
    unwind_position(position, change, booked.price, booked.realized_pnl)
    desk.count_position(position)
    unsettle(quote, booked.realized_pnl, booked.rate)


def _trade(desk: Desk, event: happened.ExecutionBooked) -> None:
    """A spot trade swaps two assets; a derivative's moves the position, and what it realizes is settled in cash."""
    quote = desk.holding(event.account_id, event.user_id, event.quote, event.wallet)
    if event.kind is InstrumentKind.SPOT:
        trade(event, desk.holding(event.account_id, event.user_id, event.base, event.wallet), quote)
    else:
        position = desk.position(event.account_id, event.user_id, event.symbol, event.position_side, event.exchange)
        position.updated_at = event.at
        position.realized_pnl += event.realized_pnl
        move_position(position, signed(event.side, event.quantity), event.price)
        desk.count_position(position)
        settle(quote, event.realized_pnl, event.rate)
    for fee in event.fees:
        take_fee(desk.holding(event.account_id, event.user_id, fee.asset, event.wallet), fee.amount)


def _guard(desk: Desk, order: Order, event: happened.ExecutionBooked) -> None:
    """What an entry fills is to be protected; what a leg fills is closed again."""
    if order.stop_loss is not None or order.take_profit is not None:
        order.guarding = True
    if order.leg is not None:
        _exit(desk, order, event.quantity)


def _exit(desk: Desk, leg: Order, quantity: Decimal) -> None:
    """What a leg closes of what its parent filled. When that is taken back, it is protected again where it was."""
    if leg.leg is None or leg.parent_order_id is None:
        return
    parent = desk.orders[leg.parent_order_id]  # Kept in memory while it is protected, or fetched with its leg.
    parent.exited_quantity += quantity
    if quantity > 0:
        return
    parent.guarding = parent.stop_loss is not None or parent.take_profit is not None
    if parent.stop_loss is not None:
        parent.stop_loss = msgspec.structs.replace(parent.stop_loss, triggered=False)


def _add_fees(fees: tuple[Fee, ...], more: tuple[Fee, ...]) -> tuple[Fee, ...]:
    if not fees and len(more) == 1:
        return more
    totals = {fee.asset: fee.amount for fee in fees}
    for fee in more:
        totals[fee.asset] = totals.get(fee.asset, ZERO) + fee.amount
    return tuple(Fee(asset, amount) for asset, amount in totals.items())
