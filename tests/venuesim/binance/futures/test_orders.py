"""New orders: types, times in force, options, batches."""

import json

import pytest

from venuesim_conformance import Row
from venuesim_futures import RawFutures

COLUMN = "binance linear"


@pytest.mark.conformance(Row.LIMIT, COLUMN)
async def test_an_order_is_acknowledged_before_matching_unless_its_result_is_asked_for(raw: RawFutures) -> None:
    _, acknowledged = await raw.order(price="65001")
    assert (acknowledged["status"], acknowledged["executedQty"], acknowledged["avgPrice"]) == ("NEW", "0.000", "0.00")
    result = await raw.placed(price="65001")
    assert (result["status"], result["executedQty"], result["avgPrice"]) == ("FILLED", "0.010", "65001.00000")


async def test_amounts_are_written_with_the_precision_of_the_contract(raw: RawFutures) -> None:
    order = await raw.placed()
    assert {name: order[name] for name in ("price", "origQty", "cumQty", "cumQuote", "stopPrice")} == {
        "price": "60000.00", "origQty": "0.010", "cumQty": "0.000", "cumQuote": "0.00000", "stopPrice": "0.00",
    }  # fmt: skip
    assert (order["type"], order["origType"], order["timeInForce"]) == ("LIMIT", "LIMIT", "GTC")
    assert (order["positionSide"], order["workingType"], order["priceMatch"]) == ("BOTH", "CONTRACT_PRICE", "NONE")
    assert (order["selfTradePreventionMode"], order["goodTillDate"]) == ("EXPIRE_MAKER", 0)


@pytest.mark.conformance(Row.MARKET_BASE, COLUMN)
async def test_a_market_order_trades_at_once_and_has_no_price(raw: RawFutures) -> None:
    order = await raw.trade("BUY", "1.5")
    assert (order["status"], order["price"], order["executedQty"]) == ("FILLED", "0.00", "1.500")
    queried = await raw.get("/fapi/v1/order", symbol="BTCUSDT", orderId=order["orderId"])
    assert (queried["price"], queried["avgPrice"]) == ("0.00", order["avgPrice"])


async def test_a_market_order_trades_no_further_than_the_take_bound(raw: RawFutures) -> None:
    await raw.venues.control("POST", "market", {"symbol": "BTC/USDT:USDT", "price": "65000", "levels": 1})
    order = await raw.trade("BUY", "2")
    assert (order["status"], order["executedQty"]) == ("EXPIRED", "1.000")


@pytest.mark.conformance(Row.IOC, COLUMN)
async def test_what_an_ioc_order_cannot_trade_expires(raw: RawFutures) -> None:
    order = await raw.placed(quantity="1.5", price="65001", timeInForce="IOC")
    assert (order["status"], order["executedQty"]) == ("EXPIRED", "1.000")


@pytest.mark.conformance(Row.FOK, COLUMN)
async def test_a_fok_order_that_cannot_be_filled_whole_is_refused_and_not_recorded(raw: RawFutures) -> None:
    status, body = await raw.order(quantity="1.5", price="65001", timeInForce="FOK")
    assert (status, body["code"]) == (400, -5021)
    assert await raw.get("/fapi/v1/allOrders", symbol="BTCUSDT") == []
    assert (await raw.placed(quantity="0.5", price="65001", timeInForce="FOK"))["status"] == "FILLED"


@pytest.mark.conformance(Row.POST_ONLY, COLUMN)
async def test_a_post_only_order_that_would_take_is_refused_and_not_recorded(raw: RawFutures) -> None:
    status, body = await raw.order(price="65001", timeInForce="GTX")
    assert (status, body["code"]) == (400, -5022)
    assert await raw.get("/fapi/v1/allOrders", symbol="BTCUSDT") == []
    assert (await raw.placed(price="65000", timeInForce="GTX"))["timeInForce"] == "GTX"


