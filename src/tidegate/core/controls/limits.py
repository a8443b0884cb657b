"""A risk officer replaces the set of limits: at once, or, where that loosens one, when a second person has agreed."""

from datetime import datetime

import msgspec

from tidegate.core.controls.asking import ask, asked_before
from tidegate.core.controls.limit_rules import wrong_with
from tidegate.core.controls.warnings import taken_back
from tidegate.core.decision import Decision
from tidegate.core.desk import Desk
from tidegate.core.identifiers import UserId
from tidegate.core.messages.commands import SetRiskLimits
from tidegate.core.messages.effects import Reply
from tidegate.core.messages.events import Event, RiskLimitsSet
from tidegate.core.messages.risk_values import RiskLimit
from tidegate.core.messages.values import Refusal
from tidegate.core.vocabulary import ApprovalKind, LimitAction, LimitKind, RefusalCode, Role

_WEAKEST_FIRST = (LimitAction.REFUSE, LimitAction.REDUCE, LimitAction.HALT, LimitAction.CLOSE)


def set_limits(desk: Desk, command: SetRiskLimits) -> Decision:
    """Put the set in force, or ask for a second person's word. The set that is in force already is no new version."""
    known = desk.risk.approvals.get(command.approval_id)
    if known is not None:
        asked = known.request
        is_same = isinstance(asked, SetRiskLimits) and asked.limits == command.limits
        return asked_before(known, command, is_same=is_same)
    if (refusal := refusal_of(desk, command)) is not None:
        return Decision([], [Reply(command_id=command.command_id, refusal=refusal)])
    if desk.risk.version and command.limits == desk.risk.limits:
        return Decision([], [Reply(command_id=command.command_id, replayed=True)])
    if desk.policy.four_eyes and loosens(desk.risk.limits, command.limits):
        # Always against the set in force: another one could make it loosen something else.
        request = msgspec.structs.replace(command, expected_version=desk.risk.version)
        return ask(request, ApprovalKind.RISK_LIMITS)
    return Decision(put_in_force(desk, command, command.at, None), [Reply(command_id=command.command_id)])


def refusal_of(desk: Desk, command: SetRiskLimits) -> Refusal | None:
    """Why the set cannot be put in force now, by its author."""
    user = desk.users.get(command.user_id)
    if user is None or user.role is not Role.RISK:
        return Refusal(code=RefusalCode.NOT_PERMITTED, message="only risk officers set limits")
    if command.expected_version not in (None, desk.risk.version):
        message = (
            f"version {desk.risk.version} of the limits is in force, not {command.expected_version}: read it first"
        )
        return Refusal(code=RefusalCode.LIMITS_VERSION_CONFLICT, message=message)
    return wrong_with(desk, command.limits)


def put_in_force(desk: Desk, request: SetRiskLimits, at: datetime, approved_by: UserId | None) -> list[Event]:
    """The set becomes the next version."""
    in_force = RiskLimitsSet(
        at=at,
        version=desk.risk.version + 1,
        limits=request.limits,
        by=request.user_id,
        approved_by=approved_by,
        message=request.message,
    )
    return [*taken_back(desk, request.limits, at), in_force]


# --- looser or tighter ---------------------------------------------------------------------------------------------


def loosens(before: tuple[RiskLimit, ...], after: tuple[RiskLimit, ...]) -> bool:
    """Whether anything may happen under the new set that the old one would stop, limit by limit.

    A limit of another kind or scope is another limit, whatever its name: the old one is gone.
    """
    kept = {limit.limit_id: limit for limit in after}
    return any(_is_looser(limit, kept.get(limit.limit_id)) for limit in before)


def _is_looser(before: RiskLimit, after: RiskLimit | None) -> bool:
    if after is None or (after.kind, after.scope) != (before.kind, before.scope):
        return True
    return (
        _WEAKEST_FIRST.index(after.action) < _WEAKEST_FIRST.index(before.action)
        or (before.value is not None and (after.value is None or after.value > before.value))
        or _counts_less(before, after)
        or _lets_in(before, after)
        or _stops_farther(before, after)
    )


def _counts_less(before: RiskLimit, after: RiskLimit) -> bool:
    """The shorter the time, the sooner it is forgotten."""
    return (after.interval_seconds or 0) < (before.interval_seconds or 0)


def _lets_in(before: RiskLimit, after: RiskLimit) -> bool:
    if before.kind is LimitKind.ALLOWED_SYMBOLS:
        return not {*after.symbols} <= {*before.symbols}
    return not {*before.symbols} <= {*after.symbols}


def _stops_farther(before: RiskLimit, after: RiskLimit) -> bool:
    """An attached stop in place of a refusal protects as well; one that is farther away loses more."""
    if before.attach_stop_ratio is None or after.attach_stop_ratio is None:
        return False
    return after.attach_stop_ratio > before.attach_stop_ratio
