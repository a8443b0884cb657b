"""Orders that wait for a price, of pairs and of contracts, and what becomes of them."""

import pytest

from venuesim_conformance import Row

STOP = {"orderType": "Market", "price": None, "side": "Sell"}


@pytest.mark.conformance(Row.STOP, "bybit linear")
async def test_a_contracts_stop_waits_is_triggered_and_keeps_its_id(contracts) -> None:
    socket = await contracts.raw.private("order.linear", "execution.linear")
    order_id = await contracts.placed(**STOP, triggerPrice="64000", triggerDirection=2, orderLinkId="stop")
    shown = await contracts.shown(order_id)
    wanted = {
        "orderStatus": "Untriggered",
        "stopOrderType": "Stop",
        "createType": "CreateByStopOrder",
        "triggerPrice": "64000",
        "triggerDirection": 2,
        "triggerBy": "LastPrice",
        "price": "0",
        "orderType": "Market",
    }
    assert {name: shown[name] for name in wanted} == wanted
    assert [row["orderId"] for row in await contracts.listed("order/realtime", orderFilter="StopOrder")] == [order_id]
    assert await contracts.listed("order/realtime", orderFilter="Order") == []
    await contracts.move("63990")
    told = await socket.until("order.linear", 4)
    assert [frame["orderStatus"] for frame in told] == ["Untriggered", "Triggered", "New", "Filled"]
    shown = await contracts.shown(order_id)
    assert (shown["orderStatus"], shown["stopOrderType"], shown["orderLinkId"]) == ("Filled", "Stop", "stop")
    (execution,) = await contracts.listed("execution/list")
    assert (execution["createType"], execution["stopOrderType"]) == ("CreateByStopOrder", "Stop")
    assert (await contracts.position())["side"] == "Sell"


@pytest.mark.conformance(Row.STOP_LIMIT, "bybit linear")
async def test_a_contracts_stop_limit_rests_once_it_is_triggered(contracts) -> None:
    order_id = await contracts.placed(price="65990", triggerPrice="66000", triggerDirection=1)
    await contracts.move("66010")
    shown = await contracts.shown(order_id)
    assert (shown["orderStatus"], shown["price"], shown["leavesQty"]) == ("New", "65990", "0.01")


@pytest.mark.conformance(Row.TAKE_PROFIT, "bybit linear")
@pytest.mark.conformance(Row.TAKE_PROFIT_LIMIT, "bybit linear")
async def test_take_profits_of_contracts_are_conditional_orders_that_rise(contracts) -> None:
    await contracts.market(qty="0.5")
    rising = {"triggerPrice": "66000", "triggerDirection": 1, "reduceOnly": True, "side": "Sell"}
    market = await contracts.placed(orderType="Market", price=None, qty="0.2", **rising)
    limit = await contracts.placed(price="66100", qty="0.3", **rising)
    await contracts.move("66050")
    assert (await contracts.shown(market))["orderStatus"] == "Filled"
    assert (await contracts.shown(limit))["orderStatus"] == "New"
    await contracts.move("66200")
    assert (await contracts.position())["size"] == "0"


@pytest.mark.conformance(Row.TRIGGER_BY_MARK, "bybit linear")
@pytest.mark.parametrize(("trigger_by", "name"), [("MarkPrice", "mark_price"), ("IndexPrice", "index_price")])
async def test_a_contracts_trigger_can_watch_mark_or_index_price(contracts, trigger_by: str, name: str) -> None:
    order_id = await contracts.placed(**STOP, triggerPrice="64000", triggerDirection=2, triggerBy=trigger_by)
    assert (await contracts.shown(order_id))["triggerBy"] == trigger_by
    await contracts.move("63990", **{name: "64500"})
    assert (await contracts.shown(order_id))["orderStatus"] == "Untriggered"
    await contracts.move("64990", **{name: "63999"})
    assert (await contracts.shown(order_id))["orderStatus"] == "Filled"


async def test_a_canceled_stop_is_deactivated(contracts) -> None:
    order_id = await contracts.placed(**STOP, triggerPrice="64000", triggerDirection=2)
    await contracts.done("order/cancel", orderId=order_id)
    (shown,) = await contracts.listed("order/history", orderId=order_id)
    assert (shown["orderStatus"], shown["cancelType"], shown["rejectReason"]) == (
        *("Deactivated", "CancelByUser", "EC_NoError"),
    )


