"""What happened: facts in the past tense. They are journaled, and applying them is the only way state changes.

The journal stores them as JSON; field names are therefore part of the storage format.
"""

from datetime import datetime
from decimal import Decimal

import msgspec

from tidegate.core.identifiers import (
    AccountId,
    ClientOrderId,
    ExchangeClientOrderId,
    ExchangeOrderId,
    ExecutionId,
    IdempotencyKey,
    OrderId,
    TokenId,
    TradeId,
    UserId,
)
from tidegate.core.instruments import Instrument
from tidegate.core.messages.values import Fee
from tidegate.core.vocabulary import (
    AccountState,
    Environment,
    Exchange,
    Liquidity,
    OrderStatus,
    OrderType,
    RefusalCode,
    RejectReason,
    Role,
    Routing,
    Side,
    TimeInForce,
    VenueOrderStatus,
)


class UserRegistered(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A person or program joined the desk."""

    at: datetime
    user_id: UserId
    name: str
    role: Role


class TokenIssued(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A user got an API token; only its SHA-256 digest is known."""

    at: datetime
    token_id: TokenId
    user_id: UserId
    token_hash: str
    label: str


class AccountRegistered(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A venue account joined the desk."""

    at: datetime
    account_id: AccountId
    exchange: Exchange
    environment: Environment
    user_ids: tuple[UserId, ...]


class CredentialsReplaced(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """An account signs with other credentials from now on. They themselves are in the vault alone."""

    at: datetime
    account_id: AccountId
    by: UserId


class AccountStateChanged(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """New orders became possible for an account, or stopped being so."""

    at: datetime
    account_id: AccountId
    state: AccountState
    message: str = ""


class BalanceOpened(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A balance found at the venue when the account was first compared. Entered at the price of that moment.

    `price` is in the reporting currency per unit; None when the asset had no price then.
    """

    at: datetime
    account_id: AccountId
    user_id: UserId
    asset: str
    quantity: Decimal
    price: Decimal | None


class BalancesOpened(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """All opening balances of an account have been entered; later differences are breaks."""

    at: datetime
    account_id: AccountId


class BalanceCompared(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The venue's balance of an asset differs from our books, or agrees again (`difference` zero)."""

    at: datetime
    account_id: AccountId
    asset: str
    venue_quantity: Decimal
    book_quantity: Decimal
    difference: Decimal


class OrderCreated(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """An order entered the desk."""

    at: datetime
    order_id: OrderId
    user_id: UserId
    account_id: AccountId
    exchange: Exchange
    symbol: str
    side: Side
    order_type: OrderType
    quantity: Decimal | None
    quote_quantity: Decimal | None
    price: Decimal | None
    trigger_price: Decimal | None
    time_in_force: TimeInForce
    post_only: bool
    reduce_only: bool
    routing: Routing
    client_order_id: ClientOrderId | None
    idempotency_key: IdempotencyKey | None
    request_hash: str
    params: dict[str, str]
    retry_until: datetime


class OrderInvalidated(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The desk itself refused the order; it never left."""

    at: datetime
    order_id: OrderId
    code: RefusalCode
    message: str
    limit: str | None = None
    actual: str | None = None


class AttemptStarted(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The order passed all checks, its reservation stands, and this attempt is about to be sent."""

    at: datetime
    order_id: OrderId
    attempt: int
    exchange_client_order_id: ExchangeClientOrderId
    request_expires_at: datetime
    reserved_asset: str
    reserved_quantity: Decimal
    reserve_price: Decimal | None
    limits_version: int


class AttemptFailed(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Proven not placed; another attempt may follow at `retry_at`."""

    at: datetime
    order_id: OrderId
    attempt: int
    reason: RejectReason
    message: str
    retry_at: datetime
    venue_code: str | None = None


class OrderInDoubt(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Nobody knows whether the venue has this attempt. The reservation stays."""

    at: datetime
    order_id: OrderId
    attempt: int
    message: str
    venue_code: str | None = None


class OrderAbsenceSeen(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A clean first "not found", to a question asked (`requested_at`) after the request could no longer be taken."""

    at: datetime
    order_id: OrderId
    attempt: int
    requested_at: datetime


class OrderSubmitted(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The venue has the order."""

    at: datetime
    order_id: OrderId
    attempt: int
    exchange_order_id: ExchangeOrderId


class OrderLookedUp(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The venue's picture is ahead of our executions: the missing ones are being fetched."""

    at: datetime
    order_id: OrderId
    venue_status: VenueOrderStatus
    venue_filled_quantity: Decimal
    reason: RejectReason | None = None
    message: str = ""


class CancelRequested(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Somebody, or a rule, asked for the order's end."""

    at: datetime
    order_id: OrderId
    by: str


class CancelRefused(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The venue did not cancel; the order stands as before."""

    at: datetime
    order_id: OrderId
    reason: RejectReason
    message: str
    venue_code: str | None = None


class ExecutionBooked(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """One trade, applied to order and holdings together.

    `rate` converts the quote asset, `fee_rates` each fee's asset, into the reporting currency as priced at that
    moment (None: no price was known). `realized_pnl` is in quote, before fees. `late`: after the order's end.
    `overfill` is the part beyond the order's quantity. `stray`: of an attempt that was given up before.
    """

    at: datetime
    execution_id: ExecutionId
    order_id: OrderId
    user_id: UserId
    account_id: AccountId
    exchange: Exchange
    symbol: str
    base: str
    quote: str
    side: Side
    trade_id: TradeId
    quantity: Decimal
    price: Decimal
    fees: tuple[Fee, ...]
    liquidity: Liquidity
    executed_at: datetime
    exchange_order_id: ExchangeOrderId | None
    rate: Decimal | None
    fee_rates: tuple[Decimal | None, ...]
    realized_pnl: Decimal
    late: bool
    overfill: Decimal
    stray: bool = False


class OrderEnded(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The order's outcome is known: canceled, rejected or expired (filled is said by its last execution)."""

    at: datetime
    order_id: OrderId
    status: OrderStatus
    reason: RejectReason | None
    message: str = ""
    venue_code: str | None = None


class OrderClosed(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The last step of every order: the reservation is released and the result is final."""

    at: datetime
    order_id: OrderId
    realized_pnl: Decimal


class OrderCorrected(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A closed order changed after all: a late execution moved its figures, and perhaps its outcome."""

    at: datetime
    order_id: OrderId
    status: OrderStatus
    realized_pnl: Decimal
    message: str


class BreakFound(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The venue's picture and ours differ and could not be brought together."""

    at: datetime
    account_id: AccountId
    kind: str
    subject: str
    message: str


class BreakResolved(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The venue's picture and ours agree again; `message` says how, `found_at` since when they had not."""

    at: datetime
    account_id: AccountId
    kind: str
    subject: str
    message: str
    found_at: datetime


class InstrumentsListed(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A venue's listing. Reference data: applied but not journaled."""

    at: datetime
    exchange: Exchange
    instruments: tuple[Instrument, ...]


class PriceMoved(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A market moved. Applied but not journaled."""

    at: datetime
    exchange: Exchange
    symbol: str
    last: Decimal
    bid: Decimal | None
    ask: Decimal | None


OrderEvent = (
    OrderCreated
    | OrderInvalidated
    | AttemptStarted
    | AttemptFailed
    | OrderInDoubt
    | OrderAbsenceSeen
    | OrderSubmitted
    | OrderLookedUp
    | CancelRequested
    | CancelRefused
    | ExecutionBooked
    | OrderEnded
    | OrderClosed
    | OrderCorrected
)
DeskEvent = (
    UserRegistered
    | TokenIssued
    | AccountRegistered
    | CredentialsReplaced
    | AccountStateChanged
    | BalanceOpened
    | BalancesOpened
    | BalanceCompared
    | BreakFound
    | BreakResolved
)
JournaledEvent = OrderEvent | DeskEvent
ReferenceEvent = InstrumentsListed | PriceMoved
Event = JournaledEvent | ReferenceEvent
