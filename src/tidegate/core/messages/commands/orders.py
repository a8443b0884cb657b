"""What traders ask about orders: to place, change and cancel them, and rules that do so later."""

from datetime import datetime
from decimal import Decimal

import msgspec

from tidegate.core.identifiers import AccountId, ClientOrderId, CommandId, IdempotencyKey, OrderId, RuleId, UserId
from tidegate.core.messages.values import Amendment, Protection
from tidegate.core.vocabulary import (
    Exchange,
    Leg,
    MarginMode,
    OffsetUnit,
    OrderStatus,
    OrderType,
    PositionSide,
    Routing,
    Side,
    TimeInForce,
    TriggerBy,
)


class PlaceOrder(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A new order. Exactly one of `quantity` (base) and `quote_quantity` is set; `retry_until` ends its retry window.

    `request_hash` is a digest of the request's body: the same idempotency key with another body is refused.
    `trailing_offset` is how far a trailing stop stays behind, in `trailing_offset_unit`. `leverage` changes the
    account's setting for the symbol, which is possible only while it is flat. `stop_loss` and `take_profit` protect
    what this order fills. `parent_order_id`, `leg` and `rule_id` are set only on orders that the desk itself derives.
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


class AmendOrder(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Change a working order's price, quantity or trigger. `request_hash` is as in `PlaceOrder`."""

    command_id: CommandId
    at: datetime
    user_id: UserId
    order_id: OrderId
    amendment: Amendment
    not_after: datetime | None = None
    idempotency_key: IdempotencyKey | None = None
    request_hash: str = ""


class CancelOrder(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Cancel one order: in full, or only `quantity` (base) of what is still open. `request_hash`: see `PlaceOrder`."""

    command_id: CommandId
    at: datetime
    user_id: UserId
    order_id: OrderId
    quantity: Decimal | None = None
    idempotency_key: IdempotencyKey | None = None
    request_hash: str = ""


class CancelOrders(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Cancel every open order that matches; an absent field matches all.

    `user_id` asks; `owner_id` is whose orders: a trader's own, or whose a risk officer names (None: everybody's).
    """

    command_id: CommandId
    at: datetime
    user_id: UserId
    owner_id: UserId | None = None
    account_id: AccountId | None = None
    exchange: Exchange | None = None
    symbol: str | None = None


class CreateRule(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """When an order of the user's reaches `status`, place `place`, or cancel the order `cancel_order_id`.

    Exactly one of the two is set. `status` is one that an order can reach; `filled`, `canceled` ... or
    `partially_filled`. The rule fires once. `place.order_id` names the order that it will place.
    """

    command_id: CommandId
    at: datetime
    user_id: UserId
    rule_id: RuleId
    order_id: OrderId
    status: OrderStatus
    place: PlaceOrder | None = None
    cancel_order_id: OrderId | None = None


class DeleteRule(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A rule that has not fired is not to fire any more."""

    command_id: CommandId
    at: datetime
    user_id: UserId
    rule_id: RuleId


OrderCommand = PlaceOrder | AmendOrder | CancelOrder | CancelOrders | CreateRule | DeleteRule
