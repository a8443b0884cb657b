"""ccxt trades the simulated Bybit's contracts, and its pairs with stops, as it does the real ones."""

import asyncio

import ccxt
import pytest

from venuesim_conformance import Row

SYMBOL = "BTC/USDT:USDT"
PAIR = "BTC/USDT"
KNOWN = {"acknowledged": True}

pytestmark = pytest.mark.conformance(Row.CCXT, "bybit linear")


@pytest.fixture
async def swaps(client, venues):
    """ccxt, with the contract as still as the pair."""
    await venues.freeze(SYMBOL, "65000", levels=3, level_quantity="1", half_spread="1")
    client.options["defaultType"] = "swap"
    return client


async def test_an_order_fills_and_shows_its_fee_and_trades(swaps) -> None:
    placed = await swaps.create_order(SYMBOL, "market", "buy", 1.5, None, {"clientOrderId": "mine"})
    order = await swaps.fetch_order(placed["id"], SYMBOL, KNOWN)
    assert (order["status"], order["filled"], order["average"], order["clientOrderId"]) == (
        *("closed", 1.5, 65003.166666666667, "mine"),
    )
    assert order["fee"] == {"cost": pytest.approx(53.6276125), "currency": "USDT"}
    trades = await swaps.fetch_my_trades(SYMBOL)
    assert [(trade["amount"], trade["price"], trade["takerOrMaker"]) for trade in trades] == [
        (1.0, 65001.0, "taker"),
        (0.5, 65007.5, "taker"),
    ]
    (closed,) = await swaps.fetch_closed_orders(SYMBOL)
    assert closed["id"] == placed["id"]


@pytest.mark.conformance(Row.POSITIONS, "bybit linear")
async def test_a_position_is_opened_reduced_and_closed(swaps) -> None:
    await swaps.set_leverage(20, SYMBOL)
    with pytest.raises(ccxt.BadRequest, match="110043"):
        await swaps.set_leverage(20, SYMBOL)
    await swaps.create_order(SYMBOL, "market", "sell", 1)
    (position,) = await swaps.fetch_positions([SYMBOL])
    assert (position["side"], position["contracts"], position["entryPrice"], position["leverage"]) == (
        *("short", 1.0, 64999.0, 20.0),
    )
    assert position["initialMargin"] == pytest.approx(3287.53595)
    await swaps.create_order(SYMBOL, "market", "buy", 0.4, None, {"reduceOnly": True})
    assert (await swaps.fetch_position(SYMBOL))["contracts"] == 0.6
    await swaps.create_order(SYMBOL, "market", "buy", 5, None, {"reduceOnly": True})
    assert (await swaps.fetch_position(SYMBOL))["contracts"] == 0
    with pytest.raises(ccxt.InvalidOrder, match="110017"):
        await swaps.create_order(SYMBOL, "market", "buy", 5, None, {"reduceOnly": True})
    history = await swaps.fetch_positions_history([SYMBOL])
    assert sorted(entry["contracts"] for entry in history) == [0.4, 0.6]


async def test_stops_are_placed_found_changed_and_canceled(swaps) -> None:
    stop = await swaps.create_order(
        SYMBOL, "limit", "sell", 0.1, 63900, {"triggerPrice": 64000, "triggerDirection": "descending"}
    )
    (found,) = await swaps.fetch_open_orders(SYMBOL, params={"trigger": True})
    assert (found["id"], found["triggerPrice"], found["price"], found["status"]) == (
        stop["id"],
        64000.0,
        63900.0,
        "open",
    )
    assert await swaps.fetch_open_orders(SYMBOL, params={"orderFilter": "Order"}) == []
    await swaps.edit_order(stop["id"], SYMBOL, "limit", "sell", 0.2, 63800, {"triggerPrice": "64100"})
    changed = await swaps.fetch_order(stop["id"], SYMBOL, {**KNOWN, "trigger": True})
    assert (changed["triggerPrice"], changed["price"], changed["amount"]) == (64100.0, 63800.0, 0.2)
    await swaps.cancel_all_orders(SYMBOL, {"trigger": True})
    assert (await swaps.fetch_order(stop["id"], SYMBOL, KNOWN))["status"] == "canceled"


@pytest.mark.conformance(Row.ATTACHED, "bybit linear")
async def test_an_order_brings_its_stop_loss_and_take_profit(swaps, venues) -> None:
    await swaps.create_order(
        *(SYMBOL, "market", "buy", 1),
        params={"stopLoss": {"triggerPrice": 64000}, "takeProfit": {"triggerPrice": 66000}},
    )
    position = await swaps.fetch_position(SYMBOL)
    assert (position["stopLossPrice"], position["takeProfitPrice"]) == (64000.0, 66000.0)
    await venues.control("POST", "market", {"symbol": SYMBOL, "price": "66010", "level_quantity": "5"})
    assert (await swaps.fetch_position(SYMBOL))["contracts"] == 0


@pytest.mark.conformance(Row.TRAILING_STOP, "bybit linear")
async def test_a_trailing_amount_is_a_stop_of_the_position(swaps) -> None:
    await swaps.create_order(SYMBOL, "market", "buy", 1)
    await swaps.create_order(SYMBOL, "market", "sell", 1, None, {"trailingAmount": "500"})
    (found,) = await swaps.fetch_open_orders(SYMBOL)
    assert (found["reduceOnly"], found["info"]["stopOrderType"]) == (True, "TrailingStop")


