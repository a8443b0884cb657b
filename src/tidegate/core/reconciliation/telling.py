"""How breaks of an account begin and end: each is told once, and ends with what ended it."""

from collections.abc import Callable
from datetime import datetime

from tidegate.core.apply import break_id
from tidegate.core.desk import Desk
from tidegate.core.identifiers import AccountId
from tidegate.core.messages.events import BreakFound, Event
from tidegate.core.records import TOLD_ONCE, Break
from tidegate.core.sending import resolved


def tell_once(desk: Desk, account_id: AccountId, at: datetime, kind: str, subject: str, message: str) -> list[Event]:
    """Record a break, unless it is open already, or was told before and is of a kind that is told but once."""
    name = break_id(account_id, kind, subject)
    if name in desk.open_breaks or (kind in TOLD_ONCE and name in desk.told):
        return []
    return [BreakFound(at=at, account_id=account_id, kind=kind, subject=subject, message=message)]


def end_if_open(desk: Desk, account_id: AccountId, at: datetime, kind: str, subject: str, message: str) -> list[Event]:
    """What ends a break, if there is one."""
    found = desk.open_breaks.get(break_id(account_id, kind, subject))
    return [] if found is None else [resolved(found, at, message)]


def end_all(
    desk: Desk, account_id: AccountId, at: datetime, message: str, is_over: Callable[[Break], bool]
) -> list[Event]:
    """The end of those of an account's breaks that are over."""
    return [
        resolved(found, at, message)
        for found in desk.open_breaks.values()
        if found.account_id == account_id and is_over(found)
    ]
