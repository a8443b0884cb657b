"""Drives the simulated Bybit with bare signed requests and frames."""

import hmac
import json
from urllib.parse import urlencode

import aiohttp
from yarl import URL

from venuesim.exchange.clock import Clock, SystemClock

API_KEY = "k" * 64
SECRET = "s" * 64
SPOT = {"category": "spot"}


class RawBybit:
    """Sends requests as the documentation says, and gives the bare answers."""

    def __init__(self, venues, clock: Clock | None = None) -> None:
        self.base = venues.url("bybit", "rest")
        self.socket_base = venues.url("bybit", "ws")
        self.session: aiohttp.ClientSession = venues.session
        self.clock = clock or SystemClock()
        self.headers_seen: dict[str, str] = {}

    def headers(self, signed: str) -> dict[str, str]:
        timestamp = str(self.clock.now_ms())
        return {
            "X-BAPI-API-KEY": API_KEY,
            "X-BAPI-TIMESTAMP": timestamp,
            "X-BAPI-RECV-WINDOW": "5000",
            "X-BAPI-SIGN": sign(f"{timestamp}{API_KEY}5000{signed}"),
            "Content-Type": "application/json",
        }

    async def send(
        self, method: str, path: str, query: str = "", body: str = "", changes: dict[str, str | None] | None = None
    ) -> tuple[int, dict | str]:
        """Send a signed request with some headers changed, or left out with None; return status and body."""
        changed = {**self.headers(query if method == "GET" else body), **(changes or {})}
        sent = {name: value for name, value in changed.items() if value is not None}
        url = URL(f"{self.base}{path}" + (f"?{query}" if query else ""), encoded=True)  # Sent exactly as signed.
        async with self.session.request(method, url, data=body or None, headers=sent) as response:
            self.headers_seen = dict(response.headers)
            text = await response.text()
            return response.status, json.loads(text) if response.content_type == "application/json" else text

    async def get(self, path: str, **query: object) -> dict:
        status, body = await self.send("GET", f"/v5/{path}", urlencode(query))
        assert status == 200, body
        return body

    async def post(self, path: str, body: object) -> dict:
        status, answer = await self.send("POST", f"/v5/{path}", body=json.dumps(body))
        assert status == 200, answer
        return answer

    async def order(self, **changes: object) -> dict:
        """Place a limit order that rests, with changes; a change to None leaves a parameter out."""
        return await self.post("order/create", order(**changes))

    async def placed(self, **changes: object) -> str:
        """Place an order that is accepted, and return its id."""
        answer = await self.order(**changes)
        assert (answer["retCode"], answer["retMsg"]) == (0, "OK"), answer
        return answer["result"]["orderId"]

    async def cancel(self, **named: str) -> dict:
        return await self.post("order/cancel", {**SPOT, "symbol": "BTCUSDT", **named})

    async def listed(self, path: str, **query: object) -> list[dict]:
        """Return the list of a look-up in spot."""
        answer = await self.get(path, **SPOT, **query)
        assert answer["retCode"] == 0, answer
        return answer["result"]["list"]

    async def shown(self, order_id: str) -> dict:
        """Return an order."""
        (found,) = await self.listed("order/realtime", orderId=order_id)
        return found

    async def public(self, *topics: str, category: str = "spot") -> "RawSocket":
        """Return a public socket with topics, the acknowledgement read."""
        socket = RawSocket(await self.session.ws_connect(f"{self.socket_base}/v5/public/{category}"))
        await socket.send("subscribe", *topics, req_id="1")
        answer = await socket.receive()
        assert (answer["success"], answer["ret_msg"], answer["req_id"], answer["op"]) == (
            *(True, "subscribe" if category == "spot" else "", "1", "subscribe"),
        )
        return socket

    async def authenticating(self, path: str = "private", **changes: object) -> "RawSocket":
        """Return a socket that has sent its authentication, with changes."""
        socket = RawSocket(await self.session.ws_connect(f"{self.socket_base}/v5/{path}"))
        expires = self.clock.now_ms() + 10_000
        auth = {"key": API_KEY, "expires": expires, "sign": sign(f"GET/realtime{expires}"), **changes}
        await socket.send("auth", auth["key"], auth["expires"], auth["sign"])
        return socket

    async def private(self, *topics: str) -> "RawSocket":
        """Return a private socket with topics, all acknowledgements read."""
        socket = await self.authenticating()
        assert (await socket.receive())["success"]
        await socket.send("subscribe", *topics, req_id="7")
        answer = await socket.receive()
        assert (answer["success"], answer["op"], answer["req_id"]) == (True, "subscribe", "7")
        assert answer["conn_id"]
        return socket


class RawSocket:
    """One WebSocket."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def send(self, op: str, *args: object, **fields: object) -> None:
        await self.socket.send_json({"op": op, "args": list(args), **fields})

    async def receive(self) -> dict:
        return json.loads((await self.socket.receive(5)).data)

    async def until(self, topic: str, count: int) -> list[dict]:
        """Return the data of the next frames of a topic, passing over all others."""
        found: list[dict] = []
        while len(found) < count:
            frame = await self.receive()
            if frame.get("topic") == topic:
                found += frame["data"]
        return found


def sign(text: str) -> str:
    return hmac.digest(SECRET.encode(), text.encode(), "sha256").hex()


def order(**changes: object) -> dict[str, object]:
    parameters = {
        **SPOT,
        "symbol": "BTCUSDT",
        "side": "Buy",
        "orderType": "Limit",
        "qty": "0.01",
        "price": "63000",
        **changes,
    }
    return {name: value for name, value in parameters.items() if value is not None}
