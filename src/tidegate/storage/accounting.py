"""The `Accounting` port: reports over periods, on connections and in threads of their own.

A long report holds up neither the desk nor the short queries of the blotter.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import chain, pairwise
from typing import TypeVar

import msgspec
from sqlalchemy import Connection, Engine, func, select

from tidegate.core.money import ZERO, ratio
from tidegate.core.portfolio.figures import (
    BooksFilter,
    DayFigures,
    EquitySum,
    Interval,
    Performance,
    StatementFrame,
    StatementLine,
)
from tidegate.core.portfolio.performance import HoldingMeter, ReturnMeter, TradeMeter
from tidegate.core.vocabulary import CashFlowKind
from tidegate.ports import InvalidCursorError
from tidegate.storage import statement
from tidegate.storage.auditing import streamed
from tidegate.storage.columns import time_of, time_text
from tidegate.storage.engines import REPORT_THREADS_MAX
from tidegate.storage.equity_curve import curve, first_mark, start_of, sum_at, walk
from tidegate.storage.schema import orders
from tidegate.storage.trades import first_trade, flows, trades, within

ResultT = TypeVar("ResultT")
_DAY = timedelta(days=1)
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
PERIOD_BY_MARK_MAX = timedelta(days=31)  # A year of minutes, for every owner, would take minutes.


class StoredAccounting:
    """Reads through an engine that the caller disposes of after `close`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._threads = ThreadPoolExecutor(max_workers=REPORT_THREADS_MAX, thread_name_prefix="tidegate-reports")

    async def equity(
        self, wanted: BooksFilter, interval: Interval, *, limit: int, cursor: str | None = None
    ) -> tuple[list[EquitySum], str | None]:
        part = _before(wanted, cursor)
        found = await self._run(lambda connection: curve(connection, part, interval, limit + 1))
        if len(found) <= limit:
            return found, None
        return found[:limit], time_text(start_of(found[limit - 1].at, interval))

    async def days(
        self, wanted: BooksFilter, *, limit: int, cursor: str | None = None
    ) -> tuple[list[DayFigures], str | None]:
        part = _before(wanted, cursor)
        found = await self._run(lambda connection: _days(connection, part, limit + 1))
        return (found, None) if len(found) <= limit else (found[:limit], time_text(_start(found[limit - 1].day)))

    async def performance(self, wanted: BooksFilter) -> Performance:
        part = _within_calendar(wanted)
        return await self._run(lambda connection: _performance(connection, part))

    async def statement(self, wanted: BooksFilter) -> StatementFrame:
        return await self._run(lambda connection: statement.frame(connection, wanted))

    async def statement_lines(
        self, wanted: BooksFilter, *, after: tuple[int, int], bound: int, limit: int
    ) -> list[StatementLine]:
        return await self._run(
            lambda connection: statement.lines(connection, wanted, after=after, bound=bound, limit=limit)
        )

    def close(self) -> None:
        """Wait for running reports and refuse new ones."""
        self._threads.shutdown(wait=True)

    async def _run(self, read: Callable[[Connection], ResultT]) -> ResultT:
        def in_thread() -> ResultT:
            with self._engine.connect() as connection:
                return read(connection)

        return await asyncio.get_running_loop().run_in_executor(self._threads, in_thread)


def _before(wanted: BooksFilter, cursor: str | None) -> BooksFilter:
    """What is left behind the last page, which ended where its cursor says."""
    if cursor is None:
        return _within_calendar(wanted)
    try:
        until = time_of(cursor)
    except ValueError as error:
        raise InvalidCursorError("this cursor cannot be read") from error
    if until.tzinfo is None:
        raise InvalidCursorError("this cursor cannot be read")
    return _within_calendar(msgspec.structs.replace(wanted, until=until))


def _within_calendar(wanted: BooksFilter) -> BooksFilter:
    """The same period without what comes before anybody traded here: the calendar's first moment has none before it."""
    since = None if wanted.since is None else max(wanted.since, _LONG_AGO)
    until = None if wanted.until is None else max(wanted.until, _LONG_AGO)
    return msgspec.structs.replace(wanted, since=since, until=until)


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


# --- days ----------------------------------------------------------------------------------------------------------


def _days(connection: Connection, wanted: BooksFilter, limit: int) -> list[DayFigures]:
    """The newest days of a period, newest first: from its end back to the first trade or mark."""
    begun = [moment for moment in (first_trade(connection, wanted), first_mark(connection, wanted)) if moment]
    if not begun or wanted.until is None:
        return []
    last = (wanted.until - timedelta(microseconds=1)).astimezone(UTC).date()
    first = max(min(begun), wanted.since or min(begun)).astimezone(UTC).date()
    shown = [last - number * _DAY for number in range(min(limit, max((last - first).days + 1, 0)))]
    if not shown:
        return []
    part = msgspec.structs.replace(wanted, since=_start(shown[-1]))
    meters = {day: TradeMeter() for day in shown}
    for trade in trades(connection, part):
        meters[trade.executed_at.date()].add(trade)
    paid = _by_day(connection, part, CashFlowKind.FUNDING, shown)
    fined = _by_day(connection, part, CashFlowKind.LIQUIDATION_FEE, shown)
    earned = _earned(connection, part, len(shown))
    return [_day(day, meters[day], paid[day], -fined[day], earned.get(day)) for day in shown]


