"""What happened: facts in the past tense. They are journaled, and applying them is the only way state changes.

The journal stores them as JSON; field names are therefore part of the storage format.
"""

from datetime import datetime
from decimal import Decimal
from typing import TypeGuard, get_args

import msgspec

from tidegate.core.identifiers import (
    AccountId,
    ClientOrderId,
    ExchangeClientOrderId,
    ExchangeOrderId,
    ExecutionId,
    IdempotencyKey,
    OrderId,
    RuleId,
    TokenId,
    TradeId,
    UserId,
)
from tidegate.core.instruments import Instrument
from tidegate.core.messages.commands import PlaceOrder
from tidegate.core.messages.values import Amendment, Fee, Protection
from tidegate.core.money import ONE, ZERO
from tidegate.core.vocabulary import (
    AccountState,
    CashFlowKind,
    Correction,
    Environment,
    Exchange,
    HeldBy,
    InstrumentKind,
    Leg,
    Liquidity,
    MarginMode,
    OffsetUnit,
    OrderStatus,
    OrderType,
    PositionSide,
    RefusalCode,
    RejectReason,
    Role,
    Routing,
    Side,
    TimeInForce,
    TriggerBy,
    VenueOrderStatus,
    Wallet,
)


class UserRegistered(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A person or program joined the desk."""

    at: datetime
    user_id: UserId
    name: str
    role: Role


class TokenIssued(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A user got an API token; only its SHA-256 digest is known."""

    at: datetime
    token_id: TokenId
    user_id: UserId
    token_hash: str
    label: str


class AccountRegistered(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A venue account joined the desk."""

    at: datetime
    account_id: AccountId
    exchange: Exchange
    environment: Environment
    user_ids: tuple[UserId, ...]


class CredentialsReplaced(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """An account signs with other credentials from now on. They themselves are in the vault alone."""

    at: datetime
    account_id: AccountId
    by: UserId


class AccountStateChanged(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """New orders became possible for an account, or stopped being so."""

    at: datetime
    account_id: AccountId
    state: AccountState
    message: str = ""


class BalanceOpened(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A balance found at the venue when the account was first compared. Entered at the price of that moment.

    `price` is in the reporting currency per unit; None when the asset had no price then.
    """

    at: datetime
    account_id: AccountId
    user_id: UserId
    asset: str
    quantity: Decimal
    price: Decimal | None
    wallet: Wallet = Wallet.MAIN


class BalancesOpened(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """All opening balances of an account have been entered; later differences are breaks."""

    at: datetime
    account_id: AccountId


class BalanceCompared(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The venue's balance of an asset differs from our books, or agrees again (`difference` zero)."""

    at: datetime
    account_id: AccountId
    asset: str
    venue_quantity: Decimal
    book_quantity: Decimal
    difference: Decimal
    wallet: Wallet = Wallet.MAIN


class BalanceAdjusted(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A person let our balance follow the venue's: `quantity` came in (negative: went out)."""

    at: datetime
    account_id: AccountId
    user_id: UserId
    asset: str
    wallet: Wallet
    quantity: Decimal
    price: Decimal | None
    by: UserId
    message: str


class PositionCompared(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The venue's position differs from the sum of our users', or agrees again (`difference` zero)."""

    at: datetime
    account_id: AccountId
    symbol: str
    position_side: PositionSide
    venue_quantity: Decimal
    book_quantity: Decimal
    difference: Decimal


class PositionAdjusted(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A position follows the venue's without an execution of ours: found at the opening of the books (`by` None), or
    accepted by a person. `quantity` is the change, in base, at `price`."""

    at: datetime
    account_id: AccountId
    user_id: UserId
    exchange: Exchange
    symbol: str
    position_side: PositionSide
    quantity: Decimal
    price: Decimal
    by: UserId | None = None
    message: str = ""


class LeverageChanged(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """An account's leverage for a symbol is this from now on."""

    at: datetime
    account_id: AccountId
    symbol: str
    leverage: Decimal
    margin_mode: MarginMode | None = None


class CashFlowBooked(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A balance moved without a trade. `rate` is the asset's price in the reporting currency (None: unknown)."""

    at: datetime
    account_id: AccountId
    user_id: UserId
    flow_id: str
    kind: CashFlowKind
    asset: str
    amount: Decimal
    wallet: Wallet
    symbol: str | None
    rate: Decimal | None
    happened_at: datetime


class CorrectionsSet(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Which corrective actions the desk may take on a user's orders."""

    at: datetime
    user_id: UserId
    corrections: frozenset[Correction]


class RequestKept(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A change or cancel with an idempotency key was carried out: the same request again is answered by its order."""

    at: datetime
    user_id: UserId
    idempotency_key: IdempotencyKey
    request_hash: str
    order_id: OrderId


class RuleCreated(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Once `order_id` reaches `status`: place, or cancel."""

    at: datetime
    rule_id: RuleId
    user_id: UserId
    order_id: OrderId
    status: OrderStatus
    place: PlaceOrder | None
    cancel_order_id: OrderId | None


class RuleEnded(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A rule is done: it fired, was deleted, or can never fire any more. The rest is what it was."""

    at: datetime
    rule_id: RuleId
    user_id: UserId
    order_id: OrderId
    status: OrderStatus
    place: PlaceOrder | None
    cancel_order_id: OrderId | None
    created_at: datetime
    fired: bool
    message: str


class OrderCreated(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
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
    position_side: PositionSide = PositionSide.NET
    margin_mode: MarginMode | None = None
    leverage: Decimal | None = None
    expires_at: datetime | None = None
    trigger_by: TriggerBy = TriggerBy.LAST
    trailing_offset: Decimal | None = None
    trailing_offset_unit: OffsetUnit = OffsetUnit.PRICE
    stop_loss: Protection | None = None
    take_profit: Protection | None = None
    parent_order_id: OrderId | None = None
    leg: Leg | None = None
    rule_id: RuleId | None = None


class OrderAdjusted(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A corrective action: the desk put the order's quantity or price right, as its user allows. Not yet sent so."""

    at: datetime
    order_id: OrderId
    correction: Correction
    quantity: Decimal | None
    price: Decimal | None
    trigger_price: Decimal | None
    message: str


class OrderHeld(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The order passed all checks and its reservation stands; the desk keeps it until the market sets it off."""

    at: datetime
    order_id: OrderId
    reserved_asset: str
    reserved_quantity: Decimal
    reserve_price: Decimal | None
    limits_version: int
    message: str = ""
    reserve_rate: Decimal = ONE


class TrailingMoved(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The market's best price since the stop began to trail, and the trigger that follows it."""

    at: datetime
    order_id: OrderId
    extreme: Decimal
    trigger_price: Decimal


class OrderTriggered(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A conditional order was set off, at the desk by `price`, or at the venue, which may call it by another id now.

    `waits`: its account takes no orders at this moment, so it is sent once it does, until `retry_until` (None: what
    was known before stands).
    """

    at: datetime
    order_id: OrderId
    by: HeldBy
    price: Decimal | None = None
    exchange_order_id: ExchangeOrderId | None = None
    waits: bool = False
    retry_until: datetime | None = None


class AmendRequested(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The order is to change. `in_place`: at the venue as it stands; otherwise it is canceled and the rest sent again.

    The reservation covers the worse of what it is and what it is to be; `reserve_price` prices the latter.
    `request_expires_at` ends an amendment in place at the venue, `retry_until` all tries to carry the change out.
    """

    at: datetime
    order_id: OrderId
    by: str
    amendment: int
    asked: Amendment
    in_place: bool
    reserved_quantity: Decimal
    reserve_price: Decimal | None
    request_expires_at: datetime
    retry_until: datetime


class AmendPostponed(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The order is proven to be as before; the same change is asked for again at `retry_at`."""

    at: datetime
    order_id: OrderId
    amendment: int
    reason: RejectReason
    message: str
    retry_at: datetime
    venue_code: str | None = None


class OrderAmended(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The order is this now: all figures, changed or not, and the reservation that follows from them."""

    at: datetime
    order_id: OrderId
    amendment: int
    quantity: Decimal | None
    price: Decimal | None
    trigger_price: Decimal | None
    reserved_quantity: Decimal
    reserve_price: Decimal | None = None
    message: str = ""


class AmendFailed(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The order stands as before the request, and so does its reservation."""

    at: datetime
    order_id: OrderId
    amendment: int
    reason: RejectReason
    message: str
    reserved_quantity: Decimal
    venue_code: str | None = None


class OrderRestated(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The venue, or somebody there, changed the order without being asked by us (FIX restated): all figures."""

    at: datetime
    order_id: OrderId
    quantity: Decimal | None
    price: Decimal | None
    trigger_price: Decimal | None
    reserved_quantity: Decimal
    message: str
    reserve_price: Decimal | None = None


class ProtectionChanged(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """What protects the order is this from now on, both legs of it: figures follow a leg that was moved, a leg that
    failed is made again, one that a person canceled is None and is not."""

    at: datetime
    order_id: OrderId
    stop_loss: Protection | None
    take_profit: Protection | None
    message: str


class ProtectionEnded(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """What the order filled needs no protection any more."""

    at: datetime
    order_id: OrderId
    message: str


class OrderInvalidated(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The desk itself refused the order; it never left."""

    at: datetime
    order_id: OrderId
    code: RefusalCode
    message: str
    limit: str | None = None
    actual: str | None = None


class AttemptStarted(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The order passed all checks, its reservation stands, and this attempt is about to be sent.

    `quantity` is this attempt's own (base; None for a quote quantity), `filled_before` what earlier ones filled.
    """

    at: datetime
    order_id: OrderId
    attempt: int
    exchange_client_order_id: ExchangeClientOrderId
    request_expires_at: datetime
    reserved_asset: str
    reserved_quantity: Decimal
    reserve_price: Decimal | None
    limits_version: int
    quantity: Decimal | None = None
    price: Decimal | None = None
    filled_before: Decimal = ZERO
    reserve_rate: Decimal = ONE


class AttemptFailed(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Proven not placed; another attempt may follow at `retry_at`."""

    at: datetime
    order_id: OrderId
    attempt: int
    reason: RejectReason
    message: str
    retry_at: datetime
    venue_code: str | None = None


class OrderInDoubt(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Nobody knows whether the venue has this attempt. The reservation stays."""

    at: datetime
    order_id: OrderId
    attempt: int
    message: str
    venue_code: str | None = None


class OrderAbsenceSeen(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A clean first "not found", to a question asked (`requested_at`) after the request could no longer be taken."""

    at: datetime
    order_id: OrderId
    attempt: int
    requested_at: datetime


class OrderSubmitted(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The venue has the order."""

    at: datetime
    order_id: OrderId
    attempt: int
    exchange_order_id: ExchangeOrderId


class OrderLookedUp(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The venue's picture is ahead of our executions: the missing ones are being fetched."""

    at: datetime
    order_id: OrderId
    venue_status: VenueOrderStatus
    venue_filled_quantity: Decimal
    reason: RejectReason | None = None
    message: str = ""


class CancelRequested(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Somebody, or a rule, asked for the order's end. `reason` is what the order ends with once it is canceled."""

    at: datetime
    order_id: OrderId
    by: str
    reason: RejectReason = RejectReason.USER_REQUEST


class CancelRefused(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The venue did not cancel; the order stands as before."""

    at: datetime
    order_id: OrderId
    reason: RejectReason
    message: str
    venue_code: str | None = None


class ExecutionBooked(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
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
    kind: InstrumentKind = InstrumentKind.SPOT
    position_side: PositionSide = PositionSide.NET
    wallet: Wallet = Wallet.MAIN


class ExecutionReversed(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A booked trade was busted: order, position, holdings and ledger go back together. `booked` is what it was.

    `realized_pnl` is the order's restated profit or loss.
    """

    at: datetime
    order_id: OrderId
    execution_id: ExecutionId
    booked: ExecutionBooked
    realized_pnl: Decimal
    message: str


class OrderEnded(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The order's outcome is known: canceled, rejected or expired (filled is said by its last execution)."""

    at: datetime
    order_id: OrderId
    status: OrderStatus
    reason: RejectReason | None
    message: str = ""
    venue_code: str | None = None


class OrderClosed(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The last step of every order: the reservation is released and the result is final."""

    at: datetime
    order_id: OrderId
    realized_pnl: Decimal


class OrderCorrected(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A closed order changed after all: a late execution moved its figures, and perhaps its outcome."""

    at: datetime
    order_id: OrderId
    status: OrderStatus
    realized_pnl: Decimal
    message: str


class BreakFound(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The venue's picture and ours differ and could not be brought together."""

    at: datetime
    account_id: AccountId
    kind: str
    subject: str
    message: str


class BreakResolved(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The venue's picture and ours agree again, or a person (`by`) closed the matter; `message` says how.

    `found_at` and `found_message` are when they had begun to differ, and how.
    """

    at: datetime
    account_id: AccountId
    kind: str
    subject: str
    message: str
    found_at: datetime
    by: UserId | None = None
    found_message: str = ""


class AccountCompared(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """All that an account's venue had to tell at `requested_at` has been told. Applied but not journaled."""

    at: datetime
    account_id: AccountId
    requested_at: datetime


class InstrumentsListed(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
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
    mark: Decimal | None = None


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
    | OrderAdjusted
    | OrderHeld
    | TrailingMoved
    | OrderTriggered
    | AmendRequested
    | AmendPostponed
    | OrderAmended
    | AmendFailed
    | OrderRestated
    | ProtectionChanged
    | ProtectionEnded
    | ExecutionReversed
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
    | BalanceAdjusted
    | PositionCompared
    | PositionAdjusted
    | LeverageChanged
    | CashFlowBooked
    | CorrectionsSet
    | RequestKept
    | RuleCreated
    | RuleEnded
)
JournaledEvent = OrderEvent | DeskEvent
ReferenceEvent = InstrumentsListed | PriceMoved | AccountCompared
Event = JournaledEvent | ReferenceEvent
_REFERENCE_EVENTS = frozenset(get_args(ReferenceEvent))


def is_journaled(event: Event) -> TypeGuard[JournaledEvent]:
    """Whether an event is written down. What venues list and quote is only applied."""
    return type(event) not in _REFERENCE_EVENTS
