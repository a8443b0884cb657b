"""What a report leaves open: which attempt it speaks of, and why an order ended."""

from tidegate.core.identifiers import ExchangeClientOrderId, order_of
from tidegate.core.order import Order
from tidegate.core.vocabulary import RejectReason


def attempt_named(order: Order, exchange_client_id: ExchangeClientOrderId | None) -> int:
    """Which attempt a report speaks of: the one it names, else the current one."""
    named = order_of(exchange_client_id) if exchange_client_id is not None else None
    return order.attempt if named is None else named[1]


def venue_reason(order: Order) -> RejectReason | None:
    """Why the venue ended it, as it said before the last executions came."""
    return order.reason if isinstance(order.reason, RejectReason) else None
