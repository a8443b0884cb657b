"""Algo orders: waiting, triggering, trailing, closing, ending."""

import pytest

from venuesim_conformance import Row
from venuesim_futures import RawFutures, stream

COLUMN = "binance linear"


async def shown(raw: RawFutures, algo: dict) -> dict:
    return await raw.get("/fapi/v1/algoOrder", algoId=algo["algoId"])


@pytest.mark.conformance(Row.STOP, COLUMN)
async def test_a_stop_waits_and_then_places_a_market_order(raw: RawFutures) -> None:
    await raw.trade("BUY", "0.01")
    algo = await raw.waiting(clientAlgoId="stop-1")
    assert (algo["algoStatus"], algo["orderType"], algo["triggerPrice"]) == ("NEW", "STOP_MARKET", "64000.00")
    assert (algo["workingType"], algo["timeInForce"], algo["icebergQuantity"]) == ("CONTRACT_PRICE", "GTC", None)
    assert await raw.get("/fapi/v1/openOrders") == []
    await raw.move("64001")
    assert (await shown(raw, algo))["algoStatus"] == "NEW"
    await raw.move("63990")
    done = await shown(raw, algo)
    assert (done["algoStatus"], done["actualType"], done["actualQty"]) == ("FINISHED", "MARKET", "0.010")
    order = await raw.get("/fapi/v1/order", symbol="BTCUSDT", orderId=int(done["actualOrderId"]))
    assert (order["status"], order["clientOrderId"], order["origType"]) == ("FILLED", "stop-1", "STOP_MARKET")
    assert order["stopPrice"] == "64000.00"
    assert await raw.position() is None


@pytest.mark.conformance(Row.STOP_LIMIT, COLUMN)
async def test_a_stop_limit_rests_once_it_is_triggered(raw: RawFutures) -> None:
    algo = await raw.waiting(type="STOP", price="64100")
    await raw.move("63990")
    triggered = await shown(raw, algo)
    order = await raw.get("/fapi/v1/openOrder", symbol="BTCUSDT", orderId=int(triggered["actualOrderId"]))
    assert (triggered["algoStatus"], order["type"], order["price"]) == ("TRIGGERED", "LIMIT", "64100.00")
    status, body = await raw.call("DELETE", "/fapi/v1/algoOrder", algoId=algo["algoId"])
    assert (status, body["code"]) == (400, -2011)
    await raw.call("DELETE", "/fapi/v1/order", symbol="BTCUSDT", orderId=order["orderId"])
    assert (await shown(raw, algo))["algoStatus"] == "FINISHED"


@pytest.mark.conformance(Row.TAKE_PROFIT, COLUMN)
async def test_a_take_profit_triggers_on_the_other_side(raw: RawFutures) -> None:
    await raw.trade("BUY", "0.01")
    algo = await raw.waiting(type="TAKE_PROFIT_MARKET", triggerPrice="66000", reduceOnly="true")
    await raw.move("66010")
    assert (await shown(raw, algo))["algoStatus"] == "FINISHED"
    assert await raw.position() is None


@pytest.mark.conformance(Row.TAKE_PROFIT_LIMIT, COLUMN)
async def test_a_take_profit_limit_rests_at_its_price(raw: RawFutures) -> None:
    algo = await raw.waiting(side="BUY", type="TAKE_PROFIT", triggerPrice="64000", price="63000")
    await raw.move("63990")
    assert (await shown(raw, algo))["algoStatus"] == "TRIGGERED"
    (order,) = await raw.get("/fapi/v1/openOrders", symbol="BTCUSDT")
    assert (order["side"], order["price"]) == ("BUY", "63000.00")


@pytest.mark.conformance(Row.TRAILING_STOP, COLUMN)
async def test_a_trailing_stop_follows_the_best_price_from_its_activation_on(raw: RawFutures) -> None:
    await raw.trade("BUY", "0.01")
    trailing = {"type": "TRAILING_STOP_MARKET", "triggerPrice": None, "callbackRate": "1"}
    status, body = await raw.algo(**trailing, activatePrice="64000")
    assert (status, body["code"]) == (400, -2021)
    algo = await raw.waiting(**trailing, activatePrice="66000")
    assert (algo["activatePrice"], algo["callbackRate"]) == ("66000.00", "1")
    for price in ("64000", "66000", "67000", "66400"):
        await raw.move(price)
        assert (await shown(raw, algo))["algoStatus"] == "NEW", price
    await raw.move("66320")  # One per cent below 67,000.
    assert (await shown(raw, algo))["algoStatus"] == "FINISHED"


