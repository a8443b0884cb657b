"""What becomes of a request to change a working order: in place where the venue can, else canceled and sent again."""

from tidegate.core.decision import NOTHING, Decision
from tidegate.core.desk import Desk
from tidegate.core.messages.commands import AmendOrder
from tidegate.core.messages.reports import AmendAccepted, AmendOutcomeUnknown, AmendRefused


def amend(desk: Desk, message: AmendOrder) -> Decision:
    """Change price, quantity or trigger of an order that works."""
    return NOTHING


def accepted(desk: Desk, message: AmendAccepted) -> Decision:
    """The venue made the change."""
    return NOTHING


def refused(desk: Desk, message: AmendRefused) -> Decision:
    """The order stands as before."""
    return NOTHING


def outcome_unknown(desk: Desk, message: AmendOutcomeUnknown) -> Decision:
    """It may have been changed: ask, by its figures."""
    return NOTHING
