"""What the engine answers to one input."""

import msgspec

from tidegate.core.messages.effects import Effect
from tidegate.core.messages.events import Event


class Decision(msgspec.Struct):
    """Facts to apply and journal, in order, and what to do once they are durable."""

    events: list[Event] = []
    effects: list[Effect] = []


NOTHING = Decision()