async def test_a_trailing_stop_needs_a_callback_rate_within_bounds(raw: RawFutures) -> None:
    trailing = {"type": "TRAILING_STOP_MARKET", "triggerPrice": None}
    assert (await raw.algo(**trailing))[1]["code"] == -1102
    for rate in ("0.05", "10.1", "0.15"):
        assert (await raw.algo(**trailing, callbackRate=rate))[1]["code"] == -2007


@pytest.mark.conformance(Row.TRIGGER_BY_MARK, COLUMN)
async def test_a_stop_by_the_mark_price_does_not_care_for_trades(raw: RawFutures) -> None:
    futures = raw.venues.simulator.venues["binance"].futures.exchange
    market = futures.markets["BTC/USDT:USDT"]
    market.mark_price = market.mid
    algo = await raw.waiting(workingType="MARK_PRICE")
    await raw.move("63000")
    assert (await shown(raw, algo))["algoStatus"] == "NEW"
    market.mark_price = market.mid
    await raw.move("63000")
    assert (await shown(raw, algo))["algoStatus"] == "FINISHED"


async def test_price_protection_refuses_to_trigger_when_mark_and_contract_price_are_apart(raw: RawFutures) -> None:
    futures = raw.venues.simulator.venues["binance"].futures.exchange
    futures.markets["BTC/USDT:USDT"].mark_price = futures.markets["BTC/USDT:USDT"].mid
    algo = await raw.waiting(priceProtect="true", triggerPrice="62000")
    await raw.move("61000")
    assert (await shown(raw, algo))["algoStatus"] == "REJECTED"


@pytest.mark.conformance(Row.CLOSE_POSITION, COLUMN)
async def test_close_position_closes_whatever_there_is(raw: RawFutures) -> None:
    await raw.trade("BUY", "0.3")
    algo = await raw.waiting(quantity=None, closePosition="true")
    assert (algo["closePosition"], algo["quantity"]) == (True, "0.000")
    await raw.trade("BUY", "0.2")
    await raw.move("63990")
    assert (await shown(raw, algo))["actualQty"] == "0.500"
    assert await raw.position() is None


async def test_close_position_without_a_position_expires(raw: RawFutures) -> None:
    algo = await raw.waiting(quantity=None, closePosition="true")
    await raw.move("63990")
    assert (await shown(raw, algo))["algoStatus"] == "EXPIRED"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"closePosition": "true"}, -4137),
        ({"closePosition": "true", "quantity": None, "reduceOnly": "true"}, -1106),
        ({"closePosition": "true", "quantity": None, "type": "STOP", "price": "63000"}, -4136),
        ({"triggerPrice": "66000"}, -2021),
        ({"side": "BUY"}, -2021),
        ({"triggerPrice": None}, -1102),
        ({"triggerPrice": "64000.05"}, -4014),
        ({"triggerPrice": "0"}, -4006),
        ({"type": "STOP"}, -1102),
        ({"type": "STOP", "price": "50000"}, -4184),
        ({"type": "LIMIT"}, -1116),
        ({"algoType": "VP"}, -1130),
        ({"workingType": "INDEX_PRICE"}, -4031),
        ({"quantity": "0.001"}, -4164),
        ({"positionSide": "LONG"}, -4061),
        ({"symbol": "NOSUCH"}, -1121),
        ({"clientAlgoId": "a b"}, -4015),
    ],
)
async def test_what_makes_no_sense_is_refused(raw: RawFutures, changes: dict[str, object], code: int) -> None:
    status, body = await raw.algo(**changes)
    assert (status, body["code"]) == (400, code)
    assert await raw.get("/fapi/v1/openAlgoOrders") == []


