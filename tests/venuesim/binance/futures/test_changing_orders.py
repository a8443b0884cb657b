"""Modifying, cancelling, looking up."""

import json

import pytest

from venuesim_conformance import Row
from venuesim_futures import RawFutures, Stream, signed, stream

COLUMN = "binance linear"
DAY_MS = 86_400_000


async def modify(raw: RawFutures, **changes: object) -> tuple[int, dict]:
    sent = {"symbol": "BTCUSDT", "side": "BUY", "quantity": "0.01", "price": "60000", **changes}
    return await raw.call("PUT", "/fapi/v1/order", **sent)


@pytest.mark.conformance(Row.AMEND, COLUMN)
async def test_an_order_is_modified_in_place_and_keeps_its_id(raw: RawFutures) -> None:
    order = await raw.placed(newClientOrderId="m-1")
    status, changed = await modify(raw, origClientOrderId="m-1", quantity="0.02", price="60001", modifyId=7)
    assert (status, changed["orderId"], changed["clientOrderId"]) == (200, order["orderId"], "m-1")
    assert (changed["price"], changed["origQty"], changed["modifyId"]) == ("60001.00", "0.020", 7)
    status, body = await modify(raw, origClientOrderId="m-1", quantity="0.02", price="60001")
    assert (status, body) == (400, {"code": -5027, "msg": "No need to modify the order."})


async def test_the_history_of_an_order_shows_every_modification(raw: RawFutures) -> None:
    order = await raw.placed()
    for price in ("60001", "60002"):
        await modify(raw, orderId=order["orderId"], price=price)
    newest, oldest = await raw.get("/fapi/v1/orderAmendment", symbol="BTCUSDT", orderId=order["orderId"])
    assert oldest["amendment"]["price"] == {"before": "60000.00", "after": "60001.00"}
    assert (newest["amendment"]["count"], oldest["amendment"]["count"]) == (2, 1)
    assert newest["amendmentId"] > oldest["amendmentId"]


async def test_a_modification_that_breaks_a_rule_leaves_the_order_as_it_is(raw: RawFutures) -> None:
    order = await raw.placed()
    for changes, code in (
        ({"price": "60000.05"}, -4014),
        ({"quantity": "0.0001"}, -1111),
        ({"price": "70000"}, -4016),
        ({"quantity": "0.001"}, -5029),
        ({"quantity": "999"}, -2019),
        ({"price": None}, -1102),
        ({"side": "SELL", "price": "64000"}, -2013),
        ({"reduceOnly": "true", "price": "60001"}, -5047),
    ):
        status, body = await modify(raw, orderId=order["orderId"], **changes)
        assert (status, body["code"]) == (400, code), changes
    queried = await raw.get("/fapi/v1/order", symbol="BTCUSDT", orderId=order["orderId"])
    assert (queried["price"], queried["origQty"], queried["status"]) == ("60000.00", "0.010", "NEW")


async def test_a_modification_to_what_is_filled_or_to_a_taking_post_only_price_cancels(raw: RawFutures) -> None:
    partly = await raw.placed(quantity="1.5", price="65001")
    status, body = await modify(raw, orderId=partly["orderId"], quantity="1", price="65001")
    assert (status, body["status"], body["executedQty"]) == (200, "CANCELED", "1.000")
    maker = await raw.placed(timeInForce="GTX")
    status, body = await modify(raw, orderId=maker["orderId"], price="65020")
    assert (status, body["status"]) == (200, "CANCELED")


async def test_a_refused_modification_names_nothing_in_later_events(raw: RawFutures) -> None:
    order = await raw.placed(quantity="0.01", price="60000")
    status, body = await modify(raw, orderId=order["orderId"], quantity="500", modifyId=9)
    assert (status, body["code"]) == (400, -2019)
    key = await raw.listen_key()
    async with stream(raw.venues, f"/private/ws?listenKey={key}") as user:
        assert (await modify(raw, orderId=order["orderId"], quantity="0.02"))[0] == 200
        assert "M" not in (await user.event("ORDER_TRADE_UPDATE"))["o"]
    history = await raw.get("/fapi/v1/orderAmendment", symbol="BTCUSDT", orderId=order["orderId"])
    assert [entry["amendment"]["count"] for entry in history] == [1]


