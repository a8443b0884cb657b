"""What is looked at once a second: the day's turn, limits that fill up, what has lapsed."""

from tidegate.core.decision import NOTHING, Decision
from tidegate.core.desk import Desk
from tidegate.core.messages.reports import ClockTicked


def ticked(desk: Desk, report: ClockTicked) -> Decision:
    """Nothing yet: the first look is the helper's to write."""
    del desk, report
    return NOTHING
