"""Binance spot: what is sent, and what its frames and answers say. Frames are literals of the documented shape."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tidegate.core.messages.reports import ExecutionReported, OrderReported
from tidegate.core.messages.values import Fee, VenueBalance
from tidegate.core.vocabulary import (
    Exchange,
    Liquidity,
    OffsetUnit,
    OrderType,
    RejectReason,
    Side,
    TimeInForce,
    VenueOrderStatus,
)
from tidegate.venues.binance import spot as spot_module
from tidegate.venues.binance.account import BinanceAccount
from tidegate.venues.binance.spot import BinanceSpot
from tidegate.venues.binance.spot_orders import place_params
from tidegate.venues.outcomes import CallFailed, Verdict
from tidegate.venues.values import MalformedError
from venue_unit_helpers import CLIENT_ORDER_ID, NOW, ScriptedClient, market_buy, quote_buy, seat, send_order

COMMON = {"symbol": "BTCUSDT", "side": "BUY", "newClientOrderId": CLIENT_ORDER_ID, "newOrderRespType": "FULL"}
QUANTITY = {"quantity": "0.00001"}


def stop(order_type: OrderType, **changes: Any) -> Any:
    """A conditional order of no price, changed as told."""
    return send_order(**{"order_type": order_type, "price": None, "trigger_price": Decimal(66_000), **changes})


def trailing(offset: str, **changes: Any) -> Any:
    """A trailing stop by so many percent."""
    terms = {"trailing_offset": Decimal(offset), "trailing_offset_unit": OffsetUnit.PERCENT, "trigger_price": None}
    return stop(OrderType.TRAILING_STOP, **{**terms, **changes})


@pytest.mark.parametrize(
    ("order", "params"),
    [
        (send_order(), {"type": "LIMIT", "timeInForce": "GTC", "price": "65000.1", **QUANTITY}),
        (
            send_order(time_in_force=TimeInForce.FOK),
            {"type": "LIMIT", "timeInForce": "FOK", "price": "65000.1", **QUANTITY},
        ),
        (send_order(post_only=True), {"type": "LIMIT_MAKER", "price": "65000.1", **QUANTITY}),
        (market_buy(), {"type": "MARKET", **QUANTITY}),
        (quote_buy(), {"type": "MARKET", "quoteOrderQty": "100"}),
        (stop(OrderType.STOP_LOSS), {"type": "STOP_LOSS", "stopPrice": "66000", **QUANTITY}),
        (stop(OrderType.TAKE_PROFIT), {"type": "TAKE_PROFIT", "stopPrice": "66000", **QUANTITY}),
        (
            stop(OrderType.STOP_LIMIT, price=Decimal(66_100), time_in_force=TimeInForce.IOC),
            {"type": "STOP_LOSS_LIMIT", "stopPrice": "66000", "price": "66100", "timeInForce": "IOC", **QUANTITY},
        ),
        (
            stop(OrderType.TAKE_PROFIT_LIMIT, price=Decimal(66_100)),
            {"type": "TAKE_PROFIT_LIMIT", "stopPrice": "66000", "price": "66100", "timeInForce": "GTC", **QUANTITY},
        ),
        (trailing("1"), {"type": "STOP_LOSS", "trailingDelta": "100", **QUANTITY}),
        (
            trailing("0.25", trigger_price=Decimal(64_000)),
            {"type": "TAKE_PROFIT", "trailingDelta": "25", "stopPrice": "64000", **QUANTITY},
        ),
        (
            send_order(params={"icebergQty": "1", "symbol": "ETHUSDT"}),
            {"type": "LIMIT", "timeInForce": "GTC", "price": "65000.1", "icebergQty": "1", **QUANTITY},
        ),
    ],
)
def test_orders_are_written_in_binances_words(order: Any, params: dict[str, str]) -> None:
    assert place_params(order, "BTCUSDT") == COMMON | params


@pytest.mark.parametrize(
    "order",
    [
        trailing("0.001"),
        trailing("100", trailing_offset_unit=OffsetUnit.PRICE),
        stop(OrderType.STOP_LIMIT, price=Decimal(66_100), post_only=True),
    ],
)
async def test_what_binance_cannot_express_is_refused_before_it_is_sent(order: Any) -> None:
    client = ScriptedClient()
    with pytest.raises(CallFailed) as refused:
        await BinanceSpot(seat(Exchange.BINANCE, client)).place(order)
    assert (refused.value.verdict, refused.value.reason) == (Verdict.REFUSED, RejectReason.INVALID_PARAMETERS)
    assert client.asked == []


def report(**changes: Any) -> dict[str, Any]:
    """An executionReport as the user stream wraps it."""
    event = {
        "e": "executionReport", "E": 1772366400100, "s": "BTCUSDT", "c": CLIENT_ORDER_ID, "S": "BUY", "o": "LIMIT",
        "f": "GTC", "q": "0.02000000", "p": "64000.00000000", "P": "0.00000000", "C": "", "x": "TRADE",
        "X": "PARTIALLY_FILLED", "r": "NONE", "i": 28000000001, "l": "0.01000000", "z": "0.01000000",
        "L": "64000.00000000", "n": "0.00000750", "N": "BNB", "T": 1772366400000, "t": 3500000001, "m": True,
    }  # fmt: skip
    return {"subscriptionId": 0, "event": event | changes}


def read(client: ScriptedClient, frame: Any) -> Any:
    """What a session would report for a frame."""
    return BinanceAccount(seat(Exchange.BINANCE, client)).read_frame(None, frame)


def test_a_trade_tells_the_execution_with_a_fee_in_a_third_asset_and_then_the_order() -> None:
    execution, order = read(ScriptedClient(), report())
    assert isinstance(execution, ExecutionReported)
    assert (execution.trade_id, execution.quantity, execution.price) == ("3500000001", Decimal("0.01"), Decimal(64_000))
    assert execution.fees == (Fee(asset="BNB", amount=Decimal("0.0000075")),)
    assert (execution.side, execution.liquidity) == (Side.BUY, Liquidity.MAKER)
    assert execution.executed_at == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert isinstance(order, OrderReported)
    assert (order.status, order.filled_quantity) == (VenueOrderStatus.OPEN, Decimal("0.01"))
    assert (order.side, order.order_type, order.quantity) == (Side.BUY, OrderType.LIMIT, Decimal("0.02"))
    assert (order.price, order.trigger_price, order.triggered) == (Decimal(64_000), None, False)
    assert order.exchange_order_id == execution.exchange_order_id == "28000000001"
    assert order.exchange_client_order_id == execution.exchange_client_order_id == CLIENT_ORDER_ID


def test_a_cancel_is_named_by_the_orders_own_id_not_the_cancels() -> None:
    (order,) = read(ScriptedClient(), report(x="CANCELED", X="CANCELED", c="web_cancel", C=CLIENT_ORDER_ID, t=-1))
    assert order.exchange_client_order_id == CLIENT_ORDER_ID
    assert (order.status, order.reason) == (VenueOrderStatus.CANCELED, RejectReason.CANCELED_AT_VENUE)


@pytest.mark.parametrize(
    ("status", "word"), [("REJECTED", "INSUFFICIENT_BALANCE"), ("EXPIRED", "INSUFFICIENT_BALANCES")]
)
def test_a_late_refusal_tells_why(status: str, word: str) -> None:
    (order,) = read(ScriptedClient(), report(x=status, X=status, r=word, z="0"))
    assert (order.status.value, order.reason) == (status.lower(), RejectReason.INSUFFICIENT_FUNDS)


def test_a_stop_is_set_off_once_it_has_a_working_time_and_keeps_its_id() -> None:
    stop_limit = {"o": "STOP_LOSS_LIMIT", "x": "NEW", "X": "NEW", "P": "66000.00000000", "z": "0"}
    (waiting,) = read(ScriptedClient(), report(**stop_limit))
    (working,) = read(ScriptedClient(), report(**stop_limit, W=1772366400000))
    assert (waiting.triggered, waiting.order_type, waiting.trigger_price) == (
        False,
        OrderType.STOP_LIMIT,
        Decimal(66_000),
    )
    assert (working.triggered, working.exchange_order_id) == (True, waiting.exchange_order_id)


def test_a_stop_that_trails_is_a_trailing_stop() -> None:
    (order,) = read(ScriptedClient(), report(o="STOP_LOSS", x="NEW", X="NEW", z="0", d=100, p="0"))
    assert (order.order_type, order.price) == (OrderType.TRAILING_STOP, None)


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
    assert isinstance(first, ExecutionReported)
    assert isinstance(second, ExecutionReported)
    assert isinstance(order, OrderReported)
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


@pytest.mark.parametrize(
    ("told", "triggered"),
    [
        ({"isWorking": False, "workingTime": -1}, False),
        ({"isWorking": True}, True),
        ({"workingTime": 1772366400000}, True),
        ({"executedQty": "0.01"}, True),
        ({"type": "LIMIT", "isWorking": True}, False),
    ],
)
async def test_a_look_up_tells_whether_a_stop_was_set_off(told: dict[str, Any], triggered: bool) -> None:
    row = {
        "orderId": 28, "clientOrderId": CLIENT_ORDER_ID, "status": "NEW", "executedQty": "0", "type": "STOP_LOSS_LIMIT",
        "side": "SELL", "origQty": "0.02", "price": "63900", "stopPrice": "64000",
    }  # fmt: skip
    venue = BinanceSpot(seat(Exchange.BINANCE, ScriptedClient(row | told)))
    found = await venue.find_order("BTC/USDT", CLIENT_ORDER_ID, None)
    assert found is not None
    assert found.triggered is triggered
    assert (found.price, found.trigger_price) == (Decimal(63_900), Decimal(64_000))


def trade(number: int) -> dict[str, Any]:
    """A row of myTrades."""
    return {
        "symbol": "BTCUSDT", "id": number, "orderId": 28, "price": "65000", "qty": "0.01", "commission": "0.1",
        "commissionAsset": "USDT", "time": 1772366400000, "isBuyer": False, "isMaker": True,
    }  # fmt: skip


async def test_trades_are_read_page_by_page_until_one_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spot_module, "TRADES_PER_PAGE", 2)
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
