"""What the parts of an address behind the question mark may be, exactly: unknown names are refused."""

from typing import Annotated

import msgspec

from tidegate.core.vocabulary import Exchange, OrderStatus
from tidegate.gateway.bodies import Amount, ClientOrderIdText, Moment, Name, Symbol, Text

PageLimit = Annotated[int, msgspec.Meta(ge=1, le=500)]
Cursor = Annotated[str, msgspec.Meta(max_length=400)]
Timeout = Annotated[int, msgspec.Meta(ge=0, le=30_000, description="milliseconds")]


class WaitQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long to wait for the order: until it is `durable`, `acknowledged` or `closed`."""

    wait_for: Annotated[str, msgspec.Meta(pattern="^(durable|acknowledged|closed)$(?!\n)")] = "acknowledged"
    timeout_ms: Timeout = 5_000


class CancelQuery(WaitQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much of the order to cancel (in base; not given: all that is open), and how long to wait."""

    quantity: Amount | None = None


class OrdersQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which orders; `status` is one of the statuses, `open` or `closed`."""

    status: Annotated[str, msgspec.Meta(pattern=f"^(open|closed|{'|'.join(OrderStatus)})$(?!\n)")] | None = None
    account: Name | None = None
    exchange: Exchange | None = None
    symbol: Symbol | None = None
    user_id: Name | None = None
    client_order_id: ClientOrderIdText | None = None
    parent_order_id: Name | None = None
    since: Moment | None = None
    until: Moment | None = None
    limit: PageLimit = 100
    cursor: Cursor | None = None


class CancelOrdersQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which open orders to cancel; none given: all of yours (of the role risk: everybody's)."""

    account: Name | None = None
    exchange: Exchange | None = None
    symbol: Symbol | None = None
    user_id: Name | None = None


class ExecutionsQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which executions."""

    account: Name | None = None
    exchange: Exchange | None = None
    symbol: Symbol | None = None
    order_id: Name | None = None
    user_id: Name | None = None
    since: Moment | None = None
    until: Moment | None = None
    limit: PageLimit = 100
    cursor: Cursor | None = None


class UserQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose books; only some roles may ask for another's."""

    user_id: Name | None = None


class LedgerQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which part of the ledger."""

    user_id: Name | None = None
    limit: PageLimit = 100
    cursor: Cursor | None = None


class RulesQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which rules; `open`: those that still wait, or those that have ended."""

    open: bool | None = None
    user_id: Name | None = None
    limit: PageLimit = 100
    cursor: Cursor | None = None


class BreaksQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which breaks; `open`: those that stand, or those that were resolved."""

    open: bool | None = None
    account: Name | None = None
    kind: Text | None = None
    limit: PageLimit = 100
    cursor: Cursor | None = None


class InstrumentsQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which venue's instruments."""

    exchange: Exchange | None = None
    symbol: Symbol | None = None


class NoQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A call without query parameters."""
