"""What breaks are worth: how far books and venues are apart, as far as that is confirmed."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from tidegate.core.apply import break_id
from tidegate.core.desk import Desk
from tidegate.core.identifiers import AccountId
from tidegate.core.messages.risk_values import Scope
from tidegate.core.money import ZERO
from tidegate.core.reconciliation.balances import BALANCE, balance_subject
from tidegate.core.reconciliation.positions import POSITION, position_subject
from tidegate.core.scopes import Subject, covers
from tidegate.core.totals.places import quote_of
from tidegate.core.valuation import mark_of, worth


def difference(desk: Desk, scope: Scope, at: datetime) -> Decimal:
    """In the reporting currency; what has no price counts nothing.

    Only open breaks count: trades and transfers that one side has told before the other are none.
    """
    return sum((value for value, subject in _values(desk, at) if covers(scope, subject)), ZERO)


def _values(desk: Desk, at: datetime) -> Iterator[tuple[Decimal, Subject]]:
    for (account_id, asset, wallet), apart in desk.differences.items():
        if _is_break(desk, account_id, BALANCE, balance_subject(asset, wallet)):
            exchange = desk.accounts[account_id].exchange
            rate = worth(desk, exchange, asset, at).value or ZERO
            yield abs(apart.amount) * rate, Subject(account_id=account_id, exchange=exchange)
    for (account_id, symbol, side), apart in desk.position_differences.items():
        if _is_break(desk, account_id, POSITION, position_subject(symbol, side)):
            exchange = desk.accounts[account_id].exchange
            mark = mark_of(desk, exchange, symbol, at).value or ZERO
            rate = worth(desk, exchange, quote_of(symbol), at).value or ZERO
            yield abs(apart.amount) * mark * rate, Subject(account_id=account_id, exchange=exchange, symbol=symbol)


def _is_break(desk: Desk, account_id: AccountId, kind: str, subject: str) -> bool:
    return break_id(account_id, kind, subject) in desk.open_breaks
