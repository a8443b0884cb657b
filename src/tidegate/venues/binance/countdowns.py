"""Binance's dead-man switch: one countdown for each market of USD-M futures; spot has none.

USD-M Futures, "Auto-Cancel All Open Orders": at its end the open orders of the market are canceled.
"""

import asyncio

from tidegate.venues.binance import endpoints
from tidegate.venues.budget import Lane
from tidegate.venues.venue import Seat


class Countdowns:
    """One account's countdowns, begun again together. One that no order needs any more is ended, not left to run out:
    it would cancel the next order there."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat
        self._running: set[str] = set()

    async def renew(self, seconds: int, symbols: frozenset[str]) -> None:
        """Begin them anew in these markets (zero seconds: in none). Raises what failed first, when all were tried."""
        wanted = symbols if seconds else frozenset[str]()
        beginnings = [self._begin(symbol, seconds) for symbol in sorted(wanted)]
        ends = [self._end(symbol) for symbol in sorted(self._running - wanted)]
        outcomes = await asyncio.gather(*beginnings, *ends, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome

    async def _begin(self, symbol: str, seconds: int) -> None:
        self._running.add(symbol)  # Before the answer: without one it may run as well.
        await self._set(symbol, seconds * 1_000)

    async def _end(self, symbol: str) -> None:
        await self._set(symbol, 0)
        self._running.discard(symbol)

    async def _set(self, symbol: str, milliseconds: int) -> None:
        params = {"symbol": self._seat.symbols.theirs(symbol), "countdownTime": str(milliseconds)}
        await self._seat.client.call(endpoints.COUNTDOWN, params, lane=Lane.CANCEL)
