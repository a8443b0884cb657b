"""One connection to the WebSocket API, and what is told on it."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from decimal import Decimal

import aiohttp
import pytest

SUBSCRIBE = "userDataStream.subscribe.signature"


class SocketClient:
    """One connection to the WebSocket API."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, raw) -> None:
        self.socket = socket
        self.raw = raw

    async def call(self, method: str, *, signed: bool = True, **params: object) -> dict:
        """Send a request and return its answer, skipping events."""
        if signed:
            params |= {"apiKey": self.raw.api_key, "timestamp": self.raw.now()}
            text = "&".join(f"{name}={_text(params[name])}" for name in sorted(params))
            params["signature"] = self.raw.signature(text)
        await self.socket.send_json({"id": method, "method": method, "params": params})
        while True:
            frame = await self.receive()
            if "event" not in frame:
                assert frame["id"] == method
                return frame

    async def receive(self) -> dict:
        return json.loads((await self.socket.receive(5)).data)

    async def told(self) -> list[dict]:
        """Return the events that have been sent by now."""
        await self.socket.send_json({"id": "sync", "method": "ping"})
        events = []
        while "event" in (frame := await self.receive()):
            events.append(frame["event"])
        return events

    async def reports(self) -> list[dict]:
        """Return the execution reports and list events among them."""
        return [event for event in await self.told() if event["e"] in {"executionReport", "listStatus"}]


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@pytest.fixture
async def api(venues, raw) -> AsyncIterator[SocketClient]:
    async with venues.session.ws_connect(venues.url("binance", "ws_api")) as socket:
        yield SocketClient(socket, raw)


@pytest.fixture
async def user(venues, raw) -> AsyncIterator[SocketClient]:
    """A connection that hears of everything that happens to the account."""
    async with venues.session.ws_connect(venues.url("binance", "ws_api")) as socket:
        client = SocketClient(socket, raw)
        await client.call(SUBSCRIBE)
        yield client


@pytest.fixture
def spot(venues):
    """The exchange behind the spot market, to look inside."""
    return venues.simulator.venues["binance"].spot.exchange


@pytest.fixture
def move(venues) -> Callable[[str], Awaitable[object]]:
    """Give a function that takes BTC/USDT to a price."""
    return lambda price: venues.control("POST", "market", {"symbol": "BTC/USDT", "price": price})


@pytest.fixture
def free(raw) -> Callable[[str], Awaitable[tuple[Decimal, Decimal]]]:
    """Give a function that returns what the account has of an asset: free, and locked."""

    async def look(asset: str) -> tuple[Decimal, Decimal]:
        balances = (await raw.call("GET", "/api/v3/account"))[1]["balances"]
        row = next(row for row in balances if row["asset"] == asset)
        return Decimal(row["free"]), Decimal(row["locked"])

    return look
