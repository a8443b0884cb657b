"""OKX: what an account is set to, and what it holds."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from tidegate.core.messages.reports import LeverageReported
from tidegate.core.messages.values import VenueBalance
from tidegate.core.vocabulary import CashFlowKind, Exchange, MarginMode, PositionSide, RejectReason
from tidegate.venues.okx import settings
from tidegate.venues.okx.account import OkxAccount
from tidegate.venues.outcomes import CallFailed, Verdict
from tidegate.venues.values import MalformedError
from venue_unit_helpers import NOW, ScriptedClient, market_buy, perpetual, seat

NET, LONG_SHORT = ({"data": [{"posMode": mode}]} for mode in ("net_mode", "long_short_mode"))
PLACED = {"data": [{"ordId": "1", "sCode": "0"}]}
SWAP = {"symbol": "BTC/USDT:USDT", "quantity": Decimal("0.02")}


def leverage(*rows: tuple[str, str]) -> dict[str, Any]:
    """An answer of account/leverage-info: side and leverage."""
    return {"data": [{"posSide": side, "lever": lever} for side, lever in rows]}


def account(client: ScriptedClient) -> OkxAccount:
    return OkxAccount(seat(Exchange.OKX, client))


def paths(client: ScriptedClient) -> list[str]:
    return [path for _, path, _ in client.asked]


# --- settings --------------------------------------------------------------------------------------------------------


async def test_a_leverage_is_set_once_and_told_once() -> None:
    client = ScriptedClient(NET, leverage(("net", "3")), {"data": [{}]}, PLACED, PLACED)
    venue = account(client)
    placed = await venue.place(market_buy(leverage=Decimal(7), **SWAP))
    (told,) = placed.reports
    assert isinstance(told, LeverageReported)
    assert (told.symbol, told.leverage, told.margin_mode) == ("BTC/USDT:USDT", Decimal(7), MarginMode.CROSS)
    assert client.asked[2] == (
        "POST",
        "account/set-leverage",
        {"instId": "BTC-USDT-SWAP", "mgnMode": "cross", "lever": "7"},
    )
    again = await venue.place(market_buy(leverage=Decimal(7), **SWAP))
    assert (list(again.reports), paths(client)[-1], len(client.asked)) == ([], "trade/order", 5)


async def test_a_leverage_that_stands_is_not_set() -> None:
    client = ScriptedClient(NET, leverage(("net", "7")), PLACED)
    (told,) = (await account(client).place(market_buy(leverage=Decimal(7), **SWAP))).reports
    assert isinstance(told, LeverageReported)
    assert "account/set-leverage" not in paths(client)


def lever(instrument: str, figure: str) -> dict[str, Any]:
    """A row of account/leverage-info."""
    return {"instId": instrument, "mgnMode": "cross", "posSide": "net", "lever": figure}


async def test_what_swaps_without_a_position_are_set_to_is_told_for_their_usual_mode_only() -> None:
    client = ScriptedClient({"data": [lever("BTC-USDT-SWAP", "3")]})
    (told,) = [each async for each in account(client).leverages()]
    assert (told.symbol, told.leverage, told.margin_mode) == ("BTC/USDT:USDT", Decimal(3), MarginMode.CROSS)
    assert told.in_mode_only
    assert client.asked == [("GET", "account/leverage-info", {"instId": "BTC-USDT-SWAP", "mgnMode": "cross"})]


async def test_swaps_are_asked_about_in_parts_and_a_refused_part_hides_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings, "CONTRACTS_PER_CALL", 1)
    refused = CallFailed(Verdict.REFUSED, RejectReason.INSTRUMENT_NOT_TRADABLE, "no such instrument")
    client = ScriptedClient(refused, {"data": [lever("ETH-USDT-SWAP", "5")]})
    at = seat(Exchange.OKX, client)
    ether = msgspec.structs.replace(perpetual(Exchange.OKX), symbol="ETH/USDT:USDT", exchange_symbol="ETH-USDT-SWAP")
    at.symbols.learn([ether])
    told = [each.symbol async for each in OkxAccount(at).leverages()]
    assert (told, len(client.asked)) == (["ETH/USDT:USDT"], 2)


async def test_an_account_that_trades_no_swaps_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "CONTRACTS_PER_CALL", 1)
    client = ScriptedClient(CallFailed(Verdict.REFUSED, RejectReason.PERMISSION_DENIED, "not in this account mode"))
    at = seat(Exchange.OKX, client)
    ether = msgspec.structs.replace(perpetual(Exchange.OKX), symbol="ETH/USDT:USDT", exchange_symbol="ETH-USDT-SWAP")
    at.symbols.learn([ether])
    assert [each async for each in OkxAccount(at).leverages()] == []
    assert len(client.asked) == 1


async def test_a_leverage_set_meanwhile_is_newer_than_the_list() -> None:
    client = ScriptedClient(NET, leverage(("net", "7")), PLACED, {"data": [lever("BTC-USDT-SWAP", "3")]})
    venue = account(client)
    await venue.place(market_buy(leverage=Decimal(7), **SWAP))
    assert [each async for each in venue.leverages()] == []


async def test_an_isolated_side_has_a_leverage_of_its_own() -> None:
    client = ScriptedClient(LONG_SHORT, leverage(("long", "7"), ("short", "3")), {"data": [{}]}, PLACED)
    order = market_buy(leverage=Decimal(7), margin_mode=MarginMode.ISOLATED, position_side=PositionSide.SHORT, **SWAP)
    await account(client).place(order)
    assert client.asked[2][2]["posSide"] == "short"


@pytest.mark.parametrize(
    ("failure", "verdict"),
    [
        (CallFailed(Verdict.REFUSED, RejectReason.INVALID_PARAMETERS, "too high"), Verdict.REFUSED),
        (CallFailed(Verdict.REFUSED_FOR_NOW, RejectReason.RATE_LIMITED, "too fast"), Verdict.REFUSED_FOR_NOW),
        (CallFailed(Verdict.UNKNOWN, RejectReason.VENUE_OVERLOADED, "timeout"), Verdict.REFUSED_FOR_NOW),
    ],
)
async def test_a_failure_before_the_order_proves_that_it_was_not_sent(failure: CallFailed, verdict: Verdict) -> None:
    client = ScriptedClient(NET, leverage(("net", "3")), failure)
    with pytest.raises(CallFailed) as failed:
        await account(client).place(market_buy(leverage=Decimal(7), **SWAP))
    assert failed.value.verdict is verdict
    assert "trade/order" not in paths(client)


@pytest.mark.parametrize("config", [{"data": [{"posMode": "dreaming"}]}, {"data": []}])
async def test_settings_that_cannot_be_read_prove_it_too(config: dict[str, Any]) -> None:
    with pytest.raises(CallFailed) as failed:
        await account(ScriptedClient(config)).place(market_buy(**SWAP))
    assert failed.value.verdict is Verdict.REFUSED_FOR_NOW


async def test_a_leverage_that_was_set_for_an_order_that_was_refused_is_told_all_the_same() -> None:
    refused = CallFailed(Verdict.REFUSED, RejectReason.INSUFFICIENT_FUNDS, "Insufficient")
    venue = account(ScriptedClient(NET, leverage(("net", "3")), {"data": [{}]}, refused))
    with pytest.raises(CallFailed):
        await venue.place(market_buy(leverage=Decimal(7), **SWAP))
    told = venue.read_frame(None, {"arg": {"channel": "orders", "instType": "SWAP"}, "data": []})
    assert [type(one) for one in told or ()] == [LeverageReported]


async def test_a_mode_that_the_venue_contradicts_is_asked_for_again() -> None:
    refused = CallFailed(Verdict.REFUSED, RejectReason.INVALID_PARAMETERS, "posSide error", venue_code="51000")
    client = ScriptedClient(NET, refused, LONG_SHORT, PLACED)
    venue = account(client)
    with pytest.raises(CallFailed):
        await venue.place(market_buy(**SWAP))
    await venue.place(market_buy(position_side=PositionSide.LONG, **SWAP))
    assert paths(client).count("account/config") == 2


async def test_an_unlisted_contract_is_refused_before_anything_is_sent() -> None:
    client = ScriptedClient()
    with pytest.raises(CallFailed) as failed:
        await account(client).place(market_buy(symbol="ETH/USDT:USDT"))
    told = failed.value.verdict, failed.value.reason, client.asked
    assert told == (Verdict.REFUSED, RejectReason.INSTRUMENT_NOT_TRADABLE, [])


# --- books -----------------------------------------------------------------------------------------------------------


async def test_balances_leave_out_zeros_and_profits_that_are_not_realized() -> None:
    details = [
        {"ccy": "BTC", "cashBal": "2", "availBal": "1.5", "frozenBal": "0.5", "isoEq": "0", "isoUpl": "0"},
        {"ccy": "USDT", "cashBal": "900", "availBal": "950", "upl": "50", "isoEq": "", "isoUpl": ""},
        {"ccy": "USDC", "cashBal": "70", "availBal": "70", "isoEq": "35", "isoUpl": "5"},
        {"ccy": "X", "cashBal": "", "availBal": "", "frozenBal": "0"},
    ]
    found = await account(ScriptedClient({"data": [{"details": details}]})).balances()
    assert found == (
        VenueBalance(asset="BTC", free=Decimal("1.5"), locked=Decimal("0.5")),
        VenueBalance(asset="USDT", free=Decimal(900), locked=Decimal(0)),
        VenueBalance(asset="USDC", free=Decimal(70), locked=Decimal(30)),
    )


def position(**changes: Any) -> dict[str, Any]:
    """A row of account/positions: three contracts long in net mode."""
    return {
        "instId": "BTC-USDT-SWAP", "instType": "SWAP", "posSide": "net", "pos": "3", "avgPx": "65000", "lever": "5",
        "mgnMode": "cross", "liqPx": "", "markPx": "65100",
    } | changes  # fmt: skip


async def test_positions_are_in_base_and_signed() -> None:
    rows = [position(posSide="long"), position(posSide="short", pos="2"), position(instId="BTC-USD-SWAP")]
    long, short = await account(ScriptedClient({"data": rows})).positions()
    assert (long.position_side, long.quantity, long.leverage) == (PositionSide.LONG, Decimal("0.03"), Decimal(5))
    assert (short.position_side, short.quantity, short.margin_mode) == (
        PositionSide.SHORT,
        Decimal("-0.02"),
        MarginMode.CROSS,
    )
    assert (long.average_price, long.mark_price, long.liquidation_price) == (Decimal(65_000), Decimal(65_100), None)


async def test_a_cross_and_an_isolated_position_of_one_contract_are_one_for_the_desk() -> None:
    rows = [position(), position(mgnMode="isolated", pos="1", avgPx="61000", lever="9"), position(pos="0")]
    (both,) = await account(ScriptedClient({"data": rows})).positions()
    assert (both.quantity, both.average_price) == (Decimal("0.04"), Decimal(64_000))
    assert (both.leverage, both.margin_mode) == (None, None)
    opposite = [position(), position(mgnMode="isolated", pos="-1")]
    (net,) = await account(ScriptedClient({"data": opposite})).positions()
    assert (net.quantity, net.average_price) == (Decimal("0.02"), None)


def bill(number: int, **changes: Any) -> dict[str, Any]:
    """A row of account/bills: funding that was paid."""
    return {
        "billId": str(number), "type": "8", "subType": "173", "ccy": "USDT", "balChg": "-1.5", "posBalChg": "0",
        "instId": "BTC-USDT-SWAP", "instType": "SWAP", "tradeId": "", "ts": "1772366400000",
    } | changes  # fmt: skip


async def test_cash_flows_are_what_no_trade_explains_oldest_first() -> None:
    rows = [
        bill(6, type="1", subType="11", balChg="100", instId="", instType=""),
        bill(5, type="2", subType="1", balChg="-50", tradeId="77"),
        bill(4, type="5", subType="109", balChg="-3", instId="", instType=""),
        bill(3, type="6", subType="160", balChg="-20", posBalChg="20"),
        bill(2, balChg="0", posBalChg="-2.5"),
        bill(1),
        bill(0, type="7", subType="9", balChg="-0.1", instId="", instType=""),
    ]
    told = await account(ScriptedClient({"data": rows})).cash_flows_since(NOW - timedelta(hours=1))
    assert [(one.flow_id, one.kind, one.amount, one.symbol) for one in told] == [
        ("0", CashFlowKind.OTHER, Decimal("-0.1"), None),
        ("1", CashFlowKind.FUNDING, Decimal("-1.5"), "BTC/USDT:USDT"),
        ("2", CashFlowKind.FUNDING, Decimal("-2.5"), "BTC/USDT:USDT"),
        ("4", CashFlowKind.LIQUIDATION_FEE, Decimal(-3), None),
        ("6", CashFlowKind.TRANSFER, Decimal(100), None),
    ]


async def test_old_cash_flows_come_from_the_archive() -> None:
    client = ScriptedClient({"data": []})
    await account(client).cash_flows_since(NOW - timedelta(days=10))
    assert paths(client) == ["account/bills-archive"]


# --- the dead-man switch ---------------------------------------------------------------------------------------------


async def test_the_countdown_is_one_for_the_whole_account() -> None:
    client = ScriptedClient({"data": [{"triggerTime": "1772366430"}]}, {"data": [{"triggerTime": "0"}]}, {"data": []})
    venue = account(client)
    for seconds in (30, 0):
        await venue.renew_dead_man(seconds, frozenset())
    assert client.asked == [("POST", "trade/cancel-all-after", {"timeOut": each}) for each in ("30", "0")]
    with pytest.raises(MalformedError):
        await venue.renew_dead_man(30, frozenset())
