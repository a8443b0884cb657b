"""The portfolio and what became of it, as asked for and as shown. Amounts are plain decimal strings, times UTC."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec

from tidegate.core.money import plain
from tidegate.core.portfolio.figures import DayFigures, EquitySum, Interval, Performance
from tidegate.core.vocabulary import Exchange
from tidegate.gateway.bodies import Moment, Name, Text
from tidegate.gateway.order_views import amount
from tidegate.gateway.queries import Cursor, PageLimit

GroupBy = Literal["user", "account", "exchange", "asset"]
DaysLimit = Annotated[int, msgspec.Meta(ge=1, le=366)]


class PortfolioQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which part of the portfolio, and whether its rows or sums of them. The asset of a position is its base."""

    user_id: Name | None = None
    account: Name | None = None
    exchange: Exchange | None = None
    asset: Text | None = None
    group_by: GroupBy | None = None


class PeriodQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose figures, and of which period."""

    user_id: Name | None = None
    account: Name | None = None
    exchange: Exchange | None = None
    since: Moment | None = None
    until: Moment | None = None


class EquityQuery(PeriodQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which part of the curve; `hour` and `day` show the last mark of each."""

    interval: Interval = Interval.HOUR
    limit: PageLimit = 100
    cursor: Cursor | None = None


class DaysQuery(PeriodQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which days."""

    limit: DaysLimit = 31
    cursor: Cursor | None = None


class StatementQuery(PeriodQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose statement, of which period, and in which form."""

    format: Literal["csv", "parquet"] = "csv"


class PortfolioRow(msgspec.Struct, kw_only=True):
    """A holding with its cost and its worth, both in the reporting currency; None where no price is known.

    `exposure` is its value, of cash zero. `stale`: the price behind it is old or missing.
    """

    user_id: str
    account_id: str
    exchange: str
    asset: str
    wallet: str
    quantity: str
    reserved: str
    average_price: str | None
    realized_pnl: str
    price: str | None
    value: str | None
    unrealized_pnl: str | None
    exposure: str | None
    stale: bool


class PortfolioPosition(msgspec.Struct, kw_only=True):
    """A position in a derivative. `price` (its mark) and `average_price` are in its quote asset, the rest is in the
    reporting currency; `exposure` is negative for a short one."""

    user_id: str
    account_id: str
    exchange: str
    symbol: str
    position_side: str
    quantity: str
    average_price: str | None
    price: str | None
    exposure: str | None
    unrealized_pnl: str | None
    realized_pnl: str | None
    stale: bool


class PortfolioGroup(msgspec.Struct, kw_only=True):
    """The sums of what belongs together; `key` is the user, account, exchange or asset."""

    key: str
    value: str
    realized_pnl: str
    unrealized_pnl: str
    gross_exposure: str
    net_exposure: str
    unpriced: list[str]
    stale: bool


class PortfolioView(msgspec.Struct, kw_only=True):
    """All holdings and positions, or with `group_by` their sums in groups.

    `total_value` is what holdings are worth, plus what positions would earn. The totals count what has a price;
    `unpriced` names what has none. `stale`: an old or missing price is behind them.
    """

    reporting_currency: str
    total_value: str
    realized_pnl: str
    unrealized_pnl: str
    unpriced: list[str]
    items: list[PortfolioRow]
    positions: list[PortfolioPosition]
    groups: list[PortfolioGroup]
    gross_exposure: str
    net_exposure: str
    stale: bool


class EquityView(msgspec.Struct, kw_only=True):
    """A point of the curve, in the reporting currency. `pnl` is equity minus what came in since the books began."""

    at: datetime
    equity: str
    unrealized_pnl: str
    net_deposits: str
    pnl: str
    gross_exposure: str
    stale: bool


class DayView(msgspec.Struct, kw_only=True):
    """One day, UTC, in the reporting currency. `pnl` is by the curve, null where it has no mark; the rest by trades.

    `fees` are costs, those of liquidations too; `realized_pnl` is before them. `unpriced` counts trades without a rate,
    which are not in the sums.
    """

    day: date
    pnl: str | None
    realized_pnl: str
    fees: str
    funding: str
    volume: str
    executions: int
    unpriced: int


class PerformanceView(msgspec.Struct, kw_only=True):
    """How it went over a period; money in the reporting currency, ratios as parts of one.

    `time_weighted_return` chains the returns between marks, without what came in or went out between them.
    `maximum_drawdown` is that chain's deepest fall below its high so far, as a part of it, `maximum_drawdown_value` the
    profit's. `win_rate` is the part of the orders that ended with a profit among those that ended with one or a loss.
    `slippage` is what trades cost against the market's middle when their orders came (of conditional orders: against
    their triggers), negative if they gained; `slippage_bps` is that over what they traded there, in basis points.
    `average_holding_seconds` is how long what was closed had been open. `stale`: marks with old prices are in it.
    """

    reporting_currency: str
    starting_equity: str | None
    ending_equity: str | None
    net_deposits: str
    pnl: str | None
    time_weighted_return: str | None
    maximum_drawdown: str | None
    maximum_drawdown_value: str | None
    stale: bool
    orders: int
    executions: int
    winning_orders: int
    losing_orders: int
    win_rate: str | None
    volume: str
    realized_pnl: str
    fees: str
    funding: str
    slippage: str
    slippage_bps: str | None
    average_holding_seconds: str | None
    unpriced: int


def equity_view(point: EquitySum) -> EquityView:
    """A point of the curve for the API."""
    return EquityView(
        at=point.at,
        equity=plain(point.equity),
        unrealized_pnl=plain(point.unrealized_pnl),
        net_deposits=plain(point.net_deposits),
        pnl=plain(point.equity - point.net_deposits),
        gross_exposure=plain(point.gross_exposure),
        stale=point.stale,
    )


def day_view(figures: DayFigures) -> DayView:
    """A day for the API."""
    return DayView(
        day=figures.day,
        pnl=amount(figures.pnl),
        realized_pnl=plain(figures.realized_pnl),
        fees=plain(figures.fees),
        funding=plain(figures.funding),
        volume=plain(figures.volume),
        executions=figures.executions,
        unpriced=figures.unpriced,
    )


_COUNTS = frozenset({"stale", "orders", "executions", "winning_orders", "losing_orders", "unpriced"})


def performance_view(figures: Performance, currency: str) -> PerformanceView:
    """Performance for the API."""
    fields: dict[str, Any] = {
        name: getattr(figures, name) if name in _COUNTS else amount(getattr(figures, name))
        for name in Performance.__struct_fields__
    }
    return PerformanceView(reporting_currency=currency, **fields)
