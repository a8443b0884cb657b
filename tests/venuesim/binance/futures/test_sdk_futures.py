"""The venue's own SDK (`binance-sdk-derivatives-trading-usds-futures`), unchanged but for its URLs: a day of trading.

The SDK logs a warning for every answer whose types are not those that it declares, and none may be logged.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from binance_common.configuration import (
    ConfigurationRestAPI,
    ConfigurationWebSocketAPI,
    ConfigurationWebSocketStreams,
)
from binance_common.errors import BadRequestError
from binance_sdk_derivatives_trading_usds_futures.derivatives_trading_usds_futures import DerivativesTradingUsdsFutures
from binance_sdk_derivatives_trading_usds_futures.rest_api.models import (
    ModifyMultipleOrdersBatchOrdersParameterInner,
    PlaceMultipleOrdersBatchOrdersParameterInner,
)

from venuesim_conformance import Row
from venuesim_futures import API_KEY, PATIENCE_SECONDS, SECRET, SYMBOL

BTC = "BTCUSDT"
LIMIT = {"time_in_force": "GTC", "quantity": 0.01, "price": 60000.0}

pytestmark = [
    pytest.mark.filterwarnings("ignore:parameter 'timeout' of type 'float' is deprecated:DeprecationWarning"),
    pytest.mark.conformance(Row.SDK, "binance linear"),
]


@pytest.fixture
async def futures(venues, caplog) -> AsyncIterator[DerivativesTradingUsdsFutures]:
    """The SDK with only its URLs changed."""
    client = DerivativesTradingUsdsFutures(
        ConfigurationRestAPI(API_KEY, SECRET, base_path=venues.url("binance", "fapi"), timeout=5000, retries=0),
        ConfigurationWebSocketAPI(API_KEY, SECRET, stream_url=venues.url("binance", "fws_api")),
        ConfigurationWebSocketStreams(stream_url=venues.url("binance", "fws")),
    )
    caplog.set_level(logging.WARNING)
    yield client
    client.rest_api._session.close()
    assert [record.getMessage() for record in caplog.get_records("call")] == []


async def in_thread(call: Callable[..., Any], *args: object, **kwargs: object) -> Any:
    """Call the SDK's blocking half while the simulator goes on, and return the parsed answer."""
    return await asyncio.to_thread(lambda: call(*args, **kwargs).data())


async def answer(waiting: Awaitable[Any]) -> Any:
    """Return the parsed answer of the WebSocket API, which must not be an error."""
    data = (await waiting).data()
    assert not isinstance(data, dict) or "error" not in data, data
    return data


class Heard:
    """What came on the streams, by the name of the model that it was read as."""

    def __init__(self) -> None:
        self._queues: dict[str, asyncio.Queue[Any]] = {}

    def hear(self, message: Any) -> None:
        event = getattr(message, "actual_instance", message)
        self._queue(type(event).__name__).put_nowait(event)

    def has(self, model: str) -> bool:
        return not self._queue(model).empty()

    async def next(self, model: str) -> Any:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self._queue(model).get()

    def _queue(self, model: str) -> asyncio.Queue[Any]:
        return self._queues.setdefault(model, asyncio.Queue())


async def test_public_data_by_rest(futures: DerivativesTradingUsdsFutures) -> None:
    rest = futures.rest_api
    await in_thread(rest.test_connectivity)
    assert (await in_thread(rest.check_server_time)).server_time > 10**12
    info = await in_thread(rest.exchange_information)
    assert {symbol.symbol for symbol in info.symbols} >= {BTC, "ETHUSDT"}
    assert (await in_thread(rest.order_book, BTC, limit=5)).bids[0][0] == "64999.00"
    for call in (
        rest.recent_trades_list,
        rest.old_trades_lookup,
        rest.compressed_aggregate_trades_list,
        rest.open_interest,
        rest.mark_price,
        rest.get_funding_rate_history,
        rest.symbol_price_ticker,
        rest.symbol_price_ticker_v2,
        rest.symbol_order_book_ticker,
        rest.ticker24hr_price_change_statistics,
    ):
        await in_thread(call, symbol=BTC)
    for call in (
        rest.get_funding_rate_info,
        rest.mark_price,
        rest.symbol_price_ticker,
        rest.symbol_order_book_ticker,
        rest.ticker24hr_price_change_statistics,
    ):
        assert await in_thread(call)
    for call in (rest.kline_candlestick_data, rest.mark_price_kline_candlestick_data):
        assert len(await in_thread(call, BTC, "1m", limit=3)) == 3
    assert len(await in_thread(rest.continuous_contract_kline_candlestick_data, BTC, "PERPETUAL", "1h", limit=3)) == 3
    assert len(await in_thread(rest.index_price_kline_candlestick_data, BTC, "1h", limit=3)) == 3


