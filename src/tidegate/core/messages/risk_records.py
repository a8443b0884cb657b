"""What is written of risk, equity and transfers, and read back: rows of their tables, as plain structures."""

from datetime import datetime
from decimal import Decimal

import msgspec

from tidegate.core.identifiers import AccountId, ApprovalId, OrderId, TransferId, UserId
from tidegate.core.messages.commands import ReleaseKillSwitch, SetRiskLimits
from tidegate.core.messages.risk_values import RiskLimit, Scope
from tidegate.core.money import ZERO
from tidegate.core.vocabulary import (
    ApprovalKind,
    ApprovalState,
    Exchange,
    OrderStatus,
    OrderType,
    Side,
    TradingState,
    Wallet,
)


class RiskLimitSet(msgspec.Struct, kw_only=True, frozen=True):
    """A version of the limits: a row of `risk_limits`. The highest version is in force; none is ever changed."""

    version: int
    limits: tuple[RiskLimit, ...]
    set_at: datetime
    set_by: UserId
    approved_by: UserId | None = None
    message: str = ""


class KeptRiskRequest(msgspec.Struct, kw_only=True, frozen=True, gc=False):
    """A row of `risk_requests`: a set of limits or a release that was carried out under an idempotency key."""

    request_id: ApprovalId
    request_hash: str
    limits_version: int
    kept_at: datetime


class TradingRestriction(msgspec.Struct, kw_only=True, frozen=True):
    """A row of `trading_states`: how a scope may trade. `active` ones are over and not loaded."""

    scope_key: str
    scope: Scope
    state: TradingState
    set_at: datetime
    set_by: str
    automatic: bool
    message: str = ""
    approved_by: UserId | None = None
    protection_too: bool = False
    close_positions: bool = False


class Approval(msgspec.Struct, kw_only=True, frozen=True):
    """A row of `approvals`: what one person asked for and another has to decide."""

    approval_id: ApprovalId
    kind: ApprovalKind
    state: ApprovalState
    request: SetRiskLimits | ReleaseKillSwitch
    requested_at: datetime
    requested_by: UserId
    message: str = ""
    decided_at: datetime | None = None
    decided_by: UserId | None = None
    decision: str = ""


class LimitWarning(msgspec.Struct, kw_only=True, frozen=True, gc=False):
    """A row of `limit_warnings`: the level that people were told last of a limit's scope; zero: below all of them."""

    limit_id: str
    scope_key: str
    level: Decimal
    warned_at: datetime


class EquityPoint(msgspec.Struct, kw_only=True, frozen=True, gc=False):
    """A row of `equity`: what one user's part of one account was worth at a moment. See `OwnerEquity`."""

    at: datetime
    account_id: AccountId
    user_id: UserId
    exchange: Exchange
    equity: Decimal
    unrealized_pnl: Decimal
    net_deposits: Decimal
    gross_exposure: Decimal
    stale: bool


class LossMark(msgspec.Struct, kw_only=True, frozen=True, gc=False):
    """A row of `loss_marks`: what today's loss and the drawdown of a scope are measured against.

    `day_start` and `high` are profits since the books were opened (equity minus net deposits), in the reporting
    currency: at the first mark of the day that began at `day` (UTC), and at the best mark ever.
    """

    scope_key: str
    day: datetime
    day_start: Decimal
    high: Decimal
    updated_at: datetime


class Capital(msgspec.Struct, kw_only=True, gc=False):
    """A row of `capital`: what came into one user's part of an account minus what went out, as `OwnerEquity` says.

    `unpriced` are the quantities in it, by asset, that nothing told the price of yet: they are not counted.
    """

    account_id: AccountId
    user_id: UserId
    net_deposits: Decimal = ZERO
    unpriced: dict[str, Decimal] = {}


class Transfer(msgspec.Struct, kw_only=True, gc=False):
    """A row of `transfers`. Between accounts, the venue's word is awaited on both sides (`..._seen`)."""

    transfer_id: TransferId
    sequence: int
    from_account_id: AccountId
    from_user_id: UserId
    to_account_id: AccountId
    to_user_id: UserId
    asset: str
    quantity: Decimal
    wallet: Wallet
    transferred_at: datetime
    transferred_by: UserId
    message: str = ""
    from_seen: bool = True
    to_seen: bool = True


class RecentOrder(msgspec.Struct, kw_only=True, frozen=True, gc=False):
    """What the throttles remember of an order that was let through lately."""

    order_id: OrderId
    user_id: UserId
    account_id: AccountId
    exchange: Exchange
    symbol: str
    side: Side
    order_type: OrderType
    price: Decimal | None
    trigger_price: Decimal | None
    quantity: Decimal | None
    quote_quantity: Decimal | None
    timestamp: datetime
    status: OrderStatus
    filled_quantity: Decimal
    arrival_price: Decimal | None = None
