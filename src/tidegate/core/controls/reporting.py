"""The desk's risk as it is now."""

from tidegate.core.decision import Decision
from tidegate.core.desk import Desk
from tidegate.core.messages.commands import AskRisk


def ask(desk: Desk, command: AskRisk) -> Decision:
    """The desk's risk as it is now."""
    raise NotImplementedError
