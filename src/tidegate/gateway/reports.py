"""Reports over periods: the equity curve, days, performance."""

import msgspec

from tidegate.core.identifiers import AccountId
from tidegate.core.portfolio.figures import BooksFilter
from tidegate.core.records import User
from tidegate.gateway.authentication import scope
from tidegate.gateway.context import Context
from tidegate.gateway.portfolio_views import (
    DaysQuery,
    DayView,
    EquityQuery,
    EquityView,
    PeriodQuery,
    day_view,
    equity_view,
    performance_view,
)
from tidegate.gateway.requests import AnyRequest, read_query
from tidegate.gateway.results import Page, Result


async def equity(request: AnyRequest, user: User, context: Context) -> Result:
    """The equity curve, newest first: what everything asked for was worth, mark by mark."""
    query = read_query(request, EquityQuery)
    wanted = asked(user, query)
    points, cursor = await context.accounting.equity(wanted, query.interval, limit=query.limit, cursor=query.cursor)
    return Result(Page[EquityView]([equity_view(point) for point in points], cursor))


async def days(request: AnyRequest, user: User, context: Context) -> Result:
    """Profit, fees, funding and volume of each day (UTC), newest first."""
    query = read_query(request, DaysQuery)
    wanted, now = asked(user, query), context.clock.now()
    wanted = msgspec.structs.replace(wanted, until=min(wanted.until or now, now))
    found, cursor = await context.accounting.days(wanted, limit=query.limit, cursor=query.cursor)
    return Result(Page[DayView]([day_view(day) for day in found], cursor))


async def performance(request: AnyRequest, user: User, context: Context) -> Result:
    """Return, drawdown, win rate, costs and slippage over a period."""
    found = await context.accounting.performance(asked(user, read_query(request, PeriodQuery)))
    return Result(performance_view(found, context.settings.reporting_currency))


def asked(user: User, query: PeriodQuery) -> BooksFilter:
    """What a query wants of the books, as far as its user may see them."""
    return BooksFilter(
        user_id=scope(user, query.user_id),
        account_id=None if query.account is None else AccountId(query.account),
        exchange=query.exchange,
        since=query.since,
        until=query.until,
    )
