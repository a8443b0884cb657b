"""OKX's wire: endpoints and their limits, signing with an expiry, and where an answer hides its error."""

from datetime import datetime
from typing import Any

from tidegate.venues.budget import Cost, Limit, RateBudget
from tidegate.venues.client import Endpoint, Pause, Refusal, SignedValidity, Wire
from tidegate.venues.okx.errors import ERRORS
from tidegate.venues.outcomes import VenueAnswer

ADDRESS_LIMITS = {
    "public_time": Limit(10, 2),
    "public_instruments": Limit(20, 2),
    "market_tickers": Limit(20, 2),
    "mark_prices": Limit(10, 2),
    "position_tiers": Limit(10, 2),
}
ACCOUNT_LIMITS = {
    "orders": Limit(60, 2),
    "amends": Limit(60, 2),
    "all_orders": Limit(1000, 2),
    "cancels": Limit(60, 2),
    "algo_orders": Limit(20, 2),
    "algo_amends": Limit(20, 2),
    "algo_cancels": Limit(20, 2),
    "cancel_all_after": Limit(1, 1),
    "order_queries": Limit(60, 2),
    "pending": Limit(60, 2),
    "history": Limit(40, 2),
    "algo_queries": Limit(20, 2),
    "algo_pending": Limit(20, 2),
    "algo_history": Limit(20, 2),
    "fills": Limit(60, 2),
    "fills_history": Limit(10, 2),
    "balance": Limit(10, 2),
    "positions": Limit(10, 2),
    "bills": Limit(10, 2),
    "bills_archive": Limit(5, 2),
    "config": Limit(5, 2),
    "leverage": Limit(20, 2),
    "set_leverage": Limit(20, 2),
}
PAUSE_SECONDS = 2.0  # Every window that a desk meets lasts two seconds.
TIMESTAMP_AGE_MS_MAX = 30_000

# Windows whose name ends in a colon are kept per instrument. New orders and amendments share `all_orders`.
PLACE = Endpoint("private", "POST", "trade/order", (Cost("orders:"), Cost("all_orders")))
AMEND = Endpoint("private", "POST", "trade/amend-order", (Cost("amends:"), Cost("all_orders")))
CANCEL = Endpoint("private", "POST", "trade/cancel-order", (Cost("cancels:"),))
PLACE_ALGO = Endpoint("private", "POST", "trade/order-algo", (Cost("algo_orders:"),))
AMEND_ALGO = Endpoint("private", "POST", "trade/amend-algos", (Cost("algo_amends:"),))
CANCEL_ALGO = Endpoint("private", "POST", "trade/cancel-algos", (Cost("algo_cancels:"),))
CANCEL_ALL_AFTER = Endpoint("private", "POST", "trade/cancel-all-after", (Cost("cancel_all_after"),))
ORDER = Endpoint("private", "GET", "trade/order", (Cost("order_queries:"),))
OPEN_ORDERS = Endpoint("private", "GET", "trade/orders-pending", (Cost("pending"),))
ORDERS_HISTORY = Endpoint("private", "GET", "trade/orders-history", (Cost("history"),))
ALGO = Endpoint("private", "GET", "trade/order-algo", (Cost("algo_queries"),))
OPEN_ALGOS = Endpoint("private", "GET", "trade/orders-algo-pending", (Cost("algo_pending"),))
ALGOS_HISTORY = Endpoint("private", "GET", "trade/orders-algo-history", (Cost("algo_history"),))
FILLS = Endpoint("private", "GET", "trade/fills", (Cost("fills"),))
FILLS_HISTORY = Endpoint("private", "GET", "trade/fills-history", (Cost("fills_history"),))
BALANCE = Endpoint("private", "GET", "account/balance", (Cost("balance"),))
POSITIONS = Endpoint("private", "GET", "account/positions", (Cost("positions"),))
BILLS = Endpoint("private", "GET", "account/bills", (Cost("bills"),))
BILLS_ARCHIVE = Endpoint("private", "GET", "account/bills-archive", (Cost("bills_archive"),))
CONFIG = Endpoint("private", "GET", "account/config", (Cost("config"),))
LEVERAGE = Endpoint("private", "GET", "account/leverage-info", (Cost("leverage"),))
SET_LEVERAGE = Endpoint("private", "POST", "account/set-leverage", (Cost("set_leverage"),))
TIME = Endpoint("public", "GET", "public/time", (Cost("public_time"),))
INSTRUMENTS = Endpoint("public", "GET", "public/instruments", (Cost("public_instruments"),))
TICKERS = Endpoint("public", "GET", "market/tickers", (Cost("market_tickers"),))
MARK_PRICES = Endpoint("public", "GET", "public/mark-price", (Cost("mark_prices"),))
POSITION_TIERS = Endpoint("public", "GET", "public/position-tiers", (Cost("position_tiers"),))

_HEED_EXPIRY = frozenset({PLACE.path, AMEND.path})
"""Where OKX documents that it heeds the header `expTime`."""


def sign(exchange: Any, endpoint: Endpoint, params: Any, validity: SignedValidity | None) -> dict[str, Any]:
    """Sign a request so that OKX refuses it once its validity has passed.

    Orders and their amendments carry `expTime`. Other requests are signed with a time so far back that they are too old
    (30 seconds, error 50102) at the end of their validity.
    """
    heeds_expiry = endpoint.path in _HEED_EXPIRY
    exchange.signed_at_ms = None
    if validity is not None:
        oldest_ms = validity.expires_at_ms - TIMESTAMP_AGE_MS_MAX
        exchange.signed_at_ms = validity.intended_at_ms if heeds_expiry else oldest_ms
    try:
        signed: dict[str, Any] = exchange.sign(endpoint.path, [endpoint.api], endpoint.method, params)
    finally:
        exchange.signed_at_ms = None
    if validity is not None and heeds_expiry:
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
