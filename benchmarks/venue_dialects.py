"""How each venue wants its orders said and signed, by REST and by socket."""

import base64
import hmac
import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlsplit

API_KEY = "benchmark-key"
SECRET = "benchmark-secret"  # noqa: S105  Of a simulator.
PASSPHRASE = "benchmark-passphrase"  # noqa: S105  The same.
QUANTITY = "0.01"


class Step(NamedTuple):
    """One message of the mix: `kind` is limit, cancel or market; `client_order_id` names its order."""

    kind: str
    client_order_id: str
    side: str


class Dialect(Protocol):
    """One venue's way. `price` is what limit orders ask for: set it first."""

    exchange: str
    price: str

    @property
    def name(self) -> str:
        """As the figures call it."""
        ...

    @property
    def symbol(self) -> str:
        """The market that is traded."""
        ...

    def rest_url(self, urls: dict[str, Any]) -> str:
        """Where REST requests go."""
        ...

    def socket_url(self, urls: dict[str, Any]) -> str:
        """Where order frames go."""
        ...

    def request(self, step: Step, host: str) -> bytes:
        """A whole HTTP request."""
        ...

    def opening(self) -> list[str]:
        """The frames that log in."""
        ...

    def frame(self, step: Step) -> str:
        """An order frame."""
        ...

    def is_done(self, answer: bytes) -> bool:
        """Whether an answer says that the step was done."""
        ...


@dataclass
class Binance:
    """Spot, or USD-M futures (`is_linear`)."""

    is_linear: bool
    exchange: str = "binance"
    price: str = ""

    @property
    def name(self) -> str:
        """As the figures call it."""
        return "binance_linear" if self.is_linear else "binance"

    @property
    def symbol(self) -> str:
        """The market that is traded."""
        return "BTC/USDT:USDT" if self.is_linear else "BTC/USDT"

    def rest_url(self, urls: dict[str, Any]) -> str:
        """Where REST requests go."""
        return str(urls["binance"]["fapi" if self.is_linear else "rest"])

    def socket_url(self, urls: dict[str, Any]) -> str:
        """Where order frames go."""
        return str(urls["binance"]["fws_api" if self.is_linear else "ws_api"])

    def request(self, step: Step, host: str) -> bytes:
        """A request with everything in its query."""
        query = "&".join(f"{name}={value}" for name, value in self._values(step).items())
        signature = hmac.digest(SECRET.encode(), query.encode(), "sha256").hex()
        path = "/fapi/v1/order" if self.is_linear else "/api/v3/order"
        method = "DELETE" if step.kind == "cancel" else "POST"
        target = f"{path}?{query}&signature={signature}"
        return http_request(method, target, host, {"X-MBX-APIKEY": API_KEY})

    def opening(self) -> list[str]:
        """Every frame is signed for itself."""
        return []

    def frame(self, step: Step) -> str:
        """A signed request frame."""
        values = {**self._values(step), "apiKey": API_KEY}
        signed = "&".join(f"{name}={values[name]}" for name in sorted(values))
        values["signature"] = hmac.digest(SECRET.encode(), signed.encode(), "sha256").hex()
        method = "order.cancel" if step.kind == "cancel" else "order.place"
        return json.dumps({"id": step.client_order_id, "method": method, "params": values})

    def is_done(self, answer: bytes) -> bool:
        """Whether the order is shown."""
        return b'"orderId":' in answer

    def _values(self, step: Step) -> dict[str, str]:
        timing = {"timestamp": str(int(time.time() * 1000)), "recvWindow": "60000"}
        if step.kind == "cancel":
            return {"symbol": "BTCUSDT", "origClientOrderId": step.client_order_id, **timing}
        values = {
            "symbol": "BTCUSDT",
            "side": step.side.upper(),
            "type": step.kind.upper(),
            "quantity": QUANTITY,
            "newClientOrderId": step.client_order_id,
            **timing,
        }
        return values if step.kind == "market" else {**values, "timeInForce": "GTC", "price": self.price}


