"""One input, the whole way: decided, made true, and then what its outcome asks to be looked at."""

from collections import deque
from collections.abc import Callable

from tidegate.core.apply import apply
from tidegate.core.contingency import reviews_after
from tidegate.core.decision import Decision
from tidegate.core.desk import Desk
from tidegate.core.engine import Input, decide
from tidegate.core.messages.events import Event

REVIEWS_MAX = 1_000


def carry_out(desk: Desk, message: Input, applied: Callable[[Event], None]) -> Decision:
    """Decide an input and apply what follows, with all the reviews that this leads to; `applied` hears each event.

    Returns all events and effects, in order. They belong into one transaction: a fill and the stop that protects it are
    durable together or not at all.
    """
    total = Decision()
    waiting = deque([message])
    for _ in range(REVIEWS_MAX):
        decision = decide(desk, waiting.popleft())
        for event in decision.events:
            apply(desk, event)
            applied(event)
        total.events += decision.events
        total.effects += decision.effects
        waiting += reviews_after(desk, decision.events)
        if not waiting:
            return total
    raise AssertionError(f"the reviews after {message} never end")
