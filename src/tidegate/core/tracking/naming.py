"""What a report leaves open: which attempt it speaks of, and why an order ended."""

from tidegate.core.identifiers import ExchangeClientOrderId, ExchangeOrderId, ExecutionId, order_of, share_id
from tidegate.core.order import Order
from tidegate.core.records import Account
from tidegate.core.vocabulary import RejectReason


def attempt_named(
    order: Order, exchange_client_id: ExchangeClientOrderId | None, exchange_order_id: ExchangeOrderId | None
) -> int:
    """Which attempt a report speaks of: the one it names by our id or by the venue's, else the current one."""
    if exchange_client_id is not None and exchange_client_id == order.exchange_client_order_id:
        return order.attempt
    named = order_of(exchange_client_id) if exchange_client_id is not None else None
    if named is not None:
        return named[1]
    if exchange_order_id is None or order.former_exchange_order_ids is None:
        return order.attempt
    return order.former_exchange_order_ids.get(exchange_order_id, order.attempt)


def venue_reason(order: Order) -> RejectReason | None:
    """Why the venue ended it, as it said before the last executions came."""
    return order.reason if isinstance(order.reason, RejectReason) else None


def names_booked(account: Account | None, name: ExecutionId) -> tuple[ExecutionId, ...]:
    """By which ids a trade may have been booked: whole, or, one of the venue's own, in the parts of several users."""
    if account is None:
        return (name,)
    owners = dict.fromkeys((*account.user_ids, account.owner))
    return (name, *(share_id(name, user_id) for user_id in owners))
