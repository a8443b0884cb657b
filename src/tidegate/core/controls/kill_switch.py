"""The kill switch: thrown by one person, for a scope, at once; released by two, where the desk wants four eyes."""

from datetime import datetime

from tidegate.core.apply_risk import restriction_of
from tidegate.core.controls.closing import close_covered
from tidegate.core.controls.stopping import cancel_covered, in_force
from tidegate.core.decision import NOTHING, Decision, together
from tidegate.core.desk import Desk
from tidegate.core.identifiers import UserId
from tidegate.core.messages.commands import ReleaseKillSwitch, SetKillSwitch
from tidegate.core.messages.effects import Reply
from tidegate.core.messages.events import ApprovalRequested, Event, TradingStateSet
from tidegate.core.messages.risk_records import Approval
from tidegate.core.messages.risk_values import Scope
from tidegate.core.messages.values import Refusal
from tidegate.core.vocabulary import ApprovalKind, ApprovalState, RefusalCode, Role, TradingState


def throw(desk: Desk, command: SetKillSwitch) -> Decision:
    """Stop a scope. The state and all cancels are durable together, before the answer."""
    if (refusal := _may_throw(desk, command)) is not None:
        return Decision([], [Reply(command_id=command.command_id, refusal=refusal)])
    stopped = TradingStateSet(
        at=command.at,
        scope=command.scope,
        state=command.state,
        by=command.user_id,
        message=command.message,
        protection_too=command.cancel_protection,
        close_positions=command.close_positions,
    )
    return together(Decision([], [Reply(command_id=command.command_id)]), stop(desk, stopped))


def stop(desk: Desk, stopped: TradingStateSet) -> Decision:
    """The state, and at once the end of what it does not let stand."""
    restriction = restriction_of(stopped)
    return together(
        Decision([stopped]),
        cancel_covered(desk, [restriction], stopped.at, again=False),
        close_covered(desk, [restriction], stopped.at),
    )


def sweep(desk: Desk, at: datetime) -> Decision:
    """While anything is stopped: cancels that came to nothing once more, and what filled after all is closed."""
    if not desk.risk.states:
        return NOTHING
    return together(
        cancel_covered(desk, in_force(desk), at, again=True),
        close_covered(desk, in_force(desk), at),
    )


def _may_throw(desk: Desk, command: SetKillSwitch) -> Refusal | None:
    user = desk.users.get(command.user_id)
    is_own = user is not None and user.role is Role.TRADER and command.scope.user_id == command.user_id
    if user is None or not (user.role in (Role.RISK, Role.ADMIN) or is_own):
        message = "risk officers and administrators stop any scope, a trader what is the trader's own (user_id)"
        return Refusal(code=RefusalCode.NOT_PERMITTED, message=message)
    if (unknown := unknown_in(desk, command.scope)) is not None:
        return Refusal(code=RefusalCode.SCOPE_NOT_FOUND, message=unknown)
    known = desk.risk.states.get(command.scope.key)
    is_halted = known is not None and known.state is TradingState.HALTED
    if command.state is TradingState.ACTIVE or (is_halted and command.state is TradingState.REDUCING):
        message = f"{command.scope.key} would be stopped less than it is: release it (DELETE /api/v1/risk/kill-switch)"
        return Refusal(code=RefusalCode.NOT_PERMITTED, message=message)
    return None


def unknown_in(desk: Desk, scope: Scope) -> str | None:
    """What a scope names that the desk does not have."""
    if scope.user_id is not None and scope.user_id not in desk.users:
        return f"there is no user {scope.user_id}"
    if scope.account_id is not None and scope.account_id not in desk.accounts:
        return f"there is no account {scope.account_id}"
    return None


def release(desk: Desk, command: ReleaseKillSwitch) -> Decision:
    """Let a scope trade again: at once, or when a second person has agreed. Asking twice is asking once."""
    if (refusal := _may_release(desk, command)) is not None:
        return Decision([], [Reply(command_id=command.command_id, refusal=refusal)])
    if not desk.policy.four_eyes:
        return Decision(released(desk, command, command.at, None), [Reply(command_id=command.command_id)])
    reply = Reply(command_id=command.command_id, approval_id=command.approval_id)
    if command.approval_id in desk.risk.approvals:
        return Decision([], [reply])
    approval = Approval(
        approval_id=command.approval_id,
        kind=ApprovalKind.KILL_SWITCH_RELEASE,
        state=ApprovalState.PENDING,
        request=command,
        requested_at=command.at,
        requested_by=command.user_id,
        message=command.message,
    )
    return Decision([ApprovalRequested(at=command.at, approval=approval)], [reply])


def _may_release(desk: Desk, command: ReleaseKillSwitch) -> Refusal | None:
    user = desk.users.get(command.user_id)
    if user is None or user.role is not Role.RISK:
        return Refusal(code=RefusalCode.NOT_PERMITTED, message="only risk officers let a scope trade again")
    if command.scope.key not in desk.risk.states:
        stopped = ", ".join(sorted(desk.risk.states)) or "nothing"
        message = f"{command.scope.key} is not stopped; stopped: {stopped}"
        return Refusal(code=RefusalCode.SCOPE_NOT_FOUND, message=message)
    return None


def released(desk: Desk, request: ReleaseKillSwitch, at: datetime, approved_by: UserId | None) -> list[Event]:
    """The scope trades again; nothing where somebody has released it meanwhile."""
    if request.scope.key not in desk.risk.states:
        return []
    return [
        TradingStateSet(
            at=at,
            scope=request.scope,
            state=TradingState.ACTIVE,
            by=request.user_id,
            message=request.message,
            approved_by=approved_by,
        )
    ]
