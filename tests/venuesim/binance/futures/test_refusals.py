"""Error codes and statuses, signatures, expiry, limits and bans."""

import pytest

from venuesim_conformance import Row
from venuesim_futures import RawFutures, signed, stream

COLUMN = "binance linear"
MARKET = {"type": "MARKET", "timeInForce": None, "price": None}


@pytest.mark.conformance(Row.ERRORS, COLUMN)
@pytest.mark.conformance(Row.FILTERS, COLUMN)
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"symbol": None}, -1102),
        ({"symbol": "NOSUCH"}, -1121),
        ({"side": "HOLD"}, -1117),
        ({"side": None}, -1102),
        ({"type": "ICEBERG"}, -1116),
        ({"timeInForce": None}, -1102),
        ({"timeInForce": "RPI"}, -1115),
        ({"timeInForce": "GTD"}, -1102),
        ({"quantity": None}, -1102),
        ({"quantity": "much"}, -1102),
        ({"quantity": "0"}, -4003),
        ({"quantity": "-1"}, -4003),
        ({"quantity": "0.0001"}, -1111),
        ({"quantity": "1e-05"}, -1111),
        ({"quantity": "1000.001"}, -4005),
        ({**MARKET, "quantity": "121"}, -4005),
        ({**MARKET, "timeInForce": "GTC"}, -1106),
        ({"price": None}, -1102),
        ({"price": "0"}, -4001),
        ({"price": "60000.05"}, -4014),
        ({"price": "60000.005"}, -1111),
        ({"price": "100"}, -4013),
        ({"price": "5000000"}, -4002),
        ({"price": "69000"}, -4016),
        ({"side": "SELL", "price": "60000"}, -4024),
        ({"quantity": "0.001"}, -4164),
        ({"quantity": "900"}, -2019),
        ({"positionSide": "LONG"}, -4061),
        ({"positionSide": "UP"}, -4060),
        ({"reduceOnly": "maybe"}, -1130),
        ({"reduceOnly": "true"}, -2022),
        ({"newOrderRespType": "FULL"}, -1136),
        ({"selfTradePreventionMode": "SOME"}, -5039),
        ({"closePosition": "true"}, -4136),
    ],
)
async def test_an_order_that_breaks_a_rule_is_refused_with_its_code(
    raw: RawFutures, changes: dict[str, object], code: int
) -> None:
    status, body = await raw.order(**changes)
    assert (status, body["code"]) == (400, code), body
    assert await raw.get("/fapi/v1/allOrders", symbol="BTCUSDT") == []


async def test_the_percent_price_sentence_names_the_bound(raw: RawFutures) -> None:
    assert (await raw.order(price="69000"))[1]["msg"] == "Limit price can't be higher than 68250.00."


async def test_a_market_order_whose_counterparty_is_too_far_is_refused(raw: RawFutures) -> None:
    futures = raw.venues.simulator.venues["binance"].futures.exchange
    futures.markets["BTC/USDT:USDT"].mark_price = futures.markets["BTC/USDT:USDT"].mid * 2
    status, body = await raw.order(**MARKET, side="SELL")
    assert (status, body["code"]) == (400, -4131)


async def test_a_contract_has_room_for_so_many_orders(raw: RawFutures) -> None:
    for number in range(200):
        await raw.placed(price=str(60000 + number))
    status, body = await raw.order()
    assert (status, body) == (400, {"code": -2025, "msg": "Reach max open order limit."})


@pytest.mark.conformance(Row.SIGNATURES, COLUMN)
async def test_keys_signatures_and_permissions_are_checked(raw: RawFutures) -> None:
    assert (await raw.call("GET", "/fapi/v3/balance"))[0] == 200
    raw.secret = "wrong"
    status, body = await raw.call("GET", "/fapi/v3/balance")
    assert (status, body["code"]) == (400, -1022)
    raw.secret, raw.api_key = "s" * 64, "unknown"
    status, body = await raw.call("GET", "/fapi/v3/balance")
    assert (status, body["code"]) == (401, -2015)
    raw.api_key = None
    status, body = await raw.call("GET", "/fapi/v3/balance")
    assert (status, body["code"]) == (401, -2014)
    reader = {"api_key": "reader", "secret": "reader", "permissions": ["read"], "balances": {"USDT": "1000"}}
    await raw.venues.control("POST", "accounts", reader)
    only_reads = RawFutures(raw.venues, api_key="reader", secret="reader")
    assert (await only_reads.call("GET", "/fapi/v3/balance"))[0] == 200
    status, body = await only_reads.order()
    assert (status, body["code"]) == (401, -2015)


@pytest.mark.conformance(
    Row.EXPIRY, COLUMN, approximate="checked as the request arrives; -5028 of the matching engine does not occur"
)
async def test_requests_expire(timed) -> None:
    raw, clock = timed
    now_ms = clock.now_ms()
    for at_ms, window, code in ((now_ms - 5001, 5000, -1021), (now_ms + 1001, 5000, -1021), (now_ms, 60_001, -1131)):
        sent = RawFutures(raw.venues, _Fixed(at_ms))
        status, body = await sent.call("GET", "/fapi/v3/balance", recvWindow=window)
        assert (status, body["code"]) == (400, code)
    assert (await RawFutures(raw.venues, _Fixed(now_ms - 5000)).call("GET", "/fapi/v3/balance"))[0] == 200


