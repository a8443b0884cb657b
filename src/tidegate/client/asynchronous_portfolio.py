"""The calls about the portfolio for programs that run in an event loop: a part of `AsyncClient`, mirrored by
`PortfolioCalls`."""

from typing import Protocol, TypeVar, Unpack

from tidegate.client import portfolio_calls
from tidegate.client.calls import Call
from tidegate.client.portfolio_calls import DaysQuery, EquityQuery, PeriodQuery, PortfolioQuery
from tidegate.client.portfolio_results import Day, EquityPoint, Performance, Portfolio
from tidegate.client.results import Page

ResultT = TypeVar("ResultT")


class Performs(Protocol):
    """Whoever can make a call."""

    async def _perform(self, call: Call[ResultT]) -> ResultT: ...


class AsyncPortfolioCalls:
    """What is owned, and what became of it."""

    async def portfolio(self: Performs, user_id: str | None = None, **query: Unpack[PortfolioQuery]) -> Portfolio:
        """Holdings and positions with their cost, value and P&L; with `group_by`, their sums in groups."""
        return await self._perform(portfolio_calls.portfolio(user_id, query))

    async def equity(self: Performs, **query: Unpack[EquityQuery]) -> Page[EquityPoint]:
        """The equity curve, newest first."""
        return await self._perform(portfolio_calls.equity(query))

    async def days(self: Performs, **query: Unpack[DaysQuery]) -> Page[Day]:
        """Profit, fees, funding and volume of each day (UTC), newest first."""
        return await self._perform(portfolio_calls.days(query))

    async def performance(self: Performs, **query: Unpack[PeriodQuery]) -> Performance:
        """Return, drawdown, win rate, costs and slippage over a period."""
        return await self._perform(portfolio_calls.performance(query))

    async def statement(
        self: Performs,
        file_format: str = "csv",
        **query: Unpack[PeriodQuery],
    ) -> bytes:
        """A statement as a file: balances before, every ledger line, fees, realized profit, balances after."""
        return await self._perform(portfolio_calls.statement(file_format, query))
