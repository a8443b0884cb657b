"""Bybit's own Python client, pybit, lives through a day of trading with only its URLs changed."""

import asyncio
import json
import logging
import queue
import threading
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal

import pybit._http_manager
import pybit._websocket_trading
import pybit.unified_trading
import pytest
from pybit.exceptions import FailedRequestError, InvalidRequestError
from pybit.unified_trading import HTTP, WebSocket, WebSocketTrading

from venuesim_bybit_helpers import API_KEY, SECRET
from venuesim_conformance import Row

SPOT, LINEAR = "bybit spot", "bybit linear"
PAIR = {"category": "spot", "symbol": "BTCUSDT"}
CONTRACT = {"category": "linear", "symbol": "BTCUSDT"}
SECONDS_MAX = 10
DAY_SECONDS_MAX = 60
QUICK = {"ping_timeout": 1}
"""How long a socket's thread may take to notice that it was told to end."""


class Day:
    """The client's classes at the simulated Bybit. They wait for each answer, so a day runs in a thread of its own."""

    def __init__(self, control: str, caplog: pytest.LogCaptureFixture) -> None:
        self._control = control
        self._caplog = caplog
        self.http = HTTP(api_key=API_KEY, api_secret=SECRET, max_retries=1, retry_delay=0)
        self.public_http = HTTP()

    def close(self) -> None:
        self.http.client.close()
        self.public_http.client.close()

    def await_subscriptions(self, count: int) -> None:
        """Wait until the venue has acknowledged so many subscriptions: the client only logs that."""

        def acknowledged() -> int:
            return sum(record.getMessage().startswith("Subscription to") for record in list(self._caplog.records))

        wait(lambda: acknowledged() >= count)

    def move(self, symbol: str, price: str) -> None:
        """Move a market."""
        body = json.dumps({"symbol": symbol, "price": price}).encode()
        request = urllib.request.Request(f"{self._control}/_sim/market", body)  # noqa: S310 - It is the loopback.
        with urllib.request.urlopen(request) as response:  # noqa: S310 - The same.
            assert response.status == 200

    @contextmanager
    def public(self, category: str) -> Iterator[WebSocket]:
        """Give a public socket, and end its threads."""
        with ending(WebSocket(category, testnet=False, **QUICK)) as socket:
            yield socket

    @contextmanager
    def private(self) -> Iterator[WebSocket]:
        """Give a socket for the account's events."""
        keys = {"api_key": API_KEY, "api_secret": SECRET, "private_auth_expire": 10}
        with ending(WebSocket("private", testnet=False, **keys, **QUICK)) as socket:
            yield socket

    @contextmanager
    def trading(self) -> Iterator[WebSocketTrading]:
        """Give a socket for orders."""
        keys = {"api_key": API_KEY, "api_secret": SECRET, "private_auth_expire": 10, "recv_window": 8000}
        with ending(WebSocketTrading(testnet=False, **keys, **QUICK)) as socket:
            wait(lambda: socket.auth)
            yield socket


@contextmanager
def ending(socket):
    try:
        yield socket
    finally:
        socket.exit()
        socket.wst.join(SECONDS_MAX)
        assert not socket.wst.is_alive()


def wait(is_done: Callable[[], object]) -> None:
    """Wait until something is true."""
    pause = threading.Event()
    for _ in range(SECONDS_MAX * 100):
        if is_done():
            return
        pause.wait(0.01)
    raise AssertionError("it did not happen")


class Heard:
    """What callbacks were given."""

    def __init__(self) -> None:
        self._queue: queue.Queue[dict] = queue.Queue()

    def __call__(self, message: dict) -> None:
        self._queue.put(message)

    def next(self) -> dict:
        return self._queue.get(timeout=SECONDS_MAX)

    def until(self, is_wanted: Callable[[dict], bool]) -> dict:
        while not is_wanted(message := self.next()):
            pass
        return message


