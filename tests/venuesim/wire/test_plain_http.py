"""Plain requests are answered at once, everything else by aiohttp; a client cannot tell which."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from venuesim.wire.calls import Reply
from venuesim.wire.plain_http import BODY_SIZE_MAX, HEAD_SIZE_MAX, NotPlain, read_request, write_reply

HEAD = b"Host: venue\r\n"
GET = b"GET /api/v3/time?a=b%20c HTTP/1.1\r\n" + HEAD + b"x-mbx-apikey:  k \r\n\r\n"
POST = b"POST /api/v3/order HTTP/1.1\r\n" + HEAD + b"Content-Length: 3\r\n\r\na=1"
PING = b"GET /api/v3/ping HTTP/1.1\r\n" + HEAD + b"\r\n"


def test_a_plain_request_is_read_with_its_headers_in_any_case() -> None:
    request = read_request(GET + POST)
    assert request is not None
    assert (request.method, request.target, request.body) == ("GET", "/api/v3/time?a=b%20c", b"")
    assert request.headers["X-MBX-APIKEY"] == "k"
    following = read_request((GET + POST)[request.size :])
    assert following is not None
    assert (following.method, following.body, following.size) == ("POST", b"a=1", len(POST))


@settings(deadline=None)
@given(st.integers(0, len(POST) - 1))
def test_an_incomplete_request_waits_for_the_rest(size: int) -> None:
    assert read_request(POST[:size]) is None


@pytest.mark.parametrize(
    "data",
    [
        b"GET http://venue/ HTTP/1.1\r\n" + HEAD + b"\r\n",
        b"GET / HTTP/1.0\r\n" + HEAD + b"\r\n",
        b"HEAD / HTTP/1.1\r\n" + HEAD + b"\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nAccept: */*\r\n\r\n",
        b"GET /\xc3\xa9 HTTP/1.1\r\n" + HEAD + b"\r\n",
        b"GET / HTTP/1.1\n" + HEAD + b"\r\n",
        b"GET / HTTP/1.1\r\n" + HEAD + b" folded: 1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HEAD + b"name : 1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HEAD + b"Connection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HEAD + b"Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        b"POST / HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\n" + HEAD + b"Content-Length: 1\r\nExpect: 100-continue\r\n\r\na",
        b"POST / HTTP/1.1\r\n" + HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\na",
        b"POST / HTTP/1.1\r\n" + HEAD + b"Content-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\n" + HEAD + b"Content-Length: %d\r\n\r\n" % (BODY_SIZE_MAX + 1),
        b"G" * (HEAD_SIZE_MAX + 1),
    ],
)
def test_what_is_unusual_is_left_to_aiohttp(data: bytes) -> None:
    with pytest.raises(NotPlain):
        read_request(data)


def test_an_answer_carries_its_status_headers_and_length() -> None:
    reply = Reply(payload={"code": -1003}, status=418, headers={"retry-after": "7"})
    head, _, body = write_reply(reply, 0).partition(b"\r\n\r\n")
    assert head.decode().split("\r\n") == [
        "HTTP/1.1 418 I'm a Teapot",
        "Date: Thu, 01 Jan 1970 00:00:00 GMT",
        "Content-Type: application/json",
        "retry-after: 7",
        "Content-Length: 14",
    ]
    assert json.loads(body) == {"code": -1003}


# Over a connection


class Client:
    """Writes bytes, and reads answers as status and body."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def answer(self) -> tuple[int, bytes]:
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
        headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line)
        return int(head.split()[1]), await self.reader.readexactly(int(headers["content-length"]))


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Client]:
    place = urlsplit(url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    try:
        yield Client(reader, writer)
    finally:
        writer.close()
        await writer.wait_closed()


async def test_requests_may_come_in_pieces_or_together(start_venues) -> None:
    async with start_venues(venues=["binance"]) as venues, connected(venues.url("binance", "rest")) as client:
        for byte in PING:
            client.writer.write(bytes([byte]))
            await client.writer.drain()
        assert await client.answer() == (200, b"{}")
        client.writer.write(PING + GET + POST + b"GET /nowhere HTTP/1.1\r\n" + HEAD + b"\r\n")
        assert [(await client.answer())[0] for _ in range(4)] == [200, 400, 401, 404]


@pytest.mark.parametrize(
    "unusual",
    [
        b"GET /api/v3/ping HTTP/1.1\r\n" + HEAD + b"Connection: close\r\n\r\n",
        b"GET /api/v3/ping HTTP/1.1\r\n" + HEAD + b"X-\xc3\xa9: 1\r\n\r\n",
        b"GET /api/v3/ping HTTP/1.1\r\n" + HEAD + b"Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\n\r\n",
    ],
)
async def test_an_unusual_request_is_answered_too(start_venues, unusual: bytes) -> None:
    async with start_venues(venues=["binance"]) as venues, connected(venues.url("binance", "rest")) as client:
        client.writer.write(PING + unusual)
        assert (await client.answer()) == (200, b"{}")
        status, _ = await client.answer()
        assert status in {200, 400}


async def test_a_chunked_body_is_understood(start_venues) -> None:
    async with start_venues(venues=["bybit"]) as venues, connected(venues.url("bybit", "rest")) as client:
        head = b"POST /v5/order/create HTTP/1.1\r\n" + HEAD
        client.writer.write(head + b"Content-Length: 2\r\n\r\n{}")
        plain = json.loads((await client.answer())[1])
        client.writer.write(head + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n")
        chunked = json.loads((await client.answer())[1])
        assert plain["retMsg"] == chunked["retMsg"]


async def test_nonsense_does_not_hurt_other_connections(start_venues) -> None:
    async with start_venues(venues=["binance"]) as venues:
        url = venues.url("binance", "rest")
        async with connected(url) as client, connected(url) as other:
            client.writer.write(b"\x00\x01\x02 nonsense\r\n\r\n")
            assert (await client.answer())[0] == 400
            other.writer.write(PING)
            assert (await other.answer())[0] == 200


async def test_answers_keep_their_order_while_a_fault_delays_one(start_venues) -> None:
    async with start_venues(venues=["binance"]) as venues, connected(venues.url("binance", "rest")) as client:
        await venues.fault("delay", count=1, delay_ms=50)
        client.writer.write(GET.replace(b"?a=b%20c", b"") + PING)
        first, second = await client.answer(), await client.answer()
        assert (b"serverTime" in first[1], second[1]) == (True, b"{}")


async def test_a_lost_answer_closes_the_connection(start_venues) -> None:
    async with start_venues(venues=["binance"]) as venues, connected(venues.url("binance", "rest")) as client:
        await venues.fault("lose_reply", count=1)
        client.writer.write(PING)
        with pytest.raises((asyncio.IncompleteReadError, ConnectionResetError)):
            await client.answer()


async def test_a_client_that_leaves_does_not_undo_its_call(start_venues) -> None:
    async with start_venues(venues=["binance"]) as venues:
        await venues.fault("delay", count=1, delay_ms=50)
        async with connected(venues.url("binance", "rest")) as client:
            client.writer.write(PING)
            await client.writer.drain()
            await asyncio.sleep(0.01)
        faults = await venues.control("GET", "faults")
        assert faults["faults"][0]["fired"] == 1


@pytest.mark.parametrize("with_fault", [False, True])
async def test_a_bug_of_the_simulators_is_told_and_the_connection_lives_on(
    start_venues, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, with_fault: bool
) -> None:
    async with start_venues(venues=["binance"]) as sim, connected(sim.url("binance", "rest")) as client:
        if with_fault:
            await sim.fault("delay", endpoint="cancel", delay_ms=1)
        api = sim.simulator.venues["binance"]._http
        with monkeypatch.context() as broken:
            broken.setitem(
                api._routes, ("GET", "/api/v3/ping"), api._routes["GET", "/api/v3/ping"]._replace(handler=_fail)
            )
            client.writer.write(PING)
            assert (await client.answer())[0] == 500
        client.writer.write(PING)
        assert (await client.answer())[0] == 200
    assert "GET /api/v3/ping" in caplog.text


def _fail(_: object) -> Reply:
    raise ZeroDivisionError