async def test_a_modification_may_not_outgrow_position_or_bracket(raw: RawFutures) -> None:
    await raw.trade("BUY", "0.1")
    closing = await raw.placed(side="SELL", price="66000", quantity="0.1", reduceOnly="true")
    status, body = await modify(raw, orderId=closing["orderId"], side="SELL", price="66000", quantity="0.2")
    assert (status, body["code"]) == (400, -2022)
    await raw.call("POST", "/fapi/v1/leverage", symbol="BTCUSDT", leverage=125)
    opening = await raw.placed()
    status, body = await modify(raw, orderId=opening["orderId"], quantity="30")
    assert (status, body["code"]) == (400, -2027)


async def test_a_modified_order_queues_up_anew_even_if_it_only_shrinks(raw: RawFutures) -> None:
    first = await raw.placed(price="65000", quantity="0.2")
    second = await raw.placed(price="65000", quantity="0.1")
    assert (await modify(raw, orderId=first["orderId"], price="65000", quantity="0.1"))[0] == 200
    await raw.trade("SELL", "0.1", selfTradePreventionMode="NONE")
    states = [
        (await raw.get("/fapi/v1/order", symbol="BTCUSDT", orderId=order["orderId"]))["status"]
        for order in (first, second)
    ]
    assert states == ["NEW", "FILLED"]


async def test_each_modification_of_a_batch_answers_for_itself(raw: RawFutures) -> None:
    order = await raw.placed()
    item = {"symbol": "BTCUSDT", "side": "BUY", "quantity": "0.01", "price": "60001"}
    items = [{**item, "orderId": order["orderId"]}, {**item, "orderId": 1}]
    status, answers = await raw.call("PUT", "/fapi/v1/batchOrders", batchOrders=json.dumps(items))
    assert (status, answers[0]["price"], answers[1]["code"]) == (200, "60001.00", -2013)


@pytest.mark.conformance(Row.CANCEL, COLUMN)
async def test_a_canceled_order_is_gone(raw: RawFutures) -> None:
    order = await raw.placed(newClientOrderId="c-1")
    status, body = await raw.call("DELETE", "/fapi/v1/order", symbol="BTCUSDT", origClientOrderId="c-1")
    assert (status, body["status"], body["orderId"]) == (200, "CANCELED", order["orderId"])
    status, body = await raw.call("DELETE", "/fapi/v1/order", symbol="BTCUSDT", orderId=order["orderId"])
    assert (status, body) == (400, {"code": -2011, "msg": "Unknown order sent."})
    status, body = await raw.call("DELETE", "/fapi/v1/order", symbol="BTCUSDT")
    assert (status, body["code"]) == (400, -1102)


@pytest.mark.conformance(Row.CANCEL_MANY, COLUMN)
async def test_many_orders_are_canceled_by_ids_each_with_its_own_answer(raw: RawFutures) -> None:
    orders = [await raw.placed(newClientOrderId=f"many-{number}") for number in range(3)]
    ids = json.dumps([orders[0]["orderId"], 1])
    status, answers = await raw.call("DELETE", "/fapi/v1/batchOrders", symbol="BTCUSDT", orderIdList=ids)
    assert (status, answers[0]["status"], answers[1]["code"]) == (200, "CANCELED", -2011)
    names = json.dumps(["many-1", "many-2"])
    # ccxt writes the name in small letters.
    _, answers = await raw.call("DELETE", "/fapi/v1/batchOrders", symbol="BTCUSDT", origclientorderidlist=names)
    assert [answer["status"] for answer in answers] == ["CANCELED", "CANCELED"]
    status, body = await raw.call("DELETE", "/fapi/v1/batchOrders", symbol="BTCUSDT", orderIdList=str([1] * 11))
    assert (status, body["code"]) == (400, -4032)


