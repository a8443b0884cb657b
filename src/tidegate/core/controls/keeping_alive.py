"""Cancel on disconnect: orders of who does not come back in time are canceled."""

from tidegate.core.decision import Decision
from tidegate.core.desk import Desk
from tidegate.core.messages.commands import KeepAlive


def keep_alive(desk: Desk, command: KeepAlive) -> Decision:
    """Cancel on disconnect: orders of who does not come back in time are canceled."""
    raise NotImplementedError
