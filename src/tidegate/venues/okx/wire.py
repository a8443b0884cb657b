"""OKX's wire: endpoints and their limits, signing with an expiry, and where an answer hides its error."""

from datetime import datetime
from typing import Any

from tidegate.venues.budget import Cost, Limit, RateBudget
from tidegate.venues.client import Endpoint, Pause, Refusal, SignedValidity, Wire
from tidegate.venues.okx.errors import ERRORS
from tidegate.venues.outcomes import VenueAnswer

ADDRESS_LIMITS = {"public_time": Limit(10, 2), "public_instruments": Limit(20, 2), "market_tickers": Limit(20, 2)}
ACCOUNT_LIMITS = {
    "orders": Limit(60, 2),
    "all_orders": Limit(1000, 2),
    "cancels": Limit(60, 2),
    "order_queries": Limit(60, 2),
    "pending": Limit(60, 2),
    "history": Limit(40, 2),
    "fills": Limit(60, 2),
    "fills_history": Limit(10, 2),
    "balance": Limit(10, 2),
}
PAUSE_SECONDS = 2.0  # Every window that a spot desk meets lasts two seconds.

# The windows `orders:` and `cancels:` are kept per instrument.
PLACE = Endpoint("private", "POST", "trade/order", (Cost("orders:"), Cost("all_orders")))
CANCEL = Endpoint("private", "POST", "trade/cancel-order", (Cost("cancels:"),))
ORDER = Endpoint("private", "GET", "trade/order", (Cost("order_queries"),))
OPEN_ORDERS = Endpoint("private", "GET", "trade/orders-pending", (Cost("pending"),))
ORDERS_HISTORY = Endpoint("private", "GET", "trade/orders-history", (Cost("history"),))
FILLS = Endpoint("private", "GET", "trade/fills", (Cost("fills"),))
FILLS_HISTORY = Endpoint("private", "GET", "trade/fills-history", (Cost("fills_history"),))
BALANCE = Endpoint("private", "GET", "account/balance", (Cost("balance"),))
TIME = Endpoint("public", "GET", "public/time", (Cost("public_time"),))
INSTRUMENTS = Endpoint("public", "GET", "public/instruments", (Cost("public_instruments"),))
TICKERS = Endpoint("public", "GET", "market/tickers", (Cost("market_tickers"),))


def sign(exchange: Any, endpoint: Endpoint, params: Any, validity: SignedValidity | None) -> dict[str, Any]:
    """OKX refuses what arrives after the `expTime` header, and what was signed more than 30 s ago."""
    exchange.signed_at_ms = None if validity is None else validity.intended_at_ms
    try:
        signed: dict[str, Any] = exchange.sign(endpoint.path, [endpoint.api], endpoint.method, params)
    finally:
        exchange.signed_at_ms = None
    if validity is not None:
        signed["headers"]["expTime"] = str(validity.expires_at_ms)
    return signed


def refusal_in(payload: Any) -> Refusal | None:
    """An answer's `code` is "0" when all went well; the first item's `sCode` says more where there is one."""
    if not isinstance(payload, dict) or "code" not in payload:
        return None
    items = payload.get("data")
    first = items[0] if isinstance(items, list) and items and isinstance(items[0], dict) else {}
    item_code = str(first.get("sCode") or "0")
    if item_code != "0":
        return Refusal(item_code, str(first.get("sMsg", "")))
    code = str(payload["code"])
    return None if code == "0" else Refusal(code, str(payload.get("msg", "")))


def feed_budget(_budget: RateBudget, _headers: dict[str, str], _url: str) -> None:
    """OKX sends no counts."""


def pause(answer: VenueAnswer, code: str | None, now: datetime) -> Pause:  # noqa: ARG001 - OKX names no time.
    """Limits are per endpoint, so cancels may go on unless the front itself refuses (HTTP 429 without a code)."""
    return Pause(PAUSE_SECONDS, spare_cancels=code is not None)


WIRE = Wire(
    errors=ERRORS,
    time=TIME,
    sign=sign,
    refusal_in=refusal_in,
    server_time_ms=lambda payload: int(payload["data"][0]["ts"]),
    feed_budget=feed_budget,
    pause=pause,
)


def ccxt_urls(base: dict[str, str]) -> dict[str, Any]:
    """ccxt's URL settings from base URLs (`rest`, `ws`)."""
    return {"api": {"rest": base["rest"], "ws": base["ws"]}}
