"""What owners are worth, and what today's loss and the drawdown of a scope are measured against."""

from collections.abc import Iterable
from decimal import Decimal

from tidegate.core.desk import Desk
from tidegate.core.identifiers import AccountId, UserId
from tidegate.core.messages.events import EquityMarked
from tidegate.core.messages.risk_records import LossMark
from tidegate.core.messages.risk_values import Scope
from tidegate.core.money import ZERO


def mark(desk: Desk, event: EquityMarked) -> None:
    """Take a point of the curve in: the day's start and the high of every scope that somebody may look at.

    A point tells only who is worth something else than before: the others are worth what they were. A scope with an
    owner whose worth is not known for certain keeps its marks: a day that begins so is measured against yesterday's
    start until it is known.
    """
    desk.risk.marked_at = event.at
    for owner in event.marks:
        desk.risk.marks[owner.account_id, owner.user_id] = owner
    desk.risk.unmarked = _scopes_of_all(desk, desk.risk.capital.keys() - desk.risk.marks.keys())
    stale = _scopes_of_all(desk, [owner for owner, marked in desk.risk.marks.items() if marked.stale])
    for key, profit in _profits(desk).items():
        if key not in stale and key not in desk.risk.unmarked:
            desk.risk.loss_marks[key] = _marked(desk.risk.loss_marks.get(key), key, profit, event)


def _profits(desk: Desk) -> dict[str, Decimal]:
    """What each scope has earned since the books were opened: what came in and went out is no profit."""
    profits: dict[str, Decimal] = {}
    for (account_id, user_id), owner in desk.risk.marks.items():
        for scope in scopes_of(desk, account_id, user_id):
            profits[scope.key] = profits.get(scope.key, ZERO) + owner.equity - owner.net_deposits
    return profits


def _scopes_of_all(desk: Desk, owners: Iterable[tuple[AccountId, UserId]]) -> frozenset[str]:
    """All scopes that one of the owners is in."""
    return frozenset(scope.key for owner in owners for scope in scopes_of(desk, *owner))


def _marked(before: LossMark | None, key: str, profit: Decimal, event: EquityMarked) -> LossMark:
    day = event.at.replace(hour=0, minute=0, second=0, microsecond=0)
    is_new_day = before is None or before.day != day
    return LossMark(
        scope_key=key,
        day=day,
        day_start=profit if before is None or is_new_day else before.day_start,
        high=profit if before is None else max(before.high, profit),
        updated_at=event.at,
    )


def scopes_of(desk: Desk, account_id: AccountId, user_id: UserId) -> Iterable[Scope]:
    """The scopes whose loss an owner's is a part of: desk, exchange, account, user, and the owner alone."""
    exchange = desk.accounts[account_id].exchange
    return (
        Scope(),
        Scope(exchange=exchange),
        Scope(account_id=account_id),
        Scope(user_id=user_id),
        Scope(user_id=user_id, account_id=account_id),
    )
