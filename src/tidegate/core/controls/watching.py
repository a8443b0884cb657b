"""What is looked at once a second: the day's turn, limits that fill up, what has lapsed, who is gone."""

from tidegate.core.controls.approvals import lapsed
from tidegate.core.controls.dead_man import dead_man_renewals
from tidegate.core.controls.keeping_alive import disconnected
from tidegate.core.controls.kill_switch import sweep
from tidegate.core.controls.marking import mark_due
from tidegate.core.controls.tripping import automatic
from tidegate.core.controls.warnings import warnings
from tidegate.core.decision import Decision, together
from tidegate.core.desk import Desk
from tidegate.core.messages.events import CancelRequested
from tidegate.core.messages.reports import ClockTicked
from tidegate.core.reconciliation.comparing import compare_due
from tidegate.core.risk.uses import uses


def ticked(desk: Desk, report: ClockTicked) -> Decision:
    """Equity is marked, limits warn, those that act by themselves throw the switch, what is stopped stays stopped,
    orders of clients that are gone end, approvals lapse, the books are compared that trades have moved, and venues hear
    that the desk is there."""
    at = report.at
    used = uses(desk, at)
    stopped = sweep(desk, automatic(desk, used, at), at)
    ending = {event.order_id for event in stopped.events if isinstance(event, CancelRequested)}
    told = Decision([*mark_due(desk, at), *warnings(desk, used, at), *lapsed(desk, at)])
    due = together(compare_due(desk, at), dead_man_renewals(desk, at))
    return together(told, stopped, disconnected(desk, at, ending), due)