@pytest.mark.conformance(Row.BATCH, "bybit linear")
async def test_orders_are_placed_and_canceled_in_batches(swaps) -> None:
    order = {"symbol": SYMBOL, "type": "limit", "side": "buy", "amount": 0.1, "price": 64000}
    placed = await swaps.create_orders([order, {**order, "amount": 0.1, "price": 64001}])
    assert len({entry["id"] for entry in placed}) == 2
    assert len(await swaps.fetch_open_orders(SYMBOL)) == 2
    await swaps.cancel_orders([entry["id"] for entry in placed], SYMBOL)
    assert await swaps.fetch_open_orders(SYMBOL) == []


@pytest.mark.conformance(Row.HEDGE_MODE, "bybit linear")
@pytest.mark.conformance(Row.MARGIN_MODES, "bybit linear")
async def test_modes_are_switched(swaps) -> None:
    await swaps.set_position_mode(True, SYMBOL)
    with pytest.raises(ccxt.NoChange, match="110025"):
        await swaps.set_position_mode(True, SYMBOL)
    await swaps.create_order(SYMBOL, "market", "buy", 1, None, {"hedged": True})
    await swaps.create_order(SYMBOL, "market", "sell", 0.5, None, {"hedged": True})
    held = [position for position in await swaps.fetch_positions([SYMBOL]) if position["contracts"]]
    assert {(position["side"], position["contracts"], position["hedged"]) for position in held} == {
        ("long", 1.0, True),
        ("short", 0.5, True),
    }
    await swaps.set_margin_mode("isolated", SYMBOL)
    assert (await swaps.fetch_position(SYMBOL))["info"]["positionBalance"] != "0"


@pytest.mark.conformance(Row.SOCKET_ENTRY, "bybit linear")
async def test_contracts_are_traded_over_the_trade_socket(swaps) -> None:
    async with asyncio.timeout(5):
        placed = await swaps.create_order_ws(SYMBOL, "limit", "buy", 0.1, 64000, {"clientOrderId": "socket"})
        await swaps.edit_order_ws(placed["id"], SYMBOL, "limit", "buy", 0.2, 64001)
        order = await swaps.fetch_order(placed["id"], SYMBOL, KNOWN)
        assert (order["amount"], order["price"], order["clientOrderId"]) == (0.2, 64001.0, "socket")
        await swaps.cancel_order_ws(placed["id"], SYMBOL)
        with pytest.raises(ccxt.OrderNotFound, match="110001"):
            await swaps.cancel_order_ws(placed["id"], SYMBOL)


async def test_positions_and_orders_are_watched(swaps) -> None:
    frames: asyncio.Queue[dict] = asyncio.Queue()
    handle = swaps.handle_message
    swaps.handle_message = lambda socket, message: (handle(socket, message), frames.put_nowait(message))
    async with asyncio.timeout(10):
        assert await swaps.watch_positions([SYMBOL]) == []  # What is open already: nothing.
        positions = asyncio.create_task(swaps.watch_positions([SYMBOL]))
        orders = asyncio.create_task(swaps.watch_orders(SYMBOL))
        acknowledged: set[str] = set()
        while len(acknowledged) < 2:  # Subscriptions for positions and for orders.
            frame = await frames.get()
            if frame.get("op") == "subscribe":
                acknowledged.add(str(frame["req_id"]))
        placed = await swaps.create_order(SYMBOL, "market", "buy", 1)
        assert (await positions)[0]["symbol"] == SYMBOL
        assert (await orders)[-1]["id"] == placed["id"]


@pytest.mark.conformance(Row.CCXT, "bybit spot")
@pytest.mark.conformance(Row.ATTACHED, "bybit spot")
async def test_a_spot_order_brings_its_stops(client) -> None:
    placed = await client.create_order(
        *(PAIR, "limit", "buy", 1, 65001),
        params={"stopLoss": {"triggerPrice": 64000}, "takeProfit": {"triggerPrice": 66000}},
    )
    assert (await client.fetch_order(placed["id"], PAIR, KNOWN))["status"] == "closed"
    found = await client.fetch_open_orders(PAIR, params={"orderFilter": "BidirectionalTpslOrder"})
    assert sorted((order["side"], order["triggerPrice"]) for order in found) == [("sell", 64000.0), ("sell", 66000.0)]


@pytest.mark.conformance(Row.CCXT, "bybit spot")
async def test_spot_stops_come_in_every_form_of_ccxts(client) -> None:
    for order_type, params, order_filter in (
        ("market", {"stopLossPrice": 64000}, "tpslOrder"),
        ("limit", {"takeProfitPrice": 66000}, "tpslOrder"),
        ("market", {"triggerPrice": 64000}, "StopOrder"),
    ):
        placed = await client.create_order(
            PAIR, order_type, "sell", 0.1, 66500 if order_type == "limit" else None, params
        )
        (found,) = await client.fetch_open_orders(PAIR, params={"orderFilter": order_filter})
        assert (found["id"], found["status"]) == (placed["id"], "open")
        await client.cancel_order(placed["id"], PAIR)
