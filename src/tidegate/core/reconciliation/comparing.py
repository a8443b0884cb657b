"""Soon after trades: what the venue holds is asked for again, a few seconds after the first of them at the soonest.

The whole comparison, with orders and executions, goes on beside this at its own pace: this one costs two requests.
"""

from datetime import datetime

from tidegate.core.decision import Decision
from tidegate.core.desk import Desk
from tidegate.core.messages.effects import CompareBalances
from tidegate.core.messages.events import ComparisonAsked
from tidegate.core.vocabulary import AccountState


def compare_due(desk: Desk, at: datetime) -> Decision:
    """Ask about the accounts whose books have moved long enough ago; an account out of reach is compared when back."""
    due = [
        account_id
        for account_id, since in desk.compare_since.items()
        if at - since >= desk.policy.compare_after and desk.accounts[account_id].state is not AccountState.OFFLINE
    ]
    return Decision(
        [ComparisonAsked(at=at, account_id=account_id) for account_id in due],
        [CompareBalances(account_id=account_id) for account_id in due],
    )
