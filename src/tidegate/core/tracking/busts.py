"""Trades that the venue takes back."""

from tidegate.core.decision import NOTHING, Decision
from tidegate.core.desk import Desk
from tidegate.core.messages.reports import ExecutionBusted


def busted(desk: Desk, message: ExecutionBusted) -> Decision:
    """Reverse it, once, in order, holdings and position together."""
    return NOTHING
