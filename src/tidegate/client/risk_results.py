"""What the desk answers about limits, states, approvals, transfers and risk, as structures; see `results`."""

from datetime import datetime
from decimal import Decimal

import msgspec

from tidegate.client.results import ZERO


class RiskScope(msgspec.Struct, frozen=True, kw_only=True):
    """What a limit or a state is about: all that its fields name, together. No field at all: the whole desk."""

    role: str | None = None
    user_id: str | None = None
    account: str | None = None
    exchange: str | None = None
    symbol: str | None = None


class RiskLimit(msgspec.Struct, frozen=True, kw_only=True):
    """One limit. `value` is in the reporting currency unless the kind says otherwise; parts are like 0.05."""

    limit_id: str
    kind: str
    scope: RiskScope = RiskScope()
    value: Decimal | None = None
    interval_seconds: int | None = None
    symbols: list[str] = []
    action: str = "refuse"
    warn_at: list[Decimal] = []
    attach_stop_ratio: Decimal | None = None


class RiskLimits(msgspec.Struct, frozen=True, kw_only=True):
    """A version of the whole set of limits; 0 is the empty set before the first."""

    version: int
    limits: list[RiskLimit] = []
    set_at: datetime | None = None
    set_by: str | None = None
    approved_by: str | None = None
    message: str = ""


class TradingState(msgspec.Struct, frozen=True, kw_only=True):
    """How a scope may trade (`halted`, `reducing`, `active`), since when, by whom or which limit, and why."""

    scope: RiskScope
    state: str
    set_at: datetime
    set_by: str
    automatic: bool = False
    message: str = ""
    scope_key: str = ""
    approved_by: str | None = None
    protection_too: bool = False
    close_positions: bool = False


class Approval(msgspec.Struct, frozen=True, kw_only=True):
    """What one person asked for and another decides: a set of `limits`, or the release of a `scope`."""

    approval_id: str
    kind: str
    state: str
    requested_at: datetime
    requested_by: str
    message: str = ""
    limits: list[RiskLimit] | None = None
    expected_version: int | None = None
    scope: RiskScope | None = None
    decided_at: datetime | None = None
    decided_by: str | None = None
    decision: str = ""


class LimitUse(msgspec.Struct, frozen=True, kw_only=True):
    """How far one limit is used up in one scope; `utilization` is the actual over the limit."""

    limit_id: str
    kind: str
    scope: RiskScope
    limit: Decimal
    actual: Decimal
    utilization: Decimal | None = None


class AccountRisk(msgspec.Struct, frozen=True, kw_only=True):
    """One user's part of an account, in the reporting currency. `margin_ratio`: initial margin in use over equity."""

    account_id: str
    user_id: str
    equity: Decimal
    gross_exposure: Decimal = ZERO
    net_exposure: Decimal = ZERO
    leverage: Decimal | None = None
    margin_ratio: Decimal | None = None
    daily_pnl: Decimal | None = None
    drawdown: Decimal | None = None
    stale: bool = False


class PositionRisk(msgspec.Struct, frozen=True, kw_only=True):
    """A position, and how far its liquidation is away, as a part of the mark price."""

    account_id: str
    user_id: str
    symbol: str
    position_side: str
    quantity: Decimal
    mark_price: Decimal | None = None
    notional: Decimal | None = None
    unrealized_pnl: Decimal | None = None
    liquidation_price: Decimal | None = None
    liquidation_distance: Decimal | None = None


class RiskUtilization(msgspec.Struct, frozen=True, kw_only=True):
    """The desk's risk at a moment, as far as the user may see it."""

    at: datetime
    reporting_currency: str
    limits_version: int
    limits: list[RiskLimit] = []
    uses: list[LimitUse] = []
    accounts: list[AccountRisk] = []
    positions: list[PositionRisk] = []
    states: list[TradingState] = []


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One check of an order, with its figures; `limit_id` and `scope` name the limit."""

    check: str
    passed: bool
    limit_id: str | None = None
    scope: str | None = None
    limit: Decimal | None = None
    actual: Decimal | None = None
    utilization: Decimal | None = None
    message: str = ""


class OrderPreview(msgspec.Struct, frozen=True, kw_only=True):
    """What would become of an order: whether it would be taken, or with which `code` it would be refused."""

    accepted: bool
    code: str | None = None
    message: str = ""
    checks: list[Check] = []
    reserved_asset: str | None = None
    reserved_quantity: Decimal | None = None
    reference_price: Decimal | None = None
    notional: Decimal | None = None
    fee_asset: str | None = None
    fee: Decimal | None = None
    position_before: Decimal | None = None
    position_after: Decimal | None = None
    limits_version: int = 0


class Transfer(msgspec.Struct, frozen=True, kw_only=True):
    """What one user gave to another. Between accounts, `from_seen` and `to_seen` say what the venues have told."""

    transfer_id: str
    from_account: str
    from_user_id: str
    to_account: str
    to_user_id: str
    asset: str
    quantity: Decimal
    transferred_at: datetime
    transferred_by: str
    wallet: str = "main"
    message: str = ""
    from_seen: bool = True
    to_seen: bool = True


class KeepAlive(msgspec.Struct, frozen=True, kw_only=True):
    """When the user's open orders are canceled unless the desk hears again; None: never."""

    timeout_seconds: int
    cancels_at: datetime | None = None
