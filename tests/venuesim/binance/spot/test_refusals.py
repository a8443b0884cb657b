"""What the simulated Binance answers to everything that is wrong, by HTTP status and code."""

import pytest

from venuesim_conformance import Row

ORDER = "/api/v3/order"


@pytest.mark.conformance(Row.FILTERS, "binance spot")
@pytest.mark.conformance(Row.ERRORS, "binance spot")
@pytest.mark.parametrize(
    ("changes", "status", "code", "words"),
    [
        ({"symbol": "NOPEUSDT"}, 400, -1121, "Invalid symbol."),
        ({"symbol": "币安人生USDT"}, 400, -1121, "Invalid symbol."),
        ({"symbol": "btcusdt"}, 400, -1100, r"parameter 'symbol'; legal range is '^[\w\-._&&[^a-z]]{1,50}$'."),
        ({"symbol": "BTC/USDT"}, 400, -1100, r"parameter 'symbol'; legal range is '^[\w\-._&&[^a-z]]{1,50}$'."),
        ({"symbol": None}, 400, -1102, "'symbol' was not sent"),
        ({"side": "LONG"}, 400, -1117, "Invalid side."),
        ({"type": "MAGIC"}, 400, -1116, "Invalid orderType."),
        ({"type": "STOP_LOSS", "stopPrice": "1"}, 400, -1106, "Parameter 'timeInForce' sent when not required."),
        ({"type": "STOP_LOSS_LIMIT"}, 400, -1102, "Param 'stopPrice' or 'trailingDelta' must be sent"),
        ({"stopPrice": "61000"}, 400, -1106, "Parameter 'stopPrice' sent when not required."),
        ({"type": "STOP_LOSS_LIMIT", "stopPrice": "64000"}, 400, -2010, "Order would trigger immediately."),
        ({"type": "STOP_LOSS_LIMIT", "trailingDelta": "5"}, 400, -1013, "Filter failure: TRAILING_DELTA"),
        ({"type": "STOP_LOSS_LIMIT", "stopPrice": "66000.001"}, 400, -1013, "Filter failure: PRICE_FILTER"),
        ({"icebergQty": "0.0001"}, 400, -1013, "Filter failure: ICEBERG_PARTS"),
        ({"icebergQty": "0.1"}, 400, -1013, "IcebergQty exceeds QTY."),
        ({"icebergQty": "0.01", "timeInForce": "IOC"}, 400, -1014, "Unsupported order combination."),
        ({"strategyType": "7"}, 400, -1134, "strategyType was less than 1000000."),
        ({"selfTradePreventionMode": "MAYBE"}, 400, -1013, "does not allow the specified self-trade prevention mode"),
        ({"pegPriceType": "PRIMARY_PEG"}, 400, -1013, "Pegged orders are not supported for this symbol."),
        ({"recvWindow": "x"}, 400, -1100, "Illegal characters found in parameter 'recvWindow'"),
        ({"timeInForce": None}, 400, -1102, "'timeInForce' was not sent"),
        ({"timeInForce": "GTD"}, 400, -1115, "Invalid timeInForce."),
        ({"price": None}, 400, -1102, "'price' was not sent"),
        ({"quantity": None}, 400, -1102, "'quantity' was not sent"),
        ({"quantity": ""}, 400, -1102, "'quantity' was not sent"),
        ({"quantity": "abc"}, 400, -1100, "Illegal characters found in parameter 'quantity'"),
        ({"quantity": "-1"}, 400, -1100, "Illegal characters found in parameter 'quantity'"),
        ({"quantity": "1e3"}, 400, -1100, "Illegal characters found in parameter 'quantity'"),
        ({"quantity": "0"}, 400, -1013, "Invalid quantity."),
        ({"quantity": "0.0000000001"}, 400, -1111, "Parameter 'quantity' has too much precision."),
        ({"price": "60000.001"}, 400, -1013, "Filter failure: PRICE_FILTER"),
        ({"price": "2000000"}, 400, -1013, "Filter failure: PRICE_FILTER"),
        ({"price": "1"}, 400, -1013, "Filter failure: PERCENT_PRICE_BY_SIDE"),
        ({"quantity": "0.000011"}, 400, -1013, "Filter failure: LOT_SIZE"),
        ({"quantity": "9001"}, 400, -1013, "Filter failure: LOT_SIZE"),
        ({"quantity": "0.00001"}, 400, -1013, "Filter failure: NOTIONAL"),
        ({"quantity": "1000"}, 400, -1013, "Filter failure: NOTIONAL"),
        ({"quantity": "20"}, 400, -2010, "Account has insufficient balance for requested action."),
        ({"newClientOrderId": "no spaces"}, 400, -1100, "Illegal characters found in parameter 'newClientOrderId'"),
        ({"newClientOrderId": "x" * 37}, 400, -1100, "Illegal characters found in parameter 'newClientOrderId'"),
        (
            {"reduceOnly": "true"},
            400,
            -1104,
            "Not all sent parameters were read; read '8' parameter(s) but was sent '9'.",
        ),
        ({"quoteOrderQty": "10"}, 400, -1106, "Parameter 'quoteOrderQty' sent when not required."),
        ({"type": "LIMIT_MAKER"}, 400, -1106, "Parameter 'timeInForce' sent when not required."),
        (
            {"type": "LIMIT_MAKER", "timeInForce": None, "price": "65100"},
            400,
            -2010,
            "Order would immediately match and take.",
        ),
        ({"type": "MARKET", "timeInForce": None}, 400, -1106, "Parameter 'price' sent when not required."),
        ({"newOrderRespType": "EVERYTHING"}, 400, -1122, "Invalid"),
        ({"recvWindow": "60001"}, 400, -1131, "recvWindow must be less than 60000"),
    ],
)
async def test_a_wrong_order_is_refused(raw, venues, changes: dict, status: int, code: int, words: str) -> None:
    answer = await raw.order(**changes)
    assert (answer[0], answer[1]["code"]) == (status, code), answer
    assert words in answer[1]["msg"]
    assert (await venues.control("GET", "ledger"))["orders"] == []


