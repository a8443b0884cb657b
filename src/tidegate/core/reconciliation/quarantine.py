"""Messages that cannot be read: told, and stopping nothing."""

from tidegate.core.decision import NOTHING, Decision
from tidegate.core.desk import Desk
from tidegate.core.messages.reports import MessageQuarantined


def quarantined(desk: Desk, message: MessageQuarantined) -> Decision:
    """Record it as a break."""
    return NOTHING
