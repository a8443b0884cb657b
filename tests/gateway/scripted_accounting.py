"""An `Accounting` that answers what a test put there, and remembers what it was asked."""

from datetime import UTC, date, datetime
from decimal import Decimal

from tidegate.core.portfolio.figures import (
    BooksFilter,
    DayFigures,
    EquitySum,
    Interval,
    Performance,
    StatementFrame,
    StatementLine,
)

AT = datetime(2026, 3, 1, 13, tzinfo=UTC)
EQUITY = EquitySum(
    at=AT,
    equity=Decimal("1010.50"),
    unrealized_pnl=Decimal("1.50"),
    net_deposits=Decimal(1000),
    gross_exposure=Decimal(500),
    stale=False,
)
DAY = DayFigures(
    day=date(2026, 3, 1),
    pnl=None,
    realized_pnl=Decimal("12.0"),
    fees=Decimal("0.5"),
    funding=Decimal("-0.1"),
    volume=Decimal(5000),
    executions=3,
    unpriced=0,
)
PERFORMANCE = Performance(
    starting_equity=Decimal(1000),
    ending_equity=Decimal("1010.50"),
    net_deposits=Decimal(0),
    pnl=Decimal("10.50"),
    time_weighted_return=Decimal("0.0105"),
    maximum_drawdown=Decimal("0.02"),
    maximum_drawdown_value=Decimal(20),
    stale=False,
    orders=5,
    executions=3,
    winning_orders=2,
    losing_orders=1,
    win_rate=Decimal("0.666666666667"),
    volume=Decimal(5000),
    realized_pnl=Decimal(12),
    fees=Decimal("0.5"),
    funding=Decimal("-0.1"),
    slippage=Decimal("0.4"),
    slippage_bps=Decimal("0.8"),
    average_holding_seconds=None,
    unpriced=0,
)


class ScriptedAccounting:
    """`asked` holds the filters of all calls."""

    def __init__(self) -> None:
        self.asked: list[BooksFilter] = []
        self.intervals: list[Interval] = []
        self.frame = StatementFrame(opening=(), closing=(), fees={}, realized_pnl={}, bound=0)
        self.lines: list[StatementLine] = []

    async def equity(
        self, wanted: BooksFilter, interval: Interval, *, limit: int, cursor: str | None = None
    ) -> tuple[list[EquitySum], str | None]:
        self.asked.append(wanted)
        self.intervals.append(interval)
        return [EQUITY][:limit], "next" if cursor is None else None

    async def days(
        self, wanted: BooksFilter, *, limit: int, cursor: str | None = None
    ) -> tuple[list[DayFigures], str | None]:
        self.asked.append(wanted)
        return [DAY][:limit], cursor

    async def performance(self, wanted: BooksFilter) -> Performance:
        self.asked.append(wanted)
        return PERFORMANCE

    async def statement(self, wanted: BooksFilter) -> StatementFrame:
        self.asked.append(wanted)
        return self.frame

    async def statement_lines(
        self, wanted: BooksFilter, *, after: tuple[int, int], bound: int, limit: int
    ) -> list[StatementLine]:
        found = [line for line in self.lines if (line.sequence, line.line) > after and line.sequence <= bound]
        return found[:limit]
