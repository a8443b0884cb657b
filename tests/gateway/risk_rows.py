"""Rows of limits, states, approvals and transfers, as the core leaves them."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from tidegate.core.identifiers import AccountId, ApprovalId, CommandId, TransferId, UserId
from tidegate.core.messages.commands import ReleaseKillSwitch, SetRiskLimits
from tidegate.core.messages.risk_records import Approval, RiskLimitSet, TradingRestriction, Transfer
from tidegate.core.messages.risk_values import RiskLimit, Scope
from tidegate.core.vocabulary import ApprovalKind, ApprovalState, LimitKind, TradingState, Wallet

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
RITA = UserId("rita")
SMALL_ORDERS = RiskLimit(limit_id="small-orders", kind=LimitKind.ORDER_NOTIONAL, value=Decimal("5000.50"))
BOBS_ORDERS = RiskLimit(
    limit_id="bobs-orders", kind=LimitKind.OPEN_ORDERS, scope=Scope(user_id=UserId("bob")), value=Decimal(10)
)


def limit_set(version: int = 1, *limits: RiskLimit, **changes: Any) -> RiskLimitSet:
    """A version of the limits, set by Rita."""
    row = {"version": version, "limits": limits or (SMALL_ORDERS, BOBS_ORDERS), "set_at": AT, "set_by": RITA}
    return RiskLimitSet(**{**row, **changes})


def restriction(scope: Scope, state: TradingState = TradingState.HALTED, **changes: Any) -> TradingRestriction:
    """A scope that Rita stopped."""
    row = {
        "scope_key": scope.key,
        "scope": scope,
        "state": state,
        "set_at": AT,
        "set_by": RITA,
        "automatic": False,
        "message": "runaway",
    }
    return TradingRestriction(**{**row, **changes})


def release_of(scope: Scope, approval_id: str = "A1", **changes: Any) -> Approval:
    """Rita asks for a scope to be released."""
    request = ReleaseKillSwitch(
        command_id=CommandId("c"),
        at=AT,
        user_id=RITA,
        scope=scope,
        approval_id=ApprovalId(approval_id),
        message=changes.get("message", ""),
    )
    return _approval(ApprovalKind.KILL_SWITCH_RELEASE, request, approval_id, changes)


def loosening_to(*limits: RiskLimit, approval_id: str = "A2", version: int | None = None, **changes: Any) -> Approval:
    """Rita asks for a looser set of limits."""
    request = SetRiskLimits(
        command_id=CommandId("c"),
        at=AT,
        user_id=RITA,
        limits=limits,
        approval_id=ApprovalId(approval_id),
        expected_version=version,
        message=changes.get("message", ""),
    )
    return _approval(ApprovalKind.RISK_LIMITS, request, approval_id, changes)


def _approval(kind: ApprovalKind, request: Any, approval_id: str, changes: dict[str, Any]) -> Approval:
    row = {
        "approval_id": ApprovalId(approval_id),
        "kind": kind,
        "state": ApprovalState.PENDING,
        "request": request,
        "requested_at": AT,
        "requested_by": RITA,
    }
    return Approval(**{**row, **changes})


def transfer(transfer_id: str = "T1", **changes: Any) -> Transfer:
    """Alice gives Bob 100 USDT."""
    row = {
        "transfer_id": TransferId(transfer_id),
        "sequence": 1,
        "from_account_id": AccountId("okx-bob"),
        "from_user_id": UserId("alice"),
        "to_account_id": AccountId("okx-bob"),
        "to_user_id": UserId("bob"),
        "asset": "USDT",
        "quantity": Decimal(100),
        "wallet": Wallet.MAIN,
        "transferred_at": AT,
        "transferred_by": RITA,
    }
    return Transfer(**{**row, **changes})
