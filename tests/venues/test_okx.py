"""OKX: what is sent, and what its frames and answers say. Frames are literals of the documented shape."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tidegate.core.messages.reports import ExecutionReported
from tidegate.core.messages.values import Fee, VenueBalance
from tidegate.core.vocabulary import Exchange, Liquidity, RejectReason, Side, TimeInForce, VenueOrderStatus
from tidegate.venues.client import Refusal
from tidegate.venues.okx import calls as calls_module
from tidegate.venues.okx import wire
from tidegate.venues.okx.calls import OkxSpot, place_params
from tidegate.venues.okx.market import OkxMarket
from tidegate.venues.outcomes import CallFailed, Verdict
from tidegate.venues.values import MalformedError
from venue_unit_helpers import CLIENT_ORDER_ID, NOW, ScriptedClient, market_buy, quote_buy, seat, send_order

COMMON = {"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "clOrdId": CLIENT_ORDER_ID}
ABSENT = CallFailed(Verdict.ABSENT, RejectReason.UNKNOWN_ORDER, "Order does not exist")


@pytest.mark.parametrize(
    ("order", "params"),
    [
        (send_order(), {"ordType": "limit", "sz": "0.00001", "px": "65000.1"}),
        (send_order(time_in_force=TimeInForce.IOC), {"ordType": "ioc", "sz": "0.00001", "px": "65000.1"}),
        (send_order(post_only=True), {"ordType": "post_only", "sz": "0.00001", "px": "65000.1"}),
        (market_buy(), {"ordType": "market", "sz": "0.00001", "tgtCcy": "base_ccy"}),
        (quote_buy(), {"ordType": "market", "sz": "100", "tgtCcy": "quote_ccy"}),
    ],
)
def test_orders_are_written_in_okxs_words(order: Any, params: dict[str, str]) -> None:
    assert place_params(order, "BTC-USDT") == COMMON | params


@pytest.mark.parametrize(
    ("payload", "refusal"),
    [
        ({"code": "0", "data": [{"ordId": "1", "sCode": "0", "sMsg": ""}], "msg": ""}, None),
        (
            {
                "code": "1",
                "data": [{"ordId": "", "sCode": "51008", "sMsg": "Insufficient"}],
                "msg": "All operations failed",
            },
            Refusal("51008", "Insufficient"),
        ),
        ({"code": "51603", "data": [], "msg": "Order does not exist"}, Refusal("51603", "Order does not exist")),
        ({"code": "50011", "msg": "Too Many Requests"}, Refusal("50011", "Too Many Requests")),
        ({"code": "0", "data": [], "msg": ""}, None),
        ([], None),
    ],
)
def test_an_items_own_code_is_the_result(payload: Any, refusal: Refusal | None) -> None:
    assert wire.refusal_in(payload) == refusal


def pushed(**changes: Any) -> dict[str, Any]:
    """A frame of the orders channel with one order."""
    order = {
        "instId": "BTC-USDT", "instType": "SPOT", "ordId": "312", "clOrdId": CLIENT_ORDER_ID, "side": "buy",
        "px": "64000",
        "sz": "0.02", "ordType": "limit", "state": "partially_filled", "accFillSz": "0.01", "fillPx": "64000",
        "fillSz": "0.01", "fillFee": "-0.000008", "fillFeeCcy": "BTC", "tradeId": "744876980", "execType": "M",
        "fillTime": "1772366400000", "uTime": "1772366400001", "cancelSource": "", "cancelSourceReason": "",
    }  # fmt: skip
    return {"arg": {"channel": "orders", "instType": "SPOT"}, "data": [order | changes]}


def read(client: ScriptedClient, frame: Any) -> Any:
    """What a session would report for a frame."""
    return OkxSpot(seat(Exchange.OKX, client)).read_frame(None, frame)


def test_a_fill_tells_the_execution_and_then_the_order_and_a_charge_is_a_cost() -> None:
    execution, order = read(ScriptedClient(), pushed())
    assert (execution.trade_id, execution.quantity, execution.price) == ("744876980", Decimal("0.01"), Decimal(64_000))
    assert execution.fees == (Fee(asset="BTC", amount=Decimal("0.000008")),)
    assert (execution.side, execution.liquidity) == (Side.BUY, Liquidity.MAKER)
    assert (order.status, order.filled_quantity) == (VenueOrderStatus.OPEN, Decimal("0.01"))
    assert order.exchange_client_order_id == execution.exchange_client_order_id == CLIENT_ORDER_ID


def test_a_rebate_is_a_negative_cost() -> None:
    execution, _ = read(ScriptedClient(), pushed(fillFee="0.000002"))
    assert execution.fees == (Fee(asset="BTC", amount=Decimal("-0.000002")),)


NO_FILL = {"tradeId": "", "fillSz": "0", "fillPx": "", "accFillSz": "0"}


@pytest.mark.parametrize(
    ("source", "filled", "status", "reason"),
    [
        ("1", "0", VenueOrderStatus.CANCELED, RejectReason.USER_REQUEST),
        ("31", "0", VenueOrderStatus.REJECTED, RejectReason.IMMEDIATE_MATCH_REFUSED),
        ("31", "0.01", VenueOrderStatus.CANCELED, RejectReason.IMMEDIATE_MATCH_REFUSED),
        ("14", "0.01", VenueOrderStatus.EXPIRED, RejectReason.EXPIRED_AT_VENUE),
        ("13", "0", VenueOrderStatus.EXPIRED, RejectReason.EXPIRED_AT_VENUE),
        ("32", "0", VenueOrderStatus.CANCELED, RejectReason.CANCELED_AT_VENUE),
    ],
)
def test_an_end_says_why(source: str, filled: str, status: VenueOrderStatus, reason: RejectReason) -> None:
    (order,) = read(
        ScriptedClient(), pushed(**NO_FILL | {"state": "canceled", "cancelSource": source, "accFillSz": filled})
    )
    assert (order.status, order.reason) == (status, reason)


def test_one_unreadable_order_in_a_frame_does_not_hide_the_next() -> None:
    client = ScriptedClient()
    frame = pushed(fillPx="abc")
    frame["data"] += pushed()["data"]
    assert isinstance(read(client, frame)[0], ExecutionReported)
    assert len(client.faults) == 1


def test_a_state_never_seen_before_is_counted_and_loses_no_execution() -> None:
    client = ScriptedClient()
    (execution,) = read(client, pushed(state="dreaming"))
    assert isinstance(execution, ExecutionReported)
    assert len(client.faults) == 1


async def test_an_order_is_looked_for_everywhere_before_it_is_not_found() -> None:
    nothing = {"code": "0", "data": []}
    client = ScriptedClient(ABSENT, nothing, nothing, nothing)
    assert await OkxSpot(seat(Exchange.OKX, client)).find_order("BTC/USDT", CLIENT_ORDER_ID, None) is None
    paths = [path for _, path, _ in client.asked]
    assert paths == ["trade/order", "trade/orders-pending", "trade/orders-history", "trade/fills"]


async def test_a_fill_of_an_unknown_order_is_no_clean_answer() -> None:
    nothing: dict[str, Any] = {"code": "0", "data": []}
    fill = {"code": "0", "data": [{"clOrdId": CLIENT_ORDER_ID}]}
    venue = OkxSpot(seat(Exchange.OKX, ScriptedClient(ABSENT, nothing, nothing, fill)))
    with pytest.raises(MalformedError):
        await venue.find_order("BTC/USDT", CLIENT_ORDER_ID, None)


async def test_a_failed_look_up_is_not_an_absence() -> None:
    failed = CallFailed(Verdict.UNKNOWN, RejectReason.VENUE_OVERLOADED, "busy")
    venue = OkxSpot(seat(Exchange.OKX, ScriptedClient(ABSENT, failed)))
    with pytest.raises(CallFailed):
        await venue.find_order("BTC/USDT", CLIENT_ORDER_ID, None)


def fill(number: int) -> dict[str, Any]:
    """A row of trade/fills."""
    return {
        "instId": "BTC-USDT", "tradeId": str(number), "ordId": "312", "clOrdId": CLIENT_ORDER_ID,
        "billId": f"9{number}",
        "fillPx": "65000", "fillSz": "0.01", "side": "sell", "execType": "T", "feeCcy": "USDT", "fee": "-0.65",
        "ts": "1772366400000", "fillTime": "1772366400000",
    }  # fmt: skip


async def test_fills_are_read_page_by_page_and_told_oldest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls_module, "ROWS_PER_PAGE", 2)
    client = ScriptedClient({"data": [fill(4), fill(3)]}, {"data": [fill(2), fill(1)]}, {"data": []})
    found = await OkxSpot(seat(Exchange.OKX, client)).executions_since("BTC/USDT", NOW - timedelta(hours=1))
    assert [told.trade_id for told in found] == ["1", "2", "3", "4"]
    assert [asked.get("after") for _, _, asked in client.asked] == [None, "93", "91"]
    assert found[0].fees == (Fee(asset="USDT", amount=Decimal("0.65")),)


async def test_old_executions_come_from_the_archive() -> None:
    client = ScriptedClient({"data": []})
    await OkxSpot(seat(Exchange.OKX, client)).executions_since("BTC/USDT", NOW - timedelta(days=10))
    assert [path for _, path, _ in client.asked] == ["trade/fills-history"]


async def test_balances_leave_out_zeros() -> None:
    details = [{"ccy": "BTC", "availBal": "1.5", "frozenBal": "0.5"}, {"ccy": "X", "availBal": "", "frozenBal": "0"}]
    found = await OkxSpot(seat(Exchange.OKX, ScriptedClient({"data": [{"details": details}]}))).balances()
    assert found == (VenueBalance(asset="BTC", free=Decimal("1.5"), locked=Decimal("0.5")),)


async def test_instruments_and_prices_are_read() -> None:
    row = {
        "instId": "BTC-USDT", "baseCcy": "BTC", "quoteCcy": "USDT", "tickSz": "0.1", "lotSz": "0.00000001",
        "minSz": "0.00001", "maxLmtSz": "9999999999", "maxMktSz": "1000000", "state": "live",
    }  # fmt: skip
    announced = row | {"instId": "NEW-USDT", "tickSz": ""}
    ticker = {"instId": "BTC-USDT", "last": "65000", "bidPx": "64999.9", "askPx": ""}
    market = OkxMarket(ScriptedClient({"data": [row, announced]}, {"data": [ticker]}))
    (bitcoin,) = await market.instruments()
    assert (bitcoin.symbol, bitcoin.quantity_min, bitcoin.market_quantity_max) == ("BTC/USDT", Decimal("0.00001"), None)
    price = (await market.prices())["BTC-USDT"]
    assert (price.last, price.bid, price.ask) == (Decimal(65_000), Decimal("64999.9"), None)
