"""Binance: what is sent, and what its frames and answers say. Frames are literals of the documented shape."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tidegate.core.messages.reports import ExecutionReported, OrderReported
from tidegate.core.messages.values import Fee, VenueBalance
from tidegate.core.vocabulary import Exchange, Liquidity, RejectReason, Side, TimeInForce, VenueOrderStatus
from tidegate.venues.binance import calls as calls_module
from tidegate.venues.binance import wire
from tidegate.venues.binance.calls import BinanceSpot, place_params
from tidegate.venues.binance.market import BinanceMarket
from tidegate.venues.budget import RateBudget, WindowGroup
from tidegate.venues.outcomes import CallFailed, VenueAnswer, Verdict
from tidegate.venues.values import MalformedError
from venue_unit_helpers import CLIENT_ORDER_ID, NOW, ScriptedClient, market_buy, quote_buy, seat, send_order

COMMON = {"symbol": "BTCUSDT", "side": "BUY", "newClientOrderId": CLIENT_ORDER_ID, "newOrderRespType": "FULL"}


@pytest.mark.parametrize(
    ("order", "params"),
    [
        (send_order(), {"type": "LIMIT", "timeInForce": "GTC", "quantity": "0.00001", "price": "65000.1"}),
        (
            send_order(time_in_force=TimeInForce.FOK),
            {"type": "LIMIT", "timeInForce": "FOK", "quantity": "0.00001", "price": "65000.1"},
        ),
        (send_order(post_only=True), {"type": "LIMIT_MAKER", "quantity": "0.00001", "price": "65000.1"}),
        (market_buy(), {"type": "MARKET", "quantity": "0.00001"}),
        (quote_buy(), {"type": "MARKET", "quoteOrderQty": "100"}),
    ],
)
def test_orders_are_written_in_binances_words(order: Any, params: dict[str, str]) -> None:
    assert place_params(order, "BTCUSDT") == COMMON | params


def report(**changes: Any) -> dict[str, Any]:
    """An executionReport as the user stream wraps it."""
    event = {
        "e": "executionReport", "E": 1772366400100, "s": "BTCUSDT", "c": CLIENT_ORDER_ID, "S": "BUY", "o": "LIMIT",
        "f": "GTC", "q": "0.02000000", "p": "64000.00000000", "C": "", "x": "TRADE", "X": "PARTIALLY_FILLED",
        "r": "NONE", "i": 28000000001, "l": "0.01000000", "z": "0.01000000", "L": "64000.00000000",
        "n": "0.00000750", "N": "BNB", "T": 1772366400000, "t": 3500000001, "m": True,
    }  # fmt: skip
    return {"subscriptionId": 0, "event": event | changes}


def read(client: ScriptedClient, frame: Any) -> Any:
    """What a session would report for a frame."""
    return BinanceSpot(seat(Exchange.BINANCE, client)).read_frame(None, frame)


def test_a_trade_tells_the_execution_with_a_fee_in_a_third_asset_and_then_the_order() -> None:
    execution, order = read(ScriptedClient(), report())
    assert isinstance(execution, ExecutionReported)
    assert (execution.trade_id, execution.quantity, execution.price) == ("3500000001", Decimal("0.01"), Decimal(64_000))
    assert execution.fees == (Fee(asset="BNB", amount=Decimal("0.0000075")),)
    assert (execution.side, execution.liquidity) == (Side.BUY, Liquidity.MAKER)
    assert execution.executed_at == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert isinstance(order, OrderReported)
    assert (order.status, order.filled_quantity) == (VenueOrderStatus.OPEN, Decimal("0.01"))
    assert order.exchange_order_id == execution.exchange_order_id == "28000000001"
    assert order.exchange_client_order_id == execution.exchange_client_order_id == CLIENT_ORDER_ID


def test_a_cancel_is_named_by_the_orders_own_id_not_the_cancels() -> None:
    (order,) = read(ScriptedClient(), report(x="CANCELED", X="CANCELED", c="web_cancel", C=CLIENT_ORDER_ID, t=-1))
    assert order.exchange_client_order_id == CLIENT_ORDER_ID
    assert (order.status, order.reason) == (VenueOrderStatus.CANCELED, RejectReason.CANCELED_AT_VENUE)


def test_a_late_rejection_tells_why() -> None:
    (order,) = read(ScriptedClient(), report(x="REJECTED", X="REJECTED", r="INSUFFICIENT_BALANCE", z="0"))
    assert (order.status, order.reason) == (VenueOrderStatus.REJECTED, RejectReason.INSUFFICIENT_FUNDS)


def test_a_status_never_seen_before_is_counted_and_loses_no_execution() -> None:
    client = ScriptedClient()
    (execution,) = read(client, report(X="DREAMING"))
    assert isinstance(execution, ExecutionReported)
    assert [type(fault) for fault in client.faults] == [MalformedError]


def test_a_trade_without_a_fee_has_none() -> None:
    execution, _ = read(ScriptedClient(), report(n="0", N=None))
    assert execution.fees == ()


@pytest.mark.parametrize("missing", ["s", "i", "l", "L", "T", "t", "z", "S"])
def test_a_trade_without_a_field_is_malformed_and_not_guessed(missing: str) -> None:
    frame = report()
    del frame["event"][missing]
    with pytest.raises(MalformedError):
        read(ScriptedClient(), frame)


def test_other_frames_are_left_to_ccxt_or_passed_over() -> None:
    assert read(ScriptedClient(), {"id": "1", "status": 200, "result": {"subscriptionId": 0}}) is None
    assert read(ScriptedClient(), "pong") is None
    assert read(ScriptedClient(), {"event": {"e": "outboundAccountPosition", "B": []}}) == []


FULL = {
    "symbol": "BTCUSDT", "orderId": 28, "clientOrderId": CLIENT_ORDER_ID, "transactTime": 1772366400000,
    "origQty": "0.02", "executedQty": "0.02", "status": "FILLED", "timeInForce": "GTC", "type": "MARKET", "side": "BUY",
    "fills": [
        {"price": "65000.00", "qty": "0.01", "commission": "0.00001", "commissionAsset": "BTC", "tradeId": 35},
        {"price": "65001.00", "qty": "0.01", "commission": "-0.00001", "commissionAsset": "BTC", "tradeId": 36},
    ],
}  # fmt: skip


async def test_an_answer_to_a_placement_tells_its_fills_and_its_end() -> None:
    placed = await BinanceSpot(seat(Exchange.BINANCE, ScriptedClient(FULL))).place(send_order())
    assert placed.exchange_order_id == "28"
    first, second, order = placed.reports
    assert (first.trade_id, first.liquidity) == ("35", Liquidity.TAKER)
    assert second.fees == (Fee(asset="BTC", amount=Decimal("-0.00001")),)
    assert order.status is VenueOrderStatus.FILLED


async def test_an_answer_with_unreadable_fills_still_says_that_the_order_was_placed() -> None:
    answer = FULL | {"fills": [{"price": "abc"}]}
    placed = await BinanceSpot(seat(Exchange.BINANCE, ScriptedClient(answer))).place(send_order())
    assert (placed.exchange_order_id, placed.reports) == ("28", ())


@pytest.mark.parametrize("answer", [{}, {"orderId": None}, [], {"status": "NEW"}])
async def test_an_answer_without_an_id_is_no_acceptance(answer: Any) -> None:
    with pytest.raises(MalformedError):
        await BinanceSpot(seat(Exchange.BINANCE, ScriptedClient(answer))).place(send_order())


async def test_not_found_is_an_answer_and_anything_else_is_a_failure() -> None:
    absent = CallFailed(Verdict.ABSENT, RejectReason.UNKNOWN_ORDER, "Order does not exist.")
    unknown = CallFailed(Verdict.UNKNOWN, RejectReason.VENUE_ERROR, "no")
    venue = BinanceSpot(seat(Exchange.BINANCE, ScriptedClient(absent, [], unknown, absent, unknown)))
    assert await venue.find_order("BTC/USDT", CLIENT_ORDER_ID, None) is None
    for _ in range(2):
        with pytest.raises(CallFailed):
            await venue.find_order("BTC/USDT", CLIENT_ORDER_ID, None)


async def test_an_order_that_one_copy_of_the_books_misses_is_found_among_the_open_ones() -> None:
    absent = CallFailed(Verdict.ABSENT, RejectReason.UNKNOWN_ORDER, "Order does not exist.")
    row = {"orderId": 28, "clientOrderId": str(CLIENT_ORDER_ID), "status": "NEW", "executedQty": "0"}
    client = ScriptedClient(absent, [row | {"clientOrderId": "somebody-elses"}, row])
    found = await BinanceSpot(seat(Exchange.BINANCE, client)).find_order("BTC/USDT", CLIENT_ORDER_ID, None)
    assert found is not None
    assert (found.status, found.exchange_order_id) == (VenueOrderStatus.OPEN, "28")
    assert client.asked[-1] == ("GET", "openOrders", {"symbol": "BTCUSDT"})


def trade(number: int) -> dict[str, Any]:
    """A row of myTrades."""
    return {
        "symbol": "BTCUSDT", "id": number, "orderId": 28, "price": "65000", "qty": "0.01", "commission": "0.1",
        "commissionAsset": "USDT", "time": 1772366400000, "isBuyer": False, "isMaker": True,
    }  # fmt: skip


async def test_trades_are_read_page_by_page_until_one_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls_module, "TRADES_PER_PAGE", 2)
    client = ScriptedClient([trade(1), trade(2)], [trade(3), trade(4)], [])
    found = await BinanceSpot(seat(Exchange.BINANCE, client)).executions_since("BTC/USDT", NOW - timedelta(hours=1))
    assert [told.trade_id for told in found] == ["1", "2", "3", "4"]
    assert {told.side for told in found} == {Side.SELL}
    starts = [{name: asked.get(name) for name in ("startTime", "fromId")} for _, _, asked in client.asked]
    assert starts == [{"startTime": 1772362800000, "fromId": None}] + [
        {"startTime": None, "fromId": first} for first in (3, 5)
    ]


async def test_an_open_order_of_somebody_else_that_cannot_be_read_does_not_hide_ours() -> None:
    ours = {"symbol": "BTCUSDT", "orderId": 28, "clientOrderId": CLIENT_ORDER_ID, "executedQty": "0", "status": "NEW"}
    strange = ours | {"symbol": "UNHEARDOF", "clientOrderId": "web_1"}
    found = await BinanceSpot(seat(Exchange.BINANCE, ScriptedClient([strange, ours]))).open_orders()
    assert [order.exchange_client_order_id for order in found] == [CLIENT_ORDER_ID]
    with pytest.raises(MalformedError):
        await BinanceSpot(seat(Exchange.BINANCE, ScriptedClient([ours | {"status": "DREAMING"}]))).open_orders()


async def test_balances_leave_out_zeros() -> None:
    account = {
        "balances": [{"asset": "BTC", "free": "1.5", "locked": "0.5"}, {"asset": "X", "free": "0", "locked": "0.0"}]
    }
    found = await BinanceSpot(seat(Exchange.BINANCE, ScriptedClient(account))).balances()
    assert found == (VenueBalance(asset="BTC", free=Decimal("1.5"), locked=Decimal("0.5")),)


async def test_instruments_keep_binances_limits_exactly_and_skip_what_cannot_be_read() -> None:
    filters = [
        {"filterType": "PRICE_FILTER", "minPrice": "0.01", "maxPrice": "1000000", "tickSize": "0.01000000"},
        {"filterType": "LOT_SIZE", "minQty": "0.00001000", "maxQty": "9000", "stepSize": "0.00001000"},
        {"filterType": "MARKET_LOT_SIZE", "minQty": "0", "maxQty": "120.5", "stepSize": "0"},
        {"filterType": "NOTIONAL", "minNotional": "5.00", "maxNotional": "9000000.00"},
        {"filterType": "PERCENT_PRICE_BY_SIDE", "bidMultiplierUp": "5", "bidMultiplierDown": "0.2",
         "askMultiplierUp": "4", "askMultiplierDown": "0.3"},
    ]  # fmt: skip
    row = {"symbol": "BTCUSDT", "status": "TRADING", "baseAsset": "BTC", "quoteAsset": "USDT", "filters": filters}
    broken = row | {"symbol": "BROKEN", "baseAsset": None}
    halted = row | {"symbol": "ETHUSDT", "baseAsset": "ETH", "status": "BREAK"}
    listing = {"symbols": [row, broken, halted, {"symbol": "TEST", "filters": []}]}
    bitcoin, ether = await BinanceMarket(ScriptedClient(listing)).instruments()
    assert (bitcoin.symbol, bitcoin.exchange_symbol, bitcoin.trading, ether.trading) == (
        "BTC/USDT",
        "BTCUSDT",
        True,
        False,
    )
    assert (bitcoin.price_tick, bitcoin.quantity_step) == (Decimal("0.01"), Decimal("0.00001"))
    assert (bitcoin.market_quantity_max, bitcoin.notional_min) == (Decimal("120.5"), Decimal(5))
    assert (bitcoin.price_ratio_min, bitcoin.price_ratio_max) == (Decimal("0.3"), Decimal(4))


async def test_prices_join_last_and_best_and_skip_what_never_traded() -> None:
    last = [{"symbol": "BTCUSDT", "price": "65000.10"}, {"symbol": "DEADUSDT", "price": "0.00"}]
    best = [
        {"symbol": "BTCUSDT", "bidPrice": "65000.00", "askPrice": "0.00"},
        {"symbol": "DEADUSDT", "bidPrice": "0", "askPrice": "0"},
    ]
    prices = await BinanceMarket(ScriptedClient(last, best)).prices()
    assert set(prices) == {"BTCUSDT"}
    assert (prices["BTCUSDT"].last, prices["BTCUSDT"].bid, prices["BTCUSDT"].ask) == (
        Decimal("65000.10"),
        Decimal("65000.00"),
        None,
    )


def test_headers_feed_the_budget() -> None:
    budget = RateBudget([WindowGroup(wire.ADDRESS_LIMITS), WindowGroup(wire.ACCOUNT_LIMITS)])
    wire.feed_budget(budget, {"x-mbx-used-weight-1m": "4000", "x-mbx-order-count-10s": "77"}, "")
    assert budget.describe() == {"weight": "4000/6000", "orders_10s": "77/100"}


def test_pauses_last_as_long_as_binance_says_and_an_order_count_spares_cancels() -> None:
    too_many = VenueAnswer(429, {"Retry-After": "7"}, None, "")
    assert wire.pause(too_many, "-1015", NOW) == (7.0, True)
    assert wire.pause(too_many, "-1003", NOW) == (7.0, False)
    until = int(NOW.timestamp() * 1000) + 90_000
    banned = VenueAnswer(418, {}, None, f'{{"code":-1003,"msg":"Way too much; IP banned until {until}."}}')
    assert wire.pause(banned, "-1003", NOW) == (90.0, False)
