"""Amends, batches and cancels of many."""

import pytest

from venuesim_conformance import Row

SPOT = {"category": "spot"}
CHANGE = {**SPOT, "symbol": "BTCUSDT"}


@pytest.mark.conformance(Row.AMEND, "bybit spot")
async def test_a_spot_order_is_amended_in_place_and_its_hold_follows(raw, venues) -> None:
    order_id = await raw.placed(qty="0.5", orderLinkId="mine")
    answer = await raw.post("order/amend", {**CHANGE, "orderLinkId": "mine", "qty": "0.4", "price": "63500"})
    assert answer["result"] == {"orderId": order_id, "orderLinkId": "mine"}
    shown = await raw.shown(order_id)
    assert (shown["qty"], shown["price"], shown["orderStatus"]) == ("0.4", "63500", "New")
    ledger = await venues.control("GET", "ledger")
    assert [row["locked"] for row in ledger["balances"] if row["asset"] == "USDT"] == ["25400.0"]


@pytest.mark.conformance(Row.AMEND, "bybit spot")
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, 10001),
        ({"qty": "2", "price": "65001"}, 10001),
        ({"qty": "1"}, 170313),
        ({"qty": "0.9"}, 170313),
        ({"qty": "1.0000001"}, 170137),
        ({"price": "66300.1"}, 170193),
        ({"price": "64000.01"}, 170134),
        ({"qty": "60", "price": "64000"}, 170131),
        ({"orderId": "7", "qty": "1"}, 170213),
        ({"symbol": "NOPE", "qty": "1"}, 170121),
    ],
)
async def test_a_spot_order_is_not_amended_against_the_rules(raw, changes: dict, code: int) -> None:
    order_id = await raw.placed(qty="2", price="65001")  # 1 BTC is filled at once.
    answer = await raw.post("order/amend", {**CHANGE, "orderId": order_id, **changes})
    assert answer["retCode"] == code, answer
    shown = await raw.shown(order_id)
    assert (shown["qty"], shown["price"]) == ("2", "65001")


async def test_an_order_that_ended_is_not_amended(raw, contracts) -> None:
    filled = await raw.placed(price="65001")
    canceled = await raw.placed()
    await raw.cancel(orderId=canceled)
    for order_id, code in ((filled, 170139), (canceled, 170142)):
        answer = await raw.post("order/amend", {**CHANGE, "orderId": order_id, "qty": "0.02"})
        assert answer["retCode"] == code
    order_id = await contracts.placed()
    await contracts.done("order/cancel", orderId=order_id)
    answer = await contracts.post("order/amend", orderId=order_id, qty="0.02")
    assert (answer["retCode"], answer["retMsg"]) == (110001, "order not exists or too late to replace")


@pytest.mark.conformance(Row.AMEND, "bybit linear")
async def test_a_contracts_order_is_amended_in_place(contracts) -> None:
    order_id = await contracts.placed(takeProfit="70000")
    await contracts.done(
        "order/amend", orderId=order_id, qty="0.02", price="64100", takeProfit="71000", stopLoss="60000"
    )
    shown = await contracts.shown(order_id)
    assert [shown[name] for name in ("qty", "price", "takeProfit", "stopLoss", "slTriggerBy")] == [
        *("0.02", "64100", "71000", "60000", "LastPrice"),
    ]
    await contracts.done("order/amend", orderId=order_id, takeProfit="0")
    assert (await contracts.shown(order_id))["takeProfit"] == ""
    answer = await contracts.post("order/amend", orderId=order_id, qty="0.02")
    assert (answer["retCode"], answer["retMsg"]) == (
        10001,
        "The order remains unchanged as the parameters entered match the existing ones.",
    )
    for changes, code in (({"qty": "0.0205"}, 10001), ({"price": "70000"}, 110003), ({"qty": "170"}, 110007)):
        assert (await contracts.post("order/amend", orderId=order_id, **changes))["retCode"] == code, changes


async def test_a_partly_filled_order_keeps_its_stops_and_what_it_has_filled(contracts) -> None:
    order_id = await contracts.placed(qty="1.5", price="65001", stopLoss="60000")
    assert (await contracts.post("order/amend", orderId=order_id, qty="1"))["retCode"] == 110064
    assert (await contracts.post("order/amend", orderId=order_id, stopLoss="61000"))["retCode"] == 110059
    await contracts.done("order/amend", orderId=order_id, qty="1.2")
    assert (await contracts.shown(order_id))["leavesQty"] == "0.2"


@pytest.mark.conformance(Row.AMEND, "bybit linear")
async def test_a_trigger_price_can_be_amended_while_it_waits(contracts) -> None:
    order_id = await contracts.placed(
        orderType="Market", price=None, side="Sell", triggerPrice="64000", triggerDirection=2
    )
    answer = await contracts.post("order/amend", orderId=order_id, triggerPrice="65000")
    assert answer["retCode"] == 110093
    await contracts.done("order/amend", orderId=order_id, triggerPrice="64500")
    await contracts.move("64490")
    assert (await contracts.shown(order_id))["orderStatus"] == "Filled"


