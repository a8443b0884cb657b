"""Drives the simulated Binance: with bare signed requests, and with ccxt."""

import hmac
from collections.abc import AsyncIterator, Mapping
from urllib.parse import urlencode

import aiohttp
import ccxt.pro
import pytest

from venuesim.exchange.clock import Clock, ManualClock, SystemClock

API_KEY = "k" * 64
SECRET = "s" * 64


class RawBinance:
    """Sends requests as the documentation says, and gives the bare answers."""

    def __init__(self, base: str, session: aiohttp.ClientSession, clock: Clock | None = None) -> None:
        self.base = base
        self.session = session
        self.clock = clock or SystemClock()
        self.api_key: str | None = API_KEY
        self.secret = SECRET

    async def request(
        self, method: str, path: str, text: str, *, signed: bool = True
    ) -> tuple[int, object, Mapping[str, str]]:
        """Send parameters exactly as given (signed if wanted); return status, body and headers."""
        if signed:
            text += f"&signature={self.signature(text)}"
        headers = {} if self.api_key is None else {"X-MBX-APIKEY": self.api_key}
        url, body = f"{self.base}{path}", None
        if method == "POST":
            body = text
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        else:
            url += f"?{text}"
        async with self.session.request(method, url, data=body, headers=headers) as response:
            is_json = response.content_type == "application/json"
            return response.status, await (response.json() if is_json else response.text()), response.headers

    async def call(self, method: str, path: str, **parameters: object) -> tuple[int, object]:
        """Send a signed request with a fresh timestamp."""
        status, body, _ = await self.request(method, path, urlencode({**parameters, "timestamp": self.now()}))
        return status, body

    async def order(self, **changes: object) -> tuple[int, object]:
        """Place a limit order that rests, with changes; a change to None leaves a parameter out."""
        parameters = {
            "symbol": "BTCUSDT",
            "side": "BUY",
            "type": "LIMIT",
            "timeInForce": "GTC",
            "quantity": "0.01",
            "price": "60000",
            **changes,
        }
        sent = {name: value for name, value in parameters.items() if value is not None}
        return await self.call("POST", "/api/v3/order", **sent)

    def signature(self, text: str) -> str:
        return hmac.digest(self.secret.encode(), text.encode(), "sha256").hex()

    def now(self) -> int:
        return self.clock.now_ms()


@pytest.fixture
async def venues(start_venues) -> AsyncIterator[object]:
    """Binance alone, BTC/USDT frozen at 65,000 with 1 BTC on each of 3 levels."""
    async with start_venues(venues=["binance"]) as sim:
        await sim.freeze("BTC/USDT", "65000", levels=3, level_quantity="1", half_spread="1")
        yield sim


@pytest.fixture
async def raw(venues) -> RawBinance:
    return RawBinance(venues.url("binance", "rest"), venues.session)


@pytest.fixture
async def timed(start_venues) -> AsyncIterator[tuple[RawBinance, object, ManualClock]]:
    """A client, its venues and the clock that both go by: time passes only when the test says so."""
    clock = ManualClock()
    async with start_venues(venues=["binance"], clock=clock, walking=False) as sim:
        await sim.freeze("BTC/USDT", "65000")
        yield RawBinance(sim.url("binance", "rest"), sim.session, clock), sim, clock


def new_ccxt(venues) -> ccxt.pro.binance:
    rest, stream, api = (venues.url("binance", kind) for kind in ("rest", "ws", "ws_api"))
    urls = {
        "public": f"{rest}/api/v3",
        "private": f"{rest}/api/v3",
        "sapi": f"{rest}/sapi/v1",
        "fapiPublic": f"{rest}/fapi/v1",
        "dapiPublic": f"{rest}/dapi/v1",
        "ws": {"spot": f"{stream}/ws", "ws-api": {"spot": api}},
    }
    settings = {"apiKey": API_KEY, "secret": SECRET, "enableRateLimit": False, "urls": {"api": urls}}
    return ccxt.pro.binance({**settings, "options": {"fetchOpenOrders": {"warnWithoutSymbol": False}}})


@pytest.fixture
async def client(venues) -> AsyncIterator[ccxt.pro.binance]:
    """ccxt with only its URLs changed, and the markets loaded with its default options."""
    exchange = new_ccxt(venues)
    try:
        await exchange.load_markets()
        yield exchange
    finally:
        await exchange.close()
