"""USDⓈ-M futures of the simulated Binance."""

from collections.abc import AsyncIterator

import pytest

from venuesim.exchange.clock import ManualClock
from venuesim_futures import SYMBOL, RawFutures

LADDER = {"levels": 3, "level_quantity": "1", "half_spread": "1"}


@pytest.fixture
async def venues(start_venues) -> AsyncIterator[object]:
    """Binance alone, BTC/USDT:USDT frozen at 65,000 with 1 BTC on each of 3 levels, 1 USDT from the middle."""
    async with start_venues(venues=["binance"], walking=False) as sim:
        await sim.freeze(SYMBOL, "65000", **LADDER)
        yield sim


@pytest.fixture
async def raw(venues) -> RawFutures:
    return RawFutures(venues)


@pytest.fixture
async def timed(start_venues) -> AsyncIterator[tuple[RawFutures, ManualClock]]:
    """A client and the clock that it and its venue go by: time passes only when the test says so."""
    clock = ManualClock()
    async with start_venues(venues=["binance"], clock=clock, walking=False) as sim:
        await sim.freeze(SYMBOL, "65000", **LADDER)
        yield RawFutures(sim, clock), clock
