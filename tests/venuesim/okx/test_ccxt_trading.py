"""ccxt trades pairs and swaps with everything it has for them: triggers, attached stops, edits, positions, leverage."""

import ccxt.pro
import pytest

from venuesim_okx_helpers import Desk

SWAP = "BTC/USDT:USDT"
PAIR = "BTC/USDT"

pytestmark = pytest.mark.usefixtures("desk")


@pytest.mark.conformance("ccxt and ccxt.pro", "okx swap")
async def test_a_swap_is_bought_shown_and_closed(client: ccxt.pro.okx) -> None:
    placed = await client.create_order(SWAP, "market", "buy", 10, None, {"clientOrderId": "swap1"})
    order = await client.fetch_order(placed["id"], SWAP)
    assert (order["status"], order["filled"], order["average"], order["clientOrderId"]) == (
        "closed",
        10,
        65001,
        "swap1",
    )
    assert order["fee"] == {"cost": 3.25005, "currency": "USDT"}
    (position,) = await client.fetch_positions([SWAP])
    assert (position["side"], position["contracts"], position["entryPrice"], position["leverage"]) == (
        *("long", 10, 65001, 3),
    )
    assert (position["marginMode"], position["notional"], position["contractSize"]) == ("cross", 6500, 0.01)
    assert position["initialMargin"] == pytest.approx(6500 / 3, rel=1e-3)
    await client.create_order(SWAP, "market", "sell", 10, None, {"reduceOnly": True})
    assert await client.fetch_positions() == []
    trades = await client.fetch_my_trades(SWAP)
    assert [(trade["side"], trade["amount"]) for trade in trades] == [("buy", 10), ("sell", 10)]


@pytest.mark.parametrize(("symbol", "amount"), [(SWAP, 10), (PAIR, 0.1)])
async def test_an_order_is_edited_and_canceled_by_both_ids(client: ccxt.pro.okx, symbol: str, amount: float) -> None:
    placed = await client.create_order(symbol, "limit", "buy", amount, 64000, {"clientOrderId": "mine"})
    await client.edit_order(placed["id"], symbol, "limit", "buy", amount * 2, 63900)
    edited = await client.fetch_order(placed["id"], symbol)
    assert (edited["price"], edited["amount"], edited["status"]) == (63900, amount * 2, "open")
    await client.edit_order(None, symbol, "limit", "buy", amount, 63800, {"clientOrderId": "mine"})
    (found,) = await client.fetch_open_orders(symbol)
    assert (found["id"], found["price"]) == (placed["id"], 63800)
    await client.cancel_order(None, symbol, {"clientOrderId": "mine"})
    assert (await client.fetch_order(placed["id"], symbol))["status"] == "canceled"


@pytest.mark.parametrize(("symbol", "amount"), [(SWAP, 10), (PAIR, 0.1)])
@pytest.mark.parametrize(
    ("settings", "price"),
    [
        ({"triggerPrice": 64000}, 64100),
        ({"triggerPrice": 64000, "type": "market"}, None),
        ({"stopLossPrice": 64000}, None),
        ({"takeProfitPrice": 66000}, None),
        ({"takeProfitPrice": 66000}, 66100),
        ({"trailingPercent": 1}, None),
    ],
)
async def test_triggers_wait_are_found_and_canceled(
    client: ccxt.pro.okx, symbol: str, amount: float, settings: dict, price: float | None
) -> None:
    kind = "market" if price is None else "limit"
    parameters = {name: value for name, value in settings.items() if name != "type"}
    placed = await client.create_order(symbol, kind, "sell", amount, price, parameters)
    if "trailingPercent" in settings:
        found = await client.fetch_open_orders(symbol, params={"trailing": True})
        named = {"trailing": True}
    else:
        named = {"trigger": True}
        order_type = "trigger" if "triggerPrice" in settings else "conditional"
        found = await client.fetch_open_orders(symbol, params={"trigger": True, "ordType": order_type})
        shown = await client.fetch_order(placed["id"], symbol, named)
        assert (shown["id"], shown["status"], shown["side"]) == (placed["id"], "open", "sell")
    assert [order["id"] for order in found] == [placed["id"]]
    await client.cancel_order(placed["id"], symbol, named)
    assert (await client.fetch_order(placed["id"], symbol, {"trigger": True}))["status"] == "canceled"


