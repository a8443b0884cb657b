"""Every type of order, by what it answers, tells and does."""

from decimal import Decimal

import pytest

from venuesim_conformance import Row

D = Decimal
ORDER = "/api/v3/order"
SPOT = "binance spot"
MARKET = {"type": "MARKET", "timeInForce": None, "price": None}
STOP = {"type": "STOP_LOSS", "side": "SELL", "timeInForce": None, "price": None}


async def look_up(raw, order: dict) -> dict:
    return (await raw.call("GET", ORDER, symbol="BTCUSDT", orderId=order["orderId"]))[1]


@pytest.mark.conformance(Row.MARKET_BASE, SPOT)
@pytest.mark.conformance(Row.FEES, SPOT)
async def test_a_market_order_takes_level_by_level(raw) -> None:
    status, answer = await raw.order(**MARKET, quantity="1.5")
    assert (status, answer["status"], answer["executedQty"]) == (200, "FILLED", "1.50000000")
    fills = [(fill["price"], fill["qty"], fill["commission"], fill["commissionAsset"]) for fill in answer["fills"]]
    assert fills[0] == ("65001.00000000", "1.00000000", "0.00100000", "BTC")
    assert fills[1][1:] == ("0.50000000", "0.00050000", "BTC")
    assert (answer["price"], answer["origQuoteOrderQty"], answer["timeInForce"]) == ("0.00000000", "0.00000000", "GTC")
    sold = (await raw.order(**MARKET, side="SELL", quantity="0.5"))[1]
    assert [(fill["commission"], fill["commissionAsset"]) for fill in sold["fills"]] == [("32.49950000", "USDT")]


@pytest.mark.conformance(Row.MARKET_QUOTE, SPOT)
async def test_a_market_order_by_quote_expires_where_the_book_is_too_thin(raw, venues) -> None:
    await venues.freeze("BTC/USDT", "65000", levels=1, level_quantity="0.5")
    answer = (await raw.order(**MARKET, quantity=None, quoteOrderQty="100000"))[1]
    assert (answer["status"], answer["executedQty"]) == ("EXPIRED", "0.50000000")
    assert answer["expiryReason"] == "INSUFFICIENT_LIQUIDITY"
    assert (await look_up(raw, answer))["status"] == "EXPIRED"


async def test_a_market_order_by_quote_spends_no_more_when_own_orders_leave_its_way(raw) -> None:
    await raw.order(side="SELL", price="65000.5", quantity="1")
    answer = (await raw.order(**MARKET, quantity=None, quoteOrderQty="65000"))[1]
    assert (answer["status"], answer["cummulativeQuoteQty"]) == ("FILLED", "64999.69998000")


@pytest.mark.conformance(Row.MARKET_QUOTE, SPOT)
async def test_a_market_order_by_quote_spends_whole_lots(raw) -> None:
    answer = (await raw.order(**MARKET, quantity=None, quoteOrderQty="1000"))[1]
    assert (answer["executedQty"], answer["origQuoteOrderQty"]) == ("0.01538000", "1000.00000000")
    assert (answer["status"], answer["cummulativeQuoteQty"]) == ("FILLED", "999.71538000")
    sold = (await raw.order(**MARKET, side="SELL", quantity=None, quoteOrderQty="1000"))[1]
    assert (sold["executedQty"], sold["status"]) == ("0.01538000", "FILLED")


@pytest.mark.conformance(Row.LIMIT, SPOT)
@pytest.mark.parametrize(
    ("detail", "names"),
    [
        ("ACK", set()),
        (
            "RESULT",
            {"price", "origQty", "status", "workingTime", "selfTradePreventionMode", "strategyId", "icebergQty"},
        ),
        ("FULL", {"price", "origQty", "status", "workingTime", "selfTradePreventionMode", "fills", "strategyType"}),
    ],
)
async def test_a_limit_order_is_answered_in_the_detail_that_is_wanted(raw, detail: str, names: set[str]) -> None:
    asked = {"newOrderRespType": detail, "strategyId": 5, "strategyType": 1000001, "icebergQty": "0.005"}
    status, answer = await raw.order(**asked)
    short = {"symbol", "orderId", "orderListId", "clientOrderId", "transactTime"}
    assert status == 200
    assert set(answer) >= short | names
    assert names or set(answer) == short
    shown = await look_up(raw, answer)
    assert (shown["strategyId"], shown["strategyType"], shown["icebergQty"]) == (5, 1000001, "0.00500000")
    assert (shown["status"], shown["isWorking"], shown["workingTime"]) == ("NEW", True, shown["time"])


