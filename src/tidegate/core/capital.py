"""What came into an owner's part of an account and went out again, at the prices of those moments.

Profit is what is owned now minus this. Funding, fees and trades are no capital: they are what profit is made of.

What came or went while nothing told its price counts nothing yet (`unpriced`); it is counted at the first price that is
known, by `CapitalPriced`. Till then it is worth nothing on either side, so that no profit comes from it.
"""

from decimal import Decimal

from tidegate.core.desk import Desk
from tidegate.core.identifiers import AccountId, UserId
from tidegate.core.messages.risk_records import Capital
from tidegate.core.money import ZERO
from tidegate.core.vocabulary import CashFlowKind

COUNTED = frozenset({CashFlowKind.DEPOSIT, CashFlowKind.WITHDRAWAL, CashFlowKind.TRANSFER})


def count(
    desk: Desk, account_id: AccountId, user_id: UserId, asset: str, quantity: Decimal, rate: Decimal | None
) -> None:
    """So much came in (negative: went out), worth so much a unit in the reporting currency."""
    capital = _of(desk, account_id, user_id)
    if rate is None:
        _note_unpriced(capital, asset, quantity)
    else:
        capital.net_deposits += quantity * rate


def count_unpriced(
    desk: Desk, account_id: AccountId, user_id: UserId, asset: str, quantity: Decimal, rate: Decimal
) -> None:
    """What had no price when it came has one now."""
    capital = _of(desk, account_id, user_id)
    _note_unpriced(capital, asset, -quantity)
    capital.net_deposits += quantity * rate


def _of(desk: Desk, account_id: AccountId, user_id: UserId) -> Capital:
    known = desk.risk.capital.get((account_id, user_id))
    if known is None:
        known = desk.risk.capital[account_id, user_id] = Capital(account_id=account_id, user_id=user_id)
    return known


def _note_unpriced(capital: Capital, asset: str, quantity: Decimal) -> None:
    """Another mapping, not another entry: copies of the record share it."""
    left = capital.unpriced.get(asset, ZERO) + quantity
    others = {name: amount for name, amount in capital.unpriced.items() if name != asset}
    capital.unpriced = {**others, asset: left} if left else others
