"""What is looked at once a second: the day's turn, limits that fill up, what has lapsed."""

from tidegate.core.controls.kill_switch import sweep
from tidegate.core.controls.marking import mark_due
from tidegate.core.controls.tripping import automatic
from tidegate.core.decision import Decision, together
from tidegate.core.desk import Desk
from tidegate.core.messages.reports import ClockTicked
from tidegate.core.reconciliation.comparing import compare_due


def ticked(desk: Desk, report: ClockTicked) -> Decision:
    """Equity is marked, limits that act by themselves throw the switch, what is stopped stays stopped, and the books
    are compared that trades have moved."""
    at = report.at
    return together(Decision(mark_due(desk, at)), automatic(desk, at), sweep(desk, at), compare_due(desk, at))