@dataclass
class Okx:
    """Spot."""

    name: str = "okx"
    exchange: str = "okx"
    symbol: str = "BTC/USDT"
    price: str = ""

    def rest_url(self, urls: dict[str, Any]) -> str:
        """Where REST requests go."""
        return str(urls["okx"]["rest"])

    def socket_url(self, urls: dict[str, Any]) -> str:
        """Where order frames go."""
        return str(urls["okx"]["ws"]) + "/private"

    def request(self, step: Step, host: str) -> bytes:
        """A signed POST."""
        path = "/api/v5/trade/cancel-order" if step.kind == "cancel" else "/api/v5/trade/order"
        body = json.dumps(self._values(step))
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        headers = {
            "OK-ACCESS-KEY": API_KEY,
            "OK-ACCESS-PASSPHRASE": PASSPHRASE,
            "OK-ACCESS-TIMESTAMP": now,
            "OK-ACCESS-SIGN": _sign_base64(f"{now}POST{path}{body}"),
            "Content-Type": "application/json",
        }
        return http_request("POST", path, host, headers, body)

    def opening(self) -> list[str]:
        """The login."""
        now = str(int(time.time()))
        sign = _sign_base64(f"{now}GET/users/self/verify")
        login = {"apiKey": API_KEY, "passphrase": PASSPHRASE, "timestamp": now, "sign": sign}
        return [json.dumps({"op": "login", "args": [login]})]

    def frame(self, step: Step) -> str:
        """An operation."""
        op = "cancel-order" if step.kind == "cancel" else "order"
        return json.dumps({"id": step.client_order_id, "op": op, "args": [self._values(step)]})

    def is_done(self, answer: bytes) -> bool:
        """Whether the answer, or the login's, says zero."""
        return b'"code":"0"' in answer

    def _values(self, step: Step) -> dict[str, str]:
        named = {"instId": "BTC-USDT", "clOrdId": step.client_order_id}
        if step.kind == "cancel":
            return named
        values = {**named, "tdMode": "cash", "side": step.side, "ordType": step.kind, "sz": QUANTITY}
        return {**values, "tgtCcy": "base_ccy"} if step.kind == "market" else {**values, "px": self.price}


@dataclass
class Bybit:
    """Spot."""

    name: str = "bybit"
    exchange: str = "bybit"
    symbol: str = "BTC/USDT"
    price: str = ""

    def rest_url(self, urls: dict[str, Any]) -> str:
        """Where REST requests go."""
        return str(urls["bybit"]["rest"])

    def socket_url(self, urls: dict[str, Any]) -> str:
        """Where order frames go."""
        return str(urls["bybit"]["ws"]) + "/v5/trade"

    def request(self, step: Step, host: str) -> bytes:
        """A signed POST."""
        path = "/v5/order/cancel" if step.kind == "cancel" else "/v5/order/create"
        body = json.dumps(self._values(step))
        now = str(int(time.time() * 1000))
        headers = {
            "X-BAPI-API-KEY": API_KEY,
            "X-BAPI-TIMESTAMP": now,
            "X-BAPI-RECV-WINDOW": "60000",
            "X-BAPI-SIGN": hmac.digest(SECRET.encode(), f"{now}{API_KEY}60000{body}".encode(), "sha256").hex(),
            "Content-Type": "application/json",
        }
        return http_request("POST", path, host, headers, body)

    def opening(self) -> list[str]:
        """The login."""
        expires = str(int(time.time() * 1000) + 60_000)
        sign = hmac.digest(SECRET.encode(), f"GET/realtime{expires}".encode(), "sha256").hex()
        return [json.dumps({"op": "auth", "args": [API_KEY, expires, sign]})]

    def frame(self, step: Step) -> str:
        """An operation."""
        op = "order.cancel" if step.kind == "cancel" else "order.create"
        header = {"X-BAPI-TIMESTAMP": str(int(time.time() * 1000)), "X-BAPI-RECV-WINDOW": "60000"}
        return json.dumps(
            {"reqId": step.client_order_id + step.kind, "header": header, "op": op, "args": [self._values(step)]}
        )

    def is_done(self, answer: bytes) -> bool:
        """Whether the answer says zero."""
        return b'"retCode":0' in answer

    def _values(self, step: Step) -> dict[str, str]:
        named = {"category": "spot", "symbol": "BTCUSDT", "orderLinkId": step.client_order_id}
        if step.kind == "cancel":
            return named
        values = {**named, "side": step.side.capitalize(), "orderType": step.kind.capitalize(), "qty": QUANTITY}
        return {**values, "marketUnit": "baseCoin"} if step.kind == "market" else {**values, "price": self.price}


def dialects() -> list[Dialect]:
    """Every venue, in the order of the figures."""
    return [Binance(is_linear=False), Binance(is_linear=True), Okx(), Bybit()]


def http_request(method: str, target: str, host: str, headers: dict[str, str], body: str = "") -> bytes:
    """The bytes of a request."""
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body or method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def host_of(url: str) -> str:
    """What the Host header says."""
    return urlsplit(url).netloc


def _sign_base64(text: str) -> str:
    return base64.b64encode(hmac.digest(SECRET.encode(), text.encode(), "sha256")).decode()