@pytest.mark.conformance(Row.IOC, SPOT)
@pytest.mark.conformance(Row.FOK, SPOT)
@pytest.mark.conformance(Row.POST_ONLY, SPOT)
async def test_orders_that_may_not_rest_and_orders_that_may_only_rest(raw) -> None:
    part = (await raw.order(price="65001", quantity="1.5", timeInForce="IOC"))[1]
    assert (part["status"], part["executedQty"]) == ("EXPIRED", "1.00000000")
    killed = (await raw.order(price="65001", quantity="1.5", timeInForce="FOK"))[1]
    assert (killed["status"], killed["fills"]) == ("EXPIRED", [])
    maker = (await raw.order(type="LIMIT_MAKER", timeInForce=None, newOrderRespType="RESULT"))[1]
    assert (maker["status"], maker["type"], maker["timeInForce"]) == ("NEW", "LIMIT_MAKER", "GTC")
    refused = await raw.order(type="LIMIT_MAKER", timeInForce=None, price="65100")
    assert refused == (400, {"code": -2010, "msg": "Order would immediately match and take."})


AGAIN = "that a stop has fired is told as NEW once more"


@pytest.mark.conformance(Row.STOP, SPOT, approximate=AGAIN)
async def test_a_stop_waits_and_then_sells_at_market(raw, user, move, free) -> None:
    status, placed = await raw.order(**STOP, stopPrice="64000", quantity="1", newOrderRespType="RESULT")
    assert (status, placed["status"], placed["stopPrice"]) == (200, "NEW", "64000.00000000")
    assert placed["workingTime"] == -1
    waiting = await look_up(raw, placed)
    assert (waiting["isWorking"], waiting["workingTime"]) == (False, -1)
    assert await free("BTC") == (9, 1)
    await move("64500")
    assert [event["x"] for event in await user.reports()] == ["NEW"]
    await move("63999")
    events = await user.reports()
    assert [(event["x"], event["X"], event["o"]) for event in events] == [
        ("NEW", "NEW", "STOP_LOSS"),
        ("TRADE", "FILLED", "STOP_LOSS"),
    ]
    assert events[0]["W"] == events[0]["T"]
    assert (events[1]["P"], events[1]["L"]) == ("64000.00000000", "63998.00000000")
    assert (await look_up(raw, placed))["isWorking"] is True


@pytest.mark.conformance(Row.STOP_LIMIT, SPOT, approximate=AGAIN)
async def test_a_stop_limit_rests_in_the_book_once_its_stop_has_fired(raw, user, move) -> None:
    form = {"type": "STOP_LOSS_LIMIT", "stopPrice": "66000", "price": "66010", "quantity": "0.1"}
    placed = (await raw.order(**form))[1]
    assert (await look_up(raw, placed))["isWorking"] is False
    await user.reports()
    await move("66100")
    assert [(event["x"], event["w"]) for event in await user.reports()] == [("NEW", True)]
    assert (await look_up(raw, placed))["status"] == "NEW"
    await move("66000")
    assert (await look_up(raw, placed))["status"] == "FILLED"


@pytest.mark.conformance(Row.TAKE_PROFIT, SPOT, approximate=AGAIN)
@pytest.mark.conformance(Row.TAKE_PROFIT_LIMIT, SPOT, approximate=AGAIN)
async def test_take_profits_fire_on_the_other_side(raw, move) -> None:
    market = (await raw.order(**{**STOP, "type": "TAKE_PROFIT"}, stopPrice="66000", quantity="0.1"))[1]
    limit = (await raw.order(type="TAKE_PROFIT_LIMIT", stopPrice="64000", price="63000", quantity="0.1"))[1]
    refused = await raw.order(**{**STOP, "type": "TAKE_PROFIT"}, stopPrice="64000", quantity="0.1")
    assert refused == (400, {"code": -2010, "msg": "Order would trigger immediately."})
    await move("66000")
    assert (await look_up(raw, market))["status"] == "FILLED"
    await move("64000")
    assert [(await look_up(raw, limit))[name] for name in ("status", "isWorking")] == ["NEW", True]
    await move("62999")
    assert (await look_up(raw, limit))["status"] == "FILLED"


