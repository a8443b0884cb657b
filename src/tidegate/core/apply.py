"""apply(): the only place where a desk's state changes. It decides nothing and cannot refuse."""

from typing import get_args

from tidegate.core.apply_books import book, reverse
from tidegate.core.apply_desk import DeskChange, break_id, break_of, change_desk, request_of
from tidegate.core.apply_orders import OrderChange, change_order, create_order
from tidegate.core.desk import Desk
from tidegate.core.instruments import Price
from tidegate.core.messages import events as happened
from tidegate.core.messages.events import Event
from tidegate.core.order import Order

__all__ = ["apply", "break_id", "break_of", "request_of"]

_DESK_EVENTS = frozenset(get_args(DeskChange))


def apply(desk: Desk, event: Event) -> None:
    """Make an event's consequences true. Journaled events count up the desk's sequence."""
    match event:
        case (
            happened.AttemptStarted() | happened.OrderSubmitted() | happened.ExecutionBooked() | happened.OrderClosed()
        ):
            _change_order(desk, desk.orders[event.order_id], event)  # The most frequent first.
        case happened.PriceMoved():
            desk.prices[(event.exchange, event.symbol)] = Price(
                last=event.last, bid=event.bid, ask=event.ask, mark=event.mark
            )
            return
        case happened.AccountCompared():
            desk.compared_at[event.account_id] = event.requested_at
            return
        case happened.InstrumentsListed():
            desk.instruments.update({(rule.exchange, rule.symbol): rule for rule in event.instruments})
            return
        case happened.OrderCreated():
            create_order(desk, event)
        case _ if type(event) in _DESK_EVENTS:
            change_desk(desk, event)  # type: ignore[arg-type]  # The set above is the union's members.
        case _:
            _change_order(desk, desk.orders[event.order_id], event)  # type: ignore[union-attr,arg-type]
    desk.sequence += 1


def _change_order(
    desk: Desk, order: Order, event: OrderChange | happened.ExecutionBooked | happened.ExecutionReversed
) -> None:
    was_unresolved = order.is_unresolved
    order.updated_at = event.at
    match event:
        case happened.ExecutionBooked():
            book(desk, order, event)
        case happened.ExecutionReversed():
            reverse(desk, order, event)
        case _:
            change_order(desk, order, event)
    if was_unresolved is not order.is_unresolved:
        desk.count_unresolved(order, -1 if was_unresolved else 1)
