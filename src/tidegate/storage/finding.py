"""What both journals' look-ups share."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from tidegate.core.identifiers import OrderId, UserId
from tidegate.core.messages.events import ExecutionBooked
from tidegate.core.order import Order
from tidegate.core.records import ForcedClose
from tidegate.storage.rows import CASH_FLOWS
from tidegate.storage.schema.books import IS_HEARD
from tidegate.storage.schema.orders import IS_FORCED
from tidegate.storage.statements import select

booked_in = msgspec.json.Decoder(ExecutionBooked).decode  # A trade, whole, from the payload of its journal entry.

# From the orders that venues made to their executions, never through all of them: SQLite keeps a CROSS JOIN's order.
FORCED_EXECUTIONS = (
    "SELECT executions.exchange_order_id, executions.user_id, executions.quantity FROM orders CROSS JOIN executions "  # noqa: S608
    f"WHERE orders.account_id = {{0}} AND orders.symbol = {{0}} AND {IS_FORCED} "
    "AND executions.order_id = orders.order_id ORDER BY executions.sequence DESC"
)
"""What a venue traded by itself in a market, newest first; `{0}` is the driver's mark for a parameter."""
HEARD_FLOWS = select(
    CASH_FLOWS,
    "WHERE account_id = {0} AND asset = {0} AND happened_at >= {0} AND happened_at <= {0} "  # noqa: S608
    f"AND {IS_HEARD} AND heard_as = flow_id "
    "AND flow_id NOT IN (SELECT heard_as FROM cash_flows WHERE account_id = {0} AND asset = {0} "
    f"AND happened_at >= {{0}} AND happened_at <= {{0}} AND {IS_HEARD} AND heard_as <> flow_id)",
)
"""Cash flows of an account, an asset and a time that are booked as a stream told them, and that no list has named.

What names one is dated like it. The four parameters come twice, so that both halves go by the index of what was heard.
"""


def last_forced(newest_first: Iterable[Sequence[Any]]) -> ForcedClose | None:
    """The last order that the venue made, from trades with the venue's id of their order, the user and the quantity."""
    found: ForcedClose | None = None
    for exchange_order_id, user_id, quantity in newest_first:
        if found is None:
            found = ForcedClose(exchange_order_id, {})
        if found.exchange_order_id != exchange_order_id:
            break
        found.add(UserId(user_id), Decimal(quantity))
    return found


def parents_of(orders: Iterable[Order]) -> set[OrderId]:
    """The orders that legs of protection among these close: what a leg trades moves its parent, too."""
    found = {order.order_id: order for order in orders}
    parents = {order.parent_order_id for order in found.values() if order.leg is not None}
    return {parent for parent in parents if parent is not None and parent not in found}
