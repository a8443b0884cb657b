"""The venue's positions against ours."""

from tidegate.core.decision import NOTHING, Decision
from tidegate.core.desk import Desk
from tidegate.core.messages.reports import LeverageReported, PositionsReported


def reported(desk: Desk, message: PositionsReported) -> Decision:
    """Open the books with them, or hold them against ours."""
    return NOTHING


def leverage_reported(desk: Desk, message: LeverageReported) -> Decision:
    """Keep what the leverage is."""
    return NOTHING
