"""python-binance, unchanged but for its URLs: a day of trading USDⓈ-M futures by REST, by socket and by stream."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from binance import AsyncClient, BinanceAPIException, BinanceSocketManager, Client
from binance.base_client import BaseClient
from binance.ws.reconnecting_websocket import ReconnectingWebsocket

from venuesim_conformance import Row
from venuesim_futures import API_KEY, PATIENCE_SECONDS, SECRET

BTC = "BTCUSDT"
MARKET = {"symbol": BTC, "type": "MARKET"}
LIMIT = {"symbol": BTC, "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01", "price": "60000"}
STOP = {"symbol": BTC, "side": "SELL", "type": "STOP_MARKET", "quantity": "0.01", "stopPrice": "60000"}

pytestmark = pytest.mark.conformance(Row.SDK, "binance linear")


@pytest.fixture
def urls(venues, monkeypatch):
    """Point the library's class attributes at the simulator."""
    fapi = venues.url("binance", "fapi")
    monkeypatch.setattr(BaseClient, "API_URL", f"{venues.url('binance', 'rest')}/api")
    monkeypatch.setattr(BaseClient, "FUTURES_URL", f"{fapi}/fapi")
    monkeypatch.setattr(BaseClient, "FUTURES_DATA_URL", f"{fapi}/futures/data")
    monkeypatch.setattr(BaseClient, "WS_FUTURES_URL", venues.url("binance", "fws_api"))
    monkeypatch.setattr(BinanceSocketManager, "FSTREAM_URL", f"{venues.url('binance', 'fws')}/")
    monkeypatch.setattr(ReconnectingWebsocket, "TIMEOUT", 1)
    return venues


@pytest.fixture
async def client(urls) -> AsyncIterator[AsyncClient]:
    made = await AsyncClient.create(API_KEY, SECRET)
    yield made
    await made.ws_future.close()  # It is not closed with the rest.
    await made.close_connection()


async def test_public_data_by_rest(client: AsyncClient) -> None:
    assert await client.futures_ping() == {}
    assert (await client.futures_time())["serverTime"] > 10**12
    assert {symbol["symbol"] for symbol in (await client.futures_exchange_info())["symbols"]} >= {BTC}
    assert (await client.futures_order_book(symbol=BTC, limit=5))["bids"][0] == ["64999.00", "1.000"]
    for call in (
        client.futures_recent_trades,
        client.futures_historical_trades,
        client.futures_aggregate_trades,
        client.futures_mark_price,
        client.futures_funding_rate,
        client.futures_ticker,
        client.futures_symbol_ticker,
        client.futures_orderbook_ticker,
        client.futures_open_interest,
    ):
        await call(symbol=BTC)
    hourly = {"interval": "1h", "limit": 2}
    assert len(await client.futures_klines(symbol=BTC, **hourly)) == 2
    assert len(await client.futures_continuous_klines(pair=BTC, contractType="PERPETUAL", **hourly)) == 2
    assert len(await client.futures_index_price_klines(pair=BTC, **hourly)) == 2
    assert len(await client.futures_mark_price_klines(symbol=BTC, **hourly)) == 2
    assert len(await client.futures_open_interest_hist(symbol=BTC, period="5m", limit=2)) == 2
    assert len(await client.futures_historical_klines(BTC, "1h", "3 hours ago UTC")) == 3


async def test_a_day_of_trading_by_rest(client: AsyncClient) -> None:
    assert (await client.futures_change_leverage(symbol=BTC, leverage=10))["leverage"] == 10
    assert (await client.futures_change_margin_type(symbol="ETHUSDT", marginType="ISOLATED"))["code"] == 200
    bought = await client.futures_create_order(**MARKET, side="BUY", quantity=0.1, newOrderRespType="RESULT")
    assert (bought["status"], bought["executedQty"]) == ("FILLED", "0.100")
    assert bought["clientOrderId"].startswith("x-Cb7ytekJ")
    placed = await client.futures_create_order(**LIMIT, newClientOrderId="mine-1")
    edited = await client.futures_modify_order(
        symbol=BTC, side="BUY", orderId=placed["orderId"], quantity="0.02", price="60001"
    )
    assert (edited["origQty"], edited["price"]) == ("0.020", "60001.00")
    found = await client.futures_get_order(symbol=BTC, origClientOrderId="mine-1")
    assert found["orderId"] == placed["orderId"]
    assert (await client.futures_cancel_order(symbol=BTC, orderId=placed["orderId"]))["status"] == "CANCELED"
    two = await client.futures_place_batch_order(batchOrders=[dict(LIMIT), {**LIMIT, "price": "59000"}])
    assert [order["status"] for order in two] == ["NEW", "NEW"]
    assert len(await client.futures_get_open_orders(symbol=BTC)) == 2
    assert (await client.futures_countdown_cancel_all(symbol=BTC, countdownTime=0))["symbol"] == BTC
    numbers = [order["orderId"] for order in two]
    canceled = await client.futures_cancel_orders(symbol=BTC, orderidlist=numbers[:1])
    assert [order["status"] for order in canceled] == ["CANCELED"]
    with pytest.raises(BinanceAPIException, match="-1022"):  # Spelt so, the library signs other bytes than it sends.
        await client.futures_cancel_orders(symbol=BTC, orderIdList=numbers[1:])
    assert (await client.futures_cancel_all_open_orders(symbol=BTC))["code"] == 200

    algo = await client.futures_create_order(**STOP)
    assert algo["algoStatus"] == "NEW"
    assert [row["algoId"] for row in await client.futures_get_open_algo_orders(symbol=BTC)] == [algo["algoId"]]
    assert (await client.futures_get_algo_order(algoId=algo["algoId"]))["triggerPrice"] == "60000.00"
    await client.futures_cancel_algo_order(algoId=algo["algoId"])
    assert len(await client.futures_get_all_algo_orders(symbol=BTC)) == 1

    sold = await client.futures_create_order(**MARKET, side="SELL", quantity="0.1", reduceOnly=True)
    assert sold["reduceOnly"] is True
    assert await client.futures_position_information(symbol=BTC) == []
    assert len(await client.futures_account_trades(symbol=BTC)) == 2
    assert len(await client.futures_get_all_orders(symbol=BTC)) == 5
    assert {row["incomeType"] for row in await client.futures_income_history()} == {"REALIZED_PNL", "COMMISSION"}
    with pytest.raises(BinanceAPIException) as refused:
        await client.futures_create_order(**MARKET, side="SELL", quantity="0.1", reduceOnly=True)
    assert (refused.value.status_code, refused.value.code) == (400, -2022)