@pytest.mark.conformance(Row.TRAILING_STOP, SPOT)
async def test_a_trailing_stop_follows_the_price_and_tells_its_delta(raw, user, move) -> None:
    placed = (await raw.order(**STOP, trailingDelta=100, quantity="0.1", newOrderRespType="RESULT"))[1]
    assert (placed["trailingDelta"], placed["trailingTime"]) == (100, placed["transactTime"])
    assert placed["stopPrice"] == "0.00000000"
    await move("66000")
    await move("65400")
    assert (await look_up(raw, placed))["isWorking"] is False
    await move("65340")  # One percent below 66,000.
    events = await user.reports()
    assert [(event["x"], event["d"], event["D"] > 0) for event in events] == [
        ("NEW", 100, True),
        ("NEW", 100, True),
        ("TRADE", 100, True),
    ]
    assert (await look_up(raw, placed))["status"] == "FILLED"


@pytest.mark.conformance(Row.TRAILING_STOP, SPOT)
async def test_a_trailing_stop_with_a_stop_price_begins_there(raw, move) -> None:
    form = {**STOP, "type": "TAKE_PROFIT", "trailingDelta": 100, "stopPrice": "66000", "quantity": "0.1"}
    placed = (await raw.order(**form, newOrderRespType="RESULT"))[1]
    assert (placed["trailingDelta"], placed["trailingTime"]) == (100, -1)
    await move("64000")  # More than a percent below, but it does not trail yet.
    assert (await look_up(raw, placed))["trailingTime"] == -1
    await move("66000")
    assert (await look_up(raw, placed))["trailingTime"] > 0
    await move("65340")
    assert (await look_up(raw, placed))["status"] == "FILLED"


@pytest.mark.conformance(Row.ICEBERG, SPOT)
async def test_an_iceberg_shows_its_peak_only(raw) -> None:
    placed = (await raw.order(price="64999.5", quantity="2", icebergQty="0.5", newOrderRespType="RESULT"))[1]
    assert placed["icebergQty"] == "0.50000000"
    book = (await raw.request("GET", "/api/v3/depth", "symbol=BTCUSDT&limit=1", signed=False))[1]
    assert book["bids"][0] == ["64999.50000000", "0.50000000"]


@pytest.mark.conformance(Row.ICEBERG, SPOT)
async def test_the_next_peak_of_an_iceberg_queues_behind_the_others(raw) -> None:
    prevention = {"selfTradePreventionMode": "NONE", "price": "64999.5"}
    iceberg = (await raw.order(**prevention, quantity="0.5", icebergQty="0.2"))[1]
    other = (await raw.order(**prevention, quantity="0.2"))[1]
    taker = (await raw.order(**prevention, side="SELL", quantity="0.5"))[1]
    assert [fill["qty"] for fill in taker["fills"]] == ["0.20000000", "0.20000000", "0.10000000"]
    trades = (await raw.call("GET", "/api/v3/myTrades", symbol="BTCUSDT"))[1]
    makers = [trade["orderId"] for trade in trades if trade["isMaker"]]
    assert makers == [iceberg["orderId"], other["orderId"], iceberg["orderId"]]
    book = (await raw.request("GET", "/api/v3/depth", "symbol=BTCUSDT&limit=1", signed=False))[1]
    assert book["bids"][0] == ["64999.50000000", "0.10000000"]
    assert (await look_up(raw, iceberg))["executedQty"] == "0.30000000"


@pytest.mark.conformance(Row.CANCEL, SPOT)
async def test_a_cancel_has_an_id_of_its_own(raw, free) -> None:
    placed = (await raw.order(newClientOrderId="mine"))[1]
    assert await free("USDT") == (D("999400"), D("600"))
    canceled = (await raw.call("DELETE", ORDER, symbol="BTCUSDT", origClientOrderId="mine", newClientOrderId="no"))[1]
    assert (canceled["origClientOrderId"], canceled["clientOrderId"]) == ("mine", "no")
    assert (canceled["orderId"], canceled["status"]) == (placed["orderId"], "CANCELED")
    assert await free("USDT") == (D("1000000"), 0)
    by_id = (await raw.order(newClientOrderId="again"))[1]
    both = {"symbol": "BTCUSDT", "orderId": by_id["orderId"], "origClientOrderId": "mine"}
    assert (await raw.call("DELETE", ORDER, **both))[1]["code"] == -2011
    assert (await raw.call("DELETE", ORDER, **both | {"origClientOrderId": "again"}))[0] == 200


@pytest.mark.conformance(Row.CANCEL, SPOT)
async def test_cancel_restrictions_look_at_what_has_been_filled(raw) -> None:
    part = (await raw.order(price="65001", quantity="1.5"))[1]
    wanted = {"symbol": "BTCUSDT", "orderId": part["orderId"]}
    refused = await raw.call("DELETE", ORDER, **wanted, cancelRestrictions="ONLY_NEW")
    assert refused == (400, {"code": -2011, "msg": "Order was not canceled due to cancel restrictions."})
    done = await raw.call("DELETE", ORDER, **wanted, cancelRestrictions="ONLY_PARTIALLY_FILLED")
    assert (done[0], done[1]["executedQty"]) == (200, "1.00000000")
    assert (await raw.call("DELETE", ORDER, **wanted, cancelRestrictions="NONE"))[1]["code"] == -1145