@pytest.mark.conformance(Row.GTD, COLUMN)
async def test_a_gtd_order_expires_at_its_date(timed) -> None:
    raw, clock = timed
    status, body = await raw.order(timeInForce="GTD", goodTillDate=clock.now_ms() + 600_000)
    assert (status, body["code"]) == (400, -5040)
    date_ms = clock.now_ms() + 700_123
    order = await raw.placed(timeInForce="GTD", goodTillDate=date_ms)
    assert order["goodTillDate"] == date_ms // 1000 * 1000
    clock.advance(701_000)
    for exchange in raw.venues.simulator.venues["binance"].exchanges:
        exchange.pass_time()
    queried = await raw.get("/fapi/v1/order", symbol="BTCUSDT", orderId=order["orderId"])
    assert queried["status"] == "EXPIRED"


@pytest.mark.conformance(Row.REDUCE_ONLY, COLUMN)
async def test_a_reduce_only_order_needs_a_position_and_never_turns_it(raw: RawFutures) -> None:
    status, body = await raw.order(side="SELL", price="66000", reduceOnly="true")
    assert (status, body["code"]) == (400, -2022)
    await raw.trade("BUY", "0.02")
    status, body = await raw.order(side="SELL", price="66000", quantity="0.03", reduceOnly="true")
    assert (status, body["code"]) == (400, -2022)
    resting = await raw.placed(side="SELL", price="66000", quantity="0.01", reduceOnly="true")
    closed = await raw.trade("SELL", "0.05", reduceOnly="true")
    assert (closed["status"], closed["executedQty"]) == ("EXPIRED", "0.020")
    raw.venues.simulator.venues["binance"].futures.pass_time()
    queried = await raw.get("/fapi/v1/order", symbol="BTCUSDT", orderId=resting["orderId"])
    assert queried["status"] == "EXPIRED"  # There is nothing left for it to reduce.


async def test_a_reduce_only_order_may_be_below_the_smallest_notional(raw: RawFutures) -> None:
    await raw.trade("BUY", "0.01")
    assert (await raw.trade("SELL", "0.001", reduceOnly="true"))["status"] == "FILLED"
    status, body = await raw.order(quantity="0.001")
    assert (status, body) == (
        400, {"code": -4164, "msg": "Order's notional must be no smaller than 100 (unless you choose reduce only)."},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("match", "side", "price"),
    [
        ("OPPONENT", "BUY", "65001.00"),
        ("OPPONENT", "SELL", "64999.00"),
        ("QUEUE", "BUY", "64999.00"),
        ("QUEUE", "SELL", "65001.00"),
    ],
)
async def test_price_match_takes_the_price_from_the_book(raw: RawFutures, match: str, side: str, price: str) -> None:
    order = await raw.placed(side=side, price=None, priceMatch=match)
    assert (order["price"], order["priceMatch"]) == (price, match)


async def test_price_match_is_refused_with_a_price_at_the_market_and_beyond_the_book(raw: RawFutures) -> None:
    assert (await raw.order(priceMatch="QUEUE"))[1]["code"] == -1106
    assert (await raw.order(price=None, priceMatch="QUEUE_5"))[1]["code"] == -5041
    assert (await raw.order(price=None, priceMatch="BEST"))[1]["code"] == -5037
    market = {"type": "MARKET", "timeInForce": None, "price": None}
    assert (await raw.order(**market, priceMatch="QUEUE"))[1]["code"] == -5038


@pytest.mark.conformance(Row.SELF_TRADE, COLUMN)
@pytest.mark.parametrize(
    ("mode", "maker", "taker"),
    [
        (None, "EXPIRED_IN_MATCH", "NEW"),  # EXPIRE_MAKER is what the venue does unless told otherwise.
        ("EXPIRE_MAKER", "EXPIRED_IN_MATCH", "NEW"),
        ("EXPIRE_TAKER", "NEW", "EXPIRED_IN_MATCH"),
        ("EXPIRE_BOTH", "EXPIRED_IN_MATCH", "EXPIRED_IN_MATCH"),
        ("NONE", "FILLED", "FILLED"),
    ],
)
async def test_orders_of_one_account_do_not_trade_with_each_other(
    raw: RawFutures, mode: str | None, maker: str, taker: str
) -> None:
    resting = await raw.placed(price="65000")
    taking = await raw.placed(side="SELL", price="65000", selfTradePreventionMode=mode)
    assert taking["status"] == taker
    queried = await raw.get("/fapi/v1/order", symbol="BTCUSDT", orderId=resting["orderId"])
    assert queried["status"] == maker