async def test_the_account_by_rest(client: AsyncClient) -> None:
    assert (await client.futures_account())["assets"]
    assert {row["asset"] for row in await client.futures_account_balance()} >= {"USDT"}
    assert (await client.futures_commission_rate(symbol=BTC))["takerCommissionRate"] == "0.000500"
    assert (await client.futures_leverage_bracket(symbol=BTC))[0]["symbol"] == BTC
    assert (await client.futures_get_position_mode()) == {"dualSidePosition": False}
    assert (await client.futures_get_multi_assets_mode()) == {"multiAssetsMargin": False}
    assert (await client.futures_account_config())["canTrade"] is True
    assert (await client.futures_symbol_config(symbol=BTC))[0]["marginType"] == "CROSSED"
    assert (await client.futures_api_trading_status())["indicators"] == {}
    assert await client.futures_liquidation_orders() == []
    assert (await client.futures_change_position_mode(dualSidePosition=True))["code"] == 200
    await client.futures_create_order(**MARKET, side="SELL", positionSide="SHORT", quantity="0.01")
    assert (await client.futures_adl_quantile_estimate(symbol=BTC))[0]["symbol"] == BTC
    assert (await client.futures_position_information(symbol=BTC))[0]["positionSide"] == "SHORT"


async def test_a_day_of_trading_by_socket(client: AsyncClient) -> None:
    assert (await client.ws_futures_get_order_book(symbol=BTC))["asks"][0] == ["65001.00", "1.000"]
    assert (await client.ws_futures_get_order_book_ticker(symbol=BTC))["bidPrice"] == "64999.00"
    assert len(await client.ws_futures_get_all_tickers()) > 10
    bought = await client.ws_futures_create_order(**MARKET, side="BUY", quantity="0.01", newOrderRespType="RESULT")
    assert bought["status"] == "FILLED"
    placed = await client.ws_futures_create_order(**LIMIT)
    of_it = {"symbol": BTC, "orderId": placed["orderId"]}
    assert (await client.ws_futures_edit_order(**of_it, side="BUY", quantity="0.01", price="60001"))[
        "price"
    ] == "60001.00"
    assert (await client.ws_futures_get_order(**of_it))["status"] == "NEW"
    assert (await client.ws_futures_cancel_order(**of_it))["status"] == "CANCELED"
    algo = await client.ws_futures_create_order(**STOP)
    assert (await client.ws_futures_cancel_algo_order(algoId=algo["algoId"]))["algoId"] == algo["algoId"]
    for call in (client.ws_futures_account_position, client.ws_futures_v2_account_position):
        assert (await call(symbol=BTC))[0]["positionAmt"] == "0.010"
    for call in (client.ws_futures_account_balance, client.ws_futures_v2_account_balance):
        assert {row["asset"] for row in await call()} >= {"USDT"}
    for call in (client.ws_futures_account_status, client.ws_futures_v2_account_status):
        assert (await call())["assets"]
    with pytest.raises(BinanceAPIException, match="Unknown order sent"):
        await client.ws_futures_cancel_order(**of_it)


async def test_the_streams(client: AsyncClient) -> None:
    manager = BinanceSocketManager(client)

    async def first(stream) -> dict:
        async with stream as socket:
            return (await asyncio.wait_for(socket.recv(), PATIENCE_SECONDS))["data"]

    assert (await first(manager.symbol_mark_price_socket(BTC)))["e"] == "markPriceUpdate"
    assert {row["e"] for row in await first(manager.all_mark_price_socket())} == {"markPriceUpdate"}
    async with manager.symbol_ticker_futures_socket(BTC) as best, manager.futures_user_socket() as user:
        await client.futures_create_order(**MARKET, side="BUY", quantity="0.01")
        assert (await asyncio.wait_for(best.recv(), PATIENCE_SECONDS))["data"]["s"] == BTC
        told = {(await asyncio.wait_for(user.recv(), PATIENCE_SECONDS))["e"] for _ in range(4)}
        assert told == {"ORDER_TRADE_UPDATE", "TRADE_LITE", "ACCOUNT_UPDATE"}
    multiplex = manager.futures_multiplex_socket(["btcusdt@aggTrade", "btcusdt@trade"])
    async with multiplex as trades:
        await client.futures_create_order(**MARKET, side="SELL", quantity="0.01")
        assert (await asyncio.wait_for(trades.recv(), PATIENCE_SECONDS))["data"]["s"] == BTC


async def test_the_blocking_client(urls) -> None:
    def trade() -> str:
        client = Client(API_KEY, SECRET)
        try:
            return client.futures_create_order(**MARKET, side="BUY", quantity=0.01, newOrderRespType="RESULT")["status"]
        finally:
            client.close_connection()
            client.loop.close()
            asyncio.set_event_loop(None)

    assert await asyncio.to_thread(trade) == "FILLED"