@pytest.fixture
async def live(venues, monkeypatch, caplog):
    """Give a function that runs a day in a thread; nothing may be logged as an error."""
    rest, socket = venues.url("bybit", "rest"), venues.url("bybit", "ws")
    monkeypatch.setattr(pybit._http_manager, "HTTP_URL", rest)
    monkeypatch.setattr(pybit.unified_trading, "PUBLIC_WSS", f"{socket}/v5/public/{{CHANNEL_TYPE}}")
    monkeypatch.setattr(pybit.unified_trading, "PRIVATE_WSS", f"{socket}/v5/private")
    monkeypatch.setattr(pybit._websocket_trading, "TRADE_WSS", f"{socket}/v5/trade")
    await venues.freeze("BTC/USDT:USDT", "65000", levels=3, level_quantity="1", half_spread="1")
    caplog.set_level(logging.DEBUG, "pybit")

    def run(script: Callable[[Day], None], ended: asyncio.Future[None], loop: asyncio.AbstractEventLoop) -> None:
        day = Day(str(venues.simulator.urls["control"]), caplog)
        try:
            script(day)
        except BaseException as error:  # noqa: BLE001 - It is raised where the day is waited for.
            loop.call_soon_threadsafe(ended.set_exception, error)
        else:
            loop.call_soon_threadsafe(ended.set_result, None)
        finally:
            day.close()

    async def live_through(script: Callable[[Day], None]) -> None:
        loop = asyncio.get_running_loop()
        ended: asyncio.Future[None] = loop.create_future()
        # The client waits without an end for a socket that broke off; the thread of such a day is left behind.
        thread = threading.Thread(target=run, args=(script, ended, loop), daemon=True)
        thread.start()
        await asyncio.wait_for(ended, DAY_SECONDS_MAX)
        await asyncio.to_thread(thread.join, SECONDS_MAX)

    yield live_through
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.mark.conformance(Row.SDK, SPOT, LINEAR)
async def test_the_morning_is_spent_looking_at_the_market(live) -> None:
    def script(day: Day) -> None:
        http = day.public_http
        assert http.get_server_time()["retMsg"] == "OK"
        (pair,) = http.get_instruments_info(**PAIR)["result"]["list"]
        (contract,) = http.get_instruments_info(**CONTRACT)["result"]["list"]
        assert (pair["status"], contract["contractType"]) == ("Trading", "LinearPerpetual")
        for market in (PAIR, CONTRACT):
            (ticker,) = http.get_tickers(**market)["result"]["list"]
            assert float(ticker["lastPrice"]) == 65000
            assert len(http.get_orderbook(**market, limit=2)["result"]["b"]) == 2
            assert len(http.get_kline(**market, interval=15, limit=7)["result"]["list"]) == 7
            assert "list" in http.get_public_trade_history(**market)["result"]
            assert http.get_price_limit(**market)["result"]["symbol"] == "BTCUSDT"
            assert http.get_rpi_orderbook(**market, limit=5)["result"]["s"] == "BTCUSDT"
        assert http.get_mark_price_kline(**CONTRACT, interval="D", limit=1)["result"]["list"]
        assert http.get_index_price_kline(**CONTRACT, interval="D", limit=1)["result"]["list"]
        assert http.get_premium_index_price_kline(**CONTRACT, interval="D", limit=1)["result"]["list"]
        assert http.get_funding_rate_history(**CONTRACT, limit=3)["result"]["list"]
        assert http.get_open_interest(**CONTRACT, intervalTime="5min")["result"]["list"]
        assert http.get_long_short_ratio(**CONTRACT, period="1h")["result"]["list"]
        assert http.get_risk_limit(**CONTRACT)["result"]["list"]
        assert http.get_insurance()["result"]["list"]
        with pytest.raises(InvalidRequestError, match="10001"):
            http.get_tickers(category="spot", symbol="NOPE")

    await live(script)


@pytest.mark.conformance(Row.SDK, SPOT)
async def test_pairs_are_traded_by_request(live) -> None:
    def script(day: Day) -> None:
        http = day.http
        placed = http.place_order(
            **PAIR, side="Buy", orderType="Limit", qty=0.01, price=63000.0, timeInForce="PostOnly", orderLinkId="m-1"
        )["result"]
        (resting,) = http.get_open_orders(**PAIR, orderId=placed["orderId"])["result"]["list"]
        assert (resting["orderStatus"], resting["price"], resting["qty"]) == ("New", "63000", "0.01")
        http.amend_order(**PAIR, orderLinkId="m-1", price="63001", qty=0.02)
        (amended,) = http.get_open_orders(**PAIR, orderLinkId="m-1")["result"]["list"]
        assert (amended["price"], amended["qty"]) == ("63001", "0.02")
        http.cancel_order(**PAIR, orderLinkId="m-1")
        with pytest.raises(InvalidRequestError, match="170142"):
            http.cancel_order(**PAIR, orderLinkId="m-1")
        http.place_order(**PAIR, side="Buy", orderType="Market", qty="650.01", marketUnit="quoteCoin")
        http.place_order(**PAIR, side="Sell", orderType="Market", qty=0.005)
        fills = http.get_executions(category="spot")["result"]["list"]
        assert [(fill["side"], fill["execQty"]) for fill in fills] == [("Sell", "0.005"), ("Buy", "0.01")]
        orders = [
            {"symbol": "BTCUSDT", "side": "Buy", "orderType": "Limit", "qty": "0.01", "price": price}
            for price in ("63000", "99000")
        ]
        batch = http.place_batch_order(category="spot", request=orders)
        assert [entry["code"] for entry in batch["retExtInfo"]["list"]] == [0, 170193]
        http.cancel_all_orders(category="spot", symbol="BTCUSDT")
        assert http.get_open_orders(**PAIR)["result"]["list"] == []
        history = http.get_order_history(category="spot")["result"]["list"]
        assert {order["orderStatus"] for order in history} == {"Cancelled", "Filled"}

    await live(script)


