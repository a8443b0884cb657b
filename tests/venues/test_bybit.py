"""Bybit: what is sent, and what its frames and answers say. Frames are literals of the documented shape."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tidegate.core.messages.values import Fee, VenueBalance
from tidegate.core.vocabulary import Exchange, Liquidity, RejectReason, Side, TimeInForce, VenueOrderStatus
from tidegate.venues.budget import RateBudget, WindowGroup
from tidegate.venues.bybit import wire
from tidegate.venues.bybit.calls import BybitSpot, place_params
from tidegate.venues.bybit.market import BybitMarket
from tidegate.venues.client import Refusal
from tidegate.venues.outcomes import VenueAnswer
from tidegate.venues.values import MalformedError
from venue_unit_helpers import CLIENT_ORDER_ID, NOW, ScriptedClient, market_buy, quote_buy, seat, send_order

COMMON = {"category": "spot", "symbol": "BTCUSDT", "side": "Buy", "orderLinkId": CLIENT_ORDER_ID}


@pytest.mark.parametrize(
    ("order", "params"),
    [
        (send_order(), {"orderType": "Limit", "timeInForce": "GTC", "qty": "0.00001", "price": "65000.1"}),
        (
            send_order(time_in_force=TimeInForce.IOC),
            {"orderType": "Limit", "timeInForce": "IOC", "qty": "0.00001", "price": "65000.1"},
        ),
        (
            send_order(post_only=True),
            {"orderType": "Limit", "timeInForce": "PostOnly", "qty": "0.00001", "price": "65000.1"},
        ),
        (market_buy(), {"orderType": "Market", "qty": "0.00001", "marketUnit": "baseCoin"}),
        (quote_buy(), {"orderType": "Market", "qty": "100", "marketUnit": "quoteCoin"}),
    ],
)
def test_orders_are_written_in_bybits_words(order: Any, params: dict[str, str]) -> None:
    assert place_params(order, "BTCUSDT") == COMMON | params


def execution(**changes: Any) -> dict[str, Any]:
    """A row of the execution topic and of execution/list."""
    return {
        "category": "spot", "symbol": "BTCUSDT", "execId": "2290000000001", "execType": "Trade", "execPrice": "64000",
        "execQty": "0.01", "execFee": "0.00001", "feeCurrency": "", "execTime": "1772366400000", "isMaker": True,
        "orderId": "1523", "orderLinkId": CLIENT_ORDER_ID, "side": "Buy",
    } | changes  # fmt: skip


def order(**changes: Any) -> dict[str, Any]:
    """A row of the order topic and of the order calls."""
    return {
        "category": "spot", "symbol": "BTCUSDT", "orderId": "1523", "orderLinkId": CLIENT_ORDER_ID, "side": "Buy",
        "orderStatus": "New", "cumExecQty": "0", "rejectReason": "EC_NoError", "cancelType": "UNKNOWN",
        "timeInForce": "GTC",
    } | changes  # fmt: skip


def read(client: ScriptedClient, topic: str, *rows: Any) -> Any:
    """What a session would report for a frame."""
    return BybitSpot(seat(Exchange.BYBIT, client)).read_frame(None, {"topic": topic, "data": list(rows)})


def test_an_execution_is_read_and_its_fee_is_in_what_was_received() -> None:
    (told,) = read(ScriptedClient(), "execution", execution())
    assert (told.trade_id, told.quantity, told.price) == ("2290000000001", Decimal("0.01"), Decimal(64_000))
    assert told.fees == (Fee(asset="BTC", amount=Decimal("0.00001")),)
    assert (told.side, told.liquidity, told.exchange_order_id) == (Side.BUY, Liquidity.MAKER, "1523")
    (sold,) = read(ScriptedClient(), "execution", execution(side="Sell", execFee="-0.1"))
    assert sold.fees == (Fee(asset="USDT", amount=Decimal("-0.1")),)
    (named,) = read(ScriptedClient(), "execution", execution(feeCurrency="MNT"))
    assert named.fees[0].asset == "MNT"


@pytest.mark.parametrize("kind", ["Funding", "AdlTrade", "BustTrade", "Settle"])
def test_what_is_no_trade_is_no_execution(kind: str) -> None:
    assert read(ScriptedClient(), "execution", execution(execType=kind)) == []


def test_other_categories_are_not_ours() -> None:
    assert read(ScriptedClient(), "order", order(category="linear")) == []


@pytest.mark.parametrize(
    ("changes", "status", "reason"),
    [
        ({"orderStatus": "New"}, VenueOrderStatus.OPEN, None),
        ({"orderStatus": "Filled", "cumExecQty": "0.02"}, VenueOrderStatus.FILLED, None),
        (
            {"orderStatus": "Cancelled", "rejectReason": "EC_PerCancelRequest", "cancelType": "CancelByUser"},
            VenueOrderStatus.CANCELED,
            RejectReason.USER_REQUEST,
        ),
        (
            {"orderStatus": "Rejected", "rejectReason": "EC_PostOnlyWillTakeLiquidity"},
            VenueOrderStatus.REJECTED,
            RejectReason.IMMEDIATE_MATCH_REFUSED,
        ),
        (
            {"orderStatus": "Cancelled", "rejectReason": "EC_NoImmediateQtyToFill", "timeInForce": "IOC"},
            VenueOrderStatus.EXPIRED,
            RejectReason.EXPIRED_AT_VENUE,
        ),
        (
            {"orderStatus": "PartiallyFilledCanceled", "cumExecQty": "0.01", "timeInForce": "IOC"},
            VenueOrderStatus.EXPIRED,
            RejectReason.EXPIRED_AT_VENUE,
        ),
        (
            {"orderStatus": "Cancelled", "cancelType": "CancelByUser", "timeInForce": "IOC"},
            VenueOrderStatus.CANCELED,
            RejectReason.CANCELED_AT_VENUE,
        ),
    ],
)
def test_a_status_says_where_the_order_stands_and_why(
    changes: dict[str, str], status: VenueOrderStatus, reason: RejectReason | None
) -> None:
    (told,) = read(ScriptedClient(), "order", order(**changes))
    assert (told.status, told.reason) == (status, reason)


def test_a_partial_fill_is_told_by_its_execution_alone() -> None:
    assert read(ScriptedClient(), "order", order(orderStatus="PartiallyFilled", cumExecQty="0.01")) == []


def test_an_unreadable_order_is_counted_and_does_not_hide_the_next() -> None:
    client = ScriptedClient()
    (told,) = read(client, "order", order(orderStatus="Dreaming"), order(orderId="1524"))
    assert told.exchange_order_id == "1524"
    assert [type(fault) for fault in client.faults] == [MalformedError]


def listing(*rows: Any, cursor: str = "") -> dict[str, Any]:
    """An answer with a list."""
    return {"retCode": 0, "result": {"list": list(rows), "nextPageCursor": cursor}}


async def test_an_order_is_looked_for_everywhere_before_it_is_not_found() -> None:
    client = ScriptedClient(listing(), listing(), listing())
    venue = BybitSpot(seat(Exchange.BYBIT, client))
    assert await venue.find_order("BTC/USDT", CLIENT_ORDER_ID, None) is None
    assert [path for _, path, _ in client.asked] == ["v5/order/realtime", "v5/order/history", "v5/execution/list"]
    assert {asked["orderLinkId"] for _, _, asked in client.asked} == {CLIENT_ORDER_ID}


async def test_an_execution_of_an_unknown_order_is_no_clean_answer() -> None:
    venue = BybitSpot(seat(Exchange.BYBIT, ScriptedClient(listing(), listing(), listing(execution()))))
    with pytest.raises(MalformedError):
        await venue.find_order("BTC/USDT", CLIENT_ORDER_ID, None)


async def test_an_answer_without_a_result_is_no_absence() -> None:
    venue = BybitSpot(seat(Exchange.BYBIT, ScriptedClient({"retCode": 0})))
    with pytest.raises(MalformedError):
        await venue.find_order("BTC/USDT", CLIENT_ORDER_ID, None)


async def test_executions_are_read_by_cursor_and_in_spans_of_a_week() -> None:
    client = ScriptedClient(
        listing(execution(execId="2"), execution(execId="1"), cursor="next"), listing(execution(execId="0")), listing()
    )
    found = await BybitSpot(seat(Exchange.BYBIT, client)).executions_since("BTC/USDT", NOW - timedelta(days=10))
    assert [told.trade_id for told in found] == ["0", "1", "2"]
    assert [asked.get("cursor") for _, _, asked in client.asked] == [None, "next", None]
    spans = [(asked["startTime"], asked["endTime"]) for _, _, asked in client.asked]
    week_ms = 7 * 86_400_000
    assert spans[0] == spans[1]
    assert spans[0][1] - spans[0][0] == week_ms - 1
    assert spans[2][0] == spans[0][1] + 1
    assert {asked["execType"] for _, _, asked in client.asked} == {"Trade"}


async def test_balances_tell_what_open_orders_lock_apart() -> None:
    coins = [{"coin": "BTC", "walletBalance": "2", "locked": "0.5"}, {"coin": "X", "walletBalance": "", "locked": ""}]
    answer = {"result": {"list": [{"coin": coins}]}}
    found = await BybitSpot(seat(Exchange.BYBIT, ScriptedClient(answer))).balances()
    assert found == (VenueBalance(asset="BTC", free=Decimal("1.5"), locked=Decimal("0.5")),)


async def test_instruments_and_prices_are_read() -> None:
    row = {
        "symbol": "BTCUSDT", "baseCoin": "BTC", "quoteCoin": "USDT", "status": "Trading",
        "lotSizeFilter": {"basePrecision": "0.000001", "quotePrecision": "0.0000001", "minOrderQty": "0.000011",
                          "maxLimitOrderQty": "83", "maxMarketOrderQty": "41.5", "minOrderAmt": "5",
                          "maxOrderAmt": "8000000"},
        "priceFilter": {"tickSize": "0.1"},
    }  # fmt: skip
    ticker = {"symbol": "BTCUSDT", "lastPrice": "65000", "bid1Price": "64999.9", "ask1Price": ""}
    market = BybitMarket(ScriptedClient(listing(row), listing(ticker)))
    (bitcoin,) = await market.instruments()
    assert (bitcoin.symbol, bitcoin.quantity_step, bitcoin.quantity_max) == (
        "BTC/USDT",
        Decimal("0.000001"),
        Decimal(83),
    )
    assert (bitcoin.market_quantity_max, bitcoin.notional_min) == (Decimal("41.5"), Decimal(5))
    price = (await market.prices())["BTCUSDT"]
    assert (price.last, price.bid, price.ask) == (Decimal(65_000), Decimal("64999.9"), None)


def test_refusals_headers_and_pauses_are_read() -> None:
    assert wire.refusal_in({"retCode": 0, "retMsg": "OK"}) is None
    assert wire.refusal_in({"retCode": 170131, "retMsg": "Balance"}) == Refusal("170131", "Balance")
    budget = RateBudget([WindowGroup(wire.ACCOUNT_LIMITS), WindowGroup(wire.ADDRESS_LIMITS)])
    wire.feed_budget(budget, {"x-bapi-limit-status": "3"}, "http://127.0.0.1/v5/order/create")
    assert budget.describe() == {"orders": "17/20"}
    reset = str(int(NOW.timestamp() * 1000) + 1500)
    assert wire.pause(VenueAnswer(200, {"X-Bapi-Limit-Reset-Timestamp": reset}, None, ""), "10006", NOW) == (1.5, True)
    assert wire.pause(VenueAnswer(403, {}, None, ""), None, NOW) == (600.0, False)
