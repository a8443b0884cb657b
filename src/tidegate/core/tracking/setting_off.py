"""Conditional orders that the venue sets off: told once, whichever report comes first, and by the name it has then."""

from datetime import datetime

from tidegate.core.identifiers import ExchangeOrderId
from tidegate.core.messages.events import OrderTriggered
from tidegate.core.order import Order
from tidegate.core.vocabulary import HeldBy


def was_set_off(order: Order, is_told: bool) -> bool:
    """Whether a report tells, for the first time, that the venue has set the order off."""
    return is_told and order.is_conditional and order.held_by is HeldBy.VENUE


def set_off_at_venue(order: Order, at: datetime, exchange_order_id: ExchangeOrderId | None) -> OrderTriggered:
    """The venue set it off; it may call it by another id from now on."""
    renamed = new_name(order, exchange_order_id)
    return OrderTriggered(at=at, order_id=order.order_id, by=HeldBy.VENUE, exchange_order_id=renamed)


def new_name(order: Order, exchange_order_id: ExchangeOrderId | None) -> ExchangeOrderId | None:
    """The venue's id in a report, where it is none that the order has or had; None: nothing new."""
    if order.exchange_order_id is None or exchange_order_id in (None, *order.exchange_order_ids):
        return None
    return exchange_order_id
