"""What a venue says of orders and their executions: unasked, in a listing, or when it is asked."""

from datetime import datetime
from decimal import Decimal

import msgspec

from tidegate.core.identifiers import AccountId, ExchangeClientOrderId, ExchangeOrderId, OrderId, TradeId
from tidegate.core.messages.values import Fee
from tidegate.core.vocabulary import (
    ForcedTrade,
    Liquidity,
    OrderType,
    PositionSide,
    RejectReason,
    Side,
    VenueOrderStatus,
)


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


LookupReport = OrderReported | OrderNotFound | QueryFailed | ExecutionReported | ExecutionBusted
