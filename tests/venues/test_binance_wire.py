"""Binance's wire: what its codes prove in each market, and whose windows an answer is about."""

from datetime import timedelta

import pytest

from tidegate.core.vocabulary import RejectReason
from tidegate.venues.binance import endpoints, wire
from tidegate.venues.binance.errors import LINEAR_ERRORS, SPOT_ERRORS
from tidegate.venues.budget import Lane, RateBudget, WindowGroup
from tidegate.venues.client import Endpoint, Refusal
from tidegate.venues.outcomes import ErrorTable, VenueAnswer, Verdict
from venue_unit_helpers import NOW

REFUSED, LATER, UNKNOWN, ABSENT = Verdict.REFUSED, Verdict.REFUSED_FOR_NOW, Verdict.UNKNOWN, Verdict.ABSENT


@pytest.mark.parametrize(
    ("table", "status", "code", "message", "verdict", "reason"),
    [
        (SPOT_ERRORS, 400, "-2010", "Duplicate order sent.", UNKNOWN, RejectReason.DUPLICATE_ORDER_ID),
        (SPOT_ERRORS, 400, "-2021", "Order cancel-replace partially failed.", UNKNOWN, RejectReason.VENUE_ERROR),
        (
            LINEAR_ERRORS,
            400,
            "-2021",
            "Order would immediately trigger.",
            REFUSED,
            RejectReason.IMMEDIATE_MATCH_REFUSED,
        ),
        (LINEAR_ERRORS, 400, "-2018", "Balance is insufficient.", REFUSED, RejectReason.INSUFFICIENT_FUNDS),
        (LINEAR_ERRORS, 400, "-2019", "Margin is insufficient.", REFUSED, RejectReason.INSUFFICIENT_FUNDS),
        (LINEAR_ERRORS, 400, "-2022", "ReduceOnly Order is rejected.", REFUSED, RejectReason.POSITION_CLOSED),
        (LINEAR_ERRORS, 400, "-2025", "Reach max open order limit.", REFUSED, RejectReason.ORDER_LIMIT_REACHED),
        (LINEAR_ERRORS, 400, "-4116", "ClientOrderId is duplicated.", UNKNOWN, RejectReason.DUPLICATE_ORDER_ID),
        (LINEAR_ERRORS, 400, "-4164", "Order's notional must be ...", REFUSED, RejectReason.OUTSIDE_VENUE_RULES),
        (LINEAR_ERRORS, 400, "-4061", "position side", REFUSED, RejectReason.INVALID_PARAMETERS),
        (LINEAR_ERRORS, 400, "-4120", "Use the Algo Order API", REFUSED, RejectReason.INVALID_PARAMETERS),
        (LINEAR_ERRORS, 400, "-4192", "Cooling-off Period.", REFUSED, RejectReason.PERMISSION_DENIED),
        (LINEAR_ERRORS, 400, "-5021", "the FOK order has been rejected", REFUSED, RejectReason.EXPIRED_AT_VENUE),
        (LINEAR_ERRORS, 400, "-5022", "the Post Only order", REFUSED, RejectReason.IMMEDIATE_MATCH_REFUSED),
        (LINEAR_ERRORS, 400, "-5028", "outside of the ME recvWindow.", LATER, RejectReason.CLOCK_SKEW),
        (LINEAR_ERRORS, 400, "-1001", "Internal error", UNKNOWN, RejectReason.VENUE_ERROR),
        (LINEAR_ERRORS, 408, "-1007", "Timeout waiting", UNKNOWN, RejectReason.VENUE_OVERLOADED),
        (LINEAR_ERRORS, 503, "-1006", "An unexpected response", UNKNOWN, RejectReason.VENUE_OVERLOADED),
        (LINEAR_ERRORS, 503, "-1008", "Request throttled", LATER, RejectReason.VENUE_OVERLOADED),
        (LINEAR_ERRORS, 503, "-1000", "Unknown error, please check", UNKNOWN, RejectReason.VENUE_OVERLOADED),
        (LINEAR_ERRORS, 503, "-1000", "Service Unavailable.", LATER, RejectReason.VENUE_OVERLOADED),
        (LINEAR_ERRORS, 400, "-2013", "Order does not exist.", ABSENT, RejectReason.UNKNOWN_ORDER),
        (LINEAR_ERRORS, 400, "-9999", "Never seen.", UNKNOWN, RejectReason.VENUE_ERROR),
    ],
)
def test_the_same_code_proves_what_its_market_says(
    table: ErrorTable, status: int, code: str, message: str, verdict: Verdict, reason: RejectReason
) -> None:
    assert table.judge(status, code, message) == (verdict, reason)