@pytest.mark.conformance(Row.CANCEL_ALL, COLUMN)
async def test_all_orders_of_a_contract_are_canceled_and_none_is_no_error(raw: RawFutures) -> None:
    await raw.placed()
    await raw.placed()
    for _ in range(2):
        status, body = await raw.call("DELETE", "/fapi/v1/allOpenOrders", symbol="BTCUSDT")
        assert (status, body) == (200, {"code": 200, "msg": "The operation of cancel all open order is done."})
    assert await raw.get("/fapi/v1/openOrders") == []


@pytest.mark.conformance(Row.DEAD_MAN_SWITCH, COLUMN)
async def test_a_countdown_that_is_not_renewed_cancels_everything(timed) -> None:
    raw, clock = timed
    order = await raw.placed()
    path = "/fapi/v1/countdownCancelAll"
    status, body = await raw.call("POST", path, symbol="BTCUSDT", countdownTime=1000)
    assert (status, body) == (200, {"symbol": "BTCUSDT", "countdownTime": "1000"})
    clock.advance(900)
    await raw.call("POST", path, symbol="BTCUSDT", countdownTime=1000)
    clock.advance(900)
    raw.venues.simulator.venues["binance"].futures.pass_time()
    assert (await raw.get("/fapi/v1/openOrder", symbol="BTCUSDT", orderId=order["orderId"]))["status"] == "NEW"
    clock.advance(200)
    raw.venues.simulator.venues["binance"].futures.pass_time()
    assert (await raw.get("/fapi/v1/order", symbol="BTCUSDT", orderId=order["orderId"]))["status"] == "CANCELED"
    kept = await raw.placed()
    await raw.call("POST", path, symbol="BTCUSDT", countdownTime=1000)
    await raw.call("POST", path, symbol="BTCUSDT", countdownTime=0)
    clock.advance(5000)
    raw.venues.simulator.venues["binance"].futures.pass_time()
    assert (await raw.get("/fapi/v1/order", symbol="BTCUSDT", orderId=kept["orderId"]))["status"] == "NEW"


@pytest.mark.conformance(Row.RETENTION, COLUMN)
async def test_an_order_without_a_fill_is_found_for_three_days_and_one_with_fills_for_ninety(timed) -> None:
    raw, clock = timed
    canceled, filled = await raw.placed(), await raw.trade("BUY", "0.01")
    await raw.call("DELETE", "/fapi/v1/order", symbol="BTCUSDT", orderId=canceled["orderId"])
    clock.advance(3 * DAY_MS)
    assert (await raw.get("/fapi/v1/order", symbol="BTCUSDT", orderId=canceled["orderId"]))["status"] == "CANCELED"
    clock.advance(1000)
    status, body = await raw.call("GET", "/fapi/v1/order", symbol="BTCUSDT", orderId=canceled["orderId"])
    assert (status, body) == (400, {"code": -2013, "msg": "Order does not exist."})
    assert (await raw.get("/fapi/v1/order", symbol="BTCUSDT", orderId=filled["orderId"]))["status"] == "FILLED"
    clock.advance(87 * DAY_MS)
    status, _ = await raw.call("GET", "/fapi/v1/order", symbol="BTCUSDT", orderId=filled["orderId"])
    assert status == 400


