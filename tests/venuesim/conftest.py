"""Starts the simulators inside the test's own process, on free ports."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import aiohttp
import pytest

from venuesim.server import Simulator

API_KEY = "k" * 64
SECRET = "s" * 64
PASSPHRASE = "correct horse"
BALANCES = {"USDT": "1000000", "BTC": "10", "ETH": "100"}


class SimulatedVenues:
    """A running simulator and its control API."""

    def __init__(self, simulator: Simulator, session: aiohttp.ClientSession) -> None:
        self.simulator = simulator
        self.session = session

    def url(self, venue: str, kind: str) -> str:
        """Return a base URL of a venue."""
        urls = self.simulator.urls[venue]
        assert isinstance(urls, dict)
        return str(urls[kind])

    async def control(self, method: str, path: str, body: object = None, *, expect: int = 200) -> dict:
        """Call the control API and return its JSON."""
        url = f"{self.simulator.urls['control']}/_sim/{path}"
        async with self.session.request(method, url, json=body) as response:
            answer = await response.json()
            assert response.status == expect, answer
            return answer

    async def freeze(self, symbol: str, price: str, **ladder: object) -> None:
        """Stop a market at a price."""
        await self.control("POST", "market", {"symbol": symbol, "price": price, "frozen": True, **ladder})

    async def fault(self, kind: str, *, endpoint: str = "*", count: int | None = None, **extra: object) -> None:
        """Switch a fault on."""
        await self.control("POST", "faults", {"kind": kind, "match": {"endpoint": endpoint, "count": count}, **extra})


StartVenues = Callable[..., AbstractAsyncContextManager[SimulatedVenues]]


@asynccontextmanager
async def _started(**settings: object) -> AsyncIterator[SimulatedVenues]:
    async with Simulator(**settings) as simulator, aiohttp.ClientSession() as session:
        venues = SimulatedVenues(simulator, session)
        account = {"api_key": API_KEY, "secret": SECRET, "passphrase": PASSPHRASE, "balances": BALANCES}
        await venues.control("POST", "accounts", account)
        yield venues


@pytest.fixture
def start_venues() -> StartVenues:
    """Give a function that starts simulators: `async with start_venues(venues=["okx"]) as sim: ...`."""
    return _started


@pytest.fixture
async def sim() -> AsyncIterator[SimulatedVenues]:
    """Every venue, with one funded account and BTC/USDT frozen at 65,000."""
    async with _started() as venues:
        await venues.freeze("BTC/USDT", "65000")
        yield venues