async def test_a_market_order_needs_one_quantity(raw) -> None:
    market = {"type": "MARKET", "timeInForce": None, "price": None}
    assert (await raw.order(**market, quantity=None))[1]["code"] == -1102
    assert (await raw.order(**market, quoteOrderQty="100"))[1]["code"] == -1128
    assert (await raw.order(**market, quantity="121"))[1]["msg"] == "Filter failure: MARKET_LOT_SIZE"


@pytest.mark.conformance(Row.CLIENT_ORDER_IDS, "binance spot")
async def test_a_duplicate_client_order_id_is_refused_while_the_first_is_open(raw, venues) -> None:
    assert (await raw.order(newClientOrderId="same"))[0] == 200
    status, body = await raw.order(newClientOrderId="same")
    assert (status, body) == (400, {"code": -2010, "msg": "Duplicate order sent."})
    assert (await raw.call("DELETE", ORDER, symbol="BTCUSDT", origClientOrderId="same"))[0] == 200
    assert (await raw.order(newClientOrderId="same"))[0] == 200
    arrivals = (await venues.control("GET", "ledger"))["arrivals"]
    assert [(row["client_order_id"], row["count"]) for row in arrivals] == [("same", 3)]


@pytest.mark.conformance(Row.FILTERS, "binance spot")
async def test_the_number_of_open_orders_is_bounded(timed) -> None:
    raw, venues, clock = timed
    for number in range(200):
        clock.advance(10_000 if number == 100 else 0)
        assert (await raw.order(quantity="0.001"))[0] == 200
    clock.advance(10_000)
    refused = (400, {"code": -1013, "msg": "Filter failure: MAX_NUM_ORDERS"})
    assert await raw.order(quantity="0.001") == refused
    await venues.control("POST", "limits", {"scale": 2})
    assert (await raw.order(quantity="0.001"))[0] == 200


