"""What an account holds at Bybit."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tidegate.core.messages.values import VenueBalance, VenuePosition
from tidegate.core.vocabulary import CashFlowKind, MarginMode, PositionSide
from tidegate.venues.values import MalformedError
from venue_bybit_rows import account, listing, position
from venue_unit_helpers import NOW

CONTRACT = "BTC/USDT:USDT"


def mode(word: str = "REGULAR_MARGIN") -> dict[str, Any]:
    """What account/info answers."""
    return {"retCode": 0, "result": {"marginMode": word}}


async def test_balances_are_the_wallets_without_unrealized_profit() -> None:
    coins = [
        {"coin": "BTC", "walletBalance": "2", "locked": "0.5", "equity": "2"},
        {"coin": "USDT", "walletBalance": "-3", "locked": "0", "equity": "500", "unrealisedPnl": "503"},
        {"coin": "X", "walletBalance": "", "locked": ""},
    ]
    venue, _ = account(listing({"coin": coins}))
    assert await venue.balances() == (
        VenueBalance(asset="BTC", free=Decimal("1.5"), locked=Decimal("0.5")),
        VenueBalance(asset="USDT", free=Decimal(-3), locked=Decimal(0)),
    )


async def test_balances_of_an_answer_without_a_list_are_a_fault() -> None:
    venue, _ = account({"retCode": 0, "result": {}})
    with pytest.raises(MalformedError):
        await venue.balances()


async def test_positions_are_signed_and_name_their_side_leverage_and_margin_mode() -> None:
    rows = [position(positionIdx=1), position(positionIdx=2, side="Sell", size="0.2", liqPrice="", leverage="")]
    venue, client = account(mode("ISOLATED_MARGIN"), listing(*rows), listing())
    long, short = await venue.positions()
    assert long == VenuePosition(
        symbol=CONTRACT,
        position_side=PositionSide.LONG,
        quantity=Decimal("0.5"),
        average_price=Decimal(64_000),
        mark_price=Decimal("65000.5"),
        liquidation_price=Decimal(58_000),
        leverage=Decimal(10),
        margin_mode=MarginMode.ISOLATED,
    )
    assert (short.position_side, short.quantity) == (PositionSide.SHORT, Decimal("-0.2"))
    assert (short.leverage, short.liquidation_price) == (None, None)
    assert [asked.get("settleCoin") for _, _, asked in client.asked] == [None, "USDT", "USDC"]


async def test_empty_positions_and_dated_futures_are_left_out() -> None:
    rows = [position(size="0", side=""), position(symbol="BTC-26DEC25")]
    venue, _ = account(mode(), listing(*rows), listing())
    assert await venue.positions() == ()


async def test_portfolio_margin_is_a_cross_margin() -> None:
    venue, _ = account(mode("PORTFOLIO_MARGIN"), listing(position()), listing())
    (held,) = await venue.positions()
    assert (held.margin_mode, held.position_side) == (MarginMode.CROSS, PositionSide.NET)


def movement(**changes: Any) -> dict[str, Any]:
    """A row of the transaction log: a funding payment."""
    return {
        "id": "1_BTCUSDT_7", "symbol": "BTCUSDT", "category": "linear", "type": "SETTLEMENT", "currency": "USDT",
        "change": "-0.25", "cashFlow": "0", "funding": "-0.25", "fee": "0", "tradeId": "534c", "orderId": "1672",
        "transactionTime": "1772366400000",
    } | changes  # fmt: skip


async def flows(*rows: dict[str, Any]) -> list[Any]:
    """What the transaction log of the last hour tells."""
    venue, _ = account(listing(*rows))
    return await venue.cash_flows_since(NOW - timedelta(hours=1))


async def test_funding_is_a_cash_flow_of_its_contract() -> None:
    (paid,) = await flows(movement())
    assert (paid.flow_id, paid.kind, paid.asset, paid.amount) == (
        "1_BTCUSDT_7",
        CashFlowKind.FUNDING,
        "USDT",
        Decimal("-0.25"),
    )
    assert (paid.symbol, paid.happened_at) == (CONTRACT, datetime(2026, 3, 1, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    ("what", "kind"),
    [
        ("TRANSFER_IN", CashFlowKind.TRANSFER),
        ("TRANSFER_OUT", CashFlowKind.TRANSFER),
        ("INTEREST", CashFlowKind.OTHER),
        ("AIRDROP", CashFlowKind.OTHER),
        ("SOMETHING_NEW", CashFlowKind.OTHER),
        ("LIQUIDATION", CashFlowKind.LIQUIDATION_FEE),
    ],
)
async def test_what_came_and_went_without_a_trade_is_told_by_its_kind(what: str, kind: CashFlowKind) -> None:
    (moved,) = await flows(movement(type=what, symbol="", category="", change="5", tradeId=""))
    assert (moved.kind, moved.amount, moved.symbol) == (kind, Decimal(5), None)


@pytest.mark.parametrize("what", ["TRADE", "LIQUIDATION", "ADL"])
async def test_what_executions_tell_is_no_cash_flow(what: str) -> None:
    assert await flows(movement(type=what)) == []


async def test_a_trade_in_what_is_not_listed_moves_cash_all_the_same() -> None:
    (moved,) = await flows(movement(type="TRADE", symbol="BTC-27MAR26-70000-C", category="option"))
    assert (moved.kind, moved.amount) == (CashFlowKind.OTHER, Decimal("-0.25"))


async def test_what_a_usdc_contract_settles_is_told_apart_from_its_funding() -> None:
    told = await flows(movement(change="1.75", cashFlow="2"))
    assert [(flow.flow_id, flow.kind, flow.amount) for flow in told] == [
        ("1_BTCUSDT_7", CashFlowKind.FUNDING, Decimal("-0.25")),
        ("1_BTCUSDT_7:settled", CashFlowKind.OTHER, Decimal(2)),
    ]


async def test_a_movement_that_cannot_be_read_hides_no_other() -> None:
    told = await flows(movement(change="much"), movement(id="8"))
    assert [flow.flow_id for flow in told] == ["8"]


async def test_the_log_is_read_page_by_page_and_week_by_week() -> None:
    venue, client = account(listing(movement(id="2"), cursor="next"), listing(movement(id="1")), listing())
    told = await venue.cash_flows_since(NOW - timedelta(days=8))
    assert [flow.flow_id for flow in told] == ["1", "2"]
    assert [asked.get("cursor") for _, _, asked in client.asked] == [None, "next", None]
    assert client.asked[2][2]["startTime"] == client.asked[0][2]["endTime"] + 1