async def test_a_stop_that_cannot_be_paid_for_once_it_is_triggered_is_cancelled(contracts) -> None:
    order_id = await contracts.placed(**STOP, qty="100", triggerPrice="64000", triggerDirection=2)
    await contracts.market(qty="3")
    await contracts.raw.post(
        "order/create",
        {"category": "spot", "symbol": "BTCUSDT", "side": "Buy", "qty": "15"}
        | {"orderType": "Limit", "price": "64000"},
    )
    await contracts.move("63990")
    shown = await contracts.shown(order_id)
    assert (shown["orderStatus"], shown["rejectReason"]) == ("Cancelled", "EC_Others")


@pytest.mark.conformance(Row.STOP, "bybit spot")
@pytest.mark.conformance(Row.STOP_LIMIT, "bybit spot")
@pytest.mark.conformance(Row.BALANCES, "bybit spot")
@pytest.mark.parametrize(("order_filter", "locked"), [("StopOrder", "0"), ("tpslOrder", "1.5")])
async def test_a_spot_stop_holds_its_assets_only_as_a_tpsl_order(raw, venues, order_filter: str, locked: str) -> None:
    order_id = await raw.placed(side="Sell", qty="1.5", price="63950", triggerPrice="64000", orderFilter=order_filter)
    shown = await raw.shown(order_id)
    wanted = {
        "orderStatus": "Untriggered",
        "stopOrderType": "Stop" if order_filter == "StopOrder" else "tpslOrder",
        "triggerPrice": "64000",
        "triggerDirection": 0,
        "triggerBy": "",
    }
    assert {name: shown[name] for name in wanted} == wanted
    assert "createType" not in shown
    assert "tpslMode" not in shown
    ledger = await venues.control("GET", "ledger")
    assert [row["locked"] for row in ledger["balances"] if row["asset"] == "BTC"] == [locked]
    assert [row["orderId"] for row in await raw.listed("order/realtime", orderFilter=order_filter)] == [order_id]
    await venues.control("POST", "market", {"symbol": "BTC/USDT", "price": "63940"})
    shown = await raw.shown(order_id)
    assert (shown["orderStatus"], shown["leavesQty"]) == ("New", "1.5")


@pytest.mark.conformance(Row.TAKE_PROFIT, "bybit spot")
@pytest.mark.conformance(Row.TAKE_PROFIT_LIMIT, "bybit spot")
async def test_spot_stops_of_both_directions_are_told_apart_by_the_price(raw, venues) -> None:
    conditional = {"side": "Sell", "orderFilter": "tpslOrder", "qty": "0.1"}
    take = await raw.placed(**conditional, orderType="Market", price=None, triggerPrice="66000", marketUnit="baseCoin")
    limit = await raw.placed(**conditional, price="66500", triggerPrice="66000")
    stop = await raw.placed(**conditional, orderType="Market", price=None, triggerPrice="64000", marketUnit="baseCoin")
    await venues.control("POST", "market", {"symbol": "BTC/USDT", "price": "66100"})
    statuses = [(await raw.shown(order))["orderStatus"] for order in (take, limit, stop)]
    assert statuses == ["Filled", "New", "Untriggered"]
    assert (await raw.cancel(orderId=stop))["retCode"] == 0
    assert (await raw.shown(stop))["orderStatus"] == "Deactivated"


async def test_a_spot_stop_market_buy_spends_the_quote_amount(raw, venues) -> None:
    order_id = await raw.placed(
        orderType="Market", price=None, qty="661", triggerPrice="66000", orderFilter="StopOrder"
    )
    assert (await raw.shown(order_id))["qty"] == "661"
    await venues.control("POST", "market", {"symbol": "BTC/USDT", "price": "66099"})
    shown = await raw.shown(order_id)
    assert (shown["orderStatus"], shown["cumExecQty"], shown["cumExecValue"]) == ("Filled", "0.01", "661")


async def test_the_trigger_of_a_waiting_order_by_quote_quantity_can_be_moved(raw) -> None:
    order_id = await raw.placed(
        orderType="Market", price=None, qty="661", triggerPrice="66000", orderFilter="tpslOrder"
    )
    change = {"category": "spot", "symbol": "BTCUSDT", "orderId": order_id}
    assert (await raw.post("order/amend", {**change, "triggerPrice": "66500"}))["retCode"] == 0
    shown = await raw.shown(order_id)
    assert (shown["triggerPrice"], shown["qty"], shown["orderStatus"]) == ("66500", "661", "Untriggered")
    assert (await raw.post("order/amend", {**change, "qty": "700"}))["retCode"] == 170312
