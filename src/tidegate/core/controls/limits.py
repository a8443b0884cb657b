"""A risk officer replaces the set of limits."""

from tidegate.core.decision import Decision
from tidegate.core.desk import Desk
from tidegate.core.messages.commands import SetRiskLimits


def set_limits(desk: Desk, command: SetRiskLimits) -> Decision:
    """A risk officer replaces the set of limits."""
    raise NotImplementedError
