"""Binance's countdowns: one for each market of its futures, begun anew together, and ended when nothing needs them."""

from datetime import timedelta

import pytest

from tidegate.core.vocabulary import Exchange, RejectReason
from tidegate.venues.binance.account import BinanceAccount
from tidegate.venues.binance.countdowns import Countdowns
from tidegate.venues.outcomes import CallFailed, Verdict
from venue_unit_helpers import ScriptedClient, seat

BTC, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"
BUSY = CallFailed(Verdict.UNKNOWN, RejectReason.VENUE_OVERLOADED, "busy")
DENIED = CallFailed(Verdict.REFUSED, RejectReason.PERMISSION_DENIED, "no futures", venue_code="-2015")


def asked(client: ScriptedClient) -> list[tuple[str, str]]:
    """The countdowns that were set since the last look, in milliseconds."""
    found = [(params["symbol"], params["countdownTime"]) for _, path, params in client.asked]
    assert {path for _, path, _ in client.asked} <= {"countdownCancelAll"}
    client.asked.clear()
    return found


async def test_each_market_counts_and_one_without_orders_is_ended() -> None:
    client = ScriptedClient({}, {}, {}, {}, {})
    at = seat(Exchange.BINANCE, client)
    countdowns = Countdowns(at)
    await countdowns.renew(30, frozenset({BTC, ETH}))
    assert asked(client) == [("BTCUSDT", "30000"), ("ETHUSDT", "30000")]
    at.clock.time += timedelta(seconds=10)
    await countdowns.renew(30, frozenset({ETH}))
    assert asked(client) == [("ETHUSDT", "30000"), ("BTCUSDT", "0")]
    await countdowns.renew(0, frozenset({ETH}))
    assert asked(client) == [("ETHUSDT", "0")]
    await countdowns.renew(0, frozenset())
    assert asked(client) == []


async def test_a_countdown_that_has_just_begun_is_left_alone_when_another_begins() -> None:
    client = ScriptedClient(*[{}] * 6)
    at = seat(Exchange.BINANCE, client)
    countdowns = Countdowns(at)
    await countdowns.renew(30, frozenset({BTC}))
    at.clock.time += timedelta(seconds=7)
    await countdowns.renew(30, frozenset({BTC, ETH}))
    assert asked(client) == [("BTCUSDT", "30000"), ("ETHUSDT", "30000")], "each once"
    at.clock.time += timedelta(seconds=1)
    await countdowns.renew(30, frozenset({BTC, ETH}))
    assert asked(client) == [("BTCUSDT", "30000")]
    await countdowns.renew(60, frozenset({BTC, ETH}))
    assert asked(client) == [("BTCUSDT", "60000"), ("ETHUSDT", "60000")], "other seconds are news"


async def test_one_that_fails_keeps_no_other_from_counting_and_is_ended_too() -> None:
    client = ScriptedClient(BUSY, {}, {}, BUSY, {}, {})
    countdowns = Countdowns(seat(Exchange.BINANCE, client))
    with pytest.raises(CallFailed):
        await countdowns.renew(30, frozenset({BTC, ETH}))
    assert len(asked(client)) == 2
    await countdowns.renew(30, frozenset({BTC, ETH}))
    assert asked(client) == [("BTCUSDT", "30000")]
    with pytest.raises(CallFailed):
        await countdowns.renew(0, frozenset())
    assert asked(client) == [("BTCUSDT", "0"), ("ETHUSDT", "0")]
    await countdowns.renew(0, frozenset())
    assert asked(client) == [("BTCUSDT", "0")], "what was not ended is ended yet"


async def test_an_account_with_spot_alone_has_no_switch() -> None:
    venue = BinanceAccount(seat(Exchange.BINANCE, ScriptedClient(DENIED)))
    await venue.positions()  # Refused: from now on futures are closed to this key.
    with pytest.raises(CallFailed, match="spot has no dead-man switch") as refused:
        await venue.renew_dead_man(30, frozenset())
    assert refused.value.verdict is Verdict.REFUSED
    await venue.renew_dead_man(0, frozenset())
