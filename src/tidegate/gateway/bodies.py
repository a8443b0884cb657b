"""What requests may contain, exactly: unknown names are refused, and amounts are strings of plain decimals."""

from datetime import datetime
from typing import Annotated

import msgspec

from tidegate.core.vocabulary import (
    Environment,
    Exchange,
    MarginMode,
    OrderStatus,
    OrderType,
    PositionSide,
    Role,
    Routing,
    Side,
    TimeInForce,
    TriggerBy,
)

# Twenty digits before the point and eighteen behind it: more than any venue trades, less than any that could hurt.
Amount = Annotated[
    str, msgspec.Meta(pattern=r"^[0-9]{1,20}(\.[0-9]{1,18})?$(?!\n)", description="a plain decimal, as a string")
]
Offset = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[0-9]{1,20}(\.[0-9]{1,18})?%?$(?!\n)",
        description="how far a trailing stop stays behind: in the quote asset, or with a percent sign in hundredths",
    ),
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
Moment = Annotated[datetime, msgspec.Meta(tz=True, description="ISO 8601 with its zone")]
RetryWindow = Annotated[float, msgspec.Meta(ge=0, le=300, description="seconds")]


class ProtectionBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What closes what the order opens, at the market or at `price`. With `trailing_offset` a stop trails."""

    trigger_price: Amount | None = None
    price: Amount | None = None
    trailing_offset: Offset | None = None
    trigger_by: TriggerBy = TriggerBy.LAST


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
    position_side: PositionSide = PositionSide.NET
    margin_mode: MarginMode | None = None
    leverage: Amount | None = None
    expires_at: Moment | None = None
    trigger_by: TriggerBy = TriggerBy.LAST
    trailing_offset: Offset | None = None
    stop_loss: ProtectionBody | None = None
    take_profit: ProtectionBody | None = None


class AmendOrderBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an order is to become: its whole quantity, its limit, its trigger. What is left out stays as it is."""

    quantity: Amount | None = None
    price: Amount | None = None
    trigger_price: Amount | None = None


class CreateRuleBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When the order `order_id` reaches `status`: place an order, or cancel one. Exactly one of the two is given."""

    order_id: Name
    status: OrderStatus
    place: PlaceOrderBody | None = None
    cancel_order_id: Name | None = None


class CorrectionsBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the desk may put right by itself on one's orders."""

    adjust_to_grid: bool
    reprice_post_only: bool


class ResolveBreakBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a break ends. `accept`: our books follow the venue's figure, booked to `owner_id`; else it is only closed."""

    accept: bool
    message: Text
    owner_id: Name | None = None


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


class DeadManBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """After how many seconds without a word of the desk the venue cancels the account's orders; null: never."""

    seconds: Annotated[int, msgspec.Meta(ge=1, le=86_400)] | None


class RegisterUserBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person or program."""

    user_id: Name
    name: Text
    role: Role


class IssueTokenBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A token for a user."""

    user_id: Name
    label: Text
