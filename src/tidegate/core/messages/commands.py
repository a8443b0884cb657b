"""What people and programs ask of the desk. `at` is when the gateway read the request; ids are made there."""

from datetime import datetime
from decimal import Decimal

import msgspec

from tidegate.core.identifiers import AccountId, ClientOrderId, CommandId, IdempotencyKey, OrderId, TokenId, UserId
from tidegate.core.vocabulary import Environment, Exchange, OrderType, Role, Routing, Side, TimeInForce


class PlaceOrder(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A new order. Exactly one of `quantity` (base) and `quote_quantity` is set; `retry_until` ends its retry window.

    `request_hash` is a digest of the request's body: the same idempotency key with another body is refused.
    """

    command_id: CommandId
    at: datetime
    user_id: UserId
    order_id: OrderId
    account_id: AccountId
    symbol: str
    side: Side
    order_type: OrderType
    retry_until: datetime
    quantity: Decimal | None = None
    quote_quantity: Decimal | None = None
    price: Decimal | None = None
    trigger_price: Decimal | None = None
    time_in_force: TimeInForce = TimeInForce.GTC
    post_only: bool = False
    reduce_only: bool = False
    routing: Routing = Routing.VENUE
    client_order_id: ClientOrderId | None = None
    idempotency_key: IdempotencyKey | None = None
    request_hash: str = ""
    params: dict[str, str] = {}
    not_after: datetime | None = None


class CancelOrder(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Cancel one order in full."""

    command_id: CommandId
    at: datetime
    user_id: UserId
    order_id: OrderId


class CancelOrders(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Cancel every open order of a user that matches; an absent field matches all."""

    command_id: CommandId
    at: datetime
    user_id: UserId
    account_id: AccountId | None = None
    exchange: Exchange | None = None
    symbol: str | None = None


class RegisterUser(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Add a person or program to the desk."""

    command_id: CommandId
    at: datetime
    user_id: UserId
    name: str
    role: Role


class IssueToken(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Give a user an API token. Only its digest enters the desk."""

    command_id: CommandId
    at: datetime
    user_id: UserId
    token_id: TokenId
    token_hash: str
    label: str


class RegisterAccount(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Add a venue account. Its credentials go to the vault, never through here."""

    command_id: CommandId
    at: datetime
    account_id: AccountId
    exchange: Exchange
    environment: Environment
    user_ids: tuple[UserId, ...]


class ReplaceCredentials(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """An account's credentials in the vault are others now: its session starts anew with them."""

    command_id: CommandId
    at: datetime
    user_id: UserId
    account_id: AccountId


Command = PlaceOrder | CancelOrder | CancelOrders | RegisterUser | IssueToken | RegisterAccount | ReplaceCredentials
