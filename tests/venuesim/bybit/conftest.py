"""Starts the simulated Bybit, with bare clients and with ccxt."""

from collections.abc import AsyncIterator

import ccxt.pro
import pytest

from venuesim.exchange.clock import ManualClock
from venuesim_bybit_helpers import API_KEY, SECRET, RawBybit
from venuesim_bybit_trading import CONTRACT, Contracts


@pytest.fixture
async def venues(start_venues) -> AsyncIterator[object]:
    """Bybit alone, BTC/USDT frozen at 65,000 with 1 BTC on each of 3 levels, the best at 64,999 and 65,001."""
    async with start_venues(venues=["bybit"]) as sim:
        await sim.freeze("BTC/USDT", "65000", levels=3, level_quantity="1", half_spread="1")
        yield sim


@pytest.fixture
async def raw(venues) -> RawBybit:
    return RawBybit(venues)


@pytest.fixture
async def timed(start_venues) -> AsyncIterator[tuple[RawBybit, object, ManualClock]]:
    """A client, its venues and the clock that both go by: time passes only when the test says so."""
    clock = ManualClock()
    async with start_venues(venues=["bybit"], clock=clock, walking=False) as sim:
        await sim.freeze("BTC/USDT", "65000", levels=3, level_quantity="1", half_spread="1")
        yield RawBybit(sim, clock), sim, clock


@pytest.fixture
async def contracts(timed) -> Contracts:
    """BTCUSDT perpetuals beside the pair, frozen at the same prices; rate limits are out of the way."""
    raw, sim, _ = timed
    await sim.control("POST", "limits", {"scale": 1000})
    await sim.freeze(CONTRACT, "65000", levels=3, level_quantity="1", half_spread="1")
    return Contracts(raw, sim)


@pytest.fixture
async def client(venues) -> AsyncIterator[ccxt.pro.bybit]:
    """ccxt with only its URLs changed, and the markets loaded with its default options."""
    rest, socket = venues.url("bybit", "rest"), venues.url("bybit", "ws")
    private = f"{socket}/v5/private"
    sockets = {
        "public": {"spot": f"{socket}/v5/public/spot", "linear": f"{socket}/v5/public/linear"},
        "private": {"contract": private, "spot": {"unified": private}, "trade": f"{socket}/v5/trade"},
    }
    urls = {**dict.fromkeys(("public", "private", "spot", "futures", "v2"), rest), "ws": sockets}
    exchange = ccxt.pro.bybit({"apiKey": API_KEY, "secret": SECRET, "enableRateLimit": False, "urls": {"api": urls}})
    try:
        await exchange.load_markets()
        yield exchange
    finally:
        await exchange.close()