async def test_a_day_of_trading_by_rest(futures: DerivativesTradingUsdsFutures) -> None:
    rest = futures.rest_api
    assert (await in_thread(rest.change_initial_leverage, BTC, 10)).leverage == 10
    await in_thread(rest.change_margin_type, "ETHUSDT", "ISOLATED")
    bought = await in_thread(rest.new_order, BTC, "BUY", "MARKET", quantity=0.1, new_order_resp_type="RESULT")
    assert (bought.status, bought.executed_qty) == ("FILLED", "0.100")
    position = (await in_thread(rest.position_information_v3, symbol=BTC))[0]
    assert (position.position_amt, position.entry_price) == ("0.100", "65001.0")

    await in_thread(rest.test_order, BTC, "BUY", "LIMIT", **LIMIT)
    await in_thread(rest.new_order, BTC, "BUY", "LIMIT", **LIMIT, new_client_order_id="mine-1")
    changed = await in_thread(rest.modify_order, BTC, "BUY", 0.02, 60001.0, orig_client_order_id="mine-1")
    assert (changed.orig_qty, changed.price) == ("0.020", "60001.00")
    history = await in_thread(rest.get_order_modify_history, BTC, orig_client_order_id="mine-1")
    assert (history[0].amendment.price.before, history[0].amendment.price.after) == ("60000.00", "60001.00")
    assert (await in_thread(rest.query_order, BTC, orig_client_order_id="mine-1")).status == "NEW"
    assert (await in_thread(rest.cancel_order, BTC, orig_client_order_id="mine-1")).status == "CANCELED"

    batch = [
        PlaceMultipleOrdersBatchOrdersParameterInner(
            symbol=BTC, side="BUY", type="LIMIT", **LIMIT, new_client_order_id=name
        )
        for name in ("batch-1", "batch-2")
    ]
    assert [order.status for order in await in_thread(rest.place_multiple_orders, batch)] == ["NEW", "NEW"]
    edit = ModifyMultipleOrdersBatchOrdersParameterInner(
        symbol=BTC, side="BUY", quantity=0.03, price=60002.0, orig_client_order_id="batch-1"
    )
    assert (await in_thread(rest.modify_multiple_orders, [edit]))[0].orig_qty == "0.030"
    assert len(await in_thread(rest.current_all_open_orders, symbol=BTC)) == 2
    names = {"orig_client_order_id_list": ["batch-1", "unknown"]}
    canceled = await in_thread(rest.cancel_multiple_orders, BTC, **names)
    assert (canceled[0].status, canceled[1].code) == ("CANCELED", -2011)
    await in_thread(rest.auto_cancel_all_open_orders, BTC, 100_000)
    await in_thread(rest.cancel_all_open_orders, BTC)
    assert await in_thread(rest.current_all_open_orders) == []

    sold = await in_thread(rest.new_order, BTC, "SELL", "MARKET", quantity=0.1, reduce_only="true")
    assert sold.reduce_only is True
    assert await in_thread(rest.position_information_v2, symbol=BTC)
    assert await in_thread(rest.position_information_v3) == []
    assert len(await in_thread(rest.account_trade_list, BTC)) == 2
    assert len(await in_thread(rest.all_orders, BTC)) == 5
    incomes = {income.income_type for income in await in_thread(rest.get_income_history)}
    assert incomes == {"REALIZED_PNL", "COMMISSION"}
    with pytest.raises(BadRequestError) as refused:
        await in_thread(rest.new_order, BTC, "SELL", "MARKET", quantity=0.1, reduce_only="true")
    assert refused.value.status_code == -2022