async def test_lists_of_orders_begin_at_an_id_or_show_the_newest(raw: RawFutures) -> None:
    ids = [(await raw.placed())["orderId"] for _ in range(4)]
    newest = await raw.get("/fapi/v1/allOrders", symbol="BTCUSDT", limit=2)
    assert [order["orderId"] for order in newest] == ids[2:]
    following = await raw.get("/fapi/v1/allOrders", symbol="BTCUSDT", orderId=ids[1], limit=2)
    assert [order["orderId"] for order in following] == ids[1:3]
    week = 7 * DAY_MS
    status, body = await raw.call("GET", "/fapi/v1/allOrders", symbol="BTCUSDT", startTime=0, endTime=week + 1)
    assert (status, body["code"]) == (400, -1127)


@pytest.mark.conformance(Row.FEES, COLUMN)
async def test_executions_tell_fee_profit_and_side(raw: RawFutures) -> None:
    await raw.trade("BUY", "0.01")
    closing = await raw.trade("SELL", "0.01")
    opened, closed = await raw.get("/fapi/v1/userTrades", symbol="BTCUSDT")
    assert (opened["price"], opened["qty"], opened["commission"]) == ("65001.00", "0.010", "0.32500500")
    assert (opened["commissionAsset"], opened["maker"], opened["buyer"], opened["side"]) == ("USDT", False, True, "BUY")
    assert (closed["realizedPnl"], closed["orderId"]) == ("-0.02000000", closing["orderId"])
    rest = await raw.get("/fapi/v1/userTrades", symbol="BTCUSDT", fromId=closed["id"])
    assert [trade["id"] for trade in rest] == [closed["id"]]
    status, body = await raw.call("GET", "/fapi/v1/userTrades", symbol="BTCUSDT", fromId=1, startTime=1)
    assert (status, body["code"]) == (400, -1128)


@pytest.mark.conformance(Row.SOCKET_ENTRY, COLUMN)
async def test_the_websocket_api_places_modifies_shows_and_cancels(venues) -> None:
    async with stream(venues, "", "fws_api") as api:
        order = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01"}
        placed = await answered(api, signed("order.place", "1", **order, price="60000", newClientOrderId="ws-1"))
        changed = await answered(
            api,
            signed(
                "order.modify", "2", symbol="BTCUSDT", side="BUY", quantity="0.01", price="60001",
                orderId=placed["orderId"],
            ),
        )  # fmt: skip
        shown = await answered(api, signed("order.status", "3", symbol="BTCUSDT", origClientOrderId="ws-1"))
        assert (placed["status"], changed["price"], shown["price"]) == ("NEW", "60001.00", "60001.00")
        canceled = await answered(api, signed("order.cancel", "4", symbol="BTCUSDT", orderId=placed["orderId"]))
        assert canceled["status"] == "CANCELED"
        algo = {"algoType": "CONDITIONAL", "symbol": "BTCUSDT", "side": "SELL", "type": "STOP_MARKET"}
        waits = await answered(api, signed("algoOrder.place", "5", **algo, quantity="0.01", triggerPrice="64000"))
        gone = await answered(api, signed("algoOrder.cancel", "6", algoId=waits["algoId"]))
        assert (waits["algoStatus"], gone["msg"]) == ("NEW", "success")
        for number, method in enumerate(
            ("account.balance", "v2/account.balance", "account.status", "v2/account.status", "account.position",
             "v2/account.position"),
            start=7,
        ):  # fmt: skip
            assert await answered(api, signed(method, str(number))) is not None
        refused = await api.ask(**signed("order.cancel", "20", symbol="BTCUSDT", orderId=1))
        assert (refused["status"], refused["error"]) == (400, {"code": -2011, "msg": "Unknown order sent."})
        unknown = await api.ask(**signed("myTrades", "21", symbol="BTCUSDT"))
        assert (unknown["status"], unknown["error"]["code"]) == (404, -5000)


async def answered(api: Stream, frame: dict[str, object]) -> dict:
    answer = await api.ask(**frame)
    assert answer["status"] == 200, answer
    assert {limit["rateLimitType"] for limit in answer["rateLimits"]} >= {"REQUEST_WEIGHT"}
    return answer["result"]
