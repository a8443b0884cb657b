"""Messages that cannot be read: told, and stopping nothing."""

from tidegate.core.decision import NOTHING, Decision
from tidegate.core.desk import Desk
from tidegate.core.messages.reports import MessageQuarantined
from tidegate.core.reconciliation.telling import tell_once

UNREADABLE_MESSAGE = "unreadable_message"


def quarantined(desk: Desk, report: MessageQuarantined) -> Decision:
    """Record it as a break, once per kind of message until a person has looked."""
    if report.account_id not in desk.accounts:
        return NOTHING
    return Decision(tell_once(desk, report.account_id, report.at, UNREADABLE_MESSAGE, report.kind, report.message))
