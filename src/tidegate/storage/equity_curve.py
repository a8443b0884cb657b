"""The equity curve out of the marks: once a minute for owners who moved, once an hour for all.

So what owners were worth together at a moment is the sum of each one's last mark until then.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, assert_never

from sqlalchemy import ColumnElement, Connection, Row, Select, Text, extract, func, select, type_coerce

from tidegate.core.money import ZERO
from tidegate.core.portfolio.figures import BooksFilter, EquitySum, Interval
from tidegate.storage.auditing import streamed
from tidegate.storage.schema import accounts, capital, equity, portfolio, positions

_ALL_MARKED_WITHIN = timedelta(hours=2)
_SUMMED = ("equity", "unrealized_pnl", "net_deposits", "gross_exposure")
_Marks = dict[tuple[str, str], Row[Any]]


def start_of(moment: datetime, interval: Interval) -> datetime:
    """When the interval began that a moment lies in; of single marks, the mark itself."""
    match interval:
        case Interval.RAW:
            return moment
        case Interval.HOUR:
            return moment.replace(minute=0, second=0, microsecond=0)
        case Interval.DAY:
            return moment.replace(hour=0, minute=0, second=0, microsecond=0)
        case _:
            assert_never(interval)


def curve(connection: Connection, wanted: BooksFilter, interval: Interval, limit: int) -> list[EquitySum]:
    """The newest points, newest first: so many at most. The last mark of each interval is its point."""
    moments = _moments(connection, wanted, interval, limit)
    if not moments:
        return []
    if interval is Interval.RAW:
        walked = walk(connection, wanted, since=moments[-1], until=moments[0] + timedelta(microseconds=1))
        return list(walked)[::-1]
    owners = _owners(connection, wanted)
    return [_sum(moment, _latest(connection, wanted, moment, owners)) for moment in moments]


def sum_at(connection: Connection, wanted: BooksFilter, at: datetime) -> EquitySum | None:
    """What all were worth at a moment, by their last marks until then; None: nobody was marked yet."""
    marks = _latest(connection, wanted, at, _owners(connection, wanted))
    return _sum(at, marks) if marks else None


def walk(
    connection: Connection,
    wanted: BooksFilter,
    *,
    since: datetime | None,
    until: datetime | None,
    hourly: bool = False,
) -> Iterator[EquitySum]:
    """Every mark of a period, oldest first; `hourly`: only those within the first minute of an hour, which mark all."""
    total = _Total()
    if since is not None:
        before = since - timedelta(microseconds=1)
        for mark in _latest(connection, wanted, before, _owners(connection, wanted)).values():
            total.take(mark)
    query = _marks(wanted)
    if since is not None:
        query = query.where(equity.c.at >= since)
    if until is not None:
        query = query.where(equity.c.at < until)
    if hourly:
        query = query.where(_is_on_the_hour(connection.dialect.name))
    for at, marks in groupby(streamed(connection, query.order_by(equity.c.at)), key=lambda mark: mark.at):
        for mark in marks:
            total.take(mark)
        yield total.at(at)


def _is_on_the_hour(dialect: str) -> ColumnElement[bool]:
    if dialect == "postgresql":
        return extract("minute", equity.c.at) == 0
    return func.substr(type_coerce(equity.c.at, Text), 15, 2) == "00"  # As `time_text` writes it.


def _latest(connection: Connection, wanted: BooksFilter, at: datetime, owners: set[tuple[str, str]]) -> _Marks:
    """Each owner's last mark until a moment."""
    mark = equity.c
    newest = (
        select(mark.account_id, mark.user_id, func.max(mark.at).label("at"))
        .where(mark.at <= at, mark.at > at - _ALL_MARKED_WITHIN, *conditions(wanted))
        .group_by(mark.account_id, mark.user_id)
        .subquery()
    )
    same = (newest.c.at == mark.at, newest.c.account_id == mark.account_id, newest.c.user_id == mark.user_id)
    rows = connection.execute(select(equity).join(newest, same[0] & same[1] & same[2]))
    found = {(row.account_id, row.user_id): row for row in rows}
    for owner in owners:
        if owner not in found:  # The desk stood still, or a price of theirs was missing.
            query = _marks(wanted).where(mark.account_id == owner[0], mark.user_id == owner[1], mark.at <= at)
            row = connection.execute(query.order_by(mark.at.desc()).limit(1)).first()
            if row is not None:
                found[owner] = row
    return found


def first_mark(connection: Connection, wanted: BooksFilter) -> datetime | None:
    """When the curve begins."""
    query = select(equity.c.at).where(*conditions(wanted)).order_by(equity.c.at).limit(1)
    return connection.execute(query).scalar()


def conditions(wanted: BooksFilter) -> list[ColumnElement[bool]]:
    """Whose marks are wanted, at any time."""
    names = ("user_id", "account_id", "exchange")
    return [equity.c[name] == getattr(wanted, name) for name in names if getattr(wanted, name) is not None]


def _owners(connection: Connection, wanted: BooksFilter) -> set[tuple[str, str]]:
    """Everybody who may ever have been marked: who holds or held something, or brought it."""
    found: set[tuple[str, str]] = set()
    for table in (portfolio, positions, capital):
        query = select(table.c.account_id, table.c.user_id).distinct()
        if wanted.user_id is not None:
            query = query.where(table.c.user_id == wanted.user_id)
        if wanted.account_id is not None:
            query = query.where(table.c.account_id == wanted.account_id)
        if wanted.exchange is not None:
            query = query.join(accounts, accounts.c.account_id == table.c.account_id)
            query = query.where(accounts.c.exchange == wanted.exchange)
        found |= {(row.account_id, row.user_id) for row in connection.execute(query)}
    return found


def _moments(connection: Connection, wanted: BooksFilter, interval: Interval, limit: int) -> list[datetime]:
    """The last mark of each interval, newest first: one step of an index each, however many marks lie between."""
    found: list[datetime] = []
    until = wanted.until
    while len(found) < limit:
        query = select(equity.c.at).where(*conditions(wanted))
        if until is not None:
            query = query.where(equity.c.at < until)
        at = connection.execute(query.order_by(equity.c.at.desc()).limit(1)).scalar()
        if at is None or (wanted.since is not None and at < wanted.since):
            return found
        found.append(at)
        until = start_of(at, interval)
    return found


def _marks(wanted: BooksFilter) -> Select[Any]:
    return select(equity).where(*conditions(wanted))


def _sum(at: datetime, marks: _Marks) -> EquitySum:
    total = _Total()
    for mark in marks.values():
        total.take(mark)
    return total.at(at)


class _Total:
    """The sum of every owner's last mark, kept up as marks come."""

    def __init__(self) -> None:
        self._marks: _Marks = {}
        self._stale = 0
        self._sums = dict.fromkeys(_SUMMED, ZERO)

    def take(self, mark: Row[Any]) -> None:
        """A newer mark of one owner."""
        owner = (mark.account_id, mark.user_id)
        before = self._marks.get(owner)
        self._marks[owner] = mark
        for name in _SUMMED:
            self._sums[name] += getattr(mark, name) - (ZERO if before is None else getattr(before, name))
        self._stale += int(mark.stale) - (0 if before is None else int(before.stale))

    def at(self, moment: datetime) -> EquitySum:
        """What they come to."""
        return EquitySum(at=moment, stale=self._stale > 0, **self._sums)
