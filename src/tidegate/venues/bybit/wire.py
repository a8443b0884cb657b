"""Bybit's wire: endpoints and their limits, signing with a window, and the headers that tell what is left."""

from datetime import datetime
from typing import Any

from tidegate.venues.budget import Cost, Limit, RateBudget
from tidegate.venues.bybit.errors import ERRORS
from tidegate.venues.client import Endpoint, Pause, Refusal, SignedValidity, Wire
from tidegate.venues.outcomes import VenueAnswer
from tidegate.venues.values import milliseconds

ADDRESS_LIMITS = {"requests": Limit(600, 5)}
ACCOUNT_LIMITS = {
    "orders": Limit(20, 1),
    "cancels": Limit(20, 1),
    "order_queries": Limit(50, 1),
    "history": Limit(50, 1),
    "executions": Limit(50, 1),
    "balance": Limit(50, 1),
}
_WINDOWS = {
    "/v5/order/create": "orders",
    "/v5/order/cancel": "cancels",
    "/v5/order/realtime": "order_queries",
    "/v5/order/history": "history",
    "/v5/execution/list": "executions",
    "/v5/account/wallet-balance": "balance",
}
PAUSE_SECONDS_DEFAULT = 1.0
ADDRESS_PAUSE_SECONDS = 600.0
"""HTTP 403: the address sent too much, and is let in again after ten minutes of silence."""


def _costs(*windows: str) -> tuple[Cost, ...]:
    return tuple(Cost(window) for window in (*windows, "requests"))


PLACE = Endpoint("private", "POST", "v5/order/create", _costs("orders"))
CANCEL = Endpoint("private", "POST", "v5/order/cancel", _costs("cancels"))
ORDERS = Endpoint("private", "GET", "v5/order/realtime", _costs("order_queries"))
ORDERS_HISTORY = Endpoint("private", "GET", "v5/order/history", _costs("history"))
EXECUTIONS = Endpoint("private", "GET", "v5/execution/list", _costs("executions"))
BALANCE = Endpoint("private", "GET", "v5/account/wallet-balance", _costs("balance"))
TIME = Endpoint("public", "GET", "v5/market/time", _costs())
INSTRUMENTS = Endpoint("public", "GET", "v5/market/instruments-info", _costs())
TICKERS = Endpoint("public", "GET", "v5/market/tickers", _costs())


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
    return signed


def refusal_in(payload: Any) -> Refusal | None:
    """An answer's `retCode` is 0 when the request was accepted."""
    if not isinstance(payload, dict) or "retCode" not in payload or str(payload["retCode"]) == "0":
        return None
    return Refusal(str(payload["retCode"]), str(payload.get("retMsg", "")))


def feed_budget(budget: RateBudget, headers: dict[str, str], url: str) -> None:
    """`X-Bapi-Limit-Status` is what is left of the called endpoint's limit, which depends on the account's tier."""
    left = headers.get("x-bapi-limit-status", "")
    window = next((name for path, name in _WINDOWS.items() if path in url), None)
    if window is not None and left.isdigit():
        budget.observe_left(window, int(left))


def pause(answer: VenueAnswer, code: str | None, now: datetime) -> Pause:
    """403 stops the address for ten minutes; an account's limit names when it opens again."""
    if answer.status == 403:
        return Pause(ADDRESS_PAUSE_SECONDS, spare_cancels=False)
    reset = answer.headers.get("x-bapi-limit-reset-timestamp", "")
    seconds = (int(reset) - milliseconds(now)) / 1000 if reset.isdigit() else PAUSE_SECONDS_DEFAULT
    return Pause(min(max(seconds, 0.1), 5.0), spare_cancels=code != "10018")


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
        "public": {"spot": f"{base['ws']}/v5/public/spot"},
        "private": {"contract": private, "spot": {"unified": private}},
    }
    return {"api": {"public": rest, "private": rest, "spot": rest, "ws": sockets}}
