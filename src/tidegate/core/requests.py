"""Changes and cancels with an idempotency key are carried out once; the same request again is answered by its order."""

from collections.abc import Callable
from typing import TypeVar

from tidegate.core.decision import Decision
from tidegate.core.desk import Desk
from tidegate.core.messages.commands import AmendOrder, CancelOrder
from tidegate.core.messages.effects import Reply
from tidegate.core.messages.events import RequestKept
from tidegate.core.messages.values import Refusal
from tidegate.core.vocabulary import RefusalCode

CommandT = TypeVar("CommandT", AmendOrder, CancelOrder)


def once(desk: Desk, command: CommandT, carry_out: Callable[[Desk, CommandT], Decision]) -> Decision:
    """What follows from a command that may have come before. One that was refused is not kept: ask again at will."""
    if command.idempotency_key is None:
        return carry_out(desk, command)
    known = desk.requests.get((command.user_id, command.idempotency_key))
    if known is not None and known.request_hash == command.request_hash:
        return Decision([], [Reply(command_id=command.command_id, order_ids=(known.order_id,), replayed=True)])
    if known is not None:
        message = f"it came with another request, about order {known.order_id}: use a new one for a new request"
        refusal = Refusal(code=RefusalCode.IDEMPOTENCY_KEY_CONFLICT, message=message, order_id=known.order_id)
        return Decision([], [Reply(command_id=command.command_id, refusal=refusal)])
    decision: Decision = carry_out(desk, command)
    if any(isinstance(effect, Reply) and effect.refusal is not None for effect in decision.effects):
        return decision
    kept = RequestKept(
        at=command.at,
        user_id=command.user_id,
        idempotency_key=command.idempotency_key,
        request_hash=command.request_hash,
        order_id=command.order_id,
    )
    return Decision([kept, *decision.events], decision.effects)
