"""The rows that events of risk, equity and transfers write."""

import copy
from typing import assert_never

from tidegate.core.apply_risk import kept_request_of, restriction_of, transfer_of
from tidegate.core.desk import Desk
from tidegate.core.flow_records import flow_of
from tidegate.core.identifiers import AccountId, UserId
from tidegate.core.loss_marks import scopes_of
from tidegate.core.messages import events as happened
from tidegate.core.messages.risk_records import EquityPoint, LimitWarning, RiskLimitSet
from tidegate.core.records import Batch

RecordedRiskEvent = (
    happened.RiskLimitsSet
    | happened.RiskRequestKept
    | happened.TradingStateSet
    | happened.LimitWarned
    | happened.ApprovalRequested
    | happened.ApprovalDecided
    | happened.EquityMarked
    | happened.FundsTransferred
    | happened.TransferSeen
    | happened.CapitalPriced
)


def record_risk(batch: Batch, desk: Desk, event: RecordedRiskEvent) -> None:
    """Note what one event, just applied, writes."""
    match event:
        case happened.RiskLimitsSet():
            batch.risk_limits.append(limit_set_row(event))
        case happened.RiskRequestKept():
            batch.risk_requests.append(kept_request_of(event))
        case happened.TradingStateSet():
            batch.trading_states[event.scope.key] = restriction_of(event)
        case happened.LimitWarned():
            batch.limit_warnings[event.limit_id, event.scope.key] = limit_warning_row(event)
        case happened.ApprovalRequested() | happened.ApprovalDecided():
            batch.approvals[event.approval.approval_id] = event.approval
        case happened.EquityMarked():
            _record_marks(batch, desk, event)
        case happened.FundsTransferred():
            batch.transfers[event.transfer_id] = transfer_of(event, desk.sequence)
            record_capital(batch, desk, event.from_account_id, event.from_user_id)
            record_capital(batch, desk, event.to_account_id, event.to_user_id)
        case happened.TransferSeen():
            batch.transfers[event.transfer.transfer_id] = event.transfer
            batch.cash_flows.append(flow_of(event, desk.sequence))
        case happened.CapitalPriced():
            record_capital(batch, desk, event.account_id, event.user_id)
        case _:
            assert_never(event)


def record_capital(batch: Batch, desk: Desk, account_id: AccountId, user_id: UserId) -> None:
    """What an owner has brought in, as it is now."""
    known = desk.risk.capital.get((account_id, user_id))
    if known is not None:
        batch.capital[account_id, user_id] = copy.copy(known)


def limit_set_row(event: happened.RiskLimitsSet) -> RiskLimitSet:
    """A version of the limits."""
    return RiskLimitSet(
        version=event.version,
        limits=event.limits,
        set_at=event.at,
        set_by=event.by,
        approved_by=event.approved_by,
        message=event.message,
    )


def limit_warning_row(event: happened.LimitWarned) -> LimitWarning:
    """What people have been told of a limit."""
    return LimitWarning(limit_id=event.limit_id, scope_key=event.scope.key, level=event.level, warned_at=event.at)


def _record_marks(batch: Batch, desk: Desk, event: happened.EquityMarked) -> None:
    for owner in event.marks:
        batch.equity.append(
            EquityPoint(
                at=event.at,
                account_id=owner.account_id,
                user_id=owner.user_id,
                exchange=desk.accounts[owner.account_id].exchange,
                equity=owner.equity,
                unrealized_pnl=owner.unrealized_pnl,
                net_deposits=owner.net_deposits,
                gross_exposure=owner.gross_exposure,
                stale=owner.stale,
            )
        )
        for scope in scopes_of(desk, owner.account_id, owner.user_id):
            if (marked := desk.risk.loss_marks.get(scope.key)) is not None:
                batch.loss_marks[scope.key] = marked
