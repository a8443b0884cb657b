"""What needs a second person: asked for once, answered alike when it is asked for again."""

from tidegate.core.decision import Decision
from tidegate.core.messages.commands import ReleaseKillSwitch, SetRiskLimits
from tidegate.core.messages.effects import Reply
from tidegate.core.messages.events import ApprovalRequested
from tidegate.core.messages.risk_records import Approval
from tidegate.core.messages.values import Refusal
from tidegate.core.vocabulary import ApprovalKind, ApprovalState, RefusalCode

Asked = SetRiskLimits | ReleaseKillSwitch


def ask(request: Asked, kind: ApprovalKind) -> Decision:
    """Keep the request until a second person decides."""
    approval = Approval(
        approval_id=request.approval_id,
        kind=kind,
        state=ApprovalState.PENDING,
        request=request,
        requested_at=request.at,
        requested_by=request.user_id,
        message=request.message,
    )
    reply = Reply(command_id=request.command_id, approval_id=request.approval_id)
    return Decision([ApprovalRequested(at=request.at, approval=approval)], [reply])


def asked_before(known: Approval, command: Asked, *, is_same: bool) -> Decision:
    """What waits already waits on; its id stands for one request of one person. `is_same`: it is about the same."""
    if is_same and known.requested_by == command.user_id:
        return Decision([], [Reply(command_id=command.command_id, approval_id=known.approval_id, replayed=True)])
    message = f"approval {known.approval_id} was asked for before, and for something else: use a new id"
    refusal = Refusal(code=RefusalCode.IDEMPOTENCY_KEY_CONFLICT, message=message)
    return Decision([], [Reply(command_id=command.command_id, refusal=refusal)])
