"""What both journals' look-ups share."""

from collections.abc import Iterable

import msgspec

from tidegate.core.identifiers import OrderId
from tidegate.core.messages.events import ExecutionBooked
from tidegate.core.order import Order

booked_in = msgspec.json.Decoder(ExecutionBooked).decode  # A trade, whole, from the payload of its journal entry.


def parents_of(orders: Iterable[Order]) -> set[OrderId]:
    """The orders that legs of protection among these close: what a leg trades moves its parent, too."""
    found = {order.order_id: order for order in orders}
    parents = {order.parent_order_id for order in found.values() if order.leg is not None}
    return {parent for parent in parents if parent is not None and parent not in found}
