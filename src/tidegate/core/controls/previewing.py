"""What would become of an order."""

from tidegate.core.decision import Decision
from tidegate.core.desk import Desk
from tidegate.core.messages.commands import PreviewOrder


def preview(desk: Desk, command: PreviewOrder) -> Decision:
    """What would become of an order."""
    raise NotImplementedError
