"""Bybit's dead-man switch: its windows, and the private stream on guard."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from tidegate.core.vocabulary import Exchange, RejectReason
from tidegate.venues.bybit.disconnection import EFFECT_AFTER, Disconnection
from tidegate.venues.bybit.streams import Streams
from tidegate.venues.outcomes import CallFailed, Verdict
from venue_unit_helpers import ScriptedClient, seat

SET = "v5/order/disconnected-cancel-all"
IN_FORCE = {"SPOT": "30", "DERIVATIVES": "30"}


def windows(**seconds: str) -> dict[str, Any]:
    """An answer of account/query-dcp-info."""
    rows = [{"product": name, "dcpStatus": "ON", "timeWindow": each} for name, each in seconds.items()]
    return {"result": {"dcpInfos": rows}}


class Guard:
    """A private stream that notes what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    async def guard(self) -> None:
        self.told.append("guard")

    async def stop_guarding(self) -> None:
        self.told.append("stop guarding")


async def test_windows_are_set_where_they_differ_and_then_left_alone() -> None:
    client, guard = ScriptedClient(windows(SPOT="10"), {}, {}, windows(**IN_FORCE)), Guard()
    disconnection = Disconnection(seat(Exchange.BYBIT, client), guard)  # A fake with only what is used.
    await disconnection.renew(30)
    assert [params for _, path, params in client.asked if path == SET] == [
        {"product": "SPOT", "timeWindow": 30},
        {"product": "DERIVATIVES", "timeWindow": 30},
    ]
    await disconnection.renew(30)
    assert not client.answers
    assert guard.told == ["guard", "guard"]


async def test_a_window_that_never_comes_into_force_is_no_guard() -> None:
    nothing = [windows(), {}, {}]
    at = seat(Exchange.BYBIT, ScriptedClient(*nothing * 3))
    disconnection = Disconnection(at, Guard())
    await disconnection.renew(30)
    at.clock.time += EFFECT_AFTER
    await disconnection.renew(30)
    at.clock.time += timedelta(seconds=1)
    with pytest.raises(CallFailed, match="enable DCP") as refused:
        await disconnection.renew(30)
    assert refused.value.verdict is Verdict.REFUSED


async def test_the_end_of_it_asks_for_no_window() -> None:
    client, guard = ScriptedClient(), Guard()
    await Disconnection(seat(Exchange.BYBIT, client), guard).renew(0)
    assert (client.asked, guard.told) == ([], ["stop guarding"])


async def test_a_stream_that_is_not_connected_guards_nothing() -> None:
    client = ScriptedClient()
    client.exchange = SimpleNamespace(request_id=lambda: 1)
    streams = Streams(seat(Exchange.BYBIT, client), *[SimpleNamespace()] * 3)
    for say in (streams.guard, streams.stop_guarding):  # It is to guard: until it has left, the time runs.
        with pytest.raises(CallFailed, match="not connected") as failed:
            await say()
        assert (failed.value.verdict, failed.value.reason) == (
            Verdict.REFUSED_FOR_NOW,
            RejectReason.VENUE_UNREACHABLE,
        )


async def test_a_stream_that_never_guarded_has_nothing_to_end() -> None:
    streams = Streams(seat(Exchange.BYBIT, ScriptedClient()), *[SimpleNamespace()] * 3)
    await streams.stop_guarding()
