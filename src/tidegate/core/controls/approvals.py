"""A second person's word on what another asked for, and the end of what nobody has decided about."""

from datetime import datetime

import msgspec

from tidegate.core.controls import kill_switch
from tidegate.core.controls.limits import put_in_force, refusal_of
from tidegate.core.decision import Decision
from tidegate.core.desk import Desk
from tidegate.core.identifiers import UserId
from tidegate.core.messages.commands import DecideApproval, SetRiskLimits
from tidegate.core.messages.effects import Reply
from tidegate.core.messages.events import ApprovalDecided, Event
from tidegate.core.messages.risk_records import Approval
from tidegate.core.messages.values import Refusal
from tidegate.core.vocabulary import ApprovalState, RefusalCode, Role


def decide(desk: Desk, command: DecideApproval) -> Decision:
    """Carry out what was asked for, or let it be. What cannot be carried out any more ends with the attempt."""
    approval = desk.risk.approvals.get(command.approval_id)
    if (refusal := _may_not_decide(desk, command, approval)) is not None or approval is None:
        return Decision([], [Reply(command_id=command.command_id, refusal=refusal)])
    if not command.approve:
        rejected = _ended(approval, ApprovalState.REJECTED, command.at, command.user_id, command.message)
        return Decision([rejected], [Reply(command_id=command.command_id)])
    if (outdated := _outdated(desk, approval)) is not None:
        ended = _ended(approval, ApprovalState.REJECTED, command.at, None, outdated.message)
        return Decision([ended], [Reply(command_id=command.command_id, refusal=outdated)])
    approved = _ended(approval, ApprovalState.APPROVED, command.at, command.user_id, command.message)
    carried_out = _carried_out(desk, approval, command.at, command.user_id)
    return Decision([approved, *carried_out], [Reply(command_id=command.command_id)])


def lapsed(desk: Desk, at: datetime) -> list[Event]:
    """The end of every request that has waited too long: what was right to ask then may not be right now."""
    lifetime = desk.policy.approval_lifetime
    return [
        _ended(approval, ApprovalState.REJECTED, at, None, f"lapsed: nobody has decided within {lifetime}")
        for approval in desk.risk.approvals.values()
        if at - approval.requested_at >= lifetime
    ]


def _may_not_decide(desk: Desk, command: DecideApproval, approval: Approval | None) -> Refusal | None:
    """Those that ended are not in memory; who asks for one that never was has been told so by the gateway."""
    user = desk.users.get(command.user_id)
    if user is None or user.role is not Role.RISK:
        return Refusal(code=RefusalCode.NOT_PERMITTED, message="only risk officers decide about approvals")
    if approval is None:
        message = f"approval {command.approval_id} does not wait any more: ask for a new one"
        return Refusal(code=RefusalCode.APPROVAL_ENDED, message=message)
    if approval.requested_by == command.user_id:
        message = "you have asked for it yourself: another risk officer has to decide"
        return Refusal(code=RefusalCode.APPROVAL_NOT_ALLOWED, message=message)
    return None


def _outdated(desk: Desk, approval: Approval) -> Refusal | None:
    """Why what was right to ask for cannot be carried out by now: its author has to be able to ask for it still."""
    request = approval.request
    if isinstance(request, SetRiskLimits):
        return refusal_of(desk, request)
    author = desk.users.get(request.user_id)
    if author is None or author.role is not Role.RISK:
        message = f"{request.user_id}, who asked for it, is no risk officer any more"
        return Refusal(code=RefusalCode.NOT_PERMITTED, message=message)
    stopped = desk.risk.states.get(request.scope.key)
    if stopped is not None and stopped.set_at > approval.requested_at:  # Nobody has asked for an end of that.
        message = f"{stopped.scope_key} was stopped anew since (by {stopped.set_by}): ask for its release again"
        return Refusal(code=RefusalCode.APPROVAL_ENDED, message=message)
    return None


def _carried_out(desk: Desk, approval: Approval, at: datetime, approved_by: UserId) -> list[Event]:
    request = approval.request
    if isinstance(request, SetRiskLimits):
        return put_in_force(desk, request, at, approved_by)
    return kill_switch.released(desk, request, at, approved_by)


def _ended(
    approval: Approval, state: ApprovalState, at: datetime, decided_by: UserId | None, decision: str
) -> ApprovalDecided:
    """`decided_by` is None where it is the desk's word and no person's."""
    ended = msgspec.structs.replace(approval, state=state, decided_at=at, decided_by=decided_by, decision=decision)
    return ApprovalDecided(at=at, approval=ended)