async def test_the_account_by_rest(futures: DerivativesTradingUsdsFutures) -> None:
    rest = futures.rest_api
    for call in (rest.futures_account_balance_v2, rest.futures_account_balance_v3):
        assert {row.asset for row in await in_thread(call)} >= {"USDT"}
    for call in (
        rest.account_information_v2,
        rest.account_information_v3,
        rest.futures_account_configuration,
        rest.symbol_configuration,
        rest.query_user_rate_limit,
        rest.notional_and_leverage_brackets,
        rest.get_current_multi_assets_mode,
        rest.get_current_position_mode,
        rest.get_bnb_burn_status,
        rest.position_adl_quantile_estimation,
        rest.futures_trading_quantitative_rules_indicators,
        rest.users_force_orders,
    ):
        await in_thread(call)
    assert (await in_thread(rest.user_commission_rate, BTC)).maker_commission_rate == "0.000200"
    await in_thread(rest.change_position_mode, "true")
    assert (await in_thread(rest.get_current_position_mode)).dual_side_position is True
    for side, close in (("BUY", "SELL"), ("SELL", "BUY")):
        leg = {"quantity": 0.01, "position_side": "LONG" if side == "BUY" else "SHORT"}
        await in_thread(rest.new_order, BTC, side, "MARKET", **leg)
        await in_thread(rest.new_order, BTC, close, "MARKET", **leg)
    await in_thread(rest.change_position_mode, "false")
    await in_thread(rest.change_margin_type, BTC, "ISOLATED")
    await in_thread(rest.new_order, BTC, "BUY", "MARKET", quantity=0.01)
    await in_thread(rest.modify_isolated_position_margin, BTC, 10.0, "1")
    assert (await in_thread(rest.get_position_margin_change_history, BTC))[-1].amount == "10"


async def test_algo_orders_by_rest(futures: DerivativesTradingUsdsFutures) -> None:
    rest = futures.rest_api
    stop = {"quantity": 0.01, "trigger_price": 60000.0, "client_algo_id": "stop-1"}
    placed = await in_thread(rest.new_algo_order, "CONDITIONAL", BTC, "SELL", "STOP_MARKET", **stop)
    assert (placed.algo_status, placed.client_algo_id) == ("NEW", "stop-1")
    trail = {"quantity": 0.01, "callback_rate": 1.0, "activate_price": 66000.0}
    await in_thread(rest.new_algo_order, "CONDITIONAL", BTC, "SELL", "TRAILING_STOP_MARKET", **trail)
    assert len(await in_thread(rest.current_all_algo_open_orders)) == 2
    assert (await in_thread(rest.query_algo_order, client_algo_id="stop-1")).algo_id == placed.algo_id
    await in_thread(rest.cancel_algo_order, client_algo_id="stop-1")
    await in_thread(rest.cancel_all_algo_open_orders, BTC)
    assert [order.algo_status for order in await in_thread(rest.query_all_algo_orders, BTC)] == ["CANCELED"] * 2


async def test_a_day_of_trading_by_socket(futures: DerivativesTradingUsdsFutures, caplog) -> None:
    api = futures.websocket_api
    await api.create_connection()
    bought = (await answer(api.new_order(BTC, "BUY", "MARKET", quantity=0.01, new_order_resp_type="RESULT"))).result
    assert bought.status == "FILLED"
    await answer(api.new_order(BTC, "BUY", "LIMIT", **LIMIT, new_client_order_id="ws-1"))
    changed = (await answer(api.modify_order(BTC, "BUY", 0.01, 60001.0, orig_client_order_id="ws-1"))).result
    assert changed.price == "60001.00"
    assert (await answer(api.query_order(BTC, orig_client_order_id="ws-1"))).result.status == "NEW"
    assert (await answer(api.cancel_order(BTC, orig_client_order_id="ws-1"))).result.status == "CANCELED"
    stop = {"quantity": 0.01, "trigger_price": 60000.0, "client_algo_id": "ws-stop"}
    await answer(api.new_algo_order("CONDITIONAL", BTC, "SELL", "STOP_MARKET", **stop))
    await answer(api.cancel_algo_order(client_algo_id="ws-stop"))
    for call in (
        api.account_information,
        api.account_information_v2,
        api.futures_account_balance,
        api.futures_account_balance_v2,
        api.position_information,
        api.position_information_v2,
        api.symbol_order_book_ticker,
        api.symbol_price_ticker,
    ):
        assert await answer(call())
    assert (await answer(api.order_book(BTC))).result.last_update_id > 0
    key = (await answer(api.start_user_data_stream())).result.listen_key
    assert (await answer(api.keepalive_user_data_stream())).result.listen_key == key
    await answer(api.close_user_data_stream())
    refused = (await api.cancel_order(BTC, orig_client_order_id="ws-1")).data()
    assert refused["error"]["code"] == -2011
    assert caplog.messages[0].endswith("{'code': -2011, 'msg': 'Unknown order sent.'}")
    caplog.clear()
    await api.close_connection()
    await asyncio.sleep(0.1)


