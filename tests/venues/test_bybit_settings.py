"""Leverage, margin mode and position mode at Bybit, before an order and as the venue tells them."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from tidegate.core.messages.effects import SendOrder
from tidegate.core.messages.reports import LeverageReported
from tidegate.core.vocabulary import Exchange, MarginMode, PositionSide, RejectReason
from tidegate.venues.bybit import settings as bybit_settings
from tidegate.venues.bybit.settings import Settings
from tidegate.venues.outcomes import CallFailed, Verdict
from tidegate.venues.values import MalformedError
from venue_bybit_rows import listing, position
from venue_unit_helpers import ScriptedClient, perpetual, seat, send_order

CONTRACT = "BTC/USDT:USDT"
DONE: dict[str, Any] = {"retCode": 0, "result": {}}


def settings(*answers: Any) -> tuple[Settings, ScriptedClient]:
    """Settings whose calls are answered from a list, and the client that was asked."""
    client = ScriptedClient(*answers)
    return Settings(seat(Exchange.BYBIT, client)), client


def order(**changes: Any) -> SendOrder:
    """A limit buy of a contract."""
    return send_order(symbol=CONTRACT, **changes)


def mode(word: str) -> dict[str, Any]:
    """What account/info answers."""
    return {"retCode": 0, "result": {"marginMode": word}}


def refusal(code: str, verdict: Verdict = Verdict.REFUSED) -> CallFailed:
    """A failed call."""
    return CallFailed(verdict, RejectReason.OUTSIDE_VENUE_RULES, "no", venue_code=code)


async def test_an_order_that_asks_for_nothing_costs_no_call() -> None:
    made, client = settings()
    assert await made.prepare(order()) == []
    assert client.asked == []


@pytest.mark.parametrize("answer", [DONE, refusal("110043")])
async def test_a_leverage_is_set_for_both_sides_and_told(answer: Any) -> None:
    made, client = settings(answer)
    (told,) = await made.prepare(order(leverage=Decimal(5)))
    assert isinstance(told, LeverageReported)
    assert (told.symbol, told.leverage) == (CONTRACT, Decimal(5))
    assert client.asked == [
        (
            "POST",
            "v5/position/set-leverage",
            {"category": "linear", "symbol": "BTCUSDT", "buyLeverage": "5", "sellLeverage": "5"},
        )
    ]


async def test_a_leverage_that_the_venue_has_told_is_not_set_again_until_the_stream_was_gone() -> None:
    made, client = settings(DONE)
    made.learn_leverage(CONTRACT, position(leverage="5"))
    assert await made.prepare(order(leverage=Decimal(5))) == []
    assert client.asked == []
    made.forget()
    await made.prepare(order(leverage=Decimal(5)))
    assert len(client.asked) == 1


@pytest.mark.parametrize(
    ("verdict", "proven"),
    [
        (Verdict.REFUSED, Verdict.REFUSED),
        (Verdict.REFUSED_FOR_NOW, Verdict.REFUSED_FOR_NOW),
        (Verdict.NOT_SENT, Verdict.NOT_SENT),
        (Verdict.UNKNOWN, Verdict.REFUSED_FOR_NOW),
    ],
)
async def test_a_leverage_that_cannot_be_set_proves_that_the_order_was_not_sent(
    verdict: Verdict, proven: Verdict
) -> None:
    made, _ = settings(refusal("110013", verdict))
    with pytest.raises(CallFailed, match="was not sent") as raised:
        await made.prepare(order(leverage=Decimal(200)))
    assert (raised.value.verdict, raised.value.venue_code) == (proven, "110013")
    assert raised.value.reason is RejectReason.OUTSIDE_VENUE_RULES


async def test_the_accounts_margin_mode_is_asked_for_and_fits() -> None:
    made, client = settings(mode("ISOLATED_MARGIN"), DONE)
    (told,) = await made.prepare(order(margin_mode=MarginMode.ISOLATED, leverage=Decimal(3)))
    assert isinstance(told, LeverageReported)
    assert [path for _, path, _ in client.asked] == ["v5/account/info", "v5/position/set-leverage"]


async def test_another_margin_mode_is_refused_for_good_and_nothing_is_changed() -> None:
    made, client = settings(mode("REGULAR_MARGIN"))
    with pytest.raises(CallFailed, match="one mode for the whole account") as raised:
        await made.prepare(order(margin_mode=MarginMode.ISOLATED, leverage=Decimal(3)))
    assert (raised.value.verdict, raised.value.reason) == (Verdict.REFUSED, RejectReason.INVALID_PARAMETERS)
    assert [path for _, path, _ in client.asked] == ["v5/account/info"]


async def test_a_margin_mode_that_cannot_be_read_proves_that_the_order_was_not_sent() -> None:
    made, _ = settings(mode("HOLIDAY_MARGIN"))
    with pytest.raises(CallFailed, match="HOLIDAY_MARGIN") as raised:
        await made.prepare(order(margin_mode=MarginMode.CROSS))
    assert raised.value.verdict is Verdict.REFUSED_FOR_NOW


def test_a_positions_row_tells_its_leverage_once_and_the_mode_of_its_contract() -> None:
    made, _ = settings()
    assert not made.hedges(CONTRACT)
    (told,) = made.learn_leverage(CONTRACT, position(positionIdx=1))
    assert isinstance(told, LeverageReported)
    assert told.leverage == Decimal(10)
    assert made.hedges(CONTRACT)
    assert made.learn_leverage(CONTRACT, position(positionIdx=1)) == []
    assert made.learn_mode(CONTRACT, position()) is PositionSide.NET
    assert not made.hedges(CONTRACT)
    assert made.learn_leverage(CONTRACT, position(leverage="")) == []


def test_a_position_of_no_known_side_is_a_fault() -> None:
    made, _ = settings()
    with pytest.raises(MalformedError, match="7"):
        made.learn_mode(CONTRACT, position(positionIdx=7))


async def test_a_contract_without_a_position_is_asked_about_and_its_lower_leverage_told() -> None:
    sides = position(size="0", side="", positionIdx=1, leverage="10"), position(size="0", positionIdx=2, leverage="4")
    made, client = settings(listing(*sides))
    (told,) = [each async for each in made.leverages()]
    assert (told.symbol, told.leverage, made.hedges(CONTRACT)) == (CONTRACT, Decimal(4), True)
    assert client.asked == [("GET", "v5/position/list", {"category": "linear", "symbol": "BTCUSDT"})]
    assert [each async for each in made.leverages()] == [], "what is known is not asked for again"


async def test_after_the_stream_was_gone_leverages_are_asked_for_again() -> None:
    made, client = settings(listing(position(size="0")), listing(position(size="0")))
    assert len([each async for each in made.leverages()]) == 1
    made.forget()
    assert len([each async for each in made.leverages()]) == 1
    assert len(client.asked) == 2


@pytest.mark.parametrize("answer", [refusal("10001"), listing(), listing(position(leverage=""))])
async def test_a_contract_whose_leverage_is_not_told_stays_unknown(answer: Any) -> None:
    made, _ = settings(answer)
    assert [each async for each in made.leverages()] == []


async def test_contracts_in_which_nobody_trades_come_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bybit_settings, "BETWEEN_SECONDS", 0)
    client = ScriptedClient(listing(position(symbol="ETHUSDT", leverage="3")), listing(position(leverage="2")))
    at = seat(Exchange.BYBIT, client)
    ether = msgspec.structs.replace(perpetual(Exchange.BYBIT), symbol="ETH/USDT:USDT", exchange_symbol="ETHUSDT")
    at.symbols.learn([ether])
    made = Settings(msgspec.structs.replace(at, watched=lambda: frozenset({"ETH/USDT:USDT"})))
    told = [(each.symbol, each.leverage) async for each in made.leverages()]
    assert told == [("ETH/USDT:USDT", Decimal(3)), (CONTRACT, Decimal(2))]
