"""Bybit's wire: endpoints and their limits, signing with a window, and the headers that tell what is left.

Limits per account are those of an account without a VIP level (v5 API, "Rate Limit"), per second, counted apart where
spot and contracts have different ones.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from tidegate.venues.budget import Cost, Limit, RateBudget
from tidegate.venues.bybit.errors import ERRORS
from tidegate.venues.bybit.words import LINEAR, SPOT
from tidegate.venues.client import Endpoint, Pause, Refusal, SignedValidity, Wire
from tidegate.venues.outcomes import VenueAnswer
from tidegate.venues.values import milliseconds

ADDRESS_LIMITS = {"requests": Limit(600, 5)}
ACCOUNT_LIMITS = {
    "spot_orders": Limit(20, 1),
    "linear_orders": Limit(10, 1),
    "spot_amends": Limit(10, 1),
    "linear_amends": Limit(10, 1),
    "spot_cancels": Limit(20, 1),
    "linear_cancels": Limit(10, 1),
    "dead_man": Limit(5, 1),
    "dead_man_windows": Limit(10, 1),
    "leverage": Limit(10, 1),
    "order_queries": Limit(50, 1),
    "history": Limit(50, 1),
    "executions": Limit(50, 1),
    "positions": Limit(50, 1),
    "balance": Limit(50, 1),
    "account": Limit(50, 1),
    "transactions": Limit(25, 1),
}
_WINDOWS = {
    "/v5/order/create": "orders",
    "/v5/order/amend": "amends",
    "/v5/order/cancel": "cancels",
    "/v5/order/disconnected-cancel-all": "dead_man",
    "/v5/account/query-dcp-info": "dead_man_windows",
    "/v5/order/realtime": "order_queries",
    "/v5/order/history": "history",
    "/v5/execution/list": "executions",
    "/v5/position/list": "positions",
    "/v5/position/set-leverage": "leverage",
    "/v5/account/wallet-balance": "balance",
    "/v5/account/info": "account",
    "/v5/account/transaction-log": "transactions",
}
ENDPOINT_LIMITS = frozenset({"10006", "170005", "170222"})
ADDRESS_LIMIT = "10018"
PAUSE_SECONDS_DEFAULT = 1.0
ADDRESS_PAUSE_SECONDS = 600.0
"""HTTP 403: the address sent too much, and is let in again after ten minutes of silence."""


def _private(method: str, path: str, window: str) -> Endpoint:
    """An endpoint of an account: each has a limit of its own, and a refusal for the rate stops what it governs."""
    return Endpoint("private", method, path, (Cost(window), Cost("requests")), pauses=window)


def _trade(path: str, window: str) -> Mapping[str, Endpoint]:
    """One endpoint, with a limit of its own for each category."""
    return {category: _private("POST", path, f"{category}_{window}") for category in (SPOT, LINEAR)}


def _public(path: str) -> Endpoint:
    return Endpoint("public", "GET", path, (Cost("requests"),))


PLACE = _trade("v5/order/create", "orders")
AMEND = _trade("v5/order/amend", "amends")
CANCEL = _trade("v5/order/cancel", "cancels")
DEAD_MAN = _private("POST", "v5/order/disconnected-cancel-all", "dead_man")
DEAD_MAN_WINDOWS = _private("GET", "v5/account/query-dcp-info", "dead_man_windows")
LEVERAGE = _private("POST", "v5/position/set-leverage", "leverage")
ORDERS = _private("GET", "v5/order/realtime", "order_queries")
ORDERS_HISTORY = _private("GET", "v5/order/history", "history")
EXECUTIONS = _private("GET", "v5/execution/list", "executions")
POSITIONS = _private("GET", "v5/position/list", "positions")
BALANCE = _private("GET", "v5/account/wallet-balance", "balance")
ACCOUNT = _private("GET", "v5/account/info", "account")
TRANSACTIONS = _private("GET", "v5/account/transaction-log", "transactions")
TIME = _public("v5/market/time")
INSTRUMENTS = _public("v5/market/instruments-info")
TICKERS = _public("v5/market/tickers")
RISK_LIMITS = _public("v5/market/risk-limit")


def sign(exchange: Any, endpoint: Endpoint, params: Any, validity: SignedValidity | None) -> dict[str, Any]:
    """Bybit refuses what arrives later than its timestamp plus the receive window."""
    window_usual = exchange.options["recvWindow"]
    if validity is not None:
        exchange.signed_at_ms = validity.intended_at_ms
        exchange.options["recvWindow"] = validity.window_ms
    try:
        signed: dict[str, Any] = exchange.sign(endpoint.path, [endpoint.api], endpoint.method, params)
    finally:
        exchange.signed_at_ms = None
        exchange.options["recvWindow"] = window_usual
    if endpoint.method == "POST" and "category" in params:
        # A fragment never leaves this machine: it tells whoever reads the answer's headers whose limit they speak of.
        signed["url"] += f"#{params['category']}"
    return signed


def refusal_in(payload: Any) -> Refusal | None:
    """An answer's `retCode` is 0 when the request was accepted."""
    if not isinstance(payload, dict) or "retCode" not in payload or str(payload["retCode"]) == "0":
        return None
    return Refusal(str(payload["retCode"]), str(payload.get("retMsg", "")))


def feed_budget(budget: RateBudget, headers: dict[str, str], url: str) -> None:
    """`X-Bapi-Limit-Status` is what is left of the called endpoint's limit, which depends on the account's tier."""
    left = headers.get("x-bapi-limit-status", "")
    window = _window(url)
    if window is not None and left.isdigit():
        budget.observe_left(window, int(left))


def _window(url: str) -> str | None:
    parts = urlsplit(url)
    name = _WINDOWS.get(parts.path)
    by_category = f"{parts.fragment}_{name}"
    return by_category if by_category in ACCOUNT_LIMITS else name


def pause(answer: VenueAnswer, code: str | None, now: datetime) -> Pause:
    """403 stops the address for ten minutes; an endpoint's limit names when it opens again."""
    if answer.status == 403:
        return Pause(ADDRESS_PAUSE_SECONDS, spare_cancels=False, everywhere=True)
    reset = answer.headers.get("x-bapi-limit-reset-timestamp", "")
    seconds = (int(reset) - milliseconds(now)) / 1000 if reset.isdigit() else PAUSE_SECONDS_DEFAULT
    is_endpoints = code in ENDPOINT_LIMITS
    return Pause(min(max(seconds, 0.1), 5.0), spare_cancels=code != ADDRESS_LIMIT, everywhere=not is_endpoints)


WIRE = Wire(
    errors=ERRORS,
    time=TIME,
    sign=sign,
    refusal_in=refusal_in,
    server_time_ms=lambda payload: int(payload["time"]),
    feed_budget=feed_budget,
    pause=pause,
)


def ccxt_urls(base: dict[str, str]) -> dict[str, Any]:
    """ccxt's URL settings from base URLs (`rest`, `ws`)."""
    rest, private = base["rest"], f"{base['ws']}/v5/private"
    sockets = {
        "public": {category: f"{base['ws']}/v5/public/{category}" for category in (SPOT, LINEAR)},
        "private": {"contract": private, "spot": {"unified": private}},
    }
    return {"api": {"public": rest, "private": rest, "spot": rest, "ws": sockets}}
