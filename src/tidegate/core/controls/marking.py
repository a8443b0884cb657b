"""Points of the equity curve: once a minute for who is worth something else than before, for all once an hour.

The first of a day is what that day's loss is measured against. An owner of whom a price is still to come, after a
start, is left out: a value without it would be taken for a loss.
"""

from datetime import datetime

from tidegate.core.desk import Desk
from tidegate.core.messages.events import CapitalPriced, EquityMarked, Event
from tidegate.core.messages.risk_values import OwnerEquity
from tidegate.core.valuation import equity_of, value_owners, worth


def mark_due(desk: Desk, at: datetime) -> list[Event]:
    """What is to be marked at this tick, if it is time."""
    last = desk.risk.marked_at
    is_new_hour = last is None or _hour_of(last) != _hour_of(at)
    if not is_new_hour and last is not None and at - last < desk.policy.equity_interval:
        return []
    priced: list[Event] = list(_priced_at_last(desk, at))
    marks = tuple(mark for mark in _marks(desk, at) if is_new_hour or _is_news(desk, mark))
    return [*priced, EquityMarked(at=at, marks=marks)] if marks else priced


def _marks(desk: Desk, at: datetime) -> list[OwnerEquity]:
    return [equity_of(owner, valued) for owner, valued in sorted(value_owners(desk, at).items()) if not valued.missing]


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
