"""What every socket is held to: pings, a life of a day, a number of attempts, and bans."""

import asyncio
import json
import time

import pytest
from aiohttp import WSMsgType

from venuesim.binance import connections


@pytest.mark.conformance("Log-in, keep-alive, listen keys", "binance spot")
async def test_the_venue_pings_and_a_client_that_answers_stays(venues, monkeypatch) -> None:
    monkeypatch.setattr(connections, "PING_SECONDS", 0.05)
    monkeypatch.setattr(connections, "PONG_SECONDS", 0.2)
    async with venues.session.ws_connect(venues.url("binance", "ws_api"), autoping=False) as socket:
        for _ in range(6):
            ping = await socket.receive(5)
            assert ping.type is WSMsgType.PING
            await socket.pong(ping.data)
        await socket.send_json({"id": 1, "method": "ping"})
        async with asyncio.timeout(5):
            while (frame := await socket.receive()).type is not WSMsgType.TEXT:
                await socket.pong(frame.data)
        assert json.loads(frame.data)["status"] == 200


async def test_a_client_that_answers_stays_where_the_venue_itself_was_held_up(venues, monkeypatch) -> None:
    monkeypatch.setattr(connections, "PING_SECONDS", 0.05)
    monkeypatch.setattr(connections, "PONG_SECONDS", 0.2)
    async with venues.session.ws_connect(venues.url("binance", "ws_api"), autoping=False) as socket:
        ping = await socket.receive(5)
        await socket.pong(ping.data)
        await asyncio.sleep(0.02)
        time.sleep(0.3)  # noqa: ASYNC251 - Both sides stand still, as on a machine that is busy.
        for _ in range(3):
            ping = await socket.receive(5)
            assert ping.type is WSMsgType.PING
            await socket.pong(ping.data)


async def test_a_client_whose_pongs_answer_no_ping_is_cut_off(venues, monkeypatch) -> None:
    monkeypatch.setattr(connections, "PING_SECONDS", 0.05)
    monkeypatch.setattr(connections, "PONG_SECONDS", 0.2)
    async with venues.session.ws_connect(venues.url("binance", "ws") + "/ws", autoping=False) as socket:
        async with asyncio.timeout(5):
            while (await socket.receive()).type is WSMsgType.PING:
                await socket.pong(b"unasked")
        assert socket.closed


@pytest.mark.conformance("Forced disconnect", "binance spot")
@pytest.mark.parametrize(
    ("kind", "path", "shutdown"),
    [
        ("ws_api", "", lambda frame: frame["event"]),
        ("ws", "/ws", lambda frame: frame),
        ("ws", "?streams=btcusdt@avgPrice", lambda frame: frame["data"]),
    ],
)
async def test_a_connection_ends_after_a_day_with_a_notice(venues, monkeypatch, kind: str, path: str, shutdown) -> None:
    monkeypatch.setattr(connections, "LIFE_SECONDS", 0.1)
    async with venues.session.ws_connect(venues.url("binance", kind) + path) as socket:
        assert shutdown(json.loads((await socket.receive(5)).data))["e"] == "serverShutdown"
        assert (await socket.receive(5)).type is WSMsgType.CLOSE
        assert socket.close_code == 1001


async def test_an_address_may_open_so_many_sockets_in_five_minutes(timed) -> None:
    _, venues, clock = timed
    await venues.control("POST", "limits", {"scale": 0.01})
    url = venues.url("binance", "ws") + "/ws"
    for _ in range(3):
        async with venues.session.ws_connect(url) as socket:
            await socket.send_json({"method": "LIST_SUBSCRIPTIONS", "id": 1})
            assert json.loads((await socket.receive(5)).data) == {"result": [], "id": 1}
    async with venues.session.ws_connect(url) as socket:
        assert (await socket.receive(5)).type is WSMsgType.CLOSE
        assert socket.close_code == 1008
    clock.advance(300_000)
    async with venues.session.ws_connect(url) as socket:
        await socket.send_json({"method": "LIST_SUBSCRIPTIONS", "id": 1})
        assert (await socket.receive(5)).type is WSMsgType.TEXT


async def test_who_sends_too_many_frames_a_second_is_disconnected(timed) -> None:
    _, venues, clock = timed
    async with venues.session.ws_connect(venues.url("binance", "ws") + "/ws") as socket:
        for second in range(2):
            for number in range(5):
                await socket.send_json({"method": "LIST_SUBSCRIPTIONS", "id": 10 * second + number})
                assert json.loads((await socket.receive(5)).data)["id"] == 10 * second + number
            clock.advance(1000)
        for number in range(6):
            await socket.send_json({"method": "LIST_SUBSCRIPTIONS", "id": number})
        frames = [await socket.receive(5) for _ in range(6)]
        assert [frame.type for frame in frames] == [WSMsgType.TEXT] * 5 + [WSMsgType.CLOSE]
        assert socket.close_code == 1008


@pytest.mark.conformance("Bans", "binance spot", approximate="what brings a ban, and its steps, are assumptions")
async def test_who_goes_on_asking_above_the_limit_is_banned_for_longer_each_time(timed) -> None:
    raw, venues, clock = timed
    await venues.control("POST", "limits", {"scale": 0.001})

    async def ask() -> tuple[int, dict, int]:
        status, body, headers = await raw.request("GET", "/api/v3/ping", "", signed=False)
        return status, body, int(headers.get("Retry-After", 0))

    for seconds in (120, 600):
        answers = [await ask() for _ in range(17)]
        assert [status for status, _, _ in answers] == [200] * 6 + [429] * 10 + [418]
        _, body, retry = answers[-1]
        assert (body["code"], retry) == (-1003, seconds)
        assert f"Way too much request weight used; IP banned until {clock.now_ms() + seconds * 1000}." in body["msg"]
        clock.advance(seconds * 1000 - 1)
        assert (await ask())[0] == 418
        clock.advance(1 + 60_000)


async def test_a_banned_client_of_the_socket_api_is_told_until_when_and_disconnected(timed) -> None:
    _, venues, clock = timed
    async with venues.session.ws_connect(venues.url("binance", "ws_api")) as socket:
        await venues.control("POST", "limits", {"scale": 0.001})
        statuses = []  # Connecting has cost 2 of the 6 that are allowed.
        for number in range(15):
            await socket.send_json({"id": number, "method": "ping"})
            answer = json.loads((await socket.receive(5)).data)
            statuses.append(answer["status"])
            if answer["status"] == 418:
                break
        assert statuses == [200] * 4 + [429] * 10 + [418]
        assert answer["error"]["data"] == {"serverTime": clock.now_ms(), "retryAfter": clock.now_ms() + 120_000}
        assert (await socket.receive(5)).type is WSMsgType.CLOSE