@pytest.mark.conformance(Row.ERRORS, "binance spot")
async def test_what_does_not_exist_cannot_be_queried_or_canceled(raw) -> None:
    wanted = {"symbol": "BTCUSDT", "origClientOrderId": "ghost"}
    assert (await raw.call("GET", ORDER, **wanted)) == (400, {"code": -2013, "msg": "Order does not exist."})
    assert (await raw.call("DELETE", ORDER, **wanted)) == (400, {"code": -2011, "msg": "Unknown order sent."})
    assert (await raw.call("GET", ORDER, symbol="BTCUSDT"))[1]["code"] == -1102
    placed = (await raw.order())[1]
    other_symbol = {"symbol": "ETHUSDT", "orderId": placed["orderId"]}
    assert (await raw.call("GET", ORDER, **other_symbol))[1]["code"] == -2013
    both = {"symbol": "BTCUSDT", "orderId": placed["orderId"], "origClientOrderId": "another"}
    assert (await raw.call("GET", ORDER, **both))[1]["code"] == -2013


@pytest.mark.conformance(Row.CANCEL, "binance spot")
async def test_a_closed_order_cannot_be_canceled(raw) -> None:
    placed = (await raw.order(price="65100"))[1]
    assert placed["status"] == "FILLED"
    assert (await raw.call("DELETE", ORDER, symbol="BTCUSDT", orderId=placed["orderId"]))[1]["code"] == -2011


@pytest.mark.conformance(Row.CANCEL, "binance spot")
async def test_cancel_restrictions_are_kept(raw) -> None:
    placed = (await raw.order())[1]
    wanted = {"symbol": "BTCUSDT", "orderId": placed["orderId"]}
    refused = await raw.call("DELETE", ORDER, **wanted, cancelRestrictions="ONLY_PARTIALLY_FILLED")
    assert (refused[0], refused[1]["code"]) == (400, -2011)
    assert (await raw.call("DELETE", ORDER, **wanted, cancelRestrictions="ONLY_NEW"))[0] == 200


@pytest.mark.conformance(Row.SIGNATURES, "binance spot")
@pytest.mark.parametrize(
    ("key", "secret", "status", "code"),
    [(None, "s" * 64, 401, -2014), ("bad key!", "s" * 64, 401, -2014), ("unknown", "s" * 64, 401, -2015)],
)
async def test_a_wrong_key_is_refused(raw, key: str | None, secret: str, status: int, code: int) -> None:
    raw.api_key, raw.secret = key, secret
    answer = await raw.order()
    assert (answer[0], answer[1]["code"]) == (status, code)


@pytest.mark.conformance(Row.SIGNATURES, "binance spot")
async def test_a_wrong_signature_is_refused(raw) -> None:
    raw.secret = "wrong"
    assert (await raw.order())[1] == {"code": -1022, "msg": "Signature for this request is not valid."}
    unsigned = await raw.request("GET", "/api/v3/account", f"timestamp={raw.now()}", signed=False)
    assert unsigned[1]["code"] == -1102


@pytest.mark.conformance(Row.SIGNATURES, "binance spot")
async def test_the_signature_covers_the_text_as_it_was_sent(raw) -> None:
    text = f"timestamp={raw.now()}&symbol=BTCUSDT&recvWindow=5000"
    assert (await raw.request("GET", "/api/v3/openOrders", text))[0] == 200
    signature = raw.signature(text)
    reordered = f"symbol=BTCUSDT&{text.replace('&symbol=BTCUSDT', '')}&signature={signature}"
    assert (await raw.request("GET", "/api/v3/openOrders", reordered, signed=False))[1]["code"] == -1022


