"""ccxt, unchanged but for its URLs, trades USDⓈ-M futures as it does the real ones."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import ccxt.pro
import pytest

from venuesim_ccxt import Column, new_client
from venuesim_conformance import Row
from venuesim_futures import PATIENCE_SECONDS, SYMBOL

pytestmark = pytest.mark.conformance(Row.CCXT, "binance linear")


@pytest.fixture
async def client(venues) -> AsyncIterator[Any]:
    """ccxt with swaps as its default, and the markets loaded with its default options."""
    exchange = new_client(Column("binance", "linear"), venues.simulator.urls["binance"])
    try:
        await exchange.load_markets()
        yield exchange
    finally:
        await exchange.close()


async def test_markets_have_the_real_precision_and_limits(client) -> None:
    market = client.market(SYMBOL)
    assert (market["precision"]["amount"], market["precision"]["price"]) == (0.001, 0.1)
    assert (market["swap"], market["linear"], market["contractSize"]) == (True, True, 1.0)
    assert market["limits"]["amount"] == {"min": 0.001, "max": 1000.0}
    assert market["limits"]["market"] == {"min": 0.001, "max": 120.0}
    tiers = await client.fetch_leverage_tiers([SYMBOL])
    assert tiers[SYMBOL][0]["maxLeverage"] == 150


async def test_orders_rest_are_found_changed_and_canceled(client) -> None:
    placed = await client.create_order(SYMBOL, "limit", "buy", 0.01, 60000, {"clientOrderId": "mine-1"})
    assert (placed["status"], placed["clientOrderId"]) == ("open", "mine-1")
    assert (await client.fetch_order(None, SYMBOL, {"origClientOrderId": "mine-1"}))["id"] == placed["id"]
    edited = await client.edit_order(placed["id"], SYMBOL, "limit", "buy", 0.02, 60001)
    assert (edited["id"], edited["amount"], edited["price"]) == (placed["id"], 0.02, 60001.0)
    assert [order["id"] for order in await client.fetch_open_orders(params={"subType": "linear"})] == [placed["id"]]
    assert (await client.cancel_order(placed["id"], SYMBOL))["status"] == "canceled"
    with pytest.raises(ccxt.OrderNotFound):
        await client.cancel_order(placed["id"], SYMBOL)
    wanted = {"symbol": SYMBOL, "type": "limit", "side": "buy", "amount": 0.01}
    two = await client.create_orders([{**wanted, "price": 60000}, {**wanted, "price": 60001}])
    await client.cancel_orders([order["id"] for order in two], SYMBOL)
    assert await client.fetch_open_orders(SYMBOL) == []
    assert {order["status"] for order in await client.fetch_orders(SYMBOL)} == {"canceled"}


async def test_post_only_is_refused_when_it_would_take(client) -> None:
    with pytest.raises(ccxt.ExchangeError, match="-5022"):
        await client.create_order(SYMBOL, "limit", "buy", 0.01, 65001, {"postOnly": True})


@pytest.mark.conformance(Row.POSITIONS, "binance linear")
async def test_a_position_is_opened_reduced_and_closed(client) -> None:
    assert (await client.set_leverage(20, SYMBOL))["leverage"] == 20
    opened = await client.create_order(SYMBOL, "market", "sell", 0.5)
    assert (await client.fetch_order(opened["id"], SYMBOL))["average"] == 64999.0
    (position,) = await client.fetch_positions([SYMBOL])
    assert (position["side"], position["contracts"], position["entryPrice"]) == ("short", 0.5, 64999.0)
    assert position["initialMargin"] == pytest.approx(1625)
    await client.create_order(SYMBOL, "market", "buy", 0.2, None, {"reduceOnly": True})
    assert (await client.fetch_positions([SYMBOL]))[0]["contracts"] == 0.3
    await client.create_order(SYMBOL, "market", "buy", 5, None, {"reduceOnly": True})
    assert await client.fetch_positions([SYMBOL]) == []
    with pytest.raises(ccxt.ExchangeError, match="-2022"):
        await client.create_order(SYMBOL, "market", "buy", 5, None, {"reduceOnly": True})
    trades = await client.fetch_my_trades(SYMBOL)
    assert [trade["amount"] for trade in trades] == [0.5, 0.2, 0.3]
    assert trades[0]["fee"] == {"cost": pytest.approx(16.24975), "currency": "USDT"}
    balance = await client.fetch_balance()
    realized = -0.2 * 2 - 0.3 * 2
    fees = sum(trade["fee"]["cost"] for trade in trades)
    assert balance["USDT"]["total"] == pytest.approx(1_000_000 + realized - fees)


async def test_stops_and_targets_wait_among_the_conditional_orders(client, venues) -> None:
    await client.create_order(SYMBOL, "market", "buy", 0.1)
    stop = await client.create_order(SYMBOL, "market", "sell", 0.01, None, {"stopLossPrice": 64000})
    target = await client.create_order(SYMBOL, "limit", "sell", 0.01, 66000, {"takeProfitPrice": 66500})
    trail = await client.create_order(SYMBOL, "market", "sell", 0.01, None, {"trailingPercent": 5})
    waiting = await client.fetch_open_orders(SYMBOL, params={"trigger": True})
    assert {order["id"] for order in waiting} == {stop["id"], target["id"], trail["id"]}
    assert await client.fetch_open_orders(SYMBOL) == []
    await venues.control("POST", "market", {"symbol": SYMBOL, "price": "63990"})
    fired = await client.fetch_order(stop["id"], SYMBOL, {"trigger": True})
    assert fired["status"] == "closed"
    await client.cancel_all_orders(SYMBOL, {"trigger": True})
    assert await client.fetch_open_orders(SYMBOL, params={"trigger": True}) == []
    assert (await client.fetch_positions([SYMBOL]))[0]["contracts"] == 0.09


async def test_settings_of_the_account(client) -> None:
    await client.set_margin_mode("isolated", SYMBOL)
    assert (await client.fetch_margin_mode(SYMBOL))["marginMode"] == "isolated"
    await client.create_order(SYMBOL, "market", "buy", 0.1)
    await client.add_margin(SYMBOL, 10)
    with pytest.raises(ccxt.ExchangeError, match="-4068"):
        await client.set_position_mode(True)
    await client.create_order(SYMBOL, "market", "sell", 0.1)
    await client.set_position_mode(True)
    assert (await client.fetch_position_mode(SYMBOL))["hedged"] is True
    await client.create_order(SYMBOL, "market", "buy", 0.1, None, {"hedged": True})
    assert [position["hedged"] for position in await client.fetch_positions([SYMBOL])] == [True]
    assert (await client.fetch_trading_fee(SYMBOL))["taker"] == 0.0005


async def test_market_data_by_request(client) -> None:
    ticker = await client.fetch_ticker(SYMBOL)
    assert ticker["last"] == 65000.0
    assert (await client.fetch_order_book(SYMBOL, 5))["bids"][0] == [64999.0, 1.0]
    assert len(await client.fetch_ohlcv(SYMBOL, "1h", limit=3)) == 3
    assert (await client.fetch_funding_rate(SYMBOL))["markPrice"] == 65000.0
    await client.fetch_funding_rate_history(SYMBOL)
    assert (await client.fetch_open_interest(SYMBOL))["symbol"] == SYMBOL
    assert (await client.fetch_bids_asks([SYMBOL]))[SYMBOL]["ask"] == 65001.0
    assert (await client.fetch_mark_price(SYMBOL))["markPrice"] == 65000.0


async def test_market_data_by_stream(client, venues) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert (await client.watch_ticker(SYMBOL))["symbol"] == SYMBOL
        assert (await client.watch_mark_price(SYMBOL))["markPrice"] == 65000.0
        for price in ("65100", "65200"):
            await client.watch_order_book(SYMBOL)
            await venues.control("POST", "market", {"symbol": SYMBOL, "price": price})
        while (book := await client.watch_order_book(SYMBOL))["bids"][0][0] != 65199.0:
            pass
    assert [level[0] for level in book["asks"]] == [65201.0, 65207.5, 65214.0]


async def test_the_account_by_stream_and_orders_by_socket(client) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        orders = asyncio.create_task(client.watch_orders(SYMBOL))
        while not orders.done():  # ccxt does not tell when its subscription stands.
            await client.create_order(SYMBOL, "limit", "buy", 0.01, 60000)
            await asyncio.sleep(0)
        assert (await orders)[0]["status"] == "open"
        watched = [
            asyncio.create_task(watch) for watch in (client.watch_my_trades(SYMBOL), client.watch_positions([SYMBOL]))
        ]
        await asyncio.sleep(0)
        while not all(task.done() for task in watched):
            await client.create_order_ws(SYMBOL, "market", "buy", 0.01)
        trades, positions = [await task for task in watched]
        assert (trades[0]["symbol"], positions[0]["side"]) == (SYMBOL, "long")
        placed = await client.create_order_ws(SYMBOL, "limit", "buy", 0.01, 60000, {"newClientOrderId": "ws-1"})
        edited = await client.edit_order_ws(placed["id"], SYMBOL, "limit", "buy", 0.01, 60001)
        assert edited["price"] == 60001.0
        assert (await client.fetch_order_ws(placed["id"], SYMBOL))["clientOrderId"] == "ws-1"
        assert (await client.cancel_order_ws(placed["id"], SYMBOL))["status"] == "canceled"
        assert (await client.fetch_balance_ws({"type": "swap"}))["USDT"]["total"] > 0
