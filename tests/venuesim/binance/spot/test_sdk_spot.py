"""The venue's own SDK (`binance-sdk-spot`), unchanged but for its URLs: a day of trading by REST, socket and stream.

The SDK logs a warning for every answer whose types are not those that it declares, and none may be logged.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable

import pytest
from binance_common.configuration import (
    ConfigurationRestAPI,
    ConfigurationWebSocketAPI,
    ConfigurationWebSocketStreams,
)
from binance_common.errors import BadRequestError, ClientError
from binance_sdk_spot.spot import Spot

API_KEY = "k" * 64
SECRET = "s" * 64
BTC = "BTCUSDT"

pytestmark = [
    pytest.mark.filterwarnings("ignore:parameter 'timeout' of type 'float' is deprecated:DeprecationWarning"),
    pytest.mark.conformance("The venue's own SDK", "binance spot"),
]


@pytest.fixture
async def spot(venues, caplog) -> AsyncIterator[Spot]:
    """The SDK with only its URLs changed."""
    client = Spot(
        ConfigurationRestAPI(API_KEY, SECRET, base_path=venues.url("binance", "rest"), timeout=5000, retries=0),
        ConfigurationWebSocketAPI(API_KEY, SECRET, stream_url=venues.url("binance", "ws_api")),
        ConfigurationWebSocketStreams(stream_url=venues.url("binance", "ws")),
    )
    caplog.set_level(logging.WARNING)
    yield client
    client.rest_api._session.close()
    assert [record.getMessage() for record in caplog.get_records("call")] == []


async def in_thread(call: Callable, *args: object, **kwargs: object) -> object:
    """Call the SDK's blocking half while the simulator goes on, and return the parsed answer."""
    return await asyncio.to_thread(lambda: call(*args, **kwargs).data())


async def test_public_data_by_rest(spot: Spot) -> None:
    rest = spot.rest_api
    await in_thread(rest.ping)
    assert (await in_thread(rest.time)).server_time > 10**12
    info = await in_thread(rest.exchange_info, symbol=BTC)
    assert info.symbols[0].order_types[:3] == ["LIMIT", "LIMIT_MAKER", "MARKET"]
    await in_thread(rest.exchange_info, symbols=[BTC, "ETHUSDT"])
    await in_thread(rest.exchange_info, permissions=["SPOT"], symbol_status="TRADING")
    await in_thread(rest.execution_rules, symbol=BTC)
    assert len((await in_thread(rest.depth, BTC, limit=2)).bids) == 2
    await in_thread(rest.get_trades, BTC, limit=5)
    await in_thread(rest.historical_trades, BTC, limit=5)
    await in_thread(rest.historical_block_trades, BTC, from_id=1)
    await in_thread(rest.agg_trades, BTC)
    assert len(await in_thread(rest.klines, BTC, "1h", limit=3)) == 3
    assert len(await in_thread(rest.ui_klines, BTC, "1d", limit=3, time_zone="8")) == 3
    assert float((await in_thread(rest.avg_price, BTC)).price) == 65000
    for kind in ("FULL", "MINI"):
        await in_thread(rest.ticker24hr, symbol=BTC, type=kind)
        await in_thread(rest.ticker24hr, symbols=[BTC, "ETHBTC"], type=kind)
        await in_thread(rest.ticker, symbol=BTC, window_size="1h", type=kind)
        await in_thread(rest.ticker, symbols=[BTC, "ETHBTC"], window_size="7d", type=kind)
        await in_thread(rest.ticker_trading_day, symbol=BTC, type=kind)
        await in_thread(rest.ticker_trading_day, symbols=[BTC], time_zone="8:00", type=kind)
    await in_thread(rest.ticker_price, symbol=BTC)
    await in_thread(rest.ticker_price)
    await in_thread(rest.ticker_book_ticker, symbol=BTC)
    await in_thread(rest.ticker_book_ticker, symbols=[BTC, "ETHUSDT"])
    with pytest.raises(BadRequestError) as refused:
        await in_thread(rest.reference_price, BTC)
    assert refused.value.status_code == -2043


