"""What venue sessions and timers tell the engine: exactly what happened, with no policy of their own.

`at` is when the report was made. `requested_at` is when the question left, so that the engine knows how fresh an
answer is. Outcomes of one send name the order and the attempt.
"""

from datetime import datetime
from decimal import Decimal

import msgspec

from tidegate.core.identifiers import AccountId, ExchangeClientOrderId, ExchangeOrderId, OrderId, TradeId
from tidegate.core.instruments import Instrument
from tidegate.core.messages.values import Fee, VenueBalance, VenuePosition
from tidegate.core.vocabulary import (
    CashFlowKind,
    Exchange,
    ForcedTrade,
    Liquidity,
    MarginMode,
    OrderType,
    PositionSide,
    RejectReason,
    Side,
    VenueOrderStatus,
    WakePurpose,
    Wallet,
)


class OrderAccepted(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The venue took the order. On OKX and Bybit a refusal may still follow on the stream."""

    at: datetime
    account_id: AccountId
    order_id: OrderId
    attempt: int
    exchange_order_id: ExchangeOrderId


class OrderRefused(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The answer proves that this attempt was not placed. `retryable`: the same order may be tried again later."""

    at: datetime
    account_id: AccountId
    order_id: OrderId
    attempt: int
    retryable: bool
    reason: RejectReason
    message: str
    venue_code: str | None = None
    retry_after_seconds: float | None = None


class SendOutcomeUnknown(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The order may rest at the venue: a time-out, a lost connection, an ambiguous code, a duplicate id."""

    at: datetime
    account_id: AccountId
    order_id: OrderId
    attempt: int
    message: str
    venue_code: str | None = None


class CancelAccepted(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The venue took the cancel request; the order's end is told by an order report."""

    at: datetime
    account_id: AccountId
    order_id: OrderId


class CancelFailed(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The cancel did not go through, or nobody knows. `final`: the venue says the order is closed, or unknown to it."""

    at: datetime
    account_id: AccountId
    order_id: OrderId
    final: bool
    reason: RejectReason
    message: str
    venue_code: str | None = None
    retry_after_seconds: float | None = None


class AmendAccepted(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The venue took the amendment and the order is what was asked."""

    at: datetime
    account_id: AccountId
    order_id: OrderId
    attempt: int
    amendment: int


class AmendRefused(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The answer proves that the order is as before. `retryable`: the same may be asked again later.

    `final`: the venue says that the order has ended, or is unknown to it.
    """

    at: datetime
    account_id: AccountId
    order_id: OrderId
    attempt: int
    amendment: int
    retryable: bool
    reason: RejectReason
    message: str
    final: bool = False
    venue_code: str | None = None
    retry_after_seconds: float | None = None


class AmendOutcomeUnknown(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Nobody knows whether the order was changed: its look-up tells by its figures."""

    at: datetime
    account_id: AccountId
    order_id: OrderId
    attempt: int
    amendment: int
    message: str
    venue_code: str | None = None


class OrderReported(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """What the venue says of an order: from the stream, a listing or a query.

    `filled_quantity` is cumulative over the venue's order, in base. At least one of the two ids is set. `reason` and
    `message` say why it ended, where the venue tells. The other figures are the order's as it stands at the venue,
    None where the report does not tell them; `quantity` is in base. `triggered`: a conditional order that the venue
    has set off; its `exchange_order_id` may then be a new one. `requested_at` is when the question left that this
    answers (None: the venue told it unasked). `forced`: the venue made the order by itself.
    """

    at: datetime
    account_id: AccountId
    symbol: str
    status: VenueOrderStatus
    filled_quantity: Decimal
    exchange_order_id: ExchangeOrderId | None = None
    exchange_client_order_id: ExchangeClientOrderId | None = None
    reason: RejectReason | None = None
    message: str = ""
    side: Side | None = None
    order_type: OrderType | None = None
    quantity: Decimal | None = None
    price: Decimal | None = None
    trigger_price: Decimal | None = None
    triggered: bool = False
    requested_at: datetime | None = None
    forced: ForcedTrade | None = None


class OrderNotFound(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A clean answer: the venue does not know this attempt, in open orders, history and executions alike."""

    at: datetime
    account_id: AccountId
    order_id: OrderId
    attempt: int
    requested_at: datetime


class QueryFailed(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A question about an order got no clean answer: it says nothing about the order."""

    at: datetime
    account_id: AccountId
    order_id: OrderId
    message: str


class ExecutionReported(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """One trade at the venue. Fees are costs (rebates negative), in whatever asset the venue took them.

    `realized_pnl` is what a derivative's venue settled for it, before fees, in the settlement asset; None where it does
    not tell. It is what the balance moved by, rounding included, so it goes before a figure of our own. `forced`: of an
    order that the venue made by itself; None: of another, or of one of which the report does not tell that.
    """

    at: datetime
    account_id: AccountId
    symbol: str
    side: Side
    trade_id: TradeId
    quantity: Decimal
    price: Decimal
    executed_at: datetime
    fees: tuple[Fee, ...] = ()
    liquidity: Liquidity = Liquidity.UNKNOWN
    exchange_order_id: ExchangeOrderId | None = None
    exchange_client_order_id: ExchangeClientOrderId | None = None
    position_side: PositionSide = PositionSide.NET
    realized_pnl: Decimal | None = None
    forced: ForcedTrade | None = None


class ExecutionBusted(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The venue took a trade back (FIX trade cancel): it never counted."""

    at: datetime
    account_id: AccountId
    symbol: str
    side: Side
    trade_id: TradeId
    exchange_order_id: ExchangeOrderId | None = None
    exchange_client_order_id: ExchangeClientOrderId | None = None
    message: str = ""


class AccountConnected(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The session can reach the venue with this account (again): time to compare the books."""

    at: datetime
    account_id: AccountId


class AccountDisconnected(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The venue cannot be reached, or refuses this account's credentials."""

    at: datetime
    account_id: AccountId
    message: str


class AccountSynchronized(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A `SynchronizeAccount` is complete: its order, execution and balance reports came before this one.

    `open_exchange_client_order_ids` are all orders of ours in the listing. `open_exchange_order_ids` are all orders in
    it, whosever they are, as symbol and the venue's id; None: the listing does not tell.
    """

    at: datetime
    account_id: AccountId
    requested_at: datetime
    open_exchange_client_order_ids: frozenset[ExchangeClientOrderId]
    open_exchange_order_ids: frozenset[tuple[str, ExchangeOrderId]] | None = None


class BalancesReported(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """All non-zero balances of an account."""

    at: datetime
    account_id: AccountId
    requested_at: datetime
    balances: tuple[VenueBalance, ...]


class PositionsReported(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """All open positions of an account, and its leverage settings as far as the venue lists them with these."""

    at: datetime
    account_id: AccountId
    requested_at: datetime
    positions: tuple[VenuePosition, ...]


class LeverageReported(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """An account's leverage for a symbol is this now.

    `in_mode_only`: it is that of one margin mode beside others, so it says nothing where another mode is known.
    """

    at: datetime
    account_id: AccountId
    symbol: str
    leverage: Decimal
    margin_mode: MarginMode | None = None
    in_mode_only: bool = False


class CashFlowReported(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A balance moved without a trade: funding, a transfer, a deposit. `amount` is what came in (negative: went out).

    `flow_id` is the venue's own id of it, unique per account and kind.
    """

    at: datetime
    account_id: AccountId
    flow_id: str
    kind: CashFlowKind
    asset: str
    amount: Decimal
    happened_at: datetime
    wallet: Wallet = Wallet.MAIN
    symbol: str | None = None


class MessageQuarantined(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A message of the venue's could not be read, in whole or in part; it was put aside and stops nothing.

    `kind` says what was wrong with it, as far as known; `message` says it whole and holds no secret.
    """

    at: datetime
    account_id: AccountId
    kind: str
    message: str


class InstrumentsReported(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A venue's listing. `complete`: what it lacks, the venue does not trade any more.

    Reference data: applied, not journaled.
    """

    at: datetime
    exchange: Exchange
    instruments: tuple[Instrument, ...]
    complete: bool = False


class PriceReported(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A market's newest prices. Conflated, not journaled."""

    at: datetime
    exchange: Exchange
    symbol: str
    last: Decimal
    bid: Decimal | None = None
    ask: Decimal | None = None
    mark: Decimal | None = None
    buy_max: Decimal | None = None
    sell_min: Decimal | None = None


class Wake(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A timer that the engine asked for with `WakeAt`."""

    at: datetime
    order_id: OrderId
    purpose: WakePurpose = WakePurpose.ATTENTION


class ReviewOrder(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Not from outside: a decision asks that an order's protection and rules be looked at in the state it leaves.

    `failed`: a change or a cancel of it, or of one of its legs, has just been refused.
    """

    at: datetime
    order_id: OrderId
    failed: bool = False


class DeskStarted(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The first input after recovery: timers and effects that were lost with the old process are asked for again."""

    at: datetime


class ClockTicked(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Time passes: about once a second. What watches the desk as a whole looks then; nothing is written for it."""

    at: datetime


class DeadManRenewed(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The venue has taken a `RenewDeadMan`, with these seconds."""

    at: datetime
    account_id: AccountId
    seconds: int


class DeadManFailed(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A `RenewDeadMan` did not work, or perhaps not. `retryable`: it may work when it is tried again at once."""

    at: datetime
    account_id: AccountId
    seconds: int
    message: str
    retryable: bool


AmendReport = AmendAccepted | AmendRefused | AmendOutcomeUnknown
OutcomeReport = OrderAccepted | OrderRefused | SendOutcomeUnknown | CancelAccepted | CancelFailed | AmendReport
LookupReport = OrderReported | OrderNotFound | QueryFailed | ExecutionReported | ExecutionBusted
AccountReport = (
    AccountConnected
    | AccountDisconnected
    | AccountSynchronized
    | BalancesReported
    | PositionsReported
    | LeverageReported
    | CashFlowReported
    | MessageQuarantined
    | DeadManRenewed
    | DeadManFailed
)
Report = (
    OutcomeReport
    | LookupReport
    | AccountReport
    | InstrumentsReported
    | PriceReported
    | Wake
    | DeskStarted
    | ClockTicked
)
