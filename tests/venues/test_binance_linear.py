"""Binance USD-M futures: what is sent for orders, and what answers and events say of them and their trades."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tidegate.core.messages.effects import SendAmend, SendCancel
from tidegate.core.messages.reports import ExecutionReported, LeverageReported, OrderReported
from tidegate.core.messages.values import Fee
from tidegate.core.vocabulary import (
    Exchange,
    ForcedTrade,
    Liquidity,
    MarginMode,
    OrderType,
    PositionSide,
    RejectReason,
    Side,
    TimeInForce,
    VenueOrderStatus,
)
from tidegate.venues.binance import linear_trades
from tidegate.venues.binance.linear import BinanceLinear
from tidegate.venues.binance.linear_orders import place_params
from tidegate.venues.outcomes import CallFailed, Verdict
from tidegate.venues.values import MalformedError
from venue_binance_rows import LINEAR, ORDER_ID, TIME_MS, absent, account, order_event, order_row, trade_row
from venue_unit_helpers import ACCOUNT, CLIENT_ORDER_ID, NOW, ScriptedClient, seat, send_order
from venue_unit_helpers import ORDER_ID as OUR_ORDER_ID

QUANTITY = Decimal("0.02")
COMMON = {
    "symbol": "BTCUSDT",
    "side": "BUY",
    "quantity": "0.02",
    "newClientOrderId": CLIENT_ORDER_ID,
    "newOrderRespType": "RESULT",
}
LIMIT = {"type": "LIMIT", "price": "65000.1", "timeInForce": "GTC"}


def order_of(**changes: Any) -> Any:
    """A limit buy of the perpetual, changed as told."""
    return send_order(**{"symbol": LINEAR, "quantity": QUANTITY, **changes})


def amendment(**changes: Any) -> SendAmend:
    """A change of that order."""
    return SendAmend(
        **{
            "account_id": ACCOUNT,
            "order_id": OUR_ORDER_ID,
            "attempt": 1,
            "amendment": 1,
            "symbol": LINEAR,
            "side": Side.BUY,
            "order_type": OrderType.LIMIT,
            "exchange_client_order_id": CLIENT_ORDER_ID,
            "exchange_order_id": None,
            "conditional": False,
            "quantity": QUANTITY,
            "price": Decimal(64_000),
            "intended_at": NOW,
            "expires_at": NOW + timedelta(seconds=5),
            **changes,
        }
    )


@pytest.mark.parametrize(
    ("order", "params"),
    [
        (order_of(), LIMIT),
        (order_of(time_in_force=TimeInForce.IOC), LIMIT | {"timeInForce": "IOC"}),
        (order_of(time_in_force=TimeInForce.FOK), LIMIT | {"timeInForce": "FOK"}),
        (order_of(post_only=True), LIMIT | {"timeInForce": "GTX"}),
        (order_of(order_type=OrderType.MARKET, price=None), {"type": "MARKET"}),
        (order_of(reduce_only=True), LIMIT | {"reduceOnly": "true"}),
        (order_of(position_side=PositionSide.LONG), LIMIT | {"positionSide": "LONG"}),
        (order_of(position_side=PositionSide.SHORT, reduce_only=True), LIMIT | {"positionSide": "SHORT"}),
        (
            order_of(params={"selfTradePreventionMode": "EXPIRE_TAKER"}),
            LIMIT | {"selfTradePreventionMode": "EXPIRE_TAKER"},
        ),
    ],
)
def test_orders_are_written_in_binances_words(order: Any, params: dict[str, str]) -> None:
    assert place_params(order, "BTCUSDT") == COMMON | params


@pytest.mark.parametrize(
    "order",
    [
        order_of(position_side=PositionSide.LONG, reduce_only=True),
        order_of(order_type=OrderType.MARKET, price=None, quantity=None, quote_quantity=Decimal(100)),
        order_of(leverage=Decimal("2.5")),
    ],
)
async def test_what_binance_cannot_express_is_refused_before_it_is_sent(order: Any) -> None:
    venue, client = account()
    with pytest.raises(CallFailed) as refused:
        await venue.place(order)
    assert (refused.value.verdict, refused.value.reason) == (Verdict.REFUSED, RejectReason.INVALID_PARAMETERS)
    assert client.asked == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, None),
        ({"status": "FILLED", "executedQty": "0.020"}, None),  # Its executions come by the stream, and first.
        ({"status": "EXPIRED"}, VenueOrderStatus.EXPIRED),
        ({"status": "DREAMING"}, None),
    ],
)
async def test_an_answer_tells_an_end_without_fills_only(
    changes: dict[str, Any], told: VenueOrderStatus | None
) -> None:
    venue, _ = account(order_row(**changes))
    placed = await venue.place(order_of())
    assert placed.exchange_order_id == ORDER_ID
    assert [report.status for report in placed.reports if isinstance(report, OrderReported)] == [told] * bool(told)


# --- leverage and margin type ----------------------------------------------------------------------------------------


async def test_margin_type_and_leverage_go_before_the_order_and_are_remembered() -> None:
    venue, client = account({"code": 200, "msg": "success"}, {"leverage": 5}, order_row(), order_row())
    terms = {"leverage": Decimal(5), "margin_mode": MarginMode.ISOLATED}
    placed = await venue.place(order_of(**terms))
    assert [(method, path) for method, path, _ in client.asked] == [
        ("POST", "marginType"),
        ("POST", "leverage"),
        ("POST", "order"),
    ]
    assert client.asked[0][2] == {"symbol": "BTCUSDT", "marginType": "ISOLATED"}
    assert client.asked[1][2] == {"symbol": "BTCUSDT", "leverage": "5"}
    (told,) = placed.reports
    assert isinstance(told, LeverageReported)
    assert (told.symbol, told.leverage, told.margin_mode) == (LINEAR, Decimal(5), MarginMode.ISOLATED)
    assert (await venue.place(order_of(**terms))).reports == []
    assert len(client.asked) == 4


async def test_a_margin_type_that_is_set_already_is_no_refusal() -> None:
    already = CallFailed(Verdict.REFUSED, RejectReason.INVALID_PARAMETERS, "No need to change.", venue_code="-4046")
    venue, client = account(already, order_row())
    await venue.place(order_of(margin_mode=MarginMode.CROSS))
    assert client.asked[-1][1] == "order"


@pytest.mark.parametrize(
    ("failed", "proves"),
    [
        (CallFailed(Verdict.REFUSED, RejectReason.OUTSIDE_VENUE_RULES, "no"), Verdict.REFUSED),
        (CallFailed(Verdict.UNKNOWN, RejectReason.VENUE_UNREACHABLE, "no answer in time"), Verdict.REFUSED_FOR_NOW),
    ],
)
async def test_a_failure_to_set_the_leverage_proves_that_nothing_was_placed(
    failed: CallFailed, proves: Verdict
) -> None:
    venue, client = account(failed, {"leverage": 5}, order_row())
    with pytest.raises(CallFailed) as raised:
        await venue.place(order_of(leverage=Decimal(5)))
    assert raised.value.verdict is proves
    assert [path for _, path, _ in client.asked] == ["leverage"]
    await venue.place(order_of(leverage=Decimal(5)))  # Whatever it is now, it is set again.
    assert [path for _, path, _ in client.asked] == ["leverage", "leverage", "order"]


async def test_a_leverage_that_another_program_set_is_told_and_set_back_by_the_next_order() -> None:
    venue, client = account({"leverage": 5}, order_row(), {"leverage": 5}, order_row())
    await venue.place(order_of(leverage=Decimal(5)))
    (told,) = venue.read_frame(None, {"e": "ACCOUNT_CONFIG_UPDATE", "ac": {"s": "BTCUSDT", "l": 9}}) or ()
    assert isinstance(told, LeverageReported)
    assert told.leverage == Decimal(9)
    assert venue.read_frame(None, {"e": "ACCOUNT_CONFIG_UPDATE", "ai": {"j": True}}) == []
    await venue.place(order_of(leverage=Decimal(5)))
    assert [path for _, path, _ in client.asked] == ["leverage", "order"] * 2


# --- amendments and cancels ------------------------------------------------------------------------------------------


async def test_an_amendment_says_all_figures_and_tells_them_back() -> None:
    venue, client = account(order_row(price="64000.00"))
    (told,) = await venue.amend(amendment())
    asked = {"symbol": "BTCUSDT", "side": "BUY", "quantity": "0.02", "price": "64000"}
    assert client.asked == [("PUT", "order", asked | {"origClientOrderId": CLIENT_ORDER_ID})]
    assert isinstance(told, OrderReported)
    assert (told.price, told.quantity) == (Decimal(64_000), QUANTITY)


async def test_what_is_as_asked_already_is_a_success_and_any_other_refusal_is_none() -> None:
    as_asked = CallFailed(Verdict.REFUSED, RejectReason.OUTSIDE_VENUE_RULES, "No need to modify.", venue_code="-5027")
    venue, _ = account(as_asked, absent())
    assert await venue.amend(amendment()) == []
    with pytest.raises(CallFailed):
        await venue.amend(amendment())


@pytest.mark.parametrize("changes", [{"conditional": True}, {"price": None}, {"symbol": "BTC/USDT"}])
async def test_nothing_else_than_a_perpetuals_limit_order_changes_in_place(changes: dict[str, Any]) -> None:
    venue, client = account()
    with pytest.raises(CallFailed) as refused:
        await venue.amend(amendment(**changes))
    assert refused.value.verdict is Verdict.REFUSED
    assert client.asked == []


async def test_an_answer_to_a_cancel_that_cannot_be_read_was_taken_all_the_same() -> None:
    venue, _ = account(order_row(status="DREAMING"))
    cancel = SendCancel(
        account_id=ACCOUNT,
        order_id=OUR_ORDER_ID,
        symbol=LINEAR,
        exchange_client_order_id=CLIENT_ORDER_ID,
        exchange_order_id=None,
    )
    assert await venue.cancel(cancel) == []


# --- questions -------------------------------------------------------------------------------------------------------


async def test_an_order_is_looked_for_in_two_places_and_a_failure_is_no_absence() -> None:
    venue, client = account(absent(), [order_row(clientOrderId="web_1"), order_row()], absent(), [])
    found = await venue.find_order(LINEAR, CLIENT_ORDER_ID, None)
    assert found is not None
    assert (found.exchange_order_id, found.triggered) == (ORDER_ID, False)
    assert await venue.find_order(LINEAR, CLIENT_ORDER_ID, None) is None
    assert [path for _, path, _ in client.asked] == ["order", "openOrders"] * 2
    failing, _ = account(absent(), CallFailed(Verdict.UNKNOWN, RejectReason.VENUE_ERROR, "no"))
    with pytest.raises(CallFailed):
        await failing.find_order(LINEAR, CLIENT_ORDER_ID, None)


async def test_the_executions_of_an_old_order_are_asked_for_week_by_week_from_its_making_on() -> None:
    made = NOW - timedelta(days=10)
    row = order_row(time=int(made.timestamp() * 1000))
    venue, client = account(row, [trade_row(1)], [trade_row(1), trade_row(2)])
    found = await venue.executions_of(LINEAR, ORDER_ID, None, exchange_client_order_id=CLIENT_ORDER_ID)  # type: ignore[arg-type]
    assert [told.trade_id for told in found] == ["1", "2"]
    assert {told.exchange_client_order_id for told in found} == {CLIENT_ORDER_ID}
    starts = [asked["startTime"] for _, path, asked in client.asked if path == "userTrades"]
    assert starts == [row["time"], row["time"] + 7 * 86_400_000]
    assert {asked["orderId"] for _, path, asked in client.asked if path == "userTrades"} == {ORDER_ID}


async def test_pages_of_executions_go_on_from_the_last_ones_time_and_within_a_millisecond_by_ids(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(linear_trades, "TRADES_PER_PAGE", 2)
    at_once = {"time": TIME_MS + 5}
    venue, client = account(
        [trade_row(1), trade_row(5)],
        [trade_row(5), trade_row(6, **at_once)],
        [trade_row(7, **at_once)],
        order_row(),
    )
    found = await venue.executions_since(LINEAR, NOW - timedelta(minutes=1))
    assert [told.trade_id for told in found] == ["1", "5", "6", "7"]
    pages = [asked for _, path, asked in client.asked if path == "userTrades"]
    assert [page.get("startTime") for page in pages] == [TIME_MS - 60_000, TIME_MS + 5, None]
    assert pages[2]["fromId"] == 7


def test_a_trade_of_the_stream_tells_the_execution_and_then_the_order() -> None:
    venue, _ = account()
    execution, order = venue.read_frame(None, order_event(ps="LONG")) or ()
    assert isinstance(execution, ExecutionReported)
    assert (execution.symbol, execution.side, execution.position_side) == (LINEAR, Side.SELL, PositionSide.LONG)
    assert (execution.quantity, execution.price, execution.trade_id) == (
        Decimal("0.01"),
        Decimal(64_000),
        "6500000001",
    )
    assert execution.fees == (Fee(asset="USDT", amount=Decimal("0.256")),)
    assert (execution.liquidity, execution.executed_at) == (Liquidity.MAKER, datetime(2026, 3, 1, 12, tzinfo=UTC))
    assert isinstance(order, OrderReported)
    assert (order.status, order.filled_quantity, order.quantity) == (VenueOrderStatus.OPEN, Decimal("0.01"), QUANTITY)
    assert order.exchange_client_order_id == execution.exchange_client_order_id == CLIENT_ORDER_ID


async def test_what_a_trade_settled_is_told_by_the_stream_and_by_the_list() -> None:
    venue, _ = account([trade_row(1, realizedPnl="-3.25")])
    execution, _ = venue.read_frame(None, order_event(rp="12.50")) or ()
    assert isinstance(execution, ExecutionReported)
    assert execution.realized_pnl == Decimal("12.5")
    (listed,) = await venue.executions_of(LINEAR, ORDER_ID, NOW, exchange_client_order_id=CLIENT_ORDER_ID)  # type: ignore[arg-type]
    assert listed.realized_pnl == Decimal("-3.25")


def test_a_trade_without_a_fee_has_none() -> None:
    venue, _ = account()
    event = order_event()
    del event["o"]["n"], event["o"]["N"]
    execution = (venue.read_frame(None, event) or ())[0]
    assert isinstance(execution, ExecutionReported)
    assert execution.fees == ()


@pytest.mark.parametrize(
    ("changes", "status", "reason"),
    [
        ({"X": "CANCELED"}, VenueOrderStatus.CANCELED, RejectReason.CANCELED_AT_VENUE),
        ({"X": "EXPIRED", "er": "2"}, VenueOrderStatus.EXPIRED, RejectReason.EXPIRED_AT_VENUE),
        ({"X": "EXPIRED", "er": "4"}, VenueOrderStatus.EXPIRED, RejectReason.POSITION_CLOSED),
        ({"X": "EXPIRED", "er": "11"}, VenueOrderStatus.REJECTED, RejectReason.IMMEDIATE_MATCH_REFUSED),
        ({"X": "EXPIRED_IN_MATCH", "er": "1"}, VenueOrderStatus.EXPIRED, RejectReason.EXPIRED_AT_VENUE),
        ({"X": "NEW_ADL"}, VenueOrderStatus.OPEN, None),
    ],
)
def test_an_end_tells_why(changes: dict[str, Any], status: VenueOrderStatus, reason: RejectReason | None) -> None:
    venue, _ = account()
    (told,) = venue.read_frame(None, order_event(x="EXPIRED", l="0", z="0", t=0, **changes)) or ()
    assert isinstance(told, OrderReported)
    assert (told.status, told.reason) == (status, reason)


def test_an_execution_of_a_liquidation_is_told_under_the_venues_own_name() -> None:
    venue, client = account()
    event = order_event(c="autoclose-1772366400000", x="CALCULATED", o="LIQUIDATION", ot="LIQUIDATION")
    execution = (venue.read_frame(None, event) or ())[0]
    assert isinstance(execution, ExecutionReported)
    assert execution.exchange_client_order_id == "autoclose-1772366400000"
    assert execution.forced is ForcedTrade.LIQUIDATION
    assert client.asked == []


@pytest.mark.parametrize(
    ("name", "execution_type", "forced"),
    [
        ("adl_autoclose", "TRADE", ForcedTrade.AUTO_DELEVERAGING),
        ("settlement_autoclose-1", "TRADE", ForcedTrade.SETTLEMENT),
        ("web_1", "CALCULATED", ForcedTrade.LIQUIDATION),
        ("web_1", "TRADE", None),
    ],
)
def test_why_binance_trades_by_itself_stands_in_the_orders_name(
    name: str, execution_type: str, forced: ForcedTrade | None
) -> None:
    venue, _ = account()
    execution, order = venue.read_frame(None, order_event(c=name, x=execution_type)) or ()
    assert isinstance(execution, ExecutionReported)
    assert isinstance(order, OrderReported)
    assert (execution.forced, order.forced) == (forced, forced)


def test_a_status_never_seen_before_is_put_aside_and_loses_no_execution() -> None:
    venue, client = account()
    (execution,) = venue.read_frame(None, order_event(X="DREAMING")) or ()
    assert isinstance(execution, ExecutionReported)
    assert [type(fault) for fault in client.faults] == [MalformedError]


@pytest.mark.parametrize("missing", ["s", "i", "L", "T", "t", "z", "S", "c"])
def test_a_trade_without_a_field_is_malformed_and_not_guessed(missing: str) -> None:
    venue, _ = account()
    event = order_event()
    del event["o"][missing]
    with pytest.raises(MalformedError):
        venue.read_frame(None, event)


def test_orders_of_others_in_what_the_desk_does_not_trade_are_passed_over() -> None:
    venue, client = account()
    assert venue.read_frame(None, order_event(s="BTCUSDT_260925", c="web_1")) == []
    assert client.faults == []
    with pytest.raises(MalformedError):
        venue.read_frame(None, order_event(s="BTCUSDT_260925"))


def test_a_spot_and_a_perpetual_order_of_one_name_are_told_apart() -> None:
    reader = BinanceLinear(seat(Exchange.BINANCE, ScriptedClient()))
    assert reader._ours({"symbol": "BTCUSDT"}) == LINEAR
