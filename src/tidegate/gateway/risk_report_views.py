"""What the API shows of the desk's risk at a moment: how far limits are used up, accounts, positions, states."""

from datetime import datetime

import msgspec

from tidegate.core.messages.risk_values import AccountRisk, LimitUse, PositionRisk, RiskReport, StateInForce
from tidegate.core.money import plain
from tidegate.core.vocabulary import LimitKind, PositionSide, TradingState
from tidegate.gateway.order_views import amount
from tidegate.gateway.risk_bodies import RiskLimitBody, ScopeBody
from tidegate.gateway.risk_views import limit_view, scope_view


class LimitUseView(msgspec.Struct, kw_only=True):
    """How far one limit is used up in one scope; `utilization` is the actual over the limit."""

    limit_id: str
    kind: LimitKind
    scope: ScopeBody
    limit: str
    actual: str
    utilization: str | None


class AccountRiskView(msgspec.Struct, kw_only=True):
    """One user's part of an account, in the reporting currency.

    `margin_ratio` is the initial margin in use over the equity, `daily_pnl` counts from midnight UTC, `drawdown` is a
    part of the highest equity. `stale`: some price behind the figures was missing or old.
    """

    account_id: str
    user_id: str
    equity: str
    gross_exposure: str
    net_exposure: str
    leverage: str | None
    margin_ratio: str | None
    daily_pnl: str | None
    drawdown: str | None
    stale: bool


class PositionRiskView(msgspec.Struct, kw_only=True):
    """A position; `liquidation_distance` is how far its liquidation is away, as a part of the mark price."""

    account_id: str
    user_id: str
    symbol: str
    position_side: PositionSide
    quantity: str
    mark_price: str | None
    notional: str | None
    unrealized_pnl: str | None
    liquidation_price: str | None
    liquidation_distance: str | None


class StateInForceView(msgspec.Struct, kw_only=True):
    """A scope that may not trade freely, by whom or which limit, and why."""

    scope: ScopeBody
    state: TradingState
    set_by: str
    set_at: datetime
    automatic: bool
    message: str


class UtilizationView(msgspec.Struct, kw_only=True):
    """The desk's risk at `at`, as far as the user may see it. Values are in the reporting currency."""

    at: datetime
    reporting_currency: str
    limits_version: int
    limits: list[RiskLimitBody]
    uses: list[LimitUseView]
    accounts: list[AccountRiskView]
    positions: list[PositionRiskView]
    states: list[StateInForceView]


def utilization_view(report: RiskReport, at: datetime, reporting_currency: str) -> UtilizationView:
    """The whole report."""
    return UtilizationView(
        at=at,
        reporting_currency=reporting_currency,
        limits_version=report.limits_version,
        limits=[limit_view(limit) for limit in report.limits],
        uses=[_use_view(use) for use in report.uses],
        accounts=[_account_view(account) for account in report.accounts],
        positions=[_position_view(position) for position in report.positions],
        states=[_state_view(state) for state in report.states],
    )


def _use_view(use: LimitUse) -> LimitUseView:
    return LimitUseView(
        limit_id=use.limit_id,
        kind=use.kind,
        scope=scope_view(use.scope),
        limit=plain(use.limit),
        actual=plain(use.actual),
        utilization=amount(use.utilization),
    )


def _account_view(account: AccountRisk) -> AccountRiskView:
    return AccountRiskView(
        account_id=account.account_id,
        user_id=account.user_id,
        equity=plain(account.equity),
        gross_exposure=plain(account.gross_exposure),
        net_exposure=plain(account.net_exposure),
        leverage=amount(account.leverage),
        margin_ratio=amount(account.margin_ratio),
        daily_pnl=amount(account.daily_pnl),
        drawdown=amount(account.drawdown),
        stale=account.stale,
    )


def _position_view(position: PositionRisk) -> PositionRiskView:
    return PositionRiskView(
        account_id=position.account_id,
        user_id=position.user_id,
        symbol=position.symbol,
        position_side=position.position_side,
        quantity=plain(position.quantity),
        mark_price=amount(position.mark_price),
        notional=amount(position.notional),
        unrealized_pnl=amount(position.unrealized_pnl),
        liquidation_price=amount(position.liquidation_price),
        liquidation_distance=amount(position.liquidation_distance),
    )


def _state_view(state: StateInForce) -> StateInForceView:
    return StateInForceView(
        scope=scope_view(state.scope),
        state=state.state,
        set_by=state.by,
        set_at=state.at,
        automatic=state.automatic,
        message=state.message,
    )
