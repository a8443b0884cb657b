"""What comes and goes without a trade: funding, transfers."""

from tidegate.core.decision import NOTHING, Decision
from tidegate.core.desk import Desk
from tidegate.core.messages.reports import CashFlowReported


def reported(desk: Desk, message: CashFlowReported) -> Decision:
    """Book it, once."""
    return NOTHING