@pytest.mark.conformance(Row.SDK, LINEAR)
async def test_contracts_are_traded_by_request(live) -> None:
    def script(day: Day) -> None:
        http = day.http
        http.set_leverage(**CONTRACT, buyLeverage="20", sellLeverage="20")
        http.place_order(**CONTRACT, side="Buy", orderType="Market", qty=0.5)
        (position,) = http.get_positions(**CONTRACT)["result"]["list"]
        assert (position["side"], position["size"], position["leverage"]) == ("Buy", "0.5", "20")
        http.set_trading_stop(**CONTRACT, takeProfit="66000", stopLoss="64000", tpslMode="Full", positionIdx=0)
        (position,) = http.get_positions(**CONTRACT)["result"]["list"]
        assert (float(position["takeProfit"]), float(position["stopLoss"])) == (66000, 64000)
        day.move("BTC/USDT:USDT", "66100")
        (position,) = http.get_positions(**CONTRACT)["result"]["list"]
        assert (position["side"], position["size"]) == ("", "0")
        (closed,) = http.get_closed_pnl(**CONTRACT)["result"]["list"]
        assert Decimal(closed["closedPnl"]) > 500
        fills = http.get_executions(**CONTRACT)["result"]["list"]
        assert [fill["closedSize"] for fill in fills] == ["0.5", "0"]
        conditional = {"triggerPrice": "67000", "triggerDirection": 1, "triggerBy": "LastPrice"}
        http.place_order(**CONTRACT, side="Buy", orderType="Market", qty="0.1", **conditional)
        (waiting,) = http.get_open_orders(**CONTRACT)["result"]["list"]
        assert waiting["orderStatus"] == "Untriggered"
        http.cancel_order(**CONTRACT, orderId=waiting["orderId"])

    await live(script)


@pytest.mark.conformance(Row.SDK, SPOT, LINEAR)
async def test_the_evening_is_spent_with_the_books(live) -> None:
    def script(day: Day) -> None:
        http = day.http
        http.place_order(**CONTRACT, side="Sell", orderType="Market", qty="0.1")
        (account,) = http.get_wallet_balance(accountType="UNIFIED")["result"]["list"]
        assert {coin["coin"] for coin in account["coin"]} == {"USDT", "BTC", "ETH"}
        assert http.get_account_info()["result"]["marginMode"] == "REGULAR_MARGIN"
        assert http.get_api_key_information()["result"]["uta"] == 1
        assert http.get_fee_rates(**CONTRACT)["result"]["list"][0]["takerFeeRate"] == "0.00055"
        (entry,) = http.get_transaction_log(accountType="UNIFIED", category="linear")["result"]["list"]
        assert (entry["type"], entry["size"]) == ("TRADE", "-0.1")
        move = {"coin": "USDT", "amount": "10", "fromAccountType": "UNIFIED", "toAccountType": "FUND"}
        http.create_internal_transfer(transferId=str(uuid.uuid4()), **move)
        assert http.get_coins_balance(accountType="FUND", coin="USDT")["result"]["balance"][0]["walletBalance"] == "10"
        assert http.get_collateral_info(currency="BTC")["result"]["list"]
        assert http.get_coin_info(coin="BTC")["result"]["rows"]
        http.set_dcp(timeWindow=10, product="DERIVATIVES")
        (info,) = http.query_dcp_info()["result"]["dcpInfos"]
        assert (info["product"], info["timeWindow"]) == ("DERIVATIVES", "10")
        with pytest.raises(FailedRequestError):  # A path that is not there.
            http._submit_request(method="GET", path=f"{http.endpoint}/v5/nothing", query={}, auth=True)

    await live(script)


