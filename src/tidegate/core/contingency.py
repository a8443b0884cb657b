"""Stage 5: what one order's life means for others: protection, one cancels the other, rules of the user's own.

Nothing here remembers what it has done: each review compares what an order should have beside it with what it has.
"""

from collections.abc import Iterable

from tidegate.core.decision import NOTHING, Decision
from tidegate.core.desk import Desk
from tidegate.core.messages.events import Event
from tidegate.core.messages.reports import ReviewOrder


def reviews_after(desk: Desk, events: Iterable[Event]) -> list[ReviewOrder]:
    """The orders that events make worth a look: those with protection or rules, and the parents of legs."""
    return []


def review(desk: Desk, report: ReviewOrder) -> Decision:
    """Bring an order's protection and rules to what its state asks for."""
    return NOTHING
