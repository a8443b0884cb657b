"""Bybit's dead-man switch: its windows, and the private stream on guard."""

import asyncio
import itertools
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from tidegate.core.vocabulary import Exchange, RejectReason
from tidegate.venues.bybit.disconnection import EFFECT_AFTER, Disconnection
from tidegate.venues.bybit.streams import GUARDING_TOPICS, Streams
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


# --- the stream on guard ---------------------------------------------------------------------------------------------


class Connection:
    """A connection whose words the test answers, by `answers`: whether Bybit takes them."""

    def __init__(self) -> None:
        self.answers: list[bool] = []
        self.said: list[tuple[str, list[str]]] = []
        self.futures: dict[str, asyncio.Future[Any]] = {}
        self.streams: Any = None

    def closed(self) -> bool:
        return False

    def future(self, name: str) -> asyncio.Future[Any]:
        return self.futures.setdefault(name, asyncio.get_running_loop().create_future())

    async def send(self, word: Any) -> None:
        self.said.append((word["op"], word["args"]))
        frame = {"op": word["op"], "success": self.answers.pop(0), "ret_msg": "handler not found"}
        assert self.streams.read(self, frame) == []

    def resolve(self, frame: Any, name: str) -> None:
        self.futures.pop(name).set_result(frame)

    def reject(self, error: Exception, name: str) -> None:
        self.futures.pop(name).set_exception(error)


class OpeningExchange:
    """What of ccxt opens a stream: to the next of some connections."""

    hostname = "bybit.test"
    urls: ClassVar[Any] = {"api": {"ws": {"private": {"spot": {"unified": "wss://{hostname}"}}}}}

    def __init__(self, *connections: Connection) -> None:
        self.connections = list(connections)
        self.numbers = itertools.count(1)

    def request_id(self) -> int:
        return next(self.numbers)

    async def authenticate(self, _: str) -> None:
        pass

    async def watch(self, *_: Any) -> None:
        pass

    def client(self, _: str) -> Connection:
        return self.connections.pop(0)


def guarded(*connections: Connection) -> Streams:
    """A stream that will be opened on these connections, one after the other."""
    client = ScriptedClient()
    client.exchange = OpeningExchange(*connections)
    client.redact = str
    settings = SimpleNamespace(forget=lambda: None)
    streams = Streams(seat(Exchange.BYBIT, client), SimpleNamespace(), settings, SimpleNamespace())
    for connection in connections:
        connection.streams = streams
    return streams


async def test_a_stream_guards_once_and_again_on_each_new_connection_until_it_is_told_to_stop() -> None:
    first, second, third = (Connection() for _ in range(3))
    first.answers, second.answers = [True], [True, True]
    streams = guarded(first, second, third)
    await streams.open()
    await streams.guard()
    await streams.guard()
    await streams.open()
    await streams.stop_guarding()
    await streams.open()
    assert first.said == [("subscribe", GUARDING_TOPICS)]
    assert second.said == [("subscribe", GUARDING_TOPICS), ("unsubscribe", GUARDING_TOPICS)]
    assert third.said == []


async def test_a_guard_that_bybit_refuses_leaves_the_stream_and_is_tried_again() -> None:
    first, second = Connection(), Connection()
    first.answers, second.answers = [False], [False, True]
    streams = guarded(first, second)
    await streams.open()
    with pytest.raises(CallFailed, match="refused to subscribe: handler not found") as refused:
        await streams.guard()
    assert refused.value.verdict is Verdict.REFUSED
    assert await streams.open() == (second,), "orders are told all the same"
    await streams.guard()


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
