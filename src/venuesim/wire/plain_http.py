"""Plain HTTP requests, answered where their bytes arrive; whatever is not plain is left to aiohttp.

aiohttp needs a task, three turns of the event loop and a dozen objects for each request, which cost more than the order
that it carries. Nearly every request that a client sends is of the simple form that `read_request` takes.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from ssl import SSLContext
from typing import cast

import msgspec
from aiohttp import web
from multidict import CIMultiDict, istr

from venuesim.wire.calls import Call, Reply
from venuesim.wire.http import HttpApi

HEAD_SIZE_MAX = 16_384
BODY_SIZE_MAX = 1024 * 1024
"""Larger bodies are aiohttp's to refuse."""

_PLAIN_HEAD = re.compile(rb"(GET|POST|PUT|DELETE) (/[!-~]*) HTTP/1\.1\r\n((?:[A-Za-z0-9-]+:[ -~]*\r\n)+)\r\n")
_FIELD = re.compile(r"([^:]+):([^\r]*)\r\n")
_HOST, _CONTENT_LENGTH, _CONNECTION = istr("Host"), istr("Content-Length"), istr("Connection")
_NOT_PLAIN = tuple(map(istr, ("Transfer-Encoding", "Content-Encoding", "Expect", "Upgrade")))
_NO_BODY = ["0"]


INTERNAL_ERROR = Reply(payload=b"500 Internal Server Error", status=500, content_type="text/plain")

log = logging.getLogger(__name__)

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class NotPlain(Exception):  # noqa: N818 - Not an error: aiohttp will see.
    """A request that aiohttp has to look at."""


class PlainRequest(msgspec.Struct, frozen=True):
    """A whole request; `size` is how many bytes it took."""

    method: str
    target: str
    headers: CIMultiDict[str]
    body: bytes
    size: int


def read_request(data: bytes) -> PlainRequest | None:
    """Return the first request in `data`, or None while some of it is missing; raises NotPlain for what is unusual."""
    head_size = data.find(b"\r\n\r\n") + 4
    if head_size < 4:
        if len(data) > HEAD_SIZE_MAX:
            raise NotPlain
        return None
    head = _PLAIN_HEAD.fullmatch(data, 0, head_size)
    if head is None:
        raise NotPlain
    method, target, lines = head.groups()
    headers = CIMultiDict([(name, value.strip()) for name, value in _FIELD.findall(lines.decode())])
    size = head_size + _body_size(headers)
    if len(data) < size:
        return None
    return PlainRequest(method.decode(), target.decode(), headers, data[head_size:size], size)


def _body_size(headers: CIMultiDict[str]) -> int:
    """Return how long the body is; raises NotPlain unless the headers leave no doubt."""
    lengths = headers.getall(_CONTENT_LENGTH, _NO_BODY)
    if len(lengths) != 1 or not lengths[0].isdigit():
        raise NotPlain
    size = int(lengths[0])
    if size > BODY_SIZE_MAX or _HOST not in headers:
        raise NotPlain
    for name in _NOT_PLAIN:
        if name in headers:
            raise NotPlain
    if headers.get(_CONNECTION, "keep-alive").lower() != "keep-alive":
        raise NotPlain
    return size


def write_reply(reply: Reply, now: int) -> bytes:
    """Return an answer's bytes; `now` is in seconds since the epoch."""
    body = reply.encoded()
    own = "".join([f"{name}: {value}\r\n" for name, value in reply.headers.items()])
    assert own.count("\n") == len(reply.headers), "a header's value is one line"
    return (
        f"{_beginning(reply.status, reply.content_type, now)}{own}Content-Length: {len(body)}\r\n\r\n".encode() + body
    )


@lru_cache(maxsize=64)
def _beginning(status: int, content_type: str, now: int) -> str:
    """Return what all answers of a second begin with."""
    return (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n"
        f"Date: {formatdate(now, usegmt=True)}\r\n"
        f"Content-Type: {content_type}\r\n"
    )