async def test_the_market_streams(futures: DerivativesTradingUsdsFutures, venues) -> None:
    streams = futures.websocket_streams
    await streams.create_connection()
    heard = Heard()
    for handle in await asyncio.gather(
        streams.aggregate_trade_streams(symbol=BTC),
        streams.kline_candlestick_streams(symbol=BTC, interval="1m"),
        streams.individual_symbol_mini_ticker_stream(symbol=BTC),
        streams.all_market_mini_tickers_stream(),
        streams.individual_symbol_ticker_streams(symbol=BTC),
        streams.all_market_tickers_streams(),
        streams.individual_symbol_book_ticker_streams(symbol=BTC),
        streams.all_book_tickers_stream(),
        streams.partial_book_depth_streams(symbol=BTC, levels=5, update_speed="100ms"),
        streams.diff_book_depth_streams(symbol=BTC, update_speed="100ms"),
        streams.mark_price_stream_for_all_market(update_speed="1s"),
        streams.mark_price_stream(symbol=BTC, update_speed="1s"),
    ):
        handle.on("message", heard.hear)
    await heard.next("MarkPriceStreamResponse")  # What was asked for before it is served as well.
    await venues.control("POST", "market", {"symbol": SYMBOL, "price": "65100"})
    await in_thread(futures.rest_api.new_order, BTC, "BUY", "MARKET", quantity=0.01)
    for model in (
        "AggregateTradeStreamsResponse",
        "KlineCandlestickStreamsResponse",
        "IndividualSymbolMiniTickerStreamResponse",
        "IndividualSymbolTickerStreamsResponse",
        "IndividualSymbolBookTickerStreamsResponse",
        "PartialBookDepthStreamsResponse",
        "DiffBookDepthStreamsResponse",
    ):
        assert (await heard.next(model)).s == BTC
    await streams.close_connection()
    await asyncio.sleep(0.1)


async def test_the_user_stream(futures: DerivativesTradingUsdsFutures) -> None:
    rest, streams, heard = futures.rest_api, futures.websocket_streams, Heard()
    key = (await in_thread(rest.start_user_data_stream)).listen_key
    await streams.create_connection()
    (await streams.user_data(key)).on("message", heard.hear)
    while not heard.has("AccountConfigUpdate"):  # The SDK does not wait until its subscription has been served.
        await in_thread(rest.change_initial_leverage, BTC, 7)
        await asyncio.sleep(0)
    assert (await heard.next("AccountConfigUpdate")).ac.l == 7
    await in_thread(rest.new_order, BTC, "BUY", "MARKET", quantity=0.01, new_client_order_id="told")
    assert (await heard.next("OrderTradeUpdate")).o.c == "told"
    assert (await heard.next("TradeLite")).c == "told"
    assert (await heard.next("AccountUpdate")).a.m == "ORDER"
    stop = {"quantity": 0.01, "trigger_price": 60000.0, "client_algo_id": "stop-1"}
    await in_thread(rest.new_algo_order, "CONDITIONAL", BTC, "SELL", "STOP_MARKET", **stop)
    assert (await heard.next("AlgoUpdate")).o.caid == "stop-1"
    await in_thread(rest.keepalive_user_data_stream)
    await in_thread(rest.close_user_data_stream)
    await streams.close_connection()
    await asyncio.sleep(0.1)
