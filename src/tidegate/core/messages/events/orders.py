"""What happened to an order, from its creation to its end."""

from datetime import datetime
from decimal import Decimal

import msgspec

from tidegate.core.identifiers import (
    AccountId,
    ClientOrderId,
    ExchangeClientOrderId,
    ExchangeOrderId,
    IdempotencyKey,
    OrderId,
    RuleId,
    UserId,
)
from tidegate.core.messages.values import Protection
from tidegate.core.money import ONE, ZERO
from tidegate.core.vocabulary import (
    Exchange,
    HeldBy,
    Leg,
    MarginMode,
    OffsetUnit,
    OrderStatus,
    OrderType,
    PositionSide,
    RefusalCode,
    RejectReason,
    Routing,
    Side,
    TimeInForce,
    TriggerBy,
    VenueOrderStatus,
)


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
    arrival_price: Decimal | None = None  # The market's when it came: what its fills are measured against.


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
    `replaced_expires_at`: until when the request of the attempt before was valid, which ended at the venue to make way
    for this one; None: there was no such attempt.
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
    replaced_expires_at: datetime | None = None


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
