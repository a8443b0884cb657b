"""Binance's leverage brackets: told by accounts, for the whole desk."""

from decimal import Decimal
from typing import Any

import msgspec

from tidegate.core.instruments import Tiers
from tidegate.core.vocabulary import Exchange, RejectReason
from tidegate.venues.binance.leverage_brackets import tell_tiers
from tidegate.venues.outcomes import CallFailed, Verdict
from venue_unit_helpers import ScriptedClient, seat

BRACKETS = [
    {"bracket": 2, "initialLeverage": 50, "notionalCap": 800_000, "notionalFloor": 300_000},
    {"bracket": 1, "initialLeverage": 150, "notionalCap": 300_000, "notionalFloor": 0},
]


async def told(answer: Any) -> list[dict[str, Tiers]]:
    heard: list[dict[str, Tiers]] = []
    client = ScriptedClient(answer)
    await tell_tiers(msgspec.structs.replace(seat(Exchange.BINANCE, client), tell_tiers=heard.append))
    return heard


async def test_brackets_are_tiers_the_smallest_first_and_what_is_not_listed_is_left_out() -> None:
    other = {"symbol": "OTHERUSDT", "brackets": BRACKETS}
    assert await told([{"symbol": "BTCUSDT", "brackets": BRACKETS}, other]) == [
        {"BTC/USDT:USDT": ((Decimal(300_000), Decimal(150)), (Decimal(800_000), Decimal(50)))}
    ]


async def test_without_an_answer_nothing_is_told_and_nothing_fails() -> None:
    assert await told(CallFailed(Verdict.REFUSED, RejectReason.PERMISSION_DENIED, "no")) == []
    assert await told({"no": "list"}) == []
