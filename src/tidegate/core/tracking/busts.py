"""Trades that the venue takes back."""

from tidegate.core.apply import break_id
from tidegate.core.decision import NOTHING, Decision, together
from tidegate.core.desk import Desk
from tidegate.core.identifiers import execution_id
from tidegate.core.messages.events import Event, ExecutionBooked, ExecutionReversed, OrderCorrected
from tidegate.core.messages.reports import ExecutionBusted
from tidegate.core.money import plain
from tidegate.core.order import Order
from tidegate.core.sending import resolved
from tidegate.core.tracking.naming import names_booked
from tidegate.core.vocabulary import OrderStatus


def booked_trades(desk: Desk, report: ExecutionBusted) -> list[ExecutionBooked]:
    """The trade that a bust speaks of, as it was booked, in parts if several had a part in it.

    Nothing when it never was booked, or is reversed already.
    """
    name = execution_id(report.account_id, report.symbol, report.side, report.trade_id)
    names = names_booked(desk.accounts.get(report.account_id), name)
    return [desk.executions[each] for each in names if each in desk.executions]


def busted(desk: Desk, report: ExecutionBusted, booked: list[ExecutionBooked]) -> Decision:
    """Reverse it, every part of it."""
    return together(*(_bust(desk, report, part) for part in booked))


def _bust(desk: Desk, report: ExecutionBusted, booked: ExecutionBooked) -> Decision:
    """Reverse it in order, holdings and position together.

    An order that works goes on with more to fill. One that had ended as filled is canceled with what remains filled;
    any other end stands.
    """
    order = desk.orders.get(booked.order_id)
    if order is None:
        return NOTHING  # Storage knows no such order: there is nothing that could be reversed.
    events: list[Event] = [_reversed(order, report, booked)]
    if order.is_closed:
        events.append(_corrected(order, report, booked))
    return Decision([*events, *_no_longer_overfilled(desk, order, report, booked)])


def _reversed(order: Order, report: ExecutionBusted, booked: ExecutionBooked) -> ExecutionReversed:
    figures = f"{booked.side} {plain(booked.quantity)} at {plain(booked.price)}"
    words = f": {report.message}" if report.message else ""
    return ExecutionReversed(
        at=report.at,
        order_id=order.order_id,
        execution_id=booked.execution_id,
        booked=booked,
        realized_pnl=order.realized_pnl - booked.realized_pnl,
        message=f"{order.exchange} took back trade {booked.trade_id}, {figures}{words}",
    )


def _corrected(order: Order, report: ExecutionBusted, booked: ExecutionBooked) -> OrderCorrected:
    filled = order.filled_quantity - booked.quantity
    is_complete = order.quantity is not None and filled >= order.quantity
    was_filled = order.status is OrderStatus.FILLED
    return OrderCorrected(
        at=report.at,
        order_id=order.order_id,
        status=OrderStatus.CANCELED if was_filled and not is_complete else order.status,
        realized_pnl=order.realized_pnl - booked.realized_pnl,
        message=f"a trade was taken back after the order was {order.status}: {plain(filled)} remains filled",
    )


def _no_longer_overfilled(desk: Desk, order: Order, report: ExecutionBusted, booked: ExecutionBooked) -> list[Event]:
    found = desk.open_breaks.get(break_id(order.account_id, "overfill", order.order_id))
    filled = order.filled_quantity - booked.quantity
    if found is None or order.quantity is None or filled > order.quantity:
        return []
    return [resolved(found, report.at, "the trade that was too much was taken back")]
