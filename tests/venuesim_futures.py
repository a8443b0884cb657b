"""Drives the simulated USDⓈ-M futures: with bare signed requests, and with sockets."""

import asyncio
import hmac
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

import aiohttp
from yarl import URL

from venuesim.exchange.clock import Clock, SystemClock

API_KEY = "k" * 64
SECRET = "s" * 64
SYMBOL = "BTC/USDT:USDT"
PATIENCE_SECONDS = 10

Answer = tuple[int, Any]


class RawFutures:
    """Sends requests as the documentation says, and gives the bare answers."""

    def __init__(self, venues: Any, clock: Clock | None = None, api_key: str = API_KEY, secret: str = SECRET) -> None:
        self.venues = venues
        self.base = venues.url("binance", "fapi")
        self.session: aiohttp.ClientSession = venues.session
        self.clock = clock or SystemClock()
        self.api_key: str | None = api_key
        self.secret = secret
        self.headers: dict[str, str] = {}

    async def send(self, method: str, path: str, text: str) -> Answer:
        """Send parameters exactly as given, in the query."""
        headers = {} if self.api_key is None else {"X-MBX-APIKEY": self.api_key}
        url = URL(f"{self.base}{path}" + (f"?{text}" if text else ""), encoded=True)
        async with self.session.request(method, url, headers=headers) as response:
            self.headers = {name.lower(): value for name, value in response.headers.items()}
            is_json = response.content_type == "application/json"
            return response.status, await (response.json() if is_json else response.text())

    async def call(self, method: str, path: str, **parameters: object) -> Answer:
        """Send a signed request with a fresh timestamp."""
        sent = {name: value for name, value in parameters.items() if value is not None}
        text = urlencode({**sent, "timestamp": self.clock.now_ms()})
        signature = hmac.digest(self.secret.encode(), text.encode(), "sha256").hex()
        return await self.send(method, path, f"{text}&signature={signature}")

    async def get(self, path: str, **parameters: object) -> Any:
        """Return the answer of a signed look-up, which must succeed."""
        status, body = await self.call("GET", path, **parameters)
        assert status == 200, body
        return body

    async def public(self, path: str, **parameters: object) -> Any:
        """Return public data, which must be there."""
        status, body = await self.send("GET", path, urlencode(parameters))
        assert status == 200, body
        return body

    async def order(self, **changes: object) -> Answer:
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
        return await self.call("POST", "/fapi/v1/order", **parameters)

    async def placed(self, **changes: object) -> dict[str, Any]:
        """Place an order that must be accepted, and return what it came to."""
        status, body = await self.order(**{"newOrderRespType": "RESULT", **changes})
        assert status == 200, body
        return dict(body)

    async def trade(self, side: str, quantity: str, **changes: object) -> dict[str, Any]:
        """Trade at the market."""
        market = {"type": "MARKET", "timeInForce": None, "price": None}
        return await self.placed(**{**market, "side": side, "quantity": quantity, **changes})

    async def algo(self, **changes: object) -> Answer:
        """Place a stop below the market, with changes."""
        parameters = {
            "algoType": "CONDITIONAL",
            "symbol": "BTCUSDT",
            "side": "SELL",
            "type": "STOP_MARKET",
            "quantity": "0.01",
            "triggerPrice": "64000",
            **changes,
        }
        return await self.call("POST", "/fapi/v1/algoOrder", **parameters)

    async def waiting(self, **changes: object) -> dict[str, Any]:
        """Place an algo order that must be accepted."""
        status, body = await self.algo(**changes)
        assert status == 200, body
        return dict(body)

    async def position(self, side: str = "BOTH") -> dict[str, Any] | None:
        """Return a position in BTCUSDT, if there is one."""
        rows = await self.get("/fapi/v3/positionRisk", symbol="BTCUSDT")
        return next((row for row in rows if row["positionSide"] == side), None)

    async def listen_key(self) -> str:
        status, body = await self.send("POST", "/fapi/v1/listenKey", "")
        assert status == 200, body
        return str(body["listenKey"])

    async def move(self, price: str, symbol: str = SYMBOL) -> None:
        """Move the market."""
        await self.venues.control("POST", "market", {"symbol": symbol, "price": price})


class Stream:
    """One socket: what came on it, in order."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self.events: list[dict[str, Any]] = []

    async def ask(self, **frame: object) -> dict[str, Any]:
        """Send a frame and return its answer; events that come meanwhile are kept."""
        await self._socket.send_json(frame)
        while True:
            message = await self._next()
            if message.get("id") == frame.get("id"):
                return message
            self.events.append(message)

    async def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Return the first event that is wanted, of those kept and those that come; earlier ones are dropped."""
        while True:
            event = self.events.pop(0) if self.events else await self._next()
            if wanted(event):
                return event

    async def event(self, name: str) -> dict[str, Any]:
        """Return the next event of a type, wrapped or not."""
        found = await self.until(lambda message: message.get("data", message).get("e") == name)
        return dict(found.get("data", found))

    async def is_silent(self, seconds: float) -> bool:
        """Whether nothing comes for a while."""
        try:
            async with asyncio.timeout(seconds):
                await self._socket.receive()
        except TimeoutError:
            return True
        return False

    async def _next(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return dict(json.loads(await self._socket.receive_str()))


@asynccontextmanager
async def stream(venues: Any, path: str, kind: str = "fws") -> AsyncIterator[Stream]:
    """Open a socket below a base URL."""
    async with venues.session.ws_connect(venues.url("binance", kind) + path) as socket:
        yield Stream(socket)


def signed(method: str, request_id: str, **params: object) -> dict[str, object]:
    """Return a signed frame of the WebSocket API."""
    values: dict[str, object] = {"apiKey": API_KEY, "timestamp": SystemClock().now_ms(), **params}
    text = "&".join(f"{name}={values[name]}" for name in sorted(values))
    signature = hmac.digest(SECRET.encode(), text.encode(), "sha256").hex()
    return {"id": request_id, "method": method, "params": {**values, "signature": signature}}