async def test_a_day_of_trading_by_rest(spot: Spot, venues) -> None:
    rest = spot.rest_api
    bought = await in_thread(rest.new_order, BTC, "BUY", "MARKET", quote_order_qty=6500.1)
    assert (bought.status, bought.executed_qty, len(bought.fills)) == ("FILLED", "0.10000000", 1)
    sold = await in_thread(rest.new_order, BTC, "SELL", "MARKET", quantity=0.01)
    assert sold.fills[0].commission_asset == "USDT"
    limit = {"time_in_force": "GTC", "quantity": 0.001, "price": 60000.0}
    placed = await in_thread(rest.new_order, BTC, "BUY", "LIMIT", **limit, new_client_order_id="mine-1")
    assert (placed.status, placed.client_order_id) == ("NEW", "mine-1")
    await in_thread(rest.order_test, BTC, "BUY", "LIMIT", **limit)
    rates = await in_thread(rest.order_test, BTC, "BUY", "LIMIT", **limit, compute_commission_rates=True)
    assert rates.standard_commission_for_order.taker == "0.00100000"

    amended = await in_thread(rest.order_amend_keep_priority, BTC, 0.0005, orig_client_order_id="mine-1")
    assert amended.amended_order.qty == "0.00050000"
    name = amended.amended_order.client_order_id
    assert (await in_thread(rest.order_amendments, BTC, placed.order_id))[0].new_qty == "0.00050000"
    replaced = await in_thread(
        rest.order_cancel_replace,
        BTC,
        "BUY",
        "LIMIT",
        "STOP_ON_FAILURE",
        **limit,
        cancel_orig_client_order_id=name,
        new_client_order_id="mine-2",
    )
    assert (replaced.cancel_result, replaced.new_order_result) == ("SUCCESS", "SUCCESS")
    assert (await in_thread(rest.get_order, BTC, orig_client_order_id="mine-2")).status == "NEW"
    with pytest.raises(ClientError, match="partially failed"):  # Status 409.
        await in_thread(
            rest.order_cancel_replace,
            BTC,
            "BUY",
            "LIMIT_MAKER",
            "STOP_ON_FAILURE",
            quantity=0.001,
            price=65100.0,
            cancel_orig_client_order_id="mine-2",
        )

    stop = await in_thread(
        rest.new_order, BTC, "SELL", "STOP_LOSS_LIMIT", time_in_force="GTC", quantity=0.01, price=63000.0,
        stop_price=64000.0, new_order_resp_type="FULL", strategy_id=7, strategy_type=1000001,
    )  # fmt: skip
    assert (stop.status, stop.working_time) == ("NEW", -1)
    trailing = await in_thread(
        rest.new_order, BTC, "SELL", "STOP_LOSS", quantity=0.01, trailing_delta=100, new_order_resp_type="RESULT"
    )
    assert trailing.status == "NEW"
    iceberg = {"quantity": 0.01, "price": 60000.0, "iceberg_qty": 0.002, "new_order_resp_type": "FULL"}
    await in_thread(rest.new_order, BTC, "BUY", "LIMIT_MAKER", **iceberg)
    assert len(await in_thread(rest.get_open_orders, BTC)) == 3
    assert len(await in_thread(rest.delete_open_orders, BTC)) == 3
    assert (await in_thread(rest.delete_order, BTC, order_id=await place_limit(rest))).status == "CANCELED"

    await venues.control("POST", "market", {"symbol": "BTC/USDT", "price": "64000"})
    assert len(await in_thread(rest.all_orders, BTC)) >= 7
    assert len(await in_thread(rest.my_trades, BTC)) == 2
    assert await in_thread(rest.my_allocations, BTC) == []
    account = await in_thread(rest.get_account, omit_zero_balances=True)
    assert {balance.asset for balance in account.balances} == {"BTC", "ETH", "USDT"}
    await in_thread(rest.account_commission, BTC)
    await in_thread(rest.my_filters, BTC)
    counts = await in_thread(rest.rate_limit_order)
    assert [(row.interval, row.limit) for row in counts] == [("SECOND", 100), ("DAY", 200000)]
    with pytest.raises(BadRequestError, match="does not exist"):
        await in_thread(rest.get_order, BTC, order_id=1)
    with pytest.raises(BadRequestError):
        await in_thread(rest.sor_order, BTC, "BUY", "LIMIT", 0.001, price=1.0, time_in_force="GTC")


async def place_limit(rest) -> int:
    order = await in_thread(rest.new_order, BTC, "BUY", "LIMIT", time_in_force="GTC", quantity=0.001, price=60000.0)
    return order.order_id


