"""Binance's wire: endpoints and their weights, signing, and the headers that tell how much is used."""

import re
from datetime import datetime
from typing import Any

from tidegate.venues.binance.errors import ERRORS
from tidegate.venues.budget import Cost, Limit, RateBudget
from tidegate.venues.client import Endpoint, Pause, Refusal, SignedValidity, Wire
from tidegate.venues.outcomes import VenueAnswer
from tidegate.venues.values import milliseconds

ADDRESS_LIMITS = {"weight": Limit(6_000, 60)}
ACCOUNT_LIMITS = {"orders_10s": Limit(100, 10), "orders_1d": Limit(200_000, 86_400)}
RECEIVE_WINDOW_MS_MAX = 60_000
PAUSE_SECONDS_DEFAULT = 10.0
_BANNED_UNTIL = re.compile(r"banned until (\d{13})")
_ORDER = (Cost("weight"), Cost("orders_10s"), Cost("orders_1d"))


def _weighing(weight: int) -> tuple[Cost, ...]:
    return (Cost("weight", weight),)


PLACE = Endpoint("private", "POST", "order", _ORDER)
CANCEL = Endpoint("private", "DELETE", "order", _weighing(1))
ORDER = Endpoint("private", "GET", "order", _weighing(4))
OPEN_ORDERS = Endpoint("private", "GET", "openOrders", _weighing(80))
OPEN_ORDERS_OF_SYMBOL = Endpoint("private", "GET", "openOrders", _weighing(6))
TRADES = Endpoint("private", "GET", "myTrades", _weighing(20))
TRADES_OF_ORDER = Endpoint("private", "GET", "myTrades", _weighing(5))
ACCOUNT = Endpoint("private", "GET", "account", _weighing(20))
TIME = Endpoint("public", "GET", "time", _weighing(1))
INSTRUMENTS = Endpoint("public", "GET", "exchangeInfo", _weighing(20))
BOOK_TICKERS = Endpoint("public", "GET", "ticker/bookTicker", _weighing(4))
LAST_PRICES = Endpoint("public", "GET", "ticker/price", _weighing(4))


def sign(exchange: Any, endpoint: Endpoint, params: Any, validity: SignedValidity | None) -> dict[str, Any]:
    """Binance refuses what arrives later than `timestamp` plus `recvWindow` (at most 60 s)."""
    if validity is not None:
        window = min(validity.window_ms, RECEIVE_WINDOW_MS_MAX)
        params = {**params, "timestamp": validity.intended_at_ms, "recvWindow": window}
    signed: dict[str, Any] = exchange.sign(endpoint.path, [endpoint.api], endpoint.method, params)
    return signed


def refusal_in(payload: Any) -> Refusal | None:
    """Errors are `{"code": -1013, "msg": "..."}`."""
    if isinstance(payload, dict) and "msg" in payload and "code" in payload:
        return Refusal(str(payload["code"]), str(payload["msg"]))
    return None


def feed_budget(budget: RateBudget, headers: dict[str, str], _url: str) -> None:
    """Take over the address's weight and the account's order counts."""
    for window, name in (
        ("weight", "x-mbx-used-weight-1m"),
        ("orders_10s", "x-mbx-order-count-10s"),
        ("orders_1d", "x-mbx-order-count-1d"),
    ):
        used = headers.get(name, "")
        if used.isdigit():
            budget.observe(window, int(used))


def pause(answer: VenueAnswer, code: str | None, now: datetime) -> Pause:
    """429 and 418 name the seconds in Retry-After, a ban also its end. An order count does not bind cancels."""
    spare_cancels = code == "-1015" and answer.status != 418
    banned = _BANNED_UNTIL.search(answer.text)
    if banned is not None:
        return Pause(max(1.0, (int(banned[1]) - milliseconds(now)) / 1000), spare_cancels)
    named = answer.headers.get("retry-after", "")
    return Pause(float(named) if named.isdigit() else PAUSE_SECONDS_DEFAULT, spare_cancels)


WIRE = Wire(
    errors=ERRORS,
    time=TIME,
    sign=sign,
    refusal_in=refusal_in,
    server_time_ms=lambda payload: int(payload["serverTime"]),
    feed_budget=feed_budget,
    pause=pause,
)


def ccxt_urls(base: dict[str, str]) -> dict[str, Any]:
    """ccxt's URL settings from base URLs (`rest`, `ws`, `ws_api`); only what spot uses."""
    rest = f"{base['rest']}/api/v3"
    stream = f"{base['ws']}/ws"
    return {"api": {"public": rest, "private": rest, "ws": {"spot": stream, "ws-api": {"spot": base["ws_api"]}}}}
