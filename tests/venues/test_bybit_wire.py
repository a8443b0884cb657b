"""Bybit's wire: what is signed, what the headers tell, and how long to keep still."""

from types import SimpleNamespace
from typing import Any

import pytest

from tidegate.venues.budget import RateBudget, WindowGroup
from tidegate.venues.bybit import wire
from tidegate.venues.client import Refusal, SignedValidity
from tidegate.venues.outcomes import VenueAnswer
from venue_unit_helpers import NOW


def signing_exchange() -> Any:
    """What ccxt's exchange is asked while a request is signed."""

    def sign(path: str, api: list[str], method: str, _params: Any) -> dict[str, Any]:
        return {"url": f"http://127.0.0.1/{path}", "at": made.signed_at_ms, "window": made.options["recvWindow"]}

    made = SimpleNamespace(options={"recvWindow": 5_000}, signed_at_ms=None, sign=sign)
    return made


def test_a_request_is_signed_with_the_time_and_the_window_of_its_intent() -> None:
    exchange = signing_exchange()
    validity = SignedValidity(intended_at_ms=1_000, expires_at_ms=3_500)
    signed = wire.sign(exchange, wire.PLACE["spot"], {"category": "spot"}, validity)
    assert (signed["at"], signed["window"]) == (1_000, 2_500)
    assert (exchange.signed_at_ms, exchange.options["recvWindow"]) == (None, 5_000)


def test_only_what_has_a_body_carries_its_category_beside_the_url() -> None:
    placed = wire.sign(signing_exchange(), wire.PLACE["linear"], {"category": "linear"}, None)
    asked = wire.sign(signing_exchange(), wire.ORDERS, {"category": "linear"}, None)
    assert placed["url"] == "http://127.0.0.1/v5/order/create#linear"
    assert asked["url"] == "http://127.0.0.1/v5/order/realtime"


def test_refusals_are_found_by_their_code() -> None:
    assert wire.refusal_in({"retCode": 0, "retMsg": "OK"}) is None
    assert wire.refusal_in({"result": {}}) is None
    assert wire.refusal_in({"retCode": 170131, "retMsg": "Balance"}) == Refusal("170131", "Balance")


@pytest.mark.parametrize(
    ("url", "used"),
    [
        ("/v5/order/create#spot", {"spot_orders": "17/20"}),
        ("/v5/order/create#linear", {"linear_orders": "7/10"}),
        ("/v5/order/amend#spot", {"spot_amends": "7/10"}),
        ("/v5/order/cancel#linear", {"linear_cancels": "7/10"}),
        ("/v5/order/realtime?category=spot", {"order_queries": "47/50"}),
        ("/v5/position/set-leverage#linear", {"leverage": "7/10"}),
        ("/v5/account/transaction-log?limit=50", {"transactions": "22/25"}),
        ("/v5/market/time", {}),
    ],
)
def test_the_headers_say_what_is_left_of_an_endpoints_limit_in_its_category(url: str, used: dict[str, str]) -> None:
    budget = RateBudget([WindowGroup(wire.ACCOUNT_LIMITS), WindowGroup(wire.ADDRESS_LIMITS)])
    wire.feed_budget(budget, {"x-bapi-limit-status": "3"}, f"http://127.0.0.1{url}")
    assert budget.describe() == used


def test_every_endpoint_counts_in_windows_that_exist() -> None:
    endpoints = [*wire.PLACE.values(), *wire.AMEND.values(), *wire.CANCEL.values(), wire.POSITIONS, wire.TRANSACTIONS]
    known = wire.ACCOUNT_LIMITS.keys() | wire.ADDRESS_LIMITS.keys()
    assert {cost.window for endpoint in endpoints for cost in endpoint.costs} <= known


def test_a_pause_is_as_long_as_the_venue_says() -> None:
    reset = str(int(NOW.timestamp() * 1000) + 1500)
    limited = VenueAnswer(200, {"X-Bapi-Limit-Reset-Timestamp": reset}, None, "")
    assert wire.pause(limited, "10006", NOW) == (1.5, True, False)
    assert wire.pause(VenueAnswer(200, {}, None, ""), "10006", NOW) == (1.0, True, False)


def test_what_is_not_an_endpoints_own_limit_stops_everything() -> None:
    assert wire.pause(VenueAnswer(403, {}, None, ""), None, NOW) == (600.0, False, True)
    assert wire.pause(VenueAnswer(200, {}, None, ""), "10018", NOW) == (1.0, False, True)
    assert wire.pause(VenueAnswer(200, {}, None, ""), "10429", NOW) == (1.0, True, True)
    assert (wire.PLACE["linear"].pauses, wire.TICKERS.pauses) == ("linear_orders", "")


def test_simulators_are_reached_by_their_base_urls() -> None:
    api = wire.ccxt_urls({"rest": "http://127.0.0.1:1", "ws": "ws://127.0.0.1:1"})["api"]
    assert api["private"] == "http://127.0.0.1:1"
    assert api["ws"]["public"] == {
        "spot": "ws://127.0.0.1:1/v5/public/spot",
        "linear": "ws://127.0.0.1:1/v5/public/linear",
    }