@pytest.mark.conformance(Row.CANCEL_ALL, SPOT)
async def test_everything_of_a_symbol_is_canceled_lists_included(raw) -> None:
    await raw.order()
    await raw.order(**STOP, stopPrice="60000")
    oco = {"symbol": "BTCUSDT", "side": "SELL", "quantity": "0.1", "price": "70000", "stopPrice": "60000"}
    assert (await raw.call("POST", "/api/v3/order/oco", **oco))[0] == 200
    await raw.order(symbol="ETHUSDT", price="2000")
    answers = (await raw.call("DELETE", "/api/v3/openOrders", symbol="BTCUSDT"))[1]
    assert [answer.get("contingencyType") for answer in answers] == [None, None, "OCO"]
    assert [report["status"] for report in answers[2]["orderReports"]] == ["CANCELED", "CANCELED"]
    left = (await raw.call("GET", "/api/v3/openOrders"))[1]
    assert [order["symbol"] for order in left] == ["ETHUSDT"]
    again = await raw.call("DELETE", "/api/v3/openOrders", symbol="BTCUSDT")
    assert again == (400, {"code": -2011, "msg": "Unknown order sent."})


@pytest.mark.conformance(Row.AMEND, SPOT)
async def test_an_order_is_made_smaller_where_it_stands(raw, user, free) -> None:
    placed = (await raw.order(quantity="0.1", newClientOrderId="old"))[1]
    path = "/api/v3/order/amend/keepPriority"
    wanted = {"symbol": "BTCUSDT", "orderId": placed["orderId"]}
    status, answer = await raw.call("PUT", path, **wanted, newQty="0.05", newClientOrderId="new")
    assert status == 200
    amended = answer["amendedOrder"]
    assert (amended["qty"], amended["origClientOrderId"], amended["clientOrderId"]) == ("0.05000000", "old", "new")
    assert await free("USDT") == (D("997000"), D("3000"))
    event = (await user.reports())[-1]
    assert (event["x"], event["c"], event["C"], event["q"]) == ("REPLACED", "new", "old", "0.05000000")
    assert event["I"] == answer["executionId"]
    rows = (await raw.call("GET", "/api/v3/order/amendments", **wanted))[1]
    assert [(row["origQty"], row["newQty"]) for row in rows] == [("0.10000000", "0.05000000")]
    for quantity, code in (("0.06", -2038), ("0.05", -2038), ("0.000001", -1013), ("0.00001", -1013)):
        refused = await raw.call("PUT", path, **wanted, newQty=quantity)
        assert (refused[0], refused[1]["code"]) == (400, code), quantity
    assert (await raw.call("PUT", path, **wanted | {"orderId": 1}, newQty="0.01"))[1]["code"] == -2038


async def test_an_order_is_checked_without_being_placed(raw) -> None:
    path, form = "/api/v3/order/test", {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.01"}
    assert await raw.call("POST", path, **form) == (200, {})
    rates = (await raw.call("POST", path, **form, computeCommissionRates="true"))[1]
    assert rates["standardCommissionForOrder"] == {"maker": "0.00100000", "taker": "0.00100000"}
    assert set(rates) >= {"taxCommissionForOrder", "discount"}
    assert (await raw.call("POST", path, **form | {"quantity": "0.0000001"}))[1]["code"] == -1013
    assert (await raw.call("GET", "/api/v3/allOrders", symbol="BTCUSDT"))[1] == []


@pytest.mark.conformance(Row.CLIENT_ORDER_IDS, SPOT)
async def test_client_order_ids_are_checked_and_made_up(raw) -> None:
    for name in ("a", "x" * 36, "A.b:/_-9"):
        assert (await raw.order(newClientOrderId=name))[1]["clientOrderId"] == name
    for name in ("x" * 37, "a b", "é", "a+b"):
        refused = await raw.order(newClientOrderId=name)
        assert (refused[0], refused[1]["code"]) == (400, -1100), name
    assert await raw.order(newClientOrderId="a") == (400, {"code": -2010, "msg": "Duplicate order sent."})
    made_up = (await raw.order())[1]["clientOrderId"]
    assert 0 < len(made_up) <= 36
