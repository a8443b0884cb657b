"""What one user owns becomes another's."""

from tidegate.core.decision import Decision
from tidegate.core.desk import Desk
from tidegate.core.messages.commands import TransferFunds


def transfer(desk: Desk, command: TransferFunds) -> Decision:
    """What one user owns becomes another's."""
    raise NotImplementedError