async def test_conditional_types_are_sent_to_the_algo_service(raw: RawFutures) -> None:
    for order_type in ("STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET", "TRAILING_STOP_MARKET"):
        status, body = await raw.order(type=order_type, stopPrice="64000")
        assert (status, body["code"]) == (400, -4120)


@pytest.mark.conformance(Row.CLIENT_ORDER_IDS, COLUMN)
async def test_a_client_order_id_is_unique_among_open_orders_only(raw: RawFutures) -> None:
    first = await raw.placed(newClientOrderId="mine")
    status, body = await raw.order(newClientOrderId="mine")
    assert (status, body) == (400, {"code": -4116, "msg": "ClientOrderId is duplicated."})
    await raw.call("DELETE", "/fapi/v1/order", symbol="BTCUSDT", origClientOrderId="mine")
    second = await raw.placed(newClientOrderId="mine")
    queried = await raw.get("/fapi/v1/order", symbol="BTCUSDT", origClientOrderId="mine")
    assert first["orderId"] < second["orderId"] == queried["orderId"]
    for bad in ("", "a" * 37, "blank space", "ü"):
        status, body = await raw.order(newClientOrderId=bad)
        assert (status, body["code"]) == (400, -1105 if bad == "" else -4015)


async def test_an_order_without_a_client_order_id_gets_one(raw: RawFutures) -> None:
    assert len((await raw.placed())["clientOrderId"]) == 22


async def test_a_tested_order_is_checked_and_not_placed(raw: RawFutures) -> None:
    order = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "price": "60000"}
    status, body = await raw.call("POST", "/fapi/v1/order/test", **order, quantity="0.01")
    assert (status, body["status"], body["origQty"]) == (200, "NEW", "0.010")
    status, body = await raw.call("POST", "/fapi/v1/order/test", **order, quantity="0.0001")
    assert (status, body["code"]) == (400, -1111)
    assert await raw.get("/fapi/v1/openOrders") == []


@pytest.mark.conformance(Row.BATCH, COLUMN)
async def test_each_order_of_a_batch_answers_for_itself(raw: RawFutures) -> None:
    good = {
        "symbol": "BTCUSDT",
        "side": "BUY",
        "type": "LIMIT",
        "timeInForce": "GTC",
        "quantity": "0.01",
        "price": 60000,
    }
    bad = {**good, "quantity": "0"}
    # The venue's own client adds reduceOnly in capitals.
    other = {**good, "price": "60001.0", "reduceOnly": "FALSE", "newOrderRespType": "ACK"}
    status, answers = await raw.call("POST", "/fapi/v1/batchOrders", batchOrders=json.dumps([good, bad, other]))
    assert status == 200
    assert [answer.get("price") for answer in answers] == ["60000.00", None, "60001.00"]
    assert answers[1] == {"code": -4003, "msg": "Quantity less than zero."}
    for size in (0, 6):
        status, body = await raw.call("POST", "/fapi/v1/batchOrders", batchOrders=json.dumps([good] * size))
        assert (status, body["code"]) == (400, -4082)
    status, body = await raw.call("POST", "/fapi/v1/batchOrders", batchOrders="[{")
    assert (status, body["code"]) == (400, -1130)


async def test_self_trade_prevention_leaves_fill_or_kill_orders_alone(raw: RawFutures) -> None:
    maker = await raw.placed(side="SELL", price="65000", quantity="0.1")
    fields = {"price": "65000", "quantity": "0.1", "timeInForce": "FOK", "selfTradePreventionMode": "EXPIRE_BOTH"}
    taker = await raw.placed(**fields)
    assert (taker["status"], taker["selfTradePreventionMode"]) == ("FILLED", "EXPIRE_BOTH")
    found = await raw.get("/fapi/v1/order", symbol="BTCUSDT", orderId=maker["orderId"])
    assert found["status"] == "FILLED"