class PlainConnection(asyncio.Protocol):
    """One client's connection: plain requests are answered in their order, until one comes that is not plain."""

    def __init__(
        self, api: HttpApi, hand_over: Callable[[], asyncio.Protocol], open_ones: set[PlainConnection]
    ) -> None:
        self._api = api
        self._hand_over_to = hand_over
        self._open_ones = open_ones
        self._transport: asyncio.Transport | None = None
        self._remote = ""
        self._received = b""
        self._performing: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own type does not inherit from it.
        self._remote = str((transport.get_extra_info("peername") or ("",))[0])
        self._open_ones.add(self)

    def connection_lost(self, _: Exception | None) -> None:
        """Forget the connection; a call that is being performed goes on, as it would at a venue."""
        self._open_ones.discard(self)
        self._transport = None

    def data_received(self, data: bytes) -> None:
        """Answer the requests that are complete."""
        self._received += data
        if self._performing is None:
            self._answer_received()

    def pause_writing(self) -> None:
        """Take no more requests from a client that does not read its answers."""
        if self._transport is not None:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        """Take requests again."""
        if self._transport is not None:
            self._transport.resume_reading()

    def abort(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.abort()

    def _answer_received(self) -> None:
        while self._received and self._transport is not None:
            try:
                request = read_request(self._received)
            except NotPlain:
                self._hand_over(self._transport)
                return
            if request is None:
                return
            self._received = self._received[request.size :]
            call = self._call(request)
            if self._api.is_disturbed:
                self._performing = asyncio.create_task(self._perform(call))
                return
            self._write(self._answer(call))

    def _call(self, request: PlainRequest) -> Call:
        path, _, query = request.target.partition("?")
        return Call(
            method=request.method,
            path=path,
            query=query,
            body=request.body,
            headers=request.headers,
            remote=self._remote,
            now_ms=self._api.clock.now_ms(),
        )

    def _answer(self, call: Call) -> Reply:
        try:
            return self._api.answer(call)
        except Exception:
            log.exception("a call could not be answered: %s %s", call.method, call.path)
            return INTERNAL_ERROR

    async def _perform(self, call: Call) -> None:
        """Answer a call through the faults, which may take their time; what came meanwhile follows."""
        try:
            reply = await self._api.perform(call)
        except Exception:
            log.exception("a call could not be answered: %s %s", call.method, call.path)
            reply = INTERNAL_ERROR
        self._performing = None
        if reply is None:
            self.abort()
        else:
            self._write(reply)
            self._answer_received()

    def _write(self, reply: Reply) -> None:
        if self._transport is not None:
            self._transport.write(write_reply(reply, int(time.time())))

    def _hand_over(self, transport: asyncio.Transport) -> None:
        """Let aiohttp have the connection for good, from this request on."""
        self._open_ones.discard(self)
        handler = self._hand_over_to()
        transport.set_protocol(handler)
        handler.connection_made(transport)
        handler.data_received(self._received)
        self._received = b""
        self._transport = None


class PlainSite:
    """A listening port: plain requests go to `api`, everything else to `handle`, by way of aiohttp."""

    def __init__(self, api: HttpApi, handle: Handler) -> None:
        self._api = api
        self._aiohttp = web.Server(handle, access_log=None)
        self._connections: set[PlainConnection] = set()
        self._server: asyncio.Server | None = None

    async def start(self, *, host: str, port: int, tls: SSLContext | None = None) -> int:
        """Listen, and return the port (a free one for 0)."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._connection, host, port, backlog=1024, ssl=tls)
        return int(self._server.sockets[0].getsockname()[1])

    def _connection(self) -> PlainConnection:
        return PlainConnection(self._api, self._aiohttp, self._connections)

    async def stop(self) -> None:
        """Stop listening and close what is open."""
        if self._server is not None:
            self._server.close()
        for connection in list(self._connections):
            connection.abort()
        await self._aiohttp.shutdown(0.5)