async def test_a_client_algo_id_is_unique_among_those_that_wait(raw: RawFutures) -> None:
    await raw.waiting(clientAlgoId="twice")
    assert (await raw.algo(clientAlgoId="twice"))[1]["code"] == -4116
    status, body = await raw.call("DELETE", "/fapi/v1/algoOrder", clientAlgoId="twice")
    assert (status, body["clientAlgoId"], body["code"], body["msg"]) == (200, "twice", "200", "success")
    await raw.waiting(clientAlgoId="twice")


async def test_only_one_order_closes_a_position_from_the_same_side(raw: RawFutures) -> None:
    await raw.waiting(quantity=None, closePosition="true")
    assert (await raw.algo(quantity=None, closePosition="true", triggerPrice="63000"))[1]["code"] == -4130


async def test_a_contract_has_room_for_so_many_algo_orders(raw: RawFutures) -> None:
    for number in range(10):
        await raw.waiting(triggerPrice=str(60000 + number))
    assert (await raw.algo())[1]["code"] == -4045


async def test_lists_show_open_and_all_and_one_call_cancels_those_that_wait(raw: RawFutures) -> None:
    first, second = await raw.waiting(), await raw.waiting(triggerPrice="63000")
    assert [row["algoId"] for row in await raw.get("/fapi/v1/openAlgoOrders", symbol="BTCUSDT")] == [
        first["algoId"], second["algoId"],
    ]  # fmt: skip
    status, body = await raw.call("DELETE", "/fapi/v1/algoOpenOrders", symbol="BTCUSDT")
    assert (status, body["code"]) == (200, 200)
    assert await raw.get("/fapi/v1/openAlgoOrders") == []
    rows = await raw.get("/fapi/v1/allAlgoOrders", symbol="BTCUSDT")
    assert [row["algoStatus"] for row in rows] == ["CANCELED", "CANCELED"]


async def test_margin_is_checked_only_when_an_algo_order_triggers(raw: RawFutures) -> None:
    await raw.call("POST", "/fapi/v1/leverage", symbol="BTCUSDT", leverage=5)
    algo = await raw.waiting(side="BUY", triggerPrice="66000", quantity="100")
    async with stream(raw.venues, f"/private/ws?listenKey={await raw.listen_key()}") as user:
        await raw.venues.control(
            "POST", "market", {"symbol": "BTC/USDT:USDT", "price": "66010", "level_quantity": "200"}
        )
        triggering, rejected = await user.event("ALGO_UPDATE"), await user.event("ALGO_UPDATE")
    assert (triggering["o"]["X"], rejected["o"]["X"]) == ("TRIGGERING", "REJECTED")
    assert rejected["o"]["rm"] == "Margin is insufficient."
    assert (await shown(raw, algo))["algoStatus"] == "REJECTED"


async def test_an_algo_order_expires_at_its_date(timed) -> None:
    raw, clock = timed
    algo = await raw.waiting(type="STOP", price="63900", timeInForce="GTD", goodTillDate=clock.now_ms() + 700_000)
    clock.advance(700_000)
    raw.venues.simulator.venues["binance"].futures.pass_time()
    assert (await shown(raw, algo))["algoStatus"] == "EXPIRED"


async def test_the_life_of_an_algo_order_is_told_step_by_step(raw: RawFutures) -> None:
    await raw.trade("BUY", "0.01")
    async with stream(raw.venues, f"/private/ws?listenKey={await raw.listen_key()}") as user:
        await raw.waiting(clientAlgoId="life")
        await raw.move("63990")
        steps = [await user.event("ALGO_UPDATE") for _ in range(4)]
    assert [step["o"]["X"] for step in steps] == ["NEW", "TRIGGERING", "TRIGGERED", "FINISHED"]
    new, last = steps[0]["o"], steps[-1]["o"]
    assert (new["caid"], new["at"], new["o"], new["tp"], new["ai"]) == (
        "life",
        "CONDITIONAL",
        "STOP_MARKET",
        "64000",
        "",
    )
    assert (last["aq"], last["act"], last["tt"] > 0) == ("0.01", "MARKET", True)


async def test_an_algo_order_with_an_unknown_time_in_force_is_refused(raw: RawFutures) -> None:
    status, body = await raw.algo(timeInForce="SOON")
    assert (status, body["code"]) == (400, -1115)
    assert (await raw.waiting(timeInForce="GTE_GTC", quantity=None, closePosition="true"))["timeInForce"] == "GTC"
