"""The calls about the portfolio and what became of it, as data."""

from datetime import datetime
from typing import TypedDict

from tidegate.client.calls import API_PATH, Call, filters
from tidegate.client.portfolio_results import Day, EquityPoint, Performance, Portfolio
from tidegate.client.results import Page

_REPORT_SECONDS = 120.0  # A long period takes the desk a while.


class PortfolioQuery(TypedDict, total=False):
    """Which part of the portfolio. With `group_by` (`user`, `account`, `exchange` or `asset`): sums, not rows."""

    account: str | None
    exchange: str | None
    asset: str | None
    group_by: str | None


class PeriodQuery(TypedDict, total=False):
    """Whose figures, and of which period; what is absent matches all."""

    user_id: str | None
    account: str | None
    exchange: str | None
    since: datetime | None
    until: datetime | None


class EquityQuery(PeriodQuery, total=False):
    """Which part of the curve; `interval` is `raw`, `hour` or `day`."""

    interval: str | None
    limit: int | None
    cursor: str | None


class DaysQuery(PeriodQuery, total=False):
    """Which days."""

    limit: int | None
    cursor: str | None


def portfolio(user_id: str | None, query: PortfolioQuery) -> Call[Portfolio]:
    """`GET /portfolio`."""
    asked = filters({"user_id": user_id, **query})
    return Call(method="GET", path=f"{API_PATH}/portfolio", result=Portfolio, query=asked)


def equity(query: EquityQuery) -> Call[Page[EquityPoint]]:
    """`GET /portfolio/equity`."""
    path = f"{API_PATH}/portfolio/equity"
    return Call(method="GET", path=path, result=Page[EquityPoint], query=filters(query))


def days(query: DaysQuery) -> Call[Page[Day]]:
    """`GET /portfolio/days`."""
    path = f"{API_PATH}/portfolio/days"
    return Call(method="GET", path=path, result=Page[Day], query=filters(query), patience_seconds=_REPORT_SECONDS)


def performance(query: PeriodQuery) -> Call[Performance]:
    """`GET /portfolio/performance`."""
    return Call(
        method="GET",
        path=f"{API_PATH}/portfolio/performance",
        result=Performance,
        query=filters(query),
        patience_seconds=_REPORT_SECONDS,
    )


def statement(file_format: str, query: PeriodQuery) -> Call[bytes]:
    """`GET /portfolio/statement`."""
    return Call(
        method="GET",
        path=f"{API_PATH}/portfolio/statement",
        result=bytes,
        query=filters({"format": file_format, **query}),
        patience_seconds=_REPORT_SECONDS,
    )
