"""What stays unknown for long is told, and told again once it is known: the outcome of a send, a change, a cancel."""

from datetime import datetime

from tidegate.core.apply import break_id
from tidegate.core.decision import Decision
from tidegate.core.desk import Desk
from tidegate.core.messages import events as happened
from tidegate.core.messages.events import BreakResolved, Event
from tidegate.core.order import Order
from tidegate.core.sending import PROTECTION_FAILING, break_once, resolved
from tidegate.core.vocabulary import PendingAction

OUTCOME_UNKNOWN = "outcome_unknown"
_SETTLED_BY = {
    OUTCOME_UNKNOWN: (
        happened.OrderSubmitted,
        happened.AttemptFailed,
        happened.CancelRefused,
        happened.OrderAmended,
        happened.AmendFailed,
        happened.OrderClosed,
    ),
    PROTECTION_FAILING: (happened.OrderSubmitted, happened.OrderClosed),
}
_SETTLING = frozenset(kind for kinds in _SETTLED_BY.values() for kind in kinds)


def alarm(desk: Desk, order: Order, at: datetime) -> list[Event]:
    """The break of an order whose venue has owed its word for too long; one per question."""
    if order.awaited_since is None or at - order.awaited_since < desk.policy.doubt_alarm:
        return []
    seconds = int((at - order.awaited_since).total_seconds())
    message = f"for {seconds} s nobody knows what became of {_question(order)} at {order.exchange}; asking on"
    return break_once(desk, order, at, OUTCOME_UNKNOWN, order.order_id, message)


def _question(order: Order) -> str:
    if order.in_doubt or order.is_unsent:
        return f"order {order.order_id}"
    what = "cancel" if order.pending_action is PendingAction.CANCEL else "change"
    return f"the {what} of order {order.order_id}"


def settle(desk: Desk, decision: Decision) -> Decision:
    """A decision, with the end of the doubts that its events settle."""
    settled: dict[str, Event] = {}
    for event in decision.events:
        for end in _settled(desk, event):
            settled.setdefault(end.kind + end.subject, end)
    return Decision([*decision.events, *settled.values()], decision.effects) if settled else decision


def _settled(desk: Desk, event: Event) -> list[BreakResolved]:
    if type(event) not in _SETTLING:
        return []
    order = desk.orders.get(event.order_id)  # type: ignore[union-attr]  # All events above are of orders.
    if order is None:
        return []
    open_breaks = (
        desk.open_breaks.get(break_id(order.account_id, kind, order.order_id))
        for kind, settling in _SETTLED_BY.items()
        if isinstance(event, settling)
    )
    return [resolved(found, event.at, _how(event)) for found in open_breaks if found is not None]


def _how(event: Event) -> str:
    match event:
        case happened.OrderSubmitted():
            return "the venue has the order"
        case happened.OrderAmended():
            return "the order was changed"
        case happened.AmendFailed():
            return f"the order was not changed: {event.message}"
        case happened.CancelRefused():
            return f"the order was not canceled: {event.message}"
        case happened.AttemptFailed():
            return "the venue does not have that attempt"
        case _:
            return "the order has ended"
