"""Drives the simulated OKX: with bare signed requests and frames, and with ccxt."""

import base64
import hmac
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from urllib.parse import urlencode

import aiohttp
import ccxt.pro
import pytest
from yarl import URL

from venuesim.exchange.clock import Clock, ManualClock, SystemClock
from venuesim_okx_helpers import Desk

API_KEY = "k" * 64
SECRET = "s" * 64
PASSPHRASE = "correct horse"


class RawOkx:
    """Sends requests as the documentation says, and gives the bare answers."""

    def __init__(self, venues, clock: Clock | None = None, keys: tuple[str, str, str] | None = None) -> None:
        self.key, self.secret, self.passphrase = keys or (API_KEY, SECRET, PASSPHRASE)
        self.base = venues.url("okx", "rest")
        self.socket_base = venues.url("okx", "ws")
        self.session: aiohttp.ClientSession = venues.session
        self.clock = clock or SystemClock()

    def headers(self, method: str, target: str, body: str, encoding: str = "utf-8") -> dict[str, str]:
        moment = datetime.fromtimestamp(self.clock.now_ms() / 1000, UTC)
        timestamp = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return {
            "OK-ACCESS-KEY": self.key,
            "OK-ACCESS-SIGN": sign(f"{timestamp}{method}{target}{body}", encoding, secret=self.secret),
            "OK-ACCESS-TIMESTAMP": timestamp,
            "OK-ACCESS-PASSPHRASE": self.passphrase,
            "Content-Type": "application/json",
        }

    async def send(
        self, method: str, target: str, body: str = "", headers: dict[str, str | None] | None = None
    ) -> tuple[int, dict]:
        """Send a signed request with some headers changed, or left out with None; return status and body."""
        changed = {**self.headers(method, target, body), **(headers or {})}
        sent = {name: value for name, value in changed.items() if value is not None}
        url = URL(self.base + target, encoded=True)  # Sent exactly as signed.
        async with self.session.request(method, url, data=body or None, headers=sent) as response:
            return response.status, await response.json()

    async def get(self, path: str, **query: object) -> tuple[int, dict]:
        target = f"/api/v5/{path}" + (f"?{urlencode(query)}" if query else "")
        return await self.send("GET", target)

    async def post(self, path: str, body: object, headers: dict[str, str | None] | None = None) -> tuple[int, dict]:
        return await self.send("POST", f"/api/v5/{path}", json.dumps(body), headers)

    async def order(self, headers: dict[str, str | None] | None = None, **changes: object) -> tuple[int, dict]:
        """Place a limit order that rests, with changes; a change to None leaves a parameter out."""
        return await self.post("trade/order", order(**changes), headers)

    async def placed(self, **changes: object) -> str:
        """Place an order that is accepted, and return its id."""
        status, body = await self.order(**changes)
        assert (status, body["code"]) == (200, "0"), body
        return body["data"][0]["ordId"]

    async def shown(self, order_id: str) -> dict:
        """Return an order of BTC-USDT."""
        _, body = await self.get("trade/order", instId="BTC-USDT", ordId=order_id)
        assert body["code"] == "0", body
        return body["data"][0]

    async def public(self) -> "RawSocket":
        return RawSocket(await self.session.ws_connect(f"{self.socket_base}/public"))

    async def business(self) -> "RawSocket":
        return RawSocket(await self.session.ws_connect(f"{self.socket_base}/business"))

    async def private(self, url: str = "private", **changes: object) -> "RawSocket":
        """Return a socket that has sent its login, with changes."""
        socket = RawSocket(await self.session.ws_connect(f"{self.socket_base}/{url}"))
        timestamp = changes.get("timestamp", str(self.clock.now_ms() // 1000))
        login = {"apiKey": API_KEY, "passphrase": PASSPHRASE, "timestamp": timestamp}
        await socket.send("login", {**login, "sign": sign(f"{timestamp}GET/users/self/verify"), **changes})
        return socket

    def login(self, key: str, secret: str, passphrase: str) -> dict[str, object]:
        """Return the argument of a login with another key."""
        timestamp = str(self.clock.now_ms() // 1000)
        signed = sign(f"{timestamp}GET/users/self/verify", secret=secret)
        return {"apiKey": key, "passphrase": passphrase, "timestamp": timestamp, "sign": signed}

    def own_login(self) -> dict[str, object]:
        """Return the argument of a login with the account's key."""
        return self.login(API_KEY, SECRET, PASSPHRASE)

    def account(self) -> dict[str, object]:
        """Return the account as the control API creates it."""
        return {"api_key": API_KEY, "secret": SECRET, "passphrase": PASSPHRASE}

    def parameters(self, **changes: object) -> dict[str, object]:
        """Return the parameters of a limit order that rests, with changes."""
        return order(**changes)

    async def subscribed(self, *args: dict) -> "RawSocket":
        """Return a private socket with channels, all acknowledgements read."""
        socket = await self.private()
        assert (await socket.receive())["event"] == "login"
        await socket.send("subscribe", *args)
        for arg in args:
            answer = await socket.receive()
            named = {name: value for name, value in arg.items() if name != "extraParams"}
            assert (answer["event"], answer["arg"]) == ("subscribe", named)
            if arg["channel"] != "fills":
                assert (await socket.receive())["event"] == "channel-conn-count"
        return socket


class RawSocket:
    """One WebSocket."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def send(self, op: str, *args: dict, **fields: object) -> None:
        await self.socket.send_json({"op": op, "args": list(args), **fields})

    async def receive(self) -> dict:
        return json.loads((await self.socket.receive(5)).data)

    async def until(self, channel: str, count: int) -> list[dict]:
        """Return the data of the next frames of a channel, passing over all others."""
        found: list[dict] = []
        while len(found) < count:
            frame = await self.receive()
            if frame.get("arg", {}).get("channel") == channel and "data" in frame:
                found += frame["data"]
        return found


def sign(text: str, encoding: str = "utf-8", *, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), text.encode(encoding), "sha256")).decode()


def order(**changes: object) -> dict[str, object]:
    parameters = {
        "instId": "BTC-USDT",
        "tdMode": "cash",
        "side": "buy",
        "ordType": "limit",
        "sz": "0.01",
        "px": "60000",
        **changes,
    }
    return {name: value for name, value in parameters.items() if value is not None}


@pytest.fixture
async def vip(venues) -> None:
    """Give the account the fee tier VIP4."""
    account = {"api_key": API_KEY, "secret": SECRET, "passphrase": PASSPHRASE, "fee_tier": "VIP4"}
    await venues.control("POST", "accounts", account)


@pytest.fixture
async def venues(start_venues) -> AsyncIterator[object]:
    """OKX alone, BTC/USDT frozen at 65,000 with 1 BTC on each of 3 levels, the best at 64,999 and 65,001."""
    async with start_venues(venues=["okx"]) as sim:
        await sim.freeze("BTC/USDT", "65000", levels=3, level_quantity="1", half_spread="1")
        yield sim


@pytest.fixture
async def raw(venues) -> RawOkx:
    return RawOkx(venues)


@pytest.fixture
async def timed(start_venues) -> AsyncIterator[tuple[RawOkx, object, ManualClock]]:
    """A client, its venues and the clock that both go by: time passes only when the test says so."""
    clock = ManualClock()
    async with start_venues(venues=["okx"], clock=clock, walking=False) as sim:
        await sim.freeze("BTC/USDT", "65000", levels=3, level_quantity="1", half_spread="1")
        yield RawOkx(sim, clock), sim, clock


@pytest.fixture
async def client(venues) -> AsyncIterator[ccxt.pro.okx]:
    """ccxt with only its URLs changed, and the markets loaded with its default options."""
    settings = {"apiKey": API_KEY, "secret": SECRET, "password": PASSPHRASE, "enableRateLimit": False}
    urls = {kind: venues.url("okx", kind) for kind in ("rest", "ws")}
    exchange = ccxt.pro.okx({**settings, "urls": {"api": urls}})
    try:
        await exchange.load_markets()
        yield exchange
    finally:
        await exchange.close()


@pytest.fixture
async def desk(raw, venues) -> Desk:
    """A client of the swap, frozen at 65,000."""
    desk = Desk(raw, venues)
    await desk.freeze()
    return desk
