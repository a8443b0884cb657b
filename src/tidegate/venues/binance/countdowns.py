"""Binance's dead-man switch: one countdown for each market of USD-M futures; spot has none.

USD-M Futures, "Auto-Cancel All Open Orders": at its end the open orders of the market are canceled.
"""

import asyncio
from datetime import datetime, timedelta
from typing import NamedTuple

from tidegate.venues.binance import endpoints
from tidegate.venues.budget import Lane
from tidegate.venues.venue import Seat

FRESH_PART = 4
"""One that has run for less than this part of its time is left alone: each costs weight, and all come due together."""


class _Begun(NamedTuple):
    seconds: int
    at: datetime


class Countdowns:
    """One account's countdowns. One that no order needs any more is ended, not left to run out: it would cancel the
    next order there."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat
        self._running: dict[str, _Begun | None] = {}  # None: Binance did not say whether it runs.

    async def renew(self, seconds: int, symbols: frozenset[str]) -> None:
        """Begin them anew in these markets (zero seconds: in none). Raises what failed first, when all were tried."""
        wanted = symbols if seconds else frozenset[str]()
        beginnings = [self._begin(symbol, seconds) for symbol in sorted(wanted) if not self._is_fresh(symbol, seconds)]
        ends = [self._end(symbol) for symbol in sorted(self._running.keys() - wanted)]
        outcomes = await asyncio.gather(*beginnings, *ends, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome

    def _is_fresh(self, symbol: str, seconds: int) -> bool:
        begun = self._running.get(symbol)
        if begun is None or begun.seconds != seconds:
            return False
        return self._seat.clock.now() - begun.at < timedelta(seconds=seconds) / FRESH_PART

    async def _begin(self, symbol: str, seconds: int) -> None:
        self._running[symbol] = None  # Before the answer: without one it may run as well.
        begun = _Begun(seconds, self._seat.clock.now())
        await self._set(symbol, seconds * 1_000)
        self._running[symbol] = begun

    async def _end(self, symbol: str) -> None:
        self._running[symbol] = None
        await self._set(symbol, 0)
        del self._running[symbol]

    async def _set(self, symbol: str, milliseconds: int) -> None:
        params = {"symbol": self._seat.symbols.theirs(symbol), "countdownTime": str(milliseconds)}
        await self._seat.client.call(endpoints.COUNTDOWN, params, lane=Lane.CANCEL)
