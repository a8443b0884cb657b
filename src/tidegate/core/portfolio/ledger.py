"""The double-entry ledger: what each event moves between accounts. The lines of one event sum to zero per asset.

Ledger accounts: `user:<user_id>` (what a user owns), `venue` (the counterparty of trades), `fees` (what venues took),
`opening` (what was there before the desk).
"""

from decimal import Decimal
from typing import NamedTuple

from tidegate.core.messages.events import BalanceOpened, ExecutionBooked
from tidegate.core.vocabulary import Side

VENUE = "venue"
FEES = "fees"
OPENING = "opening"


class Line(NamedTuple):
    """An amount that enters (positive) or leaves (negative) a ledger account."""

    ledger_account: str
    asset: str
    amount: Decimal
    kind: str


def user_account(user_id: str) -> str:
    """The ledger account of what a user owns."""
    return f"user:{user_id}"


def lines_of(event: ExecutionBooked | BalanceOpened) -> list[Line]:
    """What an event posts."""
    owner = user_account(event.user_id)
    if isinstance(event, BalanceOpened):
        return _transfer(OPENING, owner, event.asset, event.quantity, "opening")
    value = event.quantity * event.price
    if event.side is Side.BUY:
        lines = _transfer(VENUE, owner, event.base, event.quantity, "trade")
        lines += _transfer(owner, VENUE, event.quote, value, "trade")
    else:
        lines = _transfer(owner, VENUE, event.base, event.quantity, "trade")
        lines += _transfer(VENUE, owner, event.quote, value, "trade")
    for fee in event.fees:
        lines += _transfer(owner, FEES, fee.asset, fee.amount, "fee")
    return lines


def _transfer(source: str, target: str, asset: str, amount: Decimal, kind: str) -> list[Line]:
    return [Line(source, asset, -amount, kind), Line(target, asset, amount, kind)]
