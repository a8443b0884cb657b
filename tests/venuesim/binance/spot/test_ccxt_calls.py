"""Every spot call of ccxt and ccxt.pro that an order manager may make is answered as ccxt reads it."""

import asyncio

import ccxt.pro
import pytest

from venuesim_conformance import Row

SYMBOL = "BTC/USDT"

pytestmark = pytest.mark.conformance(Row.CCXT, "binance spot")


async def test_every_kind_of_order(client) -> None:
    async def made(side: str, kind: str, price: str | None = None, **params: object) -> dict:
        order = await client.create_order(SYMBOL, kind, side, "0.01", price, params)
        return await client.fetch_order(order["id"], SYMBOL)

    stop = await made("sell", "limit", "60000", triggerPrice="61000")
    assert (stop["info"]["type"], stop["stopPrice"], stop["status"]) == ("STOP_LOSS_LIMIT", 61000.0, "open")
    assert (await made("sell", "market", triggerPrice="61000"))["info"]["type"] == "STOP_LOSS"
    assert (await made("sell", "market", stopLossPrice="61000"))["info"]["type"] == "STOP_LOSS"
    assert (await made("sell", "limit", "67000", takeProfitPrice="66000"))["info"]["type"] == "TAKE_PROFIT_LIMIT"
    assert (await made("sell", "market", takeProfitPrice="66000"))["info"]["type"] == "TAKE_PROFIT"
    assert len(await client.fetch_open_orders(SYMBOL, params={"trigger": True})) == 5
    await client.cancel_all_orders(SYMBOL, {"trigger": True})
    trailing = await made("sell", "market", trailingPercent="1", stopLossOrTakeProfit="stopLoss")
    assert (trailing["info"]["type"], trailing["info"]["trailingDelta"]) == ("STOP_LOSS", 100)
    post_only = await made("buy", "limit", "60000", timeInForce="PO")
    assert (post_only["info"]["type"], post_only["postOnly"]) == ("LIMIT_MAKER", True)
    prevented = await made("buy", "limit", "60000", selfTradePrevention="EXPIRE_MAKER")
    assert prevented["info"]["selfTradePreventionMode"] == "EXPIRE_MAKER"
    spent = await client.create_order(SYMBOL, "market", "buy", "0.01", "65000")
    assert spent["cost"] <= 650
    for params in ({"reduceOnly": True}, {"stopLoss": {"triggerPrice": 60000}}):
        with pytest.raises(ccxt.pro.BadRequest):
            await client.create_order(SYMBOL, "limit", "buy", "0.01", "60000", params)


async def test_orders_are_edited_and_looked_up_by_their_own_ids(client) -> None:
    first = await client.create_order(SYMBOL, "limit", "buy", "0.01", "60000")
    edited = await client.edit_order(first["id"], SYMBOL, "limit", "buy", "0.02", "60001")
    assert (edited["status"], edited["amount"], edited["price"]) == ("open", 0.02, 60001.0)
    named = await client.edit_order(edited["id"], SYMBOL, "limit", "buy", "0.02", "60002", {"clientOrderId": "own"})
    assert named["clientOrderId"] == "own"
    assert (await client.fetch_order_with_client_order_id("own", SYMBOL))["id"] == named["id"]
    assert (await client.cancel_order_with_client_order_id("own", SYMBOL))["status"] == "canceled"
    bought = await client.create_order(SYMBOL, "market", "buy", "0.01")
    assert [trade["order"] for trade in await client.fetch_order_trades(bought["id"], SYMBOL)] == [bought["id"]]
    assert [order["id"] for order in await client.fetch_closed_orders(SYMBOL)] == [bought["id"]]
    assert len(await client.fetch_canceled_orders(SYMBOL)) == 3
    since = client.milliseconds() - 60_000
    assert len(await client.fetch_my_trades(SYMBOL, since, 100)) == 1
    tested = await client.create_order(SYMBOL, "limit", "buy", "0.01", "60000", {"test": True})
    assert tested["id"] is None


async def test_public_data(client) -> None:
    assert (await client.fetch_time()) > 0
    assert (await client.fetch_status())["status"] == "ok"
    assert len(await client.fetch_ohlcv(SYMBOL, "1m", limit=5)) == 5
    await client.create_order(SYMBOL, "market", "buy", "0.01")
    assert (await client.fetch_trades(SYMBOL))[-1]["price"] > 0
    assert (await client.fetch_last_prices([SYMBOL]))[SYMBOL]["price"] > 0
    currencies = await client.fetch_currencies()
    assert currencies["BTC"]["active"] is True
    fees = await client.fetch_trading_fees()
    assert fees[SYMBOL]["taker"] == 0.001
    assert (await client.fetch_trading_fee(SYMBOL))["maker"] == 0.001
    assert await client.fetch_deposits() == []
    assert await client.fetch_withdrawals() == []


async def test_every_call_by_socket(client) -> None:
    async def made(side: str, kind: str, price: str | None = None, **params: object) -> dict:
        return await client.create_order_ws(SYMBOL, kind, side, "0.01", price, params)

    limit = await made("buy", "limit", "60000", clientOrderId="mine")
    assert (limit["status"], limit["clientOrderId"]) == ("open", "mine")
    assert (await made("sell", "limit", "60000", stopPrice=61000))["status"] in {"open", None}
    assert (await made("sell", "market", triggerPrice="61000"))["id"]
    assert (await made("buy", "limit", "60000", postOnly=True))["id"]
    assert (await made("buy", "market", clientOrderId="now"))["status"] == "closed"
    edited = await client.edit_order_ws(limit["id"], SYMBOL, "limit", "buy", "0.02", "60001")
    assert edited["amount"] == 0.02
    assert (await client.fetch_order_ws(edited["id"], SYMBOL))["price"] == 60001.0
    # ccxt itself reads no balances out of this answer: it does not tell its parser that they are spot's.
    assert (await client.fetch_balance_ws())["info"]["accountType"] == "SPOT"
    assert len(await client.fetch_my_trades_ws(SYMBOL)) == 1
    assert len(await client.fetch_orders_ws(SYMBOL)) == 6
    assert len(await client.fetch_open_orders_ws(SYMBOL)) == 4
    assert len(await client.cancel_all_orders_ws(SYMBOL)) == 4
    assert len(await client.fetch_ohlcv_ws(SYMBOL, "1m", limit=3)) == 3
    assert await client.fetch_trades_ws(SYMBOL)


async def test_everything_that_is_watched(client) -> None:
    async with asyncio.timeout(20):
        assert await client.watch_ohlcv("ETH/USDT", "1m")
        assert "ETH/USDT" in await client.watch_tickers(["ETH/USDT"])
        assert await client.watch_trades_for_symbols(["ETH/USDT", "ETH/BTC"])
        assert (await client.watch_order_book_for_symbols(["ETH/USDT"]))["bids"]
