"""Sets of limits and releases that come with an idempotency key are carried out once, however often they come.

What has to wait for a second person is an approval, which knows its request by itself.
"""

from collections.abc import Callable
from typing import TypeVar

from tidegate.core.decision import Decision
from tidegate.core.desk import Desk
from tidegate.core.messages.commands import ReleaseKillSwitch, SetRiskLimits
from tidegate.core.messages.effects import Reply
from tidegate.core.messages.events import RiskLimitsSet, RiskRequestKept
from tidegate.core.messages.values import Refusal
from tidegate.core.vocabulary import RefusalCode

CommandT = TypeVar("CommandT", SetRiskLimits, ReleaseKillSwitch)


def once(desk: Desk, command: CommandT, carry_out: Callable[[Desk, CommandT], Decision]) -> Decision:
    """What follows from a command that may have come before. One that was refused is not kept: ask again at will.

    Memory holds the newest of what was kept; whoever asks has looked in storage before.
    """
    if not command.request_hash:
        return carry_out(desk, command)
    known = desk.risk.kept_requests.get(command.approval_id)
    if known is not None:
        refusal = None if known.request_hash == command.request_hash else _conflict()
        return Decision([], [Reply(command_id=command.command_id, refusal=refusal, replayed=refusal is None)])
    decision: Decision = carry_out(desk, command)
    replies = [effect for effect in decision.effects if isinstance(effect, Reply)]
    if any(reply.refusal is not None or reply.approval_id is not None for reply in replies):
        return decision
    is_new = any(isinstance(event, RiskLimitsSet) for event in decision.events)
    kept = RiskRequestKept(
        at=command.at,
        request_id=command.approval_id,
        request_hash=command.request_hash,
        limits_version=desk.risk.version + is_new,
    )
    return Decision([*decision.events, kept], decision.effects)


def _conflict() -> Refusal:
    message = "it came with another request before: use a new one for a new request"
    return Refusal(code=RefusalCode.IDEMPOTENCY_KEY_CONFLICT, message=message)
