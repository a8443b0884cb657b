"""python-binance, unchanged but for its URLs: a day of trading by REST, by socket and by stream."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from binance import AsyncClient, BinanceAPIException, BinanceSocketManager, Client
from binance.base_client import BaseClient
from binance.ws.reconnecting_websocket import ReconnectingWebsocket

API_KEY = "k" * 64
SECRET = "s" * 64
BTC = "BTCUSDT"

pytestmark = pytest.mark.conformance("The venue's own SDK", "binance spot")


@pytest.fixture
def urls(venues, monkeypatch):
    """Point the library's class attributes at the simulator."""
    rest = venues.url("binance", "rest")
    monkeypatch.setattr(BaseClient, "API_URL", f"{rest}/api")
    monkeypatch.setattr(BaseClient, "MARGIN_API_URL", f"{rest}/sapi")
    monkeypatch.setattr(BaseClient, "WS_API_URL", venues.url("binance", "ws_api"))
    stream = venues.url("binance", "ws").removesuffix("/stream")
    monkeypatch.setattr(BinanceSocketManager, "STREAM_URL", f"{stream}/")
    monkeypatch.setattr(ReconnectingWebsocket, "TIMEOUT", 1)
    return venues


@pytest.fixture
async def client(urls) -> AsyncIterator[AsyncClient]:
    made = await AsyncClient.create(API_KEY, SECRET)
    yield made
    await made.close_connection()


async def test_a_day_of_trading_by_rest(client: AsyncClient, urls) -> None:
    assert (await client.get_symbol_info(BTC))["status"] == "TRADING"
    assert (await client.get_system_status())["status"] == 0
    assert (await client.get_account_status())["data"] == "Normal"
    assert (await client.get_account_api_permissions())["enableReading"] is True
    assert (await client.get_trade_fee(symbol=BTC))[0]["takerCommission"] == "0.00100000"
    assert (await client.get_asset_balance("USDT"))["free"] == "1000000.00000000"
    assert len(await client.get_all_coins_info()) > 20
    assert {row["asset"] for row in await client.get_user_asset()} == {"BTC", "ETH", "USDT"}
    for call in (client.get_order_book, client.get_recent_trades, client.get_historical_trades, client.get_avg_price):
        assert await call(symbol=BTC)
    assert len(await client.get_klines(symbol=BTC, interval="1m", limit=2)) == 2
    assert await client.get_ticker(symbol=BTC)
    assert await client.get_all_tickers()
    assert await client.get_orderbook_ticker(symbol=BTC)

    bought = await client.order_market_buy(symbol=BTC, quoteOrderQty=650.01)
    assert (bought["status"], bought["executedQty"]) == ("FILLED", "0.01000000")
    limit = await client.order_limit_buy(symbol=BTC, quantity=0.001, price="50000", newClientOrderId="pb-1")
    assert (await client.get_order(symbol=BTC, origClientOrderId="pb-1"))["orderId"] == limit["orderId"]
    assert await client.create_test_order(symbol=BTC, side="BUY", type="MARKET", quantity=0.001) == {}
    replaced = await client.cancel_replace_order(
        symbol=BTC, side="BUY", type="LIMIT", timeInForce="GTC", quantity=0.002, price="50000",
        cancelReplaceMode="STOP_ON_FAILURE", cancelOrderId=limit["orderId"],
    )  # fmt: skip
    assert replaced["newOrderResponse"]["status"] == "NEW"
    oco = await client.create_oco_order(
        symbol=BTC, side="SELL", quantity=0.001, aboveType="LIMIT_MAKER", abovePrice="90000",
        belowType="STOP_LOSS", belowStopPrice="40000",
    )  # fmt: skip
    assert [report["type"] for report in oco["orderReports"]] == ["STOP_LOSS", "LIMIT_MAKER"]
    assert len(await client.get_open_oco_orders()) == 1
    stop = {"symbol": BTC, "side": "SELL", "type": "STOP_LOSS", "quantity": 0.001, "stopPrice": "60000"}
    assert (await client.create_order(**stop, newOrderRespType="RESULT"))["stopPrice"] == "60000.00000000"
    assert len(await client.get_open_orders(symbol=BTC)) == 4
    await client.cancel_all_open_orders(symbol=BTC)
    assert await client.get_open_orders() == []
    assert len(await client.get_my_trades(symbol=BTC)) == 1
    assert len(await client.get_all_orders(symbol=BTC)) == 6
    assert await client.get_prevented_matches(symbol=BTC, orderId=limit["orderId"]) == []
    assert (await client.get_current_order_count())[0]["rateLimitType"] == "ORDERS"
    for quantity, code in (("0.00001", -1013), (0.00001, -1100)):  # The second is written 1e-05.
        with pytest.raises(BinanceAPIException) as refused:
            await client.order_limit_buy(symbol=BTC, quantity=quantity, price="50000")
        assert (refused.value.status_code, refused.value.code) == (400, code)
    with pytest.raises(BinanceAPIException) as gone:
        await client.stream_get_listen_key()
    assert gone.value.status_code == 410