@pytest.mark.conformance(Row.BATCH, "bybit linear")
async def test_a_batch_of_contracts_tells_what_became_of_each_order(contracts) -> None:
    order = {"symbol": "BTCUSDT", "side": "Buy", "orderType": "Limit", "qty": "0.01", "price": "64000"}
    batch = [{**order, "orderLinkId": "a"}, {**order, "qty": "0.0001"}, {**order, "orderLinkId": "a"}, order]
    answer = await contracts.post("order/create-batch", request=batch)
    assert (answer["retCode"], answer["retMsg"]) == (0, "OK")
    assert [entry["code"] for entry in answer["retExtInfo"]["list"]] == [0, 10001, 110072, 0]
    assert answer["retExtInfo"]["list"][0] == {"code": 0, "msg": "OK"}
    rows = answer["result"]["list"]
    first = rows[0]["orderId"]
    assert rows[0] == {
        "category": "linear",
        "symbol": "BTCUSDT",
        "orderId": first,
        "orderLinkId": "a",
        "createAt": (await contracts.shown(first))["createdTime"],
    }
    assert rows[1] == {"category": "linear", "symbol": "BTCUSDT", "orderId": "", "orderLinkId": "", "createAt": ""}
    amended = await contracts.post(
        "order/amend-batch",
        request=[{"symbol": "BTCUSDT", "orderId": first, "qty": "0.02"}, {"symbol": "BTCUSDT", "orderId": "7"}],
    )
    assert [entry["code"] for entry in amended["retExtInfo"]["list"]] == [0, 110001]
    assert amended["result"]["list"][0] == {
        "category": "linear",
        "symbol": "BTCUSDT",
        "orderId": first,
        "orderLinkId": "a",
    }
    canceled = await contracts.post(
        "order/cancel-batch",
        request=[{"symbol": "BTCUSDT", "orderLinkId": "a"}, {"symbol": "BTCUSDT", "orderId": rows[3]["orderId"]}],
    )
    assert [entry["code"] for entry in canceled["retExtInfo"]["list"]] == [0, 0]
    assert await contracts.listed("order/realtime") == []


@pytest.mark.conformance(Row.BATCH, "bybit spot")
async def test_a_spot_batch_takes_ten_orders(raw, venues) -> None:
    await venues.control("POST", "limits", {"scale": 100})
    order = {"symbol": "BTCUSDT", "side": "Buy", "orderType": "Limit", "qty": "0.01", "price": "63000"}
    answer = await raw.post("order/create-batch", {**SPOT, "request": [order] * 10})
    assert [entry["code"] for entry in answer["retExtInfo"]["list"]] == [0] * 10
    for wrong in ([], [order] * 11, "all", [1], None):
        answer = await raw.post("order/create-batch", {**SPOT, "request": wrong})
        assert (answer["retCode"], answer["result"]) == (10001, {}), wrong
    canceled = await raw.post(
        "order/cancel-batch", {**SPOT, "request": [{"symbol": "BTCUSDT", "orderId": "1"}, {"symbol": "BTCUSDT"}]}
    )
    assert [entry["code"] for entry in canceled["retExtInfo"]["list"]] == [170213, 10001]


@pytest.mark.conformance(Row.CANCEL_ALL, "bybit linear")
@pytest.mark.conformance(Row.CANCEL_MANY, "bybit linear")
async def test_contracts_are_canceled_by_symbol_coin_and_kind(contracts) -> None:
    stop = {"orderType": "Market", "price": None, "side": "Sell", "triggerPrice": "64000", "triggerDirection": 2}

    async def placed() -> tuple[str, str, str]:
        other = await contracts.placed(symbol="ETHUSDT", price="1000", qty="0.1")
        return await contracts.placed(), await contracts.placed(**stop), other

    for body, wanted in (
        ({"symbol": "BTCUSDT"}, {0, 1}),
        ({"symbol": "BTCUSDT", "orderFilter": "Order"}, {0}),
        ({"symbol": "BTCUSDT", "orderFilter": "StopOrder"}, {1}),
        ({"symbol": None, "baseCoin": "ETH"}, {2}),
        ({"symbol": None, "settleCoin": "USDT"}, {0, 1, 2}),
        ({"symbol": None, "settleCoin": "USDC"}, set()),
    ):
        orders = await placed()
        result = await contracts.done("order/cancel-all", **body)
        assert {row["orderId"] for row in result["list"]} == {orders[number] for number in wanted}, body
        assert result["success"] == "1"
        await contracts.done("order/cancel-all", symbol=None, settleCoin="USDT")
    assert (await contracts.post("order/cancel-all", symbol=None))["retCode"] == 10001


