"""What the engine answers to one input."""

import msgspec

from tidegate.core.messages.effects import Effect
from tidegate.core.messages.events import Event


class Decision(msgspec.Struct):
    """Facts to apply and journal, in order, and what to do once they are durable."""

    events: list[Event] = []
    effects: list[Effect] = []


NOTHING = Decision()


def together(*decisions: Decision) -> Decision:
    """Several decisions as one, in their order."""
    some = [decision for decision in decisions if decision.events or decision.effects]
    if len(some) <= 1:
        return some[0] if some else NOTHING
    events = [event for decision in some for event in decision.events]
    return Decision(events, [effect for decision in some for effect in decision.effects])