@pytest.mark.conformance(Row.SDK, SPOT, LINEAR)
@pytest.mark.parametrize("category", ["spot", "linear"])
async def test_the_market_is_heard(live, category: str) -> None:
    def script(day: Day) -> None:
        symbol = "BTC/USDT" if category == "spot" else "BTC/USDT:USDT"
        book, best, ticker, trades, candles = (Heard() for _ in range(5))
        with day.public(category) as socket:
            socket.orderbook_stream(50, "BTCUSDT", book)
            socket.orderbook_stream(1, "BTCUSDT", best)
            socket.ticker_stream("BTCUSDT", ticker)
            socket.trade_stream("BTCUSDT", trades)
            socket.kline_stream(1, "BTCUSDT", candles)
            day.await_subscriptions(5)
            assert float(book.next()["data"]["b"][0][0]) == 64999
            assert float(ticker.next()["data"]["lastPrice"]) == 65000
            assert candles.next()["data"][0]["confirm"] is False
            for price in ("65100", "64000", "66000"):
                day.move(symbol, price)
            told = book.until(lambda message: max(float(row[0]) for row in message["data"]["b"]) == 65999)
            assert len(told["data"]["b"]) == len(told["data"]["a"]) == 3
            assert best.until(lambda message: float(message["data"]["a"][0][0]) == 66001)["type"] == "snapshot"
            ticker.until(lambda message: float(message["data"]["lastPrice"]) == 66000)
            assert {trades.next()["data"][0]["p"] for _ in range(3)} == (
                {"65100", "64000", "66000"} if category == "spot" else {"65100.00", "64000.00", "66000.00"}
            )

    await live(script)


@pytest.mark.conformance(Row.SDK, SPOT, LINEAR)
async def test_orders_are_placed_by_socket_and_heard_on_the_private_one(live, venues) -> None:
    # The client notes what it waits for after it has sent it; within one process the answer may be quicker than that.
    await venues.fault("delay", delay_ms=20)

    def script(day: Day) -> None:
        orders, fills, positions, wallets, answers, refusals = (Heard() for _ in range(6))
        with day.private() as private, day.trading() as trading:
            wait(lambda: private.auth)
            for subscribe, heard in (
                (private.order_stream, orders),
                (private.execution_stream, fills),
                (private.position_stream, positions),
                (private.wallet_stream, wallets),
            ):
                subscribe(heard)
            day.await_subscriptions(4)
            limit = {"side": "Buy", "orderType": "Limit", "qty": "0.01"}
            trading.place_order(answers, **PAIR, **limit, price="63000", orderLinkId="s-1")
            assert answers.next()["data"]["orderLinkId"] == "s-1"
            assert orders.next()["data"][0]["orderStatus"] == "New"
            trading.amend_order(answers, **PAIR, orderLinkId="s-1", price="63001")
            assert answers.next()["retCode"] == 0
            trading.cancel_order(answers, **PAIR, orderLinkId="s-1")
            assert answers.next()["op"] == "order.cancel"
            assert orders.until(lambda message: message["data"][0]["orderStatus"] == "Cancelled")
            trading.cancel_order(answers, refusals, **PAIR, orderLinkId="s-1")
            assert refusals.next()["retCode"] == 170142
            trading.place_order(answers, **CONTRACT, side="Buy", orderType="Market", qty="0.1")
            assert answers.next()["header"]["X-Bapi-Limit"] == "10"
            assert fills.next()["data"][0]["execQty"] == "0.1"
            positions.until(lambda message: message["data"][0]["size"] == "0.1")
            wallets.until(lambda message: float(message["data"][0]["totalPerpUPL"]) < 0)
            batch = [{"symbol": "BTCUSDT", **limit, "price": price} for price in ("64000", "99000")]
            trading.place_batch_order(answers, category="linear", request=batch)
            assert [entry["code"] for entry in answers.next()["retExtInfo"]["list"]] == [0, 110003]

    await live(script)


@pytest.mark.conformance(Row.RATE_LIMITS, SPOT, LINEAR)
async def test_the_client_waits_out_a_rate_limit_by_the_headers(live, venues) -> None:
    await venues.control("POST", "limits", {"scale": 0.1})

    def script(day: Day) -> None:
        http = HTTP(api_key=API_KEY, api_secret=SECRET, max_retries=5, retry_delay=0)
        for _ in range(2):  # One order a second: the client sleeps until the header's time.
            http.place_order(**CONTRACT, side="Buy", orderType="Limit", qty="0.01", price="64000")
        http.client.close()

    await live(script)