def test_a_success_with_a_code_is_none_but_a_refusal_is_one() -> None:
    assert wire.refusal_in({"code": 200, "msg": "success"}) is None
    assert wire.refusal_in({"algoId": 1, "clientAlgoId": "x", "code": "200", "msg": "success"}) is None
    assert wire.refusal_in({"code": -2013, "msg": "Order does not exist."}) == Refusal("-2013", "Order does not exist.")
    assert wire.refusal_in([{"code": -1, "msg": "an item"}]) is None


def test_headers_feed_the_windows_of_the_market_that_answered() -> None:
    budget = RateBudget([WindowGroup(wire.ADDRESS_LIMITS), WindowGroup(wire.ACCOUNT_LIMITS)])
    told = {"x-mbx-used-weight-1m": "1000", "x-mbx-order-count-10s": "77", "x-mbx-order-count-1m": "99"}
    wire.feed_budget(budget, told, "https://api.binance.com/api/v3/order")
    assert budget.describe() == {"spot_weight": "1000/6000", "spot_orders_10s": "77/100"}
    wire.feed_budget(budget, told, "https://fapi.binance.com/fapi/v1/order?x=1")
    assert budget.describe() == {
        "spot_weight": "1000/6000",
        "linear_weight": "1000/2400",
        "spot_orders_10s": "77/100",
        "linear_orders_10s": "77/300",
        "linear_orders_1m": "99/1200",
    }


async def test_a_pause_of_futures_stops_no_call_of_spot() -> None:
    budget = RateBudget([WindowGroup(wire.ADDRESS_LIMITS), WindowGroup(wire.ACCOUNT_LIMITS)])
    budget.pause(60, windows=endpoints.LINEAR_PLACE.pauses)
    for endpoint in (endpoints.PLACE, endpoints.ORDER, endpoints.ACCOUNT, endpoints.INSTRUMENTS):
        await budget.acquire(Lane.QUERY, endpoint.costs, timeout_seconds=0.01)
    for endpoint in (endpoints.LINEAR_PLACE, endpoints.ALGO_CANCEL, endpoints.INCOME, endpoints.MARK_PRICES):
        with pytest.raises(Exception, match="pause"):
            await budget.acquire(Lane.CANCEL, endpoint.costs, timeout_seconds=0.01)


def test_every_call_of_a_market_spends_from_its_own_windows() -> None:
    calls = [each for each in vars(endpoints).values() if isinstance(each, Endpoint)]
    assert len(calls) > 30
    for call in calls:
        assert call.pauses in (endpoints.SPOT_WINDOWS, endpoints.LINEAR_WINDOWS, endpoints.WALLET_WINDOWS)
        assert all(cost.window.startswith(call.pauses) for cost in call.costs)
        assert (call.errors is LINEAR_ERRORS) is call.api.startswith("fapi")


def test_pauses_last_as_long_as_binance_says_and_an_order_count_spares_cancels() -> None:
    too_many = VenueAnswer(429, {"Retry-After": "7"}, None, "")
    assert wire.pause(too_many, "-1015", NOW)[:2] == (7.0, True)
    assert wire.pause(too_many, "-1003", NOW)[:2] == (7.0, False)
    until = int((NOW + timedelta(seconds=90)).timestamp() * 1000)
    banned = VenueAnswer(418, {}, None, f'{{"code":-1003,"msg":"Way too much; IP banned until {until}."}}')
    assert wire.pause(banned, "-1003", NOW)[:2] == (90.0, False)


def test_addresses_name_futures_apart_or_fall_back_to_the_one_origin() -> None:
    base = {"rest": "http://spot", "ws": "ws://spot/stream", "ws_api": "ws://spot/api"}
    apart = wire.ccxt_urls({**base, "fapi": "http://futures", "fws": "ws://futures/fstream"})["api"]
    assert (apart["private"], apart["fapiPrivateV3"]) == ("http://spot/api/v3", "http://futures/fapi/v3")
    assert apart["ws"]["linear"] == "ws://futures/fstream/ws"
    assert wire.ccxt_urls(base)["api"]["fapiPublic"] == "http://spot/fapi/v1"
