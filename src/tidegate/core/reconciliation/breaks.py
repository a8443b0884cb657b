"""A person ends a break."""

from tidegate.core.decision import NOTHING, Decision
from tidegate.core.desk import Desk
from tidegate.core.messages.commands import ResolveBreak


def resolve(desk: Desk, message: ResolveBreak) -> Decision:
    """Close a break, or let our books follow the venue's figure."""
    return NOTHING
