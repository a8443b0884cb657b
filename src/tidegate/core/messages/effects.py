"""What the engine asks the world to do, released only after the events beside it are durable."""

from datetime import datetime
from decimal import Decimal

import msgspec

from tidegate.core.identifiers import AccountId, CommandId, ExchangeClientOrderId, ExchangeOrderId, OrderId
from tidegate.core.messages.values import Refusal
from tidegate.core.vocabulary import OrderType, Side, TimeInForce


class Reply(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The answer to a command: a refusal, or the orders it concerns (none for registrations)."""

    command_id: CommandId
    refusal: Refusal | None = None
    order_ids: tuple[OrderId, ...] = ()
    replayed: bool = False


class SendOrder(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Place one attempt at the venue, once. `intended_at` is signed as the request's time; past `expires_at` it must
    not be sent any more, and the venue is told to refuse it."""

    account_id: AccountId
    order_id: OrderId
    attempt: int
    exchange_client_order_id: ExchangeClientOrderId
    symbol: str
    side: Side
    order_type: OrderType
    time_in_force: TimeInForce
    post_only: bool
    intended_at: datetime
    expires_at: datetime
    quantity: Decimal | None = None
    quote_quantity: Decimal | None = None
    price: Decimal | None = None
    params: dict[str, str] = {}


class SendCancel(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Cancel one attempt at the venue. May be repeated freely."""

    account_id: AccountId
    order_id: OrderId
    symbol: str
    exchange_client_order_id: ExchangeClientOrderId
    exchange_order_id: ExchangeOrderId | None


class QueryOrder(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Ask the venue what became of one attempt. Answered by `OrderReported`, `OrderNotFound` or `QueryFailed`.

    `OrderNotFound` may be reported only when every look-up that could have found it answered cleanly.
    """

    account_id: AccountId
    order_id: OrderId
    attempt: int
    symbol: str
    exchange_client_order_id: ExchangeClientOrderId
    exchange_order_id: ExchangeOrderId | None


class FetchExecutions(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Fetch all executions of one order. Answered by `ExecutionReported`s, or `QueryFailed`."""

    account_id: AccountId
    order_id: OrderId
    symbol: str
    exchange_order_id: ExchangeOrderId
    since: datetime


class SynchronizeAccount(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Report all open orders, the executions since a time of the given symbols, and the balances of an account.

    Answered by those reports and then `AccountSynchronized`; on failure the session tries again by itself.
    """

    account_id: AccountId
    symbols: tuple[str, ...]
    executions_since: datetime


class WakeAt(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Send a `Wake` for this order at this time."""

    order_id: OrderId
    at: datetime


VenueEffect = SendOrder | SendCancel | QueryOrder | FetchExecutions | SynchronizeAccount
Effect = Reply | VenueEffect | WakeAt