async def test_order_lists_by_rest(spot: Spot) -> None:
    rest = spot.rest_api
    oco = await in_thread(
        rest.order_list_oco,
        BTC,
        "SELL",
        0.001,
        "LIMIT_MAKER",
        "STOP_LOSS",
        above_price=90000.0,
        below_stop_price=40000.0,
    )
    assert (oco.contingency_type, len(oco.order_reports)) == ("OCO", 2)
    legacy = {"price": 90000.0, "stop_price": 40000.0, "stop_limit_price": 39000.0, "stop_limit_time_in_force": "GTC"}
    await in_thread(rest.order_oco, BTC, "SELL", 0.001, **legacy)
    working = ("LIMIT", "BUY", 60000.0, 0.001)
    oto = await in_thread(
        rest.order_list_oto, BTC, *working, "LIMIT", "SELL", 0.001, working_time_in_force="GTC",
        pending_price=70000.0, pending_time_in_force="GTC",
    )  # fmt: skip
    assert [report.status for report in oto.order_reports] == ["NEW", "PENDING_NEW"]
    pair = {"pending_above_price": 70000.0, "pending_below_type": "STOP_LOSS", "pending_below_stop_price": 50000.0}
    await in_thread(
        rest.order_list_otoco, BTC, *working, "SELL", 0.001, "LIMIT_MAKER", working_time_in_force="GTC", **pair
    )
    await in_thread(
        rest.order_list_opo, BTC, *working, "LIMIT", "SELL", working_time_in_force="GTC", pending_price=70000.0,
        pending_time_in_force="GTC",
    )  # fmt: skip
    await in_thread(rest.order_list_opoco, BTC, *working, "SELL", "LIMIT_MAKER", working_time_in_force="GTC", **pair)
    assert len(await in_thread(rest.open_order_list)) == 6
    assert (await in_thread(rest.get_order_list, order_list_id=oco.order_list_id)).list_order_status == "EXECUTING"
    canceled = await in_thread(rest.delete_order_list, BTC, order_list_id=oco.order_list_id)
    assert canceled.list_order_status == "ALL_DONE"
    await in_thread(rest.delete_open_orders, BTC)
    assert {entry.list_order_status for entry in await in_thread(rest.all_order_list)} == {"ALL_DONE"}


async def test_prevented_matches_by_rest(spot: Spot) -> None:
    rest = spot.rest_api
    limit = {"time_in_force": "GTC", "quantity": 0.01, "price": 65000.0}
    maker = await in_thread(rest.new_order, BTC, "BUY", "LIMIT", **limit)
    taker = await in_thread(rest.new_order, BTC, "SELL", "LIMIT", **limit, self_trade_prevention_mode="EXPIRE_BOTH")
    assert taker.status == "EXPIRED_IN_MATCH"
    matches = await in_thread(rest.my_prevented_matches, BTC, order_id=maker.order_id)
    assert [(match.taker_order_id, match.maker_order_id) for match in matches] == [(taker.order_id, maker.order_id)]
    assert (await in_thread(rest.get_order, BTC, order_id=maker.order_id)).status == "EXPIRED_IN_MATCH"


