"""Points of the equity curve: once a minute for who is worth something else than before, for all once an hour; within
seconds where a profit moves far, so that loss limits see it, and of who has never been marked.

The first of a day is what that day's loss is measured against. An owner of whom a price is still to come, after a
start, is left out: a value without it would be taken for a loss.
"""

from datetime import datetime, timedelta

from tidegate.core.desk import Desk
from tidegate.core.messages.events import CapitalPriced, EquityMarked, Event
from tidegate.core.messages.risk_values import OwnerEquity
from tidegate.core.valuation import equity_of, value_owners, worth

_TICK = timedelta(seconds=1)


def mark_due(desk: Desk, at: datetime) -> list[Event]:
    """What is to be marked at this tick, if it is time, or if a profit has moved too far to wait."""
    last = desk.risk.marked_at
    is_new_hour = last is None or _hour_of(last) != _hour_of(at)
    is_due = is_new_hour or last is None or at - last >= desk.policy.equity_interval
    if not is_due and last is not None and (at - last) % desk.policy.equity_look >= _TICK:
        return []
    marks = _marks(desk, at)
    if not is_due:
        return [_marked(desk, at, marks)] if any(_has_moved(desk, mark) for mark in marks) else []
    priced: list[Event] = list(_priced_at_last(desk, at))
    is_news = is_new_hour or any(_is_news(desk, mark) for mark in marks)
    return [*priced, _marked(desk, at, marks, everybody=is_new_hour)] if marks and is_news else priced


def _marked(desk: Desk, at: datetime, marks: list[OwnerEquity], *, everybody: bool = False) -> EquityMarked:
    return EquityMarked(at=at, marks=tuple(mark for mark in marks if everybody or _is_news(desk, mark)))


def _marks(desk: Desk, at: datetime) -> list[OwnerEquity]:
    return [equity_of(owner, valued) for owner, valued in sorted(value_owners(desk, at).items()) if not valued.missing]


def _has_moved(desk: Desk, mark: OwnerEquity) -> bool:
    """Whether a profit is so far from the last one that losses measured by it are wrong, or was never marked."""
    before = desk.risk.marks.get((mark.account_id, mark.user_id))
    if before is None:
        return True
    change = (mark.equity - mark.net_deposits) - (before.equity - before.net_deposits)
    return change != 0 and abs(change) >= desk.policy.equity_step_ratio * abs(before.equity)


def _is_news(desk: Desk, mark: OwnerEquity) -> bool:
    return desk.risk.marks.get((mark.account_id, mark.user_id)) != mark


def _priced_at_last(desk: Desk, at: datetime) -> list[CapitalPriced]:
    """What came in without a price, and has a fresh one now."""
    found = []
    for (account_id, user_id), capital in desk.risk.capital.items():
        for asset, quantity in capital.unpriced.items():
            rate = worth(desk, desk.accounts[account_id].exchange, asset, at)
            if rate.value is not None and not rate.stale:
                found.append(
                    CapitalPriced(
                        at=at,
                        account_id=account_id,
                        user_id=user_id,
                        asset=asset,
                        quantity=quantity,
                        price=rate.value,
                    )
                )
    return found


def _hour_of(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