async def test_a_day_of_trading_by_socket(client: AsyncClient) -> None:
    await client.ws_ping()
    assert (await client.ws_get_time())["serverTime"] > 10**12
    assert (await client.ws_get_exchange_info(symbol=BTC))["symbols"][0]["symbol"] == BTC
    for call in (client.ws_get_order_book, client.ws_get_avg_price, client.ws_get_ticker, client.ws_get_symbol_ticker):
        assert await call(symbol=BTC)
    placed = await client.ws_order_limit_buy(symbol=BTC, quantity="0.001", price="60000")
    assert (await client.ws_get_order(symbol=BTC, orderId=placed["orderId"]))["status"] == "NEW"
    replaced = await client.ws_cancel_and_replace_order(
        symbol=BTC, side="BUY", type="LIMIT", timeInForce="GTC", quantity="0.002", price="60000",
        cancelReplaceMode="ALLOW_FAILURE", cancelOrderId=placed["orderId"],
    )  # fmt: skip
    assert replaced["cancelResult"] == "SUCCESS"
    assert len(await client.ws_get_open_orders(symbol=BTC)) == 1
    assert len(await client.ws_cancel_all_open_orders(symbol=BTC)) == 1
    oco = await client.ws_create_oco_order(
        symbol=BTC, side="SELL", quantity="0.001", aboveType="LIMIT_MAKER", abovePrice="90000",
        belowType="STOP_LOSS", belowStopPrice="40000",
    )  # fmt: skip
    assert len(await client.ws_get_oco_open_orders()) == 1
    await client.ws_cancel_oco_order(symbol=BTC, orderListId=oco["orderListId"])
    assert (await client.ws_order_market_sell(symbol=BTC, quantity="0.001"))["status"] == "FILLED"
    assert len(await client.ws_get_my_trades(symbol=BTC)) == 1
    assert (await client.ws_get_account())["accountType"] == "SPOT"
    with pytest.raises(BinanceAPIException, match="Unknown order sent"):
        await client.ws_cancel_order(symbol=BTC, orderId=1)


async def test_the_streams(client: AsyncClient, urls) -> None:
    manager = BinanceSocketManager(client)

    async def first(stream) -> dict:
        async with stream as socket:
            return await asyncio.wait_for(socket.recv(), 10)

    assert (await first(manager.symbol_book_ticker_socket(BTC)))["s"] == BTC
    assert len((await first(manager.depth_socket(BTC, depth="5")))["bids"]) == 3
    assert (await first(manager.kline_socket(BTC, interval="1s")))["k"]["i"] == "1s"
    assert (await first(manager.multiplex_socket(["btcusdt@miniTicker"])))["data"]["e"] == "24hrMiniTicker"
    async with manager.user_socket() as user:
        await client.order_market_buy(symbol=BTC, quantity=0.001)
        events = [await asyncio.wait_for(user.recv(), 10) for _ in range(4)]
        assert [event["e"] for event in events[::2]] == ["executionReport"] * 2
        assert events[2]["X"] == "FILLED"


async def test_the_blocking_client(urls) -> None:
    def trade() -> str:
        client = Client(API_KEY, SECRET)
        try:
            return client.order_market_buy(symbol=BTC, quantity=0.001)["status"]
        finally:
            client.close_connection()
            client.loop.close()
            asyncio.set_event_loop(None)

    assert await asyncio.to_thread(trade) == "FILLED"
