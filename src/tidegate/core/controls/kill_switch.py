"""The kill switch: thrown by one person, for a scope, at once; released by two, where the desk wants four eyes."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from tidegate.core.apply_risk import restriction_of
from tidegate.core.controls.asking import ask, asked_before
from tidegate.core.controls.closing import close_covered
from tidegate.core.controls.stopping import cancel_covered, in_force
from tidegate.core.decision import NOTHING, Decision, together
from tidegate.core.desk import Desk
from tidegate.core.identifiers import UserId
from tidegate.core.messages.commands import ReleaseKillSwitch, SetKillSwitch
from tidegate.core.messages.effects import Reply
from tidegate.core.messages.events import Event, TradingStateSet
from tidegate.core.messages.risk_values import Scope
from tidegate.core.messages.values import Refusal
from tidegate.core.vocabulary import ApprovalKind, RefusalCode, Role, TradingState

OWN_SCOPES_MAX = 100  # Of a trader; everything that is stopped is looked at every second.


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
    restriction = restriction_of(event := never_less(desk, stopped))
    known = desk.risk.states.get(command.scope.key)  # It knows since when positions have been closed.
    return together(
        Decision([event], [Reply(command_id=command.command_id)]),
        cancel_covered(desk, [restriction] if known is None else [restriction, known], command.at),
        close_covered(desk, [restriction], command.at),
    )


def never_less(desk: Desk, stopped: TradingStateSet) -> TradingStateSet:
    """A scope's state with all that was asked for when it was stopped before: only a release takes that back."""
    known = desk.risk.states.get(stopped.scope.key)
    if known is None:
        return stopped
    return msgspec.structs.replace(
        stopped,
        protection_too=stopped.protection_too or known.protection_too,
        close_positions=stopped.close_positions or known.close_positions,
    )


def sweep(desk: Desk, thrown: Sequence[TradingStateSet], at: datetime) -> Decision:
    """What is stopped just now, by limits; and while anything is: cancels that came to nothing once more, and what
    filled after all is closed.

    All in one: an order or a position may lie in several scopes, and is canceled or closed once.
    """
    new = [restriction_of(event) for event in thrown]
    stopped_before = [one for one in in_force(desk) if one.scope_key not in {other.scope_key for other in new}]
    if not new and not stopped_before:
        return NOTHING
    return together(
        Decision([*thrown]),
        cancel_covered(desk, new, at, again_for=stopped_before),
        close_covered(desk, [*new, *stopped_before], at),
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
    return _too_many(desk, command) if is_own and known is None else None


def _too_many(desk: Desk, command: SetKillSwitch) -> Refusal | None:
    count = sum(state.scope.user_id == command.user_id for state in desk.risk.states.values())
    if count < OWN_SCOPES_MAX or command.scope == Scope(user_id=command.user_id):
        return None
    message = f"{count} scopes of yours are stopped, and {OWN_SCOPES_MAX} may be: stop all of yours at once (user_id)"
    return Refusal(code=RefusalCode.NOT_PERMITTED, message=message, limit=str(OWN_SCOPES_MAX), actual=str(count))


def unknown_in(desk: Desk, scope: Scope) -> str | None:
    """What a scope names that the desk does not have, or not together: nothing would ever lie in it."""
    user = None if scope.user_id is None else desk.users.get(scope.user_id)
    if scope.user_id is not None and (user is None or scope.role not in (None, user.role)):
        return f"there is no user {scope.user_id}" + (f" with the role {scope.role}" if scope.role else "")
    if scope.account_id is None:
        return None
    account = desk.accounts.get(scope.account_id)
    if account is None or scope.user_id not in (None, *account.user_ids):
        return f"there is no account {scope.account_id}" + (f" of {scope.user_id}" if scope.user_id else "")
    if scope.exchange not in (None, account.exchange):
        return f"account {scope.account_id} is at {account.exchange}, not at {scope.exchange}"
    return None


def release(desk: Desk, command: ReleaseKillSwitch) -> Decision:
    """Let a scope trade again: at once, or when a second person has agreed. Asking twice is asking once."""
    if (refusal := _may_release(desk, command)) is not None:
        return Decision([], [Reply(command_id=command.command_id, refusal=refusal)])
    if not desk.policy.four_eyes:
        return Decision(released(desk, command, command.at, None), [Reply(command_id=command.command_id)])
    known = desk.risk.approvals.get(command.approval_id)
    if known is None:
        return ask(command, ApprovalKind.KILL_SWITCH_RELEASE)
    asked = known.request
    is_same = isinstance(asked, ReleaseKillSwitch) and asked.scope == command.scope
    return asked_before(known, command, is_same=is_same)


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
