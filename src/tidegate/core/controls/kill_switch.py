"""The kill switch."""

from tidegate.core.decision import Decision
from tidegate.core.desk import Desk
from tidegate.core.messages.commands import ReleaseKillSwitch, SetKillSwitch


def throw(desk: Desk, command: SetKillSwitch) -> Decision:
    """Stop a scope."""
    raise NotImplementedError


def release(desk: Desk, command: ReleaseKillSwitch) -> Decision:
    """Let a scope trade again."""
    raise NotImplementedError
