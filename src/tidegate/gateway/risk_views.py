"""What the API shows of limits, states, approvals, transfers and risk. Amounts are plain decimal strings.

A limit and its scope look as they are asked for: what was read may be changed and sent back.
"""

from datetime import datetime

import msgspec

from tidegate.core.messages.commands import ReleaseKillSwitch, SetRiskLimits
from tidegate.core.messages.risk_records import Approval, RiskLimitSet, TradingRestriction, Transfer
from tidegate.core.messages.risk_values import RiskLimit, Scope
from tidegate.core.money import plain
from tidegate.core.vocabulary import ApprovalKind, ApprovalState, TradingState, Wallet
from tidegate.gateway.order_views import amount
from tidegate.gateway.risk_bodies import RiskLimitBody, ScopeBody


class RiskLimitSetView(msgspec.Struct, kw_only=True):
    """A version of the whole set; version 0 is the empty set before the first."""

    version: int
    limits: list[RiskLimitBody]
    set_at: datetime | None = None
    set_by: str | None = None
    approved_by: str | None = None
    message: str = ""


class TradingStateView(msgspec.Struct, kw_only=True):
    """How a scope may trade, since when, by whom or which limit, and why. `scope_key` names it in one word.

    `protection_too`: stops and targets are canceled as well; `close_positions`: positions are being closed.
    """

    scope_key: str
    scope: ScopeBody
    state: TradingState
    set_at: datetime
    set_by: str
    automatic: bool
    message: str
    approved_by: str | None
    protection_too: bool
    close_positions: bool


class ApprovalView(msgspec.Struct, kw_only=True):
    """What one person asked for and another decides: a set of `limits`, or the release of a `scope`."""

    approval_id: str
    kind: ApprovalKind
    state: ApprovalState
    requested_at: datetime
    requested_by: str
    message: str
    limits: list[RiskLimitBody] | None
    expected_version: int | None
    scope: ScopeBody | None
    decided_at: datetime | None
    decided_by: str | None
    decision: str


class TransferView(msgspec.Struct, kw_only=True):
    """What one user gave to another. Between accounts, `from_seen` and `to_seen` say what the venues have told."""

    transfer_id: str
    from_account: str
    from_user_id: str
    to_account: str
    to_user_id: str
    asset: str
    quantity: str
    wallet: Wallet
    transferred_at: datetime
    transferred_by: str
    message: str
    from_seen: bool
    to_seen: bool


class KeepAliveView(msgspec.Struct, kw_only=True):
    """When the user's open orders are canceled unless the desk hears again; null: never."""

    timeout_seconds: int
    cancels_at: datetime | None


def scope_view(scope: Scope) -> ScopeBody:
    """A scope as it is asked for."""
    return ScopeBody(
        role=scope.role,
        user_id=scope.user_id,
        account=scope.account_id,
        exchange=scope.exchange,
        symbol=scope.symbol,
    )


def limit_view(limit: RiskLimit) -> RiskLimitBody:
    """A limit as it is asked for."""
    return RiskLimitBody(
        limit_id=limit.limit_id,
        kind=limit.kind,
        scope=scope_view(limit.scope),
        value=amount(limit.value),
        interval_seconds=limit.interval_seconds,
        symbols=limit.symbols,
        action=limit.action,
        warn_at=tuple(plain(level) for level in limit.warn_at),
        attach_stop_ratio=amount(limit.attach_stop_ratio),
    )


def limit_set_view(limit_set: RiskLimitSet, limits: tuple[RiskLimit, ...]) -> RiskLimitSetView:
    """A version of the limits, with those of them that may be seen."""
    return RiskLimitSetView(
        version=limit_set.version,
        limits=[limit_view(limit) for limit in limits],
        set_at=limit_set.set_at,
        set_by=limit_set.set_by,
        approved_by=limit_set.approved_by,
        message=limit_set.message,
    )


def trading_state_view(restriction: TradingRestriction) -> TradingStateView:
    """How a scope may trade."""
    return TradingStateView(
        scope_key=restriction.scope_key,
        scope=scope_view(restriction.scope),
        state=restriction.state,
        set_at=restriction.set_at,
        set_by=restriction.set_by,
        automatic=restriction.automatic,
        message=restriction.message,
        approved_by=restriction.approved_by,
        protection_too=restriction.protection_too,
        close_positions=restriction.close_positions,
    )


def approval_view(approval: Approval) -> ApprovalView:
    """A request for a second person's word."""
    limits: list[RiskLimitBody] | None = None
    expected_version: int | None = None
    scope: ScopeBody | None = None
    match approval.request:
        case SetRiskLimits(limits=asked, expected_version=expected_version):
            limits = [limit_view(limit) for limit in asked]
        case ReleaseKillSwitch(scope=released):
            scope = scope_view(released)
    return ApprovalView(
        approval_id=approval.approval_id,
        kind=approval.kind,
        state=approval.state,
        requested_at=approval.requested_at,
        requested_by=approval.requested_by,
        message=approval.message,
        limits=limits,
        expected_version=expected_version,
        scope=scope,
        decided_at=approval.decided_at,
        decided_by=approval.decided_by,
        decision=approval.decision,
    )


def transfer_view(transfer: Transfer) -> TransferView:
    """A transfer."""
    return TransferView(
        transfer_id=transfer.transfer_id,
        from_account=transfer.from_account_id,
        from_user_id=transfer.from_user_id,
        to_account=transfer.to_account_id,
        to_user_id=transfer.to_user_id,
        asset=transfer.asset,
        quantity=plain(transfer.quantity),
        wallet=transfer.wallet,
        transferred_at=transfer.transferred_at,
        transferred_by=transfer.transferred_by,
        message=transfer.message,
        from_seen=transfer.from_seen,
        to_seen=transfer.to_seen,
    )