@pytest.mark.conformance(Row.EXPIRY, "binance spot")
@pytest.mark.parametrize(
    ("shift_ms", "window", "code"),
    [(-5001, 5000, -1021), (1000, 5000, -1021), (-5000, 5000, None), (999, 5000, None), (-6000, 10000, None)],
)
async def test_a_request_out_of_its_time_window_is_refused(timed, shift_ms: int, window: int, code: int | None) -> None:
    raw, _, _ = timed
    text = f"recvWindow={window}&timestamp={raw.now() + shift_ms}"
    status, body, _ = await raw.request("GET", "/api/v3/account", text)
    assert (status, body.get("code")) == ((200, None) if code is None else (400, code))


@pytest.mark.conformance(Row.SIGNATURES, "binance spot")
async def test_permissions_are_kept(raw, venues) -> None:
    await venues.control("POST", "accounts", {"api_key": raw.api_key, "secret": raw.secret, "permissions": ["read"]})
    assert (await raw.call("GET", "/api/v3/account"))[1]["canTrade"] is False
    assert (await raw.order())[1]["code"] == -2015


@pytest.mark.conformance(Row.ERRORS, "binance spot")
async def test_a_parameter_may_be_sent_once_and_no_unknown_one_at_all(raw) -> None:
    twice = await raw.request("GET", "/api/v3/ticker/price", "symbol=BTCUSDT&symbol=ETHUSDT", signed=False)
    assert (twice[0], twice[1]["code"]) == (400, -1101)
    unknown = await raw.request("GET", "/api/v3/time", "colour=red", signed=False)
    assert unknown[1]["code"] == -1104
    binary = await raw.session.post(raw.base + ORDER, data=b"\xff\xfe", headers={"X-MBX-APIKEY": raw.api_key})
    assert (binary.status, (await binary.json())["code"]) == (400, -1100)


@pytest.mark.conformance(Row.ERRORS, "binance spot")
async def test_an_unknown_path_is_a_page_not_found(raw) -> None:
    status, body, headers = await raw.request("GET", "/api/v3/weather", "", signed=False)
    assert (status, headers["Content-Type"].split(";")[0]) == (404, "text/html")
    assert "404" in body


@pytest.mark.conformance(Row.RATE_LIMITS, "binance spot")
async def test_too_many_orders_are_refused_with_the_real_limit_until_the_window_ends(timed) -> None:
    raw, _, clock = timed
    for _ in range(100):
        assert (await raw.order(quantity="0.001"))[0] == 200
    status, body = await raw.order(quantity="0.001")
    assert (status, body["code"]) == (429, -1015)
    assert body["msg"] == "Too many new orders; current limit is 100 orders per 10 SECOND."
    clock.advance(10_000)
    assert (await raw.order(quantity="0.001"))[0] == 200


@pytest.mark.conformance(Row.RATE_LIMITS, "binance spot")
async def test_weight_is_counted_in_headers_and_refused_above_the_limit(timed) -> None:
    raw, venues, clock = timed
    await venues.control("POST", "limits", {"scale": 0.01})
    for used in ("20", "40", "60"):
        _, _, headers = await raw.request("GET", "/api/v3/exchangeInfo", "", signed=False)
        assert headers["X-MBX-USED-WEIGHT-1M"] == used
    status, body, headers = await raw.request("GET", "/api/v3/ping", "", signed=False)
    assert (status, body["code"]) == (429, -1003)
    assert "current limit is 60 request weight per 1 MINUTE" in body["msg"]
    clock.advance(int(headers["Retry-After"]) * 1000)
    assert (await raw.request("GET", "/api/v3/ping", "", signed=False))[0] == 200


@pytest.mark.conformance(Row.RATE_LIMITS, "binance spot")
async def test_order_counts_are_in_the_headers(timed) -> None:
    raw, _, _ = timed
    text = f"symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=60000&timestamp={raw.now()}"
    _, _, headers = await raw.request("POST", ORDER, text)
    assert (headers["X-MBX-ORDER-COUNT-10S"], headers["X-MBX-ORDER-COUNT-1D"]) == ("1", "1")
