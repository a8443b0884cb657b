"""Binance's wire: signing, errors in answers, and the headers that tell how much is used."""

import re
from datetime import datetime
from typing import Any

from tidegate.venues.binance.endpoints import TIME
from tidegate.venues.binance.errors import SPOT_ERRORS
from tidegate.venues.budget import Limit, RateBudget
from tidegate.venues.client import Endpoint, Pause, Refusal, SignedValidity, Wire
from tidegate.venues.outcomes import VenueAnswer
from tidegate.venues.values import milliseconds

ADDRESS_LIMITS = {
    "spot_weight": Limit(6_000, 60),
    "linear_weight": Limit(2_400, 60),
    "wallet_weight": Limit(12_000, 60),
}
ACCOUNT_LIMITS = {
    "spot_orders_10s": Limit(100, 10),
    "spot_orders_1d": Limit(200_000, 86_400),
    "linear_orders_10s": Limit(300, 10),
    "linear_orders_1m": Limit(1_200, 60),
    "wallet_withdrawals": Limit(10, 60),  # Each weighs 18,000 of an account's 180,000 a minute.
}
RECEIVE_WINDOW_MS_MAX = 60_000
PAUSE_SECONDS_DEFAULT = 10.0
_BANNED_UNTIL = re.compile(r"banned until (\d{13})")
_SUCCESS = "200"
_LINEAR_PATH = "/fapi/"
_SPOT_HEADERS = {
    "x-mbx-used-weight-1m": "spot_weight",
    "x-mbx-order-count-10s": "spot_orders_10s",
    "x-mbx-order-count-1d": "spot_orders_1d",
}
_LINEAR_HEADERS = {
    "x-mbx-used-weight-1m": "linear_weight",
    "x-mbx-order-count-10s": "linear_orders_10s",
    "x-mbx-order-count-1m": "linear_orders_1m",
}


def sign(exchange: Any, endpoint: Endpoint, params: Any, validity: SignedValidity | None) -> dict[str, Any]:
    """Binance refuses what arrives later than `timestamp` plus `recvWindow` (at most 60 s)."""
    if validity is not None:
        window = min(validity.window_ms, RECEIVE_WINDOW_MS_MAX)
        params = {**params, "timestamp": validity.intended_at_ms, "recvWindow": window}
    signed: dict[str, Any] = exchange.sign(endpoint.path, [endpoint.api], endpoint.method, params)
    return signed


def refusal_in(payload: Any) -> Refusal | None:
    """Errors are `{"code": -1013, "msg": "..."}`; futures answer some changes with code 200 in the same form."""
    if not isinstance(payload, dict) or "msg" not in payload or "code" not in payload:
        return None
    code = str(payload["code"])
    return None if code == _SUCCESS else Refusal(code, str(payload["msg"]))


def feed_budget(budget: RateBudget, headers: dict[str, str], url: str) -> None:
    """Take over the address's weight and the account's order counts, each market's into its own windows."""
    for name, window in (_LINEAR_HEADERS if _LINEAR_PATH in url else _SPOT_HEADERS).items():
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
    errors=SPOT_ERRORS,
    time=TIME,
    sign=sign,
    refusal_in=refusal_in,
    server_time_ms=lambda payload: int(payload["serverTime"]),
    feed_budget=feed_budget,
    pause=pause,
)


def ccxt_urls(base: dict[str, str]) -> dict[str, Any]:
    """ccxt's URL settings from base URLs (`rest`, `ws`, `ws_api`; `fapi` and `fws` where futures live elsewhere)."""
    spot, wallet, linear = f"{base['rest']}/api/v3", f"{base['rest']}/sapi/v1", f"{base.get('fapi', base['rest'])}/fapi"
    versions = {"": "v1", "V2": "v2", "V3": "v3"}
    return {
        "api": {
            "public": spot,
            "private": spot,
            "sapi": wallet,
            **{f"fapiPublic{name}": f"{linear}/{version}" for name, version in versions.items()},
            **{f"fapiPrivate{name}": f"{linear}/{version}" for name, version in versions.items()},
            "ws": {
                "spot": f"{base['ws']}/ws",
                "linear": f"{base.get('fws', base['ws'])}/ws",
                "ws-api": {"spot": base["ws_api"]},
            },
        }
    }
