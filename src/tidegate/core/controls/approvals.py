"""A second person's word."""

from tidegate.core.decision import Decision
from tidegate.core.desk import Desk
from tidegate.core.messages.commands import DecideApproval


def decide(desk: Desk, command: DecideApproval) -> Decision:
    """A second person's word."""
    raise NotImplementedError
