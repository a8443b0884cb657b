"""What people and programs ask of the desk. `at` is when the gateway read the request; ids are made there."""

from datetime import datetime
from decimal import Decimal

import msgspec

from tidegate.core.identifiers import (
    AccountId,
    ApprovalId,
    ClientOrderId,
    CommandId,
    IdempotencyKey,
    OrderId,
    RuleId,
    TokenId,
    TransferId,
    UserId,
)
from tidegate.core.messages.risk_values import RiskLimit, Scope
from tidegate.core.messages.values import Amendment, Protection
from tidegate.core.vocabulary import (
    Correction,
    Environment,
    Exchange,
    Leg,
    MarginMode,
    OffsetUnit,
    OrderStatus,
    OrderType,
    PositionSide,
    Role,
    Routing,
    Side,
    TimeInForce,
    TradingState,
    TriggerBy,
    Wallet,
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


class RegisterUser(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Add a person or program to the desk."""

    command_id: CommandId
    at: datetime
    user_id: UserId
    name: str
    role: Role


class IssueToken(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Give a user an API token. Only its digest enters the desk."""

    command_id: CommandId
    at: datetime
    user_id: UserId
    token_id: TokenId
    token_hash: str
    label: str


class RegisterAccount(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Add a venue account. Its credentials go to the vault, never through here."""

    command_id: CommandId
    at: datetime
    account_id: AccountId
    exchange: Exchange
    environment: Environment
    user_ids: tuple[UserId, ...]


class ReplaceCredentials(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """An account's credentials in the vault are others now: its session starts anew with them."""

    command_id: CommandId
    at: datetime
    user_id: UserId
    account_id: AccountId


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


class SetCorrections(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Which corrective actions the desk may take on a user's orders."""

    command_id: CommandId
    at: datetime
    user_id: UserId
    corrections: frozenset[Correction]


class ResolveBreak(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A person ends a break. `accept`: our books follow the venue's figure (balances and positions), booked as an
    adjustment to `owner_id`; otherwise the break is only closed, with the person's words."""

    command_id: CommandId
    at: datetime
    user_id: UserId
    break_id: str
    accept: bool
    message: str
    owner_id: UserId | None = None


class SetRiskLimits(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Replace the whole set of limits. `expected_version`: refused if another set is in force by now.

    What loosens any limit waits for a second person under `approval_id`, where the desk wants four eyes. That id
    follows from the request's idempotency key if it has one, and `request_hash` is then a digest of its body.
    """

    command_id: CommandId
    at: datetime
    user_id: UserId
    limits: tuple[RiskLimit, ...]
    approval_id: ApprovalId
    expected_version: int | None = None
    message: str = ""
    request_hash: str = ""


class SetKillSwitch(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Stop a scope: `halted` cancels everything in it but protection (with `cancel_protection` that too), `reducing`
    cancels what would add to positions. `close_positions` closes derivatives' positions at the market."""

    command_id: CommandId
    at: datetime
    user_id: UserId
    scope: Scope
    state: TradingState = TradingState.HALTED
    cancel_protection: bool = False
    close_positions: bool = False
    message: str = ""


class ReleaseKillSwitch(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Let a scope trade again. Waits for a second person under `approval_id`, where the desk wants four eyes.

    `request_hash`: as in `SetRiskLimits`.
    """

    command_id: CommandId
    at: datetime
    user_id: UserId
    scope: Scope
    approval_id: ApprovalId
    message: str = ""
    request_hash: str = ""


class DecideApproval(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A second person's word on what another asked for."""

    command_id: CommandId
    at: datetime
    user_id: UserId
    approval_id: ApprovalId
    approve: bool
    message: str = ""


class TransferFunds(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Give what one user owns to another: within an account, or with what was moved between accounts at the venue.

    `unallocated` is a user here. `quantity` is positive, in units of the asset.
    """

    command_id: CommandId
    at: datetime
    user_id: UserId
    transfer_id: TransferId
    from_account_id: AccountId
    from_user_id: UserId
    to_account_id: AccountId
    to_user_id: UserId
    asset: str
    quantity: Decimal
    wallet: Wallet = Wallet.MAIN
    message: str = ""


class PreviewOrder(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """What would become of this order. Changes nothing; answered by `Reply.preview`."""

    command_id: CommandId
    at: datetime
    order: PlaceOrder


class AskRisk(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The desk's risk as it is now; `owner_id` narrows it to one user. Changes nothing; answered by `Reply.risk`."""

    command_id: CommandId
    at: datetime
    user_id: UserId
    owner_id: UserId | None = None


class KeepAlive(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The user's open orders, protection aside, are canceled unless this comes again in time; zero seconds end that."""

    command_id: CommandId
    at: datetime
    user_id: UserId
    timeout_seconds: int


class SetDeadMan(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The account's venue cancels its orders once it has not heard of the desk for so many seconds; None ends that."""

    command_id: CommandId
    at: datetime
    user_id: UserId
    account_id: AccountId
    seconds: int | None


OrderCommand = PlaceOrder | AmendOrder | CancelOrder | CancelOrders | CreateRule | DeleteRule
DeskCommand = RegisterUser | IssueToken | RegisterAccount | ReplaceCredentials | SetCorrections | ResolveBreak
RiskCommand = (
    SetRiskLimits
    | SetKillSwitch
    | ReleaseKillSwitch
    | DecideApproval
    | TransferFunds
    | PreviewOrder
    | AskRisk
    | KeepAlive
    | SetDeadMan
)
Command = OrderCommand | DeskCommand | RiskCommand
