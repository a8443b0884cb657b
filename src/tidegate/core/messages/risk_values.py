"""What risk messages carry: scopes, limits, and the figures of checks.

Values are in the desk's reporting currency unless a limit's kind says otherwise (`LimitKind`).
"""

from collections.abc import Container
from datetime import datetime
from decimal import Decimal

import msgspec

from tidegate.core.identifiers import AccountId, UserId
from tidegate.core.vocabulary import Exchange, LimitAction, LimitKind, PositionSide, Role, TradingState


class Scope(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a limit or a state is about: all that its fields name, together. No field at all: the whole desk.

    `role` means each user of that role by itself.
    """

    role: Role | None = None
    user_id: UserId | None = None
    account_id: AccountId | None = None
    exchange: Exchange | None = None
    symbol: str | None = None

    @property
    def key(self) -> str:
        """The same for the same scope, and readable: `user:alice|symbol:BTC/USDT`, or `desk`."""
        named = (
            ("role", self.role),
            ("user", self.user_id),
            ("account", self.account_id),
            ("exchange", self.exchange),
            ("symbol", self.symbol),
        )
        return "|".join(f"{name}:{value}" for name, value in named if value is not None) or "desk"

    def may_concern(self, user_id: UserId, role: Role, account_ids: Container[AccountId]) -> bool:
        """Whether it may be about a user of that role with those accounts: what such a user is told of."""
        return (
            self.role in (None, role)
            and self.user_id in (None, user_id)
            and (self.account_id is None or self.account_id in account_ids)
        )


class RiskLimit(msgspec.Struct, frozen=True, kw_only=True):
    """One limit of the set in force. `limit_id` is unique within the set and chosen by people.

    `value` means what `kind` says; limits on lists carry `symbols` instead. `interval_seconds` belongs to the kinds
    that count over time. `action` is what happens, beyond the refusal, once the limit is reached. `warn_at` are parts
    of the limit at which people are warned. `attach_stop_ratio` (kind `protection_required`): instead of a refusal the
    entry gets a stop-loss so far from its price.
    """

    limit_id: str
    kind: LimitKind
    scope: Scope = Scope()
    value: Decimal | None = None
    interval_seconds: int | None = None
    symbols: tuple[str, ...] = ()
    action: LimitAction = LimitAction.REFUSE
    warn_at: tuple[Decimal, ...] = (Decimal("0.8"), Decimal("0.95"))
    attach_stop_ratio: Decimal | None = None


class OwnerEquity(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one user's part of one account was worth at a moment, in the reporting currency.

    `equity` is all holdings at their prices plus the unrealized profit of positions. `net_deposits` is what came in
    minus what went out since the books were opened, at the prices of those moments: equity minus net deposits is the
    profit or loss ever since. `stale`: some price behind it was missing or old.
    """

    account_id: AccountId
    user_id: UserId
    equity: Decimal
    unrealized_pnl: Decimal
    net_deposits: Decimal
    gross_exposure: Decimal
    stale: bool = False


class CheckFigure(msgspec.Struct, frozen=True, kw_only=True):
    """One check of an order with its figures, as plain decimals. `utilization` is the actual over the limit."""

    check: str
    passed: bool
    limit_id: str | None = None
    scope: str | None = None
    limit: str | None = None
    actual: str | None = None
    utilization: str | None = None
    message: str = ""


class OrderPreview(msgspec.Struct, frozen=True, kw_only=True):
    """What would become of an order: every check with its figures, and the books afterwards. Nothing was placed."""

    accepted: bool
    code: str | None
    message: str
    checks: tuple[CheckFigure, ...]
    reserved_asset: str | None = None
    reserved_quantity: str | None = None
    reference_price: str | None = None
    notional: str | None = None
    fee_asset: str | None = None
    fee: str | None = None
    position_before: str | None = None
    position_after: str | None = None
    limits_version: int = 0


class LimitUse(msgspec.Struct, frozen=True, kw_only=True):
    """How far one limit is used up in one scope (a role's limit has one per user)."""

    limit_id: str
    kind: LimitKind
    scope: Scope
    limit: Decimal
    actual: Decimal
    utilization: Decimal | None


class PositionRisk(msgspec.Struct, frozen=True, kw_only=True):
    """A position with how far its liquidation is away: a part of the mark price, None where the venue does not tell."""

    account_id: AccountId
    user_id: UserId
    symbol: str
    position_side: PositionSide
    quantity: Decimal
    mark_price: Decimal | None
    notional: Decimal | None
    unrealized_pnl: Decimal | None
    liquidation_price: Decimal | None
    liquidation_distance: Decimal | None


class AccountRisk(msgspec.Struct, frozen=True, kw_only=True):
    """One user's part of an account. `margin_ratio` is the initial margin in use over the equity."""

    account_id: AccountId
    user_id: UserId
    equity: Decimal
    gross_exposure: Decimal
    net_exposure: Decimal
    leverage: Decimal | None
    margin_ratio: Decimal | None
    daily_pnl: Decimal | None
    drawdown: Decimal | None
    stale: bool


class StateInForce(msgspec.Struct, frozen=True, kw_only=True):
    """A scope that may not trade freely, by whom and why."""

    scope: Scope
    state: TradingState
    by: str
    at: datetime
    automatic: bool
    message: str


class RiskReport(msgspec.Struct, frozen=True, kw_only=True):
    """The desk's risk at this moment, as far as the asker may see it."""

    limits_version: int
    limits: tuple[RiskLimit, ...]
    uses: tuple[LimitUse, ...]
    accounts: tuple[AccountRisk, ...]
    positions: tuple[PositionRisk, ...]
    states: tuple[StateInForce, ...]