async def test_a_day_of_trading_by_socket(spot: Spot) -> None:
    api = spot.websocket_api
    await api.create_connection()
    answer = await api.user_data_stream_subscribe_signature()
    assert answer.response.data().result.subscription_id == 0
    events: list = []
    answer.stream.on("message", lambda event: events.append(event.actual_instance))

    await api.ping()
    assert (await api.time()).data().result.server_time > 10**12
    await api.exchange_info(symbol=BTC)
    await api.depth(BTC, limit=2)
    await api.trades_recent(BTC)
    await api.trades_historical(BTC)
    await api.trades_aggregate(BTC)
    await api.klines(BTC, "1m", limit=2)
    await api.ui_klines(BTC, "1m", limit=2)
    await api.avg_price(BTC)
    await api.ticker(symbol=BTC, window_size="4h")
    await api.ticker24hr(symbol=BTC)
    await api.ticker_trading_day(symbol=BTC)
    await api.ticker_price(symbol=BTC)
    await api.ticker_book(symbol=BTC)

    limit = {"time_in_force": "GTC", "price": 60000.0, "quantity": 0.001}
    placed = await api.order_place(BTC, "BUY", "LIMIT", **limit, new_client_order_id="sock-1")
    assert placed.data().result.status == "NEW"
    assert [row.count for row in placed.rate_limits[:2]] == [1, 1]
    assert (await api.order_status(BTC, orig_client_order_id="sock-1")).data().result.status == "NEW"
    assert (await api.order_test(BTC, "BUY", "LIMIT", **limit)).data().result is not None
    amended = (await api.order_amend_keep_priority(BTC, 0.0005, orig_client_order_id="sock-1")).data().result
    assert amended.amended_order.qty == "0.00050000"
    order_id = amended.amended_order.order_id
    assert len((await api.order_amendments(BTC, order_id)).data().result) == 1
    replaced = await api.order_cancel_replace(
        BTC, "STOP_ON_FAILURE", "BUY", "LIMIT", **limit, cancel_order_id=order_id, new_client_order_id="sock-2"
    )
    assert replaced.data().result.new_order_result == "SUCCESS"
    assert (await api.order_cancel(BTC, orig_client_order_id="sock-2")).data().result.status == "CANCELED"
    filled = (await api.order_place(BTC, "BUY", "MARKET", quantity=0.01)).data().result
    assert filled.status == "FILLED"
    oco = await api.order_list_place_oco(
        BTC, "SELL", 0.001, "LIMIT_MAKER", "STOP_LOSS", above_price=90000.0, below_stop_price=40000.0
    )
    list_id = oco.data().result.order_list_id
    assert (await api.order_list_status(order_list_id=list_id)).data().result.list_order_status == "EXECUTING"
    assert len((await api.open_order_lists_status()).data().result) == 1
    assert (await api.order_list_cancel(BTC, order_list_id=list_id)).data().result.list_order_status == "ALL_DONE"
    await api.order_place(BTC, "BUY", "LIMIT", **limit)
    assert len((await api.open_orders_status(symbol=BTC)).data().result) == 1
    assert len((await api.open_orders_cancel_all(BTC)).data().result) == 1
    for call in (api.all_order_lists(), api.all_orders(BTC), api.my_trades(BTC)):
        assert (await call).data().result
    await api.my_filters(BTC)
    assert (await api.my_allocations(BTC)).data().result == []
    await api.account_status()
    await api.account_commission(BTC)
    await api.account_rate_limits_orders()
    assert (await api.session_status()).data().result.api_key is None
    assert len((await api.session_subscriptions()).data().result) == 1

    await asyncio.sleep(0.1)
    told = {type(event).__name__ for event in events}
    assert told == {"ExecutionReport", "OutboundAccountPosition", "ListStatus"}
    await api.user_data_stream_unsubscribe(subscription_id=0)
    await api.close_connection()
    await asyncio.sleep(0.1)


async def test_the_streams(spot: Spot, venues) -> None:
    await venues.control("POST", "market", {"symbol": "BTC/USDT", "frozen": False})
    streams = spot.websocket_streams
    await streams.create_connection()
    heard: dict[str, object] = {}

    async def listen(name: str, subscribing) -> None:
        handle = await subscribing
        handle.on("message", lambda event: heard.setdefault(name, event))

    await listen("trade", streams.trade(symbol=BTC.lower()))
    await listen("aggregate", streams.agg_trade(symbol=BTC.lower()))
    await listen("average", streams.avg_price(symbol=BTC.lower()))
    await listen("best", streams.book_ticker(symbol=BTC.lower()))
    await listen("depth", streams.diff_book_depth(symbol=BTC.lower(), update_speed="100ms"))
    await listen("levels", streams.partial_book_depth(symbol=BTC.lower(), levels=5))
    await listen("kline", streams.kline(symbol=BTC.lower(), interval="1s"))
    await listen("offset", streams.kline_offset(symbol=BTC.lower(), interval="1m"))
    await listen("mini", streams.mini_ticker(symbol=BTC.lower()))
    await listen("minis", streams.all_mini_ticker())
    await listen("ticker", streams.ticker(symbol=BTC.lower()))
    await listen("window", streams.rolling_window_ticker(symbol=BTC.lower(), window_size="1h"))
    await listen("windows", streams.all_market_rolling_window_ticker(window_size="1h"))
    async with asyncio.timeout(10):
        while len(heard) < 13:
            await asyncio.sleep(0.05)
    assert len(await streams.list_subscribe()) > 0
    assert heard["best"].s == BTC
    await streams.close_connection()
    await asyncio.sleep(0.1)
