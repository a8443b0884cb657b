"""Binance's two wallets, positions and cash flows, and an account whose key opens spot alone."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from structlog.testing import capture_logs

from tidegate.core.messages.values import VenueBalance, VenuePosition
from tidegate.core.vocabulary import CashFlowKind, MarginMode, PositionSide, RejectReason, Wallet
from tidegate.venues.binance import linear_books
from tidegate.venues.outcomes import CallFailed, Verdict
from venue_binance_rows import LINEAR, TIME_MS, account, order_event
from venue_unit_helpers import CLIENT_ORDER_ID, NOW, send_order

SPOT_ACCOUNT = {"balances": [{"asset": "USDT", "free": "5", "locked": "1"}]}


def refused(
    reason: RejectReason = RejectReason.AUTHENTICATION_FAILED, verdict: Verdict = Verdict.REFUSED
) -> CallFailed:
    """What a key without the permission is told."""
    return CallFailed(verdict, reason, "Invalid API-key, IP, or permissions for action.", venue_code="-2015")


# --- wallets and positions -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("balance", "available", "free", "locked"),
    [
        ("100", "60", "60", "40"),
        ("100", "130", "100", "0"),  # Profits that are not realized are no money.
        ("100", "-5", "0", "100"),
        ("-3", "0", "-3", "0"),
    ],
)
async def test_free_and_locked_add_up_to_the_futures_wallet(
    balance: str, available: str, free: str, locked: str
) -> None:
    row = {"asset": "USDT", "balance": balance, "availableBalance": available, "crossUnPnl": "30"}
    empty = {"asset": "BNB", "balance": "0.00000000", "availableBalance": "0.00000000"}
    venue, _ = account(SPOT_ACCOUNT, [row, empty])
    spot, futures = await venue.balances()
    assert spot == VenueBalance(asset="USDT", free=Decimal(5), locked=Decimal(1))
    assert futures == VenueBalance(asset="USDT", free=Decimal(free), locked=Decimal(locked), wallet=Wallet.FUTURES)


def position_row(**changes: Any) -> dict[str, Any]:
    """A position of GET /fapi/v3/positionRisk."""
    return {
        "symbol": "BTCUSDT", "positionSide": "BOTH", "positionAmt": "-0.050", "entryPrice": "64000.5",
        "markPrice": "65000.00000000", "liquidationPrice": "0", "unRealizedProfit": "-50.0", "notional": "-3250",
        **changes,
    }  # fmt: skip


async def test_open_positions_are_told_with_their_settings() -> None:
    settings = [{"symbol": "BTCUSDT", "marginType": "ISOLATED", "leverage": 5}]
    venue, _ = account([position_row(), position_row(symbol="ETHUSDT", positionAmt="0.000")], settings)
    assert await venue.positions() == (
        VenuePosition(
            symbol=LINEAR,
            position_side=PositionSide.NET,
            quantity=Decimal("-0.05"),
            average_price=Decimal("64000.5"),
            mark_price=Decimal(65_000),
            liquidation_price=None,
            leverage=Decimal(5),
            margin_mode=MarginMode.ISOLATED,
        ),
    )


async def test_nothing_more_is_asked_while_no_position_is_open() -> None:
    venue, client = account([position_row(positionAmt="0")])
    assert await venue.positions() == ()
    assert len(client.asked) == 1


SETTINGS = [
    {"symbol": "BTCUSDT", "marginType": "CROSSED", "leverage": 20},
    {"symbol": "BTCUSDT_260925", "marginType": "CROSSED", "leverage": 20},
]


async def test_what_contracts_without_a_position_are_set_to_is_told() -> None:
    venue, client = account(SETTINGS)
    (told,) = [each async for each in venue.leverages()]
    assert (told.symbol, told.leverage, told.margin_mode) == (LINEAR, Decimal(20), MarginMode.CROSS)
    assert [path for _, path, _ in client.asked] == ["symbolConfig"]


async def test_a_leverage_that_the_stream_told_meanwhile_is_newer() -> None:
    venue, _ = account(SETTINGS)
    change = {"e": "ACCOUNT_CONFIG_UPDATE", "ac": {"s": "BTCUSDT", "l": 7}}
    assert venue.read_frame(None, change)
    assert [each async for each in venue.leverages()] == []


async def test_a_position_in_what_the_desk_does_not_trade_stops_nothing() -> None:
    venue, _ = account([position_row(symbol="BTCUSDT_260925"), position_row(positionSide="SHORT")], [])
    (position,) = await venue.positions()
    assert (position.symbol, position.position_side, position.leverage) == (LINEAR, PositionSide.SHORT, None)


# --- cash flows ------------------------------------------------------------------------------------------------------


def income_row(kind: str, number: int = 1, **changes: Any) -> dict[str, Any]:
    """A movement of GET /fapi/v1/income."""
    return {
        "symbol": "BTCUSDT", "incomeType": kind, "income": "-0.37500000", "asset": "USDT", "info": kind,
        "time": TIME_MS, "tranId": 9_689_322_392 + number, "tradeId": "", **changes,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("FUNDING_FEE", CashFlowKind.FUNDING),
        ("TRANSFER", CashFlowKind.TRANSFER),
        ("INTERNAL_TRANSFER", CashFlowKind.TRANSFER),
        ("COIN_SWAP_DEPOSIT", CashFlowKind.DEPOSIT),
        ("COIN_SWAP_WITHDRAW", CashFlowKind.WITHDRAWAL),
        ("INSURANCE_CLEAR", CashFlowKind.LIQUIDATION_FEE),
        ("REFERRAL_KICKBACK", CashFlowKind.OTHER),
        ("NEVER_SEEN_BEFORE", CashFlowKind.OTHER),
    ],
)
async def test_what_moved_without_a_trade_is_a_cash_flow(kind: str, told: CashFlowKind) -> None:
    venue, _ = account([income_row(kind)])
    (flow,) = await venue.cash_flows_since(NOW - timedelta(hours=1))
    assert (flow.kind, flow.asset, flow.amount, flow.wallet) == (told, "USDT", Decimal("-0.375"), Wallet.FUTURES)
    assert (flow.symbol, flow.happened_at) == (LINEAR, datetime(2026, 3, 1, 12, tzinfo=UTC))
    assert flow.flow_id == f"{kind}:9689322393:BTCUSDT:USDT"


async def test_what_executions_tell_is_no_cash_flow_and_names_that_are_not_listed_are_left_out() -> None:
    rows = [
        income_row("REALIZED_PNL"),
        income_row("COMMISSION"),
        income_row("TRANSFER", 2, symbol=""),
        income_row("FUNDING_FEE", 3, symbol="BTCUSDT_260925"),
    ]
    venue, _ = account(rows)
    transfer, funding = await venue.cash_flows_since(NOW - timedelta(hours=1))
    assert (transfer.symbol, funding.symbol) == (None, None)


async def test_both_sides_of_an_exchange_of_assets_are_told() -> None:
    venue, _ = account([income_row("AUTO_EXCHANGE"), income_row("AUTO_EXCHANGE", asset="BNB")])
    flows = await venue.cash_flows_since(NOW - timedelta(hours=1))
    assert len({flow.flow_id for flow in flows}) == 2


async def test_cash_flows_are_asked_week_by_week_and_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linear_books, "INCOME_PER_PAGE", 2)
    one, two, three = (income_row("TRANSFER", number) for number in (1, 2, 3))
    venue, client = account([one, two], [three], [three])
    flows = await venue.cash_flows_since(NOW - timedelta(days=10))
    assert len(flows) == 3
    week = 7 * 86_400_000
    asked = [(params["startTime"], params["endTime"], params["page"]) for _, _, params in client.asked]
    begin = TIME_MS - 10 * 86_400_000
    assert asked == [(begin, begin + week, 1), (begin, begin + week, 2), (begin + week, begin + 2 * week, 1)]


@pytest.mark.parametrize("reason", ["FUNDING_FEE", "DEPOSIT", "WITHDRAW", "INSURANCE_CLEAR", "NEVER_SEEN"])
def test_a_movement_on_the_stream_asks_for_a_comparison_and_is_not_booked(reason: str) -> None:
    venue, client = account()
    asked: list[None] = []
    client.exchange.taps.on_untold = lambda: asked.append(None)
    balance = {"a": "USDT", "wb": "100", "cw": "100", "bc": "-1"}
    assert venue.read_frame(None, {"e": "ACCOUNT_UPDATE", "a": {"m": reason, "B": [balance], "P": []}}) == []
    assert len(asked) == 1
    for told_by_others in ("ORDER", "MARGIN_TYPE_CHANGE"):
        assert venue.read_frame(None, {"e": "ACCOUNT_UPDATE", "a": {"m": told_by_others, "B": [], "P": []}}) == []
    assert len(asked) == 1


# --- a key for spot alone --------------------------------------------------------------------------------------------


async def test_an_account_without_futures_trades_spot_and_has_nothing_there() -> None:
    venue, client = account(SPOT_ACCOUNT, refused(), [], {"orderId": 28, "clientOrderId": CLIENT_ORDER_ID})
    with capture_logs() as logs:
        assert [balance.wallet for balance in await venue.balances()] == [Wallet.MAIN]
        assert await venue.positions() == ()
        assert await venue.open_orders() == []
        assert await venue.cash_flows_since(NOW - timedelta(hours=1)) == []
        assert await venue.executions_since(LINEAR, NOW - timedelta(hours=1)) == []
    assert [entry["venue_code"] for entry in logs] == ["-2015"]
    assert (await venue.place(send_order())).exchange_order_id == "28"
    with pytest.raises(CallFailed) as failed:
        await venue.place(send_order(symbol=LINEAR))
    assert (failed.value.verdict, failed.value.reason) == (Verdict.REFUSED, RejectReason.PERMISSION_DENIED)
    assert len(client.asked) == 4


async def test_a_key_that_spot_refuses_too_is_a_failure() -> None:
    venue, _ = account(refused())
    with pytest.raises(CallFailed):
        await venue.balances()


@pytest.mark.parametrize(
    "failure",
    [
        refused(RejectReason.VENUE_OVERLOADED, Verdict.REFUSED_FOR_NOW),
        refused(RejectReason.VENUE_UNREACHABLE, Verdict.UNKNOWN),
        refused(RejectReason.RATE_LIMITED, Verdict.REFUSED_FOR_NOW),
    ],
)
async def test_any_other_failure_of_futures_is_told(failure: CallFailed) -> None:
    venue, _ = account(SPOT_ACCOUNT, failure)
    with pytest.raises(CallFailed):
        await venue.balances()


async def test_a_permission_that_was_there_and_is_gone_hides_no_position() -> None:
    venue, _ = account([position_row()], [], refused())
    assert len(await venue.positions()) == 1
    with pytest.raises(CallFailed):
        await venue.positions()


# --- frames ----------------------------------------------------------------------------------------------------------


def test_other_frames_are_left_to_ccxt_or_passed_over() -> None:
    venue, client = account()
    assert venue.read_frame(None, {"id": "1", "status": 200, "result": {"subscriptionId": 0}}) is None
    assert venue.read_frame(None, "pong") is None
    for kind in ("outboundAccountPosition", "TRADE_LITE", "MARGIN_CALL", "fundingRateChanged"):
        assert venue.read_frame(None, {"e": kind, "B": []}) == []
    assert client.faults == []


@pytest.mark.parametrize(
    "event",
    [
        {"e": "ORDER_REBORN", "s": "BTCUSDT"},
        {"e": "executionCorrected"},
        {**order_event(), "e": "NEVER_SEEN"},
        {"e": "NEVER_SEEN", "i": 28, "c": "x"},
    ],
)
def test_an_unknown_event_that_may_be_about_an_order_is_put_aside(event: dict[str, Any]) -> None:
    venue, client = account()
    assert venue.read_frame(None, event) == []
    assert len(client.faults) == 1


@pytest.mark.parametrize("kind", ["listenKeyExpired", "eventStreamTerminated", "serverShutdown"])
def test_a_goodbye_ends_the_connection(kind: str) -> None:
    ended: list[BaseException] = []

    class Stream:
        def on_error(self, error: BaseException) -> None:
            ended.append(error)

    venue, _ = account()
    assert venue.read_frame(Stream(), {"e": kind}) == []
    assert len(ended) == 1
