"""The sending half of a WebSocket, and a session served over a real connection."""

import asyncio

import aiohttp
from aiohttp import WSMsgType, web

from venuesim.wire.http import Site
from venuesim.wire.sockets import OUTBOX_SIZE_MAX, Socket, serve_socket


class FakeTransport:
    aborted = 0

    def abort(self) -> None:
        self.aborted += 1


class FakeRequest:
    remote = "127.0.0.1"
    raw_path = "/ws?streams=a/b"

    def __init__(self) -> None:
        self.transport = FakeTransport()


class Echo:
    """Sends everything back, words that start with "slow" a little later."""

    def __init__(self, socket: Socket) -> None:
        self.socket = socket
        self.ended = asyncio.Event()

    async def receive(self, text: str) -> None:
        if text.startswith("slow"):
            await asyncio.sleep(0.1)
        self.socket.send(text)

    def closed(self) -> None:
        self.ended.set()


async def test_a_client_that_does_not_read_is_disconnected() -> None:
    request = FakeRequest()
    socket = Socket(request)
    for _ in range(OUTBOX_SIZE_MAX):
        socket.send("frame")
    assert (socket.is_open, request.transport.aborted) == (True, 0)
    socket.send("one too many")
    assert (socket.is_open, request.transport.aborted) == (False, 1)
    socket.send("ignored")
    assert request.transport.aborted == 1


async def test_a_socket_knows_its_query() -> None:
    assert Socket(FakeRequest()).query == "streams=a/b"


async def test_a_message_that_waits_does_not_hold_up_the_next_and_the_end_is_told() -> None:
    sessions: list[Echo] = []
    sockets: set[Socket] = set()

    def open_session(socket: Socket) -> Echo:
        sessions.append(Echo(socket))
        return sessions[-1]

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        return await serve_socket(request, open_session, sockets, lambda: True)

    site = Site(handle)
    port = await site.start(host="127.0.0.1", port=0)
    try:
        async with aiohttp.ClientSession() as session, session.ws_connect(f"ws://127.0.0.1:{port}/") as connection:
            await connection.send_str("slow one")
            await connection.send_str("quick one")
            assert [(await connection.receive(5)).data for _ in range(2)] == ["quick one", "slow one"]
            assert len(sockets) == 1
        await asyncio.wait_for(sessions[0].ended.wait(), 5)
        assert not sockets
        async with aiohttp.ClientSession() as session, session.ws_connect(f"ws://127.0.0.1:{port}/") as connection:
            await connection.send_str("hello")
            assert (await connection.receive(5)).data == "hello"
            sessions[1].socket.drop()
            assert (await connection.receive(5)).type in {WSMsgType.CLOSED, WSMsgType.ERROR}
        await asyncio.wait_for(sessions[1].ended.wait(), 5)
    finally:
        await site.stop()