@pytest.mark.parametrize(("symbol", "amount"), [(SWAP, 10), (PAIR, 0.1)])
async def test_stops_and_targets_are_attached(client: ccxt.pro.okx, desk: Desk, symbol: str, amount: float) -> None:
    attached = {"stopLoss": {"triggerPrice": 64000}, "takeProfit": {"triggerPrice": 66000}}
    placed = await client.create_order(symbol, "limit", "buy", amount, 65001, attached)
    order = await client.fetch_order(placed["id"], symbol)
    assert (order["status"], order["stopLossPrice"], order["takeProfitPrice"]) == ("closed", 64000, 66000)
    (algo,) = await client.fetch_open_orders(symbol, params={"trigger": True, "ordType": "oco"})
    assert (algo["side"], algo["amount"]) == ("sell", amount)
    await desk.price("66000", symbol)
    fired = await client.fetch_order(algo["id"], symbol, {"trigger": True})
    assert fired["info"]["state"] == "effective"


async def test_settings_of_the_account_are_changed(client: ccxt.pro.okx) -> None:
    assert (await client.set_leverage(5, SWAP, {"mgnMode": "cross"}))["code"] == "0"
    assert (await client.fetch_leverage(SWAP, {"mgnMode": "cross"}))["longLeverage"] == 5
    assert (await client.set_margin_mode("isolated", SWAP, {"lever": 4}))["code"] == "0"
    assert (await client.set_position_mode(True))["code"] == "0"
    assert (await client.fetch_position_mode())["hedged"]
    placed = await client.create_order(
        SWAP, "market", "buy", 5, None, {"tdMode": "isolated", "positionSide": "LONG", "posSide": "long"}
    )
    assert (await client.fetch_order(placed["id"], SWAP))["filled"] == 5
    (position,) = await client.fetch_positions([SWAP])
    assert (position["marginMode"], position["side"], position["hedged"]) == ("isolated", "long", True)
    fee = await client.fetch_trading_fee(SWAP)
    assert (fee["maker"], fee["taker"]) == (0.0002, 0.0005)
    closed = await client.close_position(SWAP, "long", {"marginMode": "isolated"})
    assert closed["info"]["instId"] == "BTC-USDT-SWAP"
    (past,) = await client.fetch_positions_history([SWAP])
    assert past["info"]["type"] == "2"
    assert (await client.cancel_all_orders_after(10_000))["data"][0]["triggerTime"] != "0"


async def test_ccxt_pro_trades_by_socket_and_hears_of_it(client: ccxt.pro.okx) -> None:
    placed = await client.create_order_ws(SWAP, "limit", "buy", 10, 64000, {"clientOrderId": "ws1"})
    await client.edit_order_ws(placed["id"], SWAP, "limit", "buy", 20, 64100)
    assert (await client.fetch_order(placed["id"], SWAP))["amount"] == 20
    await client.cancel_order_ws(placed["id"], SWAP)
    assert (await client.fetch_order(placed["id"], SWAP))["status"] == "canceled"
    market = await client.create_order_ws(PAIR, "market", "buy", 0.1, None, {"tgtCcy": "base_ccy"})
    assert (await client.fetch_order(market["id"], PAIR))["filled"] == 0.1


@pytest.mark.parametrize(
    ("symbol", "arguments", "error"),
    [
        (SWAP, ("limit", "buy", 9000, 64000), ccxt.InsufficientFunds),
        (SWAP, ("limit", "buy", 10, 70000), ccxt.InvalidOrder),
        (SWAP, ("market", "sell", 10, None, {"reduceOnly": True}), ccxt.ExchangeError),
        (SWAP, ("market", "buy", 10, None, {"tdMode": "cash"}), ccxt.BadRequest),
        (SWAP, ("market", "buy", 10, None, {"clientOrderId": "no-dash"}), ccxt.BadRequest),
    ],
)
async def test_refusals_become_ccxts_errors(
    client: ccxt.pro.okx, symbol: str, arguments: tuple, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await client.create_order(symbol, *arguments)


async def test_what_is_gone_is_not_found(client: ccxt.pro.okx) -> None:
    with pytest.raises(ccxt.OrderNotFound):
        await client.cancel_order("7", SWAP)
    with pytest.raises(ccxt.OrderNotFound):
        await client.edit_order("7", SWAP, "limit", "buy", 1, 64000)
    with pytest.raises(ccxt.OrderNotFound):
        await client.fetch_order("7", SWAP)