def _by_day(connection: Connection, wanted: BooksFilter, kind: CashFlowKind, days: list[date]) -> dict[date, Decimal]:
    sums: dict[date, Decimal] = dict.fromkeys(days, ZERO)
    for happened_at, amount in flows(connection, wanted, kind):
        sums[happened_at.date()] += amount
    return sums


def _earned(connection: Connection, wanted: BooksFilter, days: int) -> dict[date, Decimal]:
    """How far the profit moved, by day: from each day's last mark to the one before, at first from nothing."""
    marks = curve(connection, msgspec.structs.replace(wanted, since=None), Interval.DAY, days + 1)
    profits = [(mark.at.date(), mark.equity - mark.net_deposits) for mark in marks]
    if profits and len(profits) <= days:
        profits.append((profits[-1][0], ZERO))
    return {day: profit - before for (day, profit), (_, before) in pairwise(profits)}


def _day(day: date, meter: TradeMeter, paid: Decimal, fined: Decimal, earned: Decimal | None) -> DayFigures:
    return DayFigures(
        day=day,
        pnl=earned,
        realized_pnl=meter.realized_pnl,
        fees=meter.fees + fined,
        funding=paid,
        volume=meter.volume,
        executions=meter.executions,
        unpriced=meter.unpriced,
    )


# --- performance ---------------------------------------------------------------------------------------------------


def _performance(connection: Connection, wanted: BooksFilter) -> Performance:
    marks = _returns(connection, wanted)
    traded, held = TradeMeter(), HoldingMeter()
    for trade in trades(connection, wanted):
        traded.add(trade)
        held.add(trade)
    placed, winning, losing = _orders(connection, wanted)
    return Performance(
        starting_equity=marks.starting_equity,
        ending_equity=marks.ending_equity,
        net_deposits=marks.net_deposits,
        pnl=marks.pnl,
        time_weighted_return=marks.time_weighted_return,
        maximum_drawdown=marks.maximum_drawdown,
        maximum_drawdown_value=marks.maximum_drawdown_value,
        stale=marks.stale,
        orders=placed,
        executions=traded.executions,
        winning_orders=winning,
        losing_orders=losing,
        win_rate=ratio(Decimal(winning), Decimal(winning + losing)) if winning + losing else None,
        volume=traded.volume,
        realized_pnl=traded.realized_pnl,
        fees=traded.fees - _sum(connection, wanted, CashFlowKind.LIQUIDATION_FEE),
        funding=_sum(connection, wanted, CashFlowKind.FUNDING),
        slippage=traded.slippage,
        slippage_bps=traded.slippage_bps,
        average_holding_seconds=held.average_seconds,
        unpriced=traded.unpriced,
    )


def _sum(connection: Connection, wanted: BooksFilter, kind: CashFlowKind) -> Decimal:
    return sum((amount for _, amount in flows(connection, wanted, kind)), ZERO)


def _returns(connection: Connection, wanted: BooksFilter) -> ReturnMeter:
    """From the last mark before the period, or else from what was brought in by the first: profit begins with the
    books. Of a long period, by the marks of its hours."""
    meter = ReturnMeter()
    newest = next(iter(curve(connection, wanted, Interval.RAW, 1)), None)
    began = first_mark(connection, wanted)
    if began is None:
        return meter
    begun = wanted.since or began
    if (before := sum_at(connection, wanted, begun - timedelta(microseconds=1))) is not None:
        meter.add(before.equity, before.net_deposits, stale=before.stale)
    elif (first := sum_at(connection, wanted, began)) is not None and newest is not None:
        meter.add(first.net_deposits, first.net_deposits)
    if newest is None:
        return meter
    hourly = newest.at - begun > PERIOD_BY_MARK_MAX
    marks = walk(connection, wanted, since=wanted.since, until=newest.at, hourly=hourly)
    for mark in chain(marks, [newest]):
        meter.add(mark.equity, mark.net_deposits, stale=mark.stale)
    return meter


def _orders(connection: Connection, wanted: BooksFilter) -> tuple[int, int, int]:
    """How many orders were placed in the period, and how many of these have ended with a profit, and with a loss."""
    order = orders.c
    names = ("user_id", "account_id", "exchange")
    asked = [order[name] == getattr(wanted, name) for name in names if getattr(wanted, name) is not None]
    asked += within(order.timestamp, wanted)
    placed = connection.execute(select(func.count()).select_from(orders).where(*asked)).scalar_one()
    winning = losing = 0
    for (realized,) in streamed(connection, select(order.realized_pnl).where(order.closed_at.is_not(None), *asked)):
        winning += realized > 0
        losing += realized < 0
    return placed, winning, losing
