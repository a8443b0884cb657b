"""What requests may contain, exactly: unknown names are refused, and amounts are strings of plain decimals."""

from datetime import datetime
from typing import Annotated

import msgspec

from tidegate.core.vocabulary import Environment, Exchange, OrderStatus, OrderType, Role, Routing, Side, TimeInForce

# Twenty digits before the point and eighteen behind it: more than any venue trades, less than any that could hurt.
Amount = Annotated[
    str, msgspec.Meta(pattern=r"^[0-9]{1,20}(\.[0-9]{1,18})?$(?!\n)", description="a plain decimal, as a string")
]
Name = Annotated[
    str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$(?!\n)", description="letters, digits, . _ -")
]
Symbol = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9]{1,20}/[A-Za-z0-9]{1,20}(:[A-Za-z0-9]{1,20})?$(?!\n)")]
# Control characters are refused: PostgreSQL stores no NUL, and a write that fails ends the desk.
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)")]
Secret = Annotated[str, msgspec.Meta(min_length=1, max_length=4096)]
ClientOrderIdText = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._:-]{1,64}$(?!\n)")]
Params = Annotated[dict[Text, Text], msgspec.Meta(max_length=20)]
RetryWindow = Annotated[float, msgspec.Meta(ge=0, le=300, description="seconds")]


class PlaceOrderBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new order."""

    account: Name
    symbol: Symbol
    side: Side
    order_type: OrderType
    quantity: Amount | None = None
    quote_quantity: Amount | None = None
    price: Amount | None = None
    trigger_price: Amount | None = None
    time_in_force: TimeInForce = TimeInForce.GTC
    post_only: bool = False
    reduce_only: bool = False
    client_order_id: ClientOrderIdText | None = None
    routing: Routing = Routing.VENUE
    params: Params = {}
    retry_window_seconds: RetryWindow | None = None


class RegisterAccountBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A venue account and what signs its requests. The credentials are sealed and never shown again."""

    account_id: Name
    exchange: Exchange
    environment: Environment
    user_ids: Annotated[list[Name], msgspec.Meta(min_length=1, max_length=100)]
    api_key: Secret
    secret: Secret
    passphrase: Secret | None = None

    def __repr__(self) -> str:
        return f"RegisterAccountBody(account_id={self.account_id!r}, ...)"


class CredentialsBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What signs an account's requests from now on. Sealed, and never shown again."""

    api_key: Secret
    secret: Secret
    passphrase: Secret | None = None

    def __repr__(self) -> str:
        return "CredentialsBody(...)"


class RegisterUserBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person or program."""

    user_id: Name
    name: Text
    role: Role


class IssueTokenBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A token for a user."""

    user_id: Name
    label: Text


PageLimit = Annotated[int, msgspec.Meta(ge=1, le=500)]
Cursor = Annotated[str, msgspec.Meta(max_length=400)]
Moment = Annotated[datetime, msgspec.Meta(tz=True, description="ISO 8601 with its zone")]
Timeout = Annotated[int, msgspec.Meta(ge=0, le=30_000, description="milliseconds")]


class WaitQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long to wait for the order: until it is `durable`, `acknowledged` or `closed`."""

    wait_for: Annotated[str, msgspec.Meta(pattern="^(durable|acknowledged|closed)$(?!\n)")] = "acknowledged"
    timeout_ms: Timeout = 5_000


class OrdersQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which orders; `status` is one of the statuses, `open` or `closed`."""

    status: Annotated[str, msgspec.Meta(pattern=f"^(open|closed|{'|'.join(OrderStatus)})$(?!\n)")] | None = None
    account: Name | None = None
    exchange: Exchange | None = None
    symbol: Symbol | None = None
    user_id: Name | None = None
    client_order_id: ClientOrderIdText | None = None
    since: Moment | None = None
    until: Moment | None = None
    limit: PageLimit = 100
    cursor: Cursor | None = None


class CancelOrdersQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which open orders to cancel; none given: all of yours."""

    account: Name | None = None
    exchange: Exchange | None = None
    symbol: Symbol | None = None


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


class InstrumentsQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which venue's instruments."""

    exchange: Exchange | None = None
    symbol: Symbol | None = None


class NoQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A call without query parameters."""
