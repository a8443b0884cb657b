"""Rules of the user's own: when an order reaches a status, place or cancel another."""

from tidegate.core.decision import NOTHING, Decision
from tidegate.core.desk import Desk
from tidegate.core.messages.commands import CreateRule, DeleteRule


def create(desk: Desk, message: CreateRule) -> Decision:
    """Let an order be waited for."""
    return NOTHING


def delete(desk: Desk, message: DeleteRule) -> Decision:
    """Wait no more."""
    return NOTHING
