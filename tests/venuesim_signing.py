"""Signs requests and socket log-ins as each venue's documents say, for tests that treat all venues alike."""

import base64
import hmac
import json
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import urlencode

API_KEY = "k" * 64
SECRET = "s" * 64
PASSPHRASE = "correct horse"


class Signed(NamedTuple):
    """A request ready to be sent exactly so."""

    method: str
    target: str
    body: bytes | None
    headers: dict[str, str]


def request(venue: str, method: str, path: str, values: object, now_ms: int) -> Signed:
    """Return a signed request; `values` go where the venue wants them: the query, a form or a JSON body."""
    return {"binance": _binance, "okx": _okx, "bybit": _bybit}[venue](method, path, values, now_ms)


def _binance(method: str, path: str, values: object, now_ms: int) -> Signed:
    pairs = {**values, "timestamp": now_ms} if isinstance(values, dict) else {"timestamp": now_ms, "x": str(values)}
    text = urlencode(pairs)
    text += f"&signature={_hex(text)}"
    headers = {"X-MBX-APIKEY": API_KEY, "Content-Type": "application/x-www-form-urlencoded"}
    if method in {"POST", "PUT"}:
        return Signed(method, path, text.encode(), headers)
    return Signed(method, f"{path}?{text}", None, headers)


def _okx(method: str, path: str, values: object, now_ms: int) -> Signed:
    stamp = datetime.fromtimestamp(now_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    target, body = _placed(method, path, values)
    signature = _base64(f"{stamp}{method}{target}{body}")
    headers = {
        "OK-ACCESS-KEY": API_KEY,
        "OK-ACCESS-SIGN": signature,
        "OK-ACCESS-TIMESTAMP": stamp,
        "OK-ACCESS-PASSPHRASE": PASSPHRASE,
        "Content-Type": "application/json",
    }
    return Signed(method, target, body.encode() or None, headers)


def _bybit(method: str, path: str, values: object, now_ms: int) -> Signed:
    target, body = _placed(method, path, values)
    signed = body if method == "POST" else target.partition("?")[2]
    headers = {
        "X-BAPI-API-KEY": API_KEY,
        "X-BAPI-TIMESTAMP": str(now_ms),
        "X-BAPI-RECV-WINDOW": "5000",
        "X-BAPI-SIGN": _hex(f"{now_ms}{API_KEY}5000{signed}"),
        "Content-Type": "application/json",
    }
    return Signed(method, target, body.encode() or None, headers)


def _placed(method: str, path: str, values: object) -> tuple[str, str]:
    """Return the target and the body."""
    if method == "POST":
        return path, json.dumps(values)
    query = urlencode(values) if isinstance(values, dict) else ""
    return (f"{path}?{query}" if query else path), ""


def okx_login(now_ms: int) -> dict[str, object]:
    """Return the frame that logs in to a private OKX socket."""
    stamp = str(now_ms // 1000)
    sign = _base64(f"{stamp}GET/users/self/verify")
    args = {"apiKey": API_KEY, "passphrase": PASSPHRASE, "timestamp": stamp, "sign": sign}
    return {"op": "login", "args": [args]}


def bybit_auth(now_ms: int) -> dict[str, object]:
    """Return the frame that authenticates a private or trade socket of Bybit."""
    expires = now_ms + 10_000
    return {"op": "auth", "args": [API_KEY, expires, _hex(f"GET/realtime{expires}")]}


def binance_params(values: dict[str, object], now_ms: int) -> dict[str, object]:
    """Return the signed parameters of a WebSocket API request of Binance."""
    params = {**values, "apiKey": API_KEY, "timestamp": now_ms}
    text = "&".join(f"{name}={_text(params[name])}" for name in sorted(params))
    return {**params, "signature": _hex(text)}


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _hex(text: str) -> str:
    return hmac.digest(SECRET.encode(), text.encode(), "sha256").hex()


def _base64(text: str) -> str:
    return base64.b64encode(hmac.digest(SECRET.encode(), text.encode(), "sha256")).decode()