@pytest.mark.conformance(Row.CANCEL_ALL, "bybit spot")
@pytest.mark.conformance(Row.CANCEL_MANY, "bybit spot")
async def test_spot_cancels_normal_orders_unless_told_otherwise(raw) -> None:
    normal = await raw.placed()
    stop = await raw.placed(side="Sell", price="63000", triggerPrice="64000", orderFilter="StopOrder")
    tpsl = await raw.placed(side="Sell", price="63000", triggerPrice="64000", orderFilter="tpslOrder")
    for order_filter, order in (("", normal), ("StopOrder", stop), ("tpslOrder", tpsl)):
        answer = await raw.post("order/cancel-all", {**SPOT, "orderFilter": order_filter})
        assert [row["orderId"] for row in answer["result"]["list"]] == [order]


@pytest.mark.conformance(Row.CANCEL, "bybit spot")
async def test_one_order_is_canceled_by_either_id(raw) -> None:
    first, second = await raw.placed(), await raw.placed(orderLinkId="second")
    assert (await raw.cancel(orderId=first))["result"] == {"orderId": first, "orderLinkId": ""}
    assert (await raw.cancel(orderLinkId="second"))["result"] == {"orderId": second, "orderLinkId": "second"}


async def test_a_disconnect_window_is_kept(raw) -> None:
    answer = await raw.post("order/disconnected-cancel-all", {"product": "SPOT", "timeWindow": 40})
    assert (answer["retCode"], answer["retMsg"]) == (0, "success")
    for body in ({"timeWindow": 2}, {"timeWindow": 301}, {"product": "MOON", "timeWindow": 10}, {}):
        assert (await raw.post("order/disconnected-cancel-all", body))["retCode"] == 10001, body


async def test_a_pre_check_tells_margin_rates_and_places_nothing(contracts) -> None:
    order = {"side": "Buy", "orderType": "Limit", "qty": "10", "price": "64000", "orderLinkId": "check"}
    result = await contracts.done("order/pre-check", **order)
    assert {name: result[name] for name in ("orderLinkId", "preImrE4", "preMmrE4", "postImrE4", "postMmrE4")} == {
        "orderLinkId": "check",
        "preImrE4": 0,
        "preMmrE4": 0,
        "postImrE4": 324,
        "postMmrE4": 16,
    }
    assert await contracts.listed("order/realtime") == []
    assert (await contracts.post("order/pre-check", **{**order, "qty": "170"}))["retCode"] == 110007
    await contracts.placed(**order)
    (wallet,) = (await contracts.raw.get("account/wallet-balance", accountType="UNIFIED"))["result"]["list"]
    assert wallet["accountIMRate"] == "0.0324"


async def test_the_spot_quota_is_what_is_there(raw) -> None:
    answer = await raw.get("order/spot-borrow-check", **SPOT, symbol="BTCUSDT", side="Sell")
    assert answer["result"] == {
        "symbol": "BTCUSDT",
        "side": "Sell",
        "maxTradeQty": "10",
        "maxTradeAmount": "650000",
        "spotMaxTradeQty": "10",
        "spotMaxTradeAmount": "650000",
        "borrowCoin": "BTC",
    }


async def test_a_take_profit_that_is_amended_in_is_for_the_whole_position(contracts) -> None:
    order_id = await contracts.placed()
    await contracts.done("order/amend", orderId=order_id, takeProfit="70000")
    assert (await contracts.shown(order_id))["tpslMode"] == "Full"
    await contracts.move("63999")
    assert (await contracts.position())["takeProfit"] == "70000"


@pytest.mark.parametrize("changes", [{"takeProfit": "63999"}, {"stopLoss": "64001"}, {"takeProfit": "70000.05"}])
async def test_amended_stops_must_lie_on_their_side_of_the_price(contracts, changes: dict[str, str]) -> None:
    order_id = await contracts.placed(takeProfit="71000")
    assert (await contracts.post("order/amend", orderId=order_id, **changes))["retCode"] == 10001
    shown = await contracts.shown(order_id)
    assert (shown["takeProfit"], shown["stopLoss"]) == ("71000", "")


async def test_a_waiting_order_can_be_told_to_look_at_another_price(contracts) -> None:
    order_id = await contracts.placed(price="66000", triggerPrice="65500", triggerDirection=1)
    await contracts.done("order/amend", orderId=order_id, triggerBy="MarkPrice")
    assert (await contracts.shown(order_id))["triggerBy"] == "MarkPrice"
    await contracts.move("65600", mark_price="65000")
    assert (await contracts.shown(order_id))["orderStatus"] == "Untriggered"
    answer = await contracts.post("order/amend", orderId=order_id, triggerBy="LastPrice")
    assert (answer["retCode"], (await contracts.shown(order_id))["triggerBy"]) == (110092, "MarkPrice")
    await contracts.move("65600", mark_price="65500")
    assert (await contracts.shown(order_id))["orderStatus"] == "Filled"