class _Fixed:
    """A clock that stands still."""

    def __init__(self, now_ms: int) -> None:
        self._now_ms = now_ms

    def now_ms(self) -> int:
        return self._now_ms


@pytest.mark.conformance(Row.RATE_LIMITS, COLUMN)
async def test_weights_and_orders_are_counted_in_headers(timed) -> None:
    raw, _ = timed
    await raw.public("/fapi/v1/ticker/24hr")
    assert raw.headers["x-mbx-used-weight-1m"] == "40"
    await raw.placed()
    assert (raw.headers["x-mbx-order-count-10s"], raw.headers["x-mbx-order-count-1m"]) == ("1", "1")
    assert raw.headers["x-mbx-used-weight-1m"] == "40"  # An order weighs nothing.
    item = '{"symbol":"BTCUSDT","side":"BUY","type":"LIMIT","timeInForce":"GTC","quantity":"0.01","price":"60000"}'
    await raw.call("POST", "/fapi/v1/batchOrders", batchOrders=f"[{item}]")
    assert (raw.headers["x-mbx-order-count-10s"], raw.headers["x-mbx-order-count-1m"]) == ("6", "2")
    assert raw.headers["x-mbx-used-weight-1m"] == "45"
    limits = await raw.get("/fapi/v1/rateLimit/order")
    assert [(limit["interval"], limit["limit"]) for limit in limits] == [("MINUTE", 1200), ("SECOND", 300)]


async def test_three_hundred_orders_in_ten_seconds_are_enough(timed) -> None:
    raw, clock = timed
    for _ in range(300):
        assert (await raw.order(**MARKET, quantity="0.002"))[0] == 200
    status, body = await raw.order(**MARKET, quantity="0.002")
    assert (status, body["code"]) == (429, -1015)
    assert body["msg"] == "Too many new orders; current limit is 300 orders per 10 SECOND."
    clock.advance(10_000)
    assert (await raw.order(**MARKET, quantity="0.002"))[0] == 200


@pytest.mark.conformance(Row.BANS, COLUMN, approximate="after ten refusals within a minute")
async def test_who_goes_on_asking_is_banned(timed) -> None:
    raw, clock = timed
    for _ in range(60):
        await raw.public("/fapi/v1/ticker/24hr")
    status, body = await raw.send("GET", "/fapi/v1/ping", "")
    assert (status, body["code"]) == (429, -1003)
    assert body["msg"].startswith("Too many requests; current limit is 2400 requests per minute.")
    assert int(raw.headers["retry-after"]) > 0
    for _ in range(10):
        status, body = await raw.send("GET", "/fapi/v1/ping", "")
    assert (status, body["msg"].startswith("Way too many requests; IP banned until ")) == (418, True)
    clock.advance(121_000)
    assert (await raw.send("GET", "/fapi/v1/ping", ""))[0] == 200


async def test_the_api_says_itself_that_a_path_or_method_is_unknown(raw: RawFutures) -> None:
    for method, path in (("GET", "/fapi/v1/nothing"), ("GET", "/fapi/v1/positionRisk"), ("POST", "/fapi/v1/depth")):
        sentence = f"Path {path}, Method {method} is invalid"
        assert await raw.send(method, path, "") == (404, {"code": -5000, "msg": sentence})
    async with stream(raw.venues, "", "fws_api") as socket:
        answer = await socket.ask(id="1", method="openOrders.status", params={})
        assert (answer["status"], answer["error"]) == (
            404,
            {"code": -5000, "msg": "Method v1/openOrders.status is invalid"},
        )


@pytest.mark.parametrize("limit", ["0", "-1", "1001"])
async def test_a_page_size_outside_the_bounds_is_refused(raw: RawFutures, limit: str) -> None:
    invalid = {"code": -1130, "msg": "Data sent for parameter 'limit' is not valid."}
    assert await raw.call("GET", "/fapi/v1/allOrders", symbol="BTCUSDT", limit=limit) == (400, invalid)
    assert await raw.send("GET", "/fapi/v1/trades", f"symbol=BTCUSDT&limit={limit}") == (400, invalid)


async def test_answers_by_socket_to_placing_and_modifying_count_orders(raw: RawFutures) -> None:
    async with stream(raw.venues, "", "fws_api") as socket:
        order = {"symbol": "BTCUSDT", "side": "BUY", "quantity": "0.01", "price": "60000"}
        placed = await socket.ask(**signed("order.place", "1", **order, type="LIMIT", timeInForce="GTC"))
        changed = {**order, "price": "60001", "orderId": placed["result"]["orderId"]}
        modified = await socket.ask(**signed("order.modify", "2", **changed))
        canceled = await socket.ask(**signed("order.cancel", "3", symbol="BTCUSDT", orderId=changed["orderId"]))
    told = [(limit["rateLimitType"], limit["interval"], limit["count"]) for limit in modified["rateLimits"]]
    assert told[:2] == [("ORDERS", "SECOND", 2), ("ORDERS", "MINUTE", 2)]
    assert [limit["rateLimitType"] for limit in placed["rateLimits"]] == ["ORDERS", "ORDERS", "REQUEST_WEIGHT"]
    assert [limit["rateLimitType"] for limit in canceled["rateLimits"]] == ["REQUEST_WEIGHT"]
