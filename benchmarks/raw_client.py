"""A client that costs less than the server it measures: bytes made beforehand, one in flight on each connection."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import cast
from urllib.parse import urlsplit

Check = Callable[[bytes], bool]
"""Whether an answer (an HTTP body, a frame's payload) is the one that was hoped for."""

PING, PONG, CONTROL_FRAMES_FROM = 0x9, 0xA, 0x8
_HANDSHAKE = (
    "GET {target} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


class RefusedError(Exception):
    """The server did not answer what it should have."""


class Lane(asyncio.Protocol):
    """One connection to a server. It sends the next message as soon as the last one is answered."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._is_socket = False
        self._messages: Sequence[bytes] = ()
        self._answered = 0
        self._check: Check = bool
        self._sent_at = 0.0
        self._done: asyncio.Future[list[float]] | None = None
        self._seconds: list[float] = []

    @classmethod
    async def open(cls, url: str) -> "Lane":
        """Connect to an HTTP server."""
        place = urlsplit(url)
        assert place.hostname is not None, "a server has a host"
        assert place.port is not None, "and a port"
        _, lane = await asyncio.get_running_loop().create_connection(cls, place.hostname, place.port)
        return lane

    @classmethod
    async def open_socket(cls, url: str, opening: Sequence[str], check: Check) -> "Lane":
        """Connect to a WebSocket, and exchange the frames that open the session there."""
        lane = await cls.open(url)
        place = urlsplit(url)
        target = f"{place.path or '/'}{f'?{place.query}' if place.query else ''}"
        await lane.run([_HANDSHAKE.format(target=target, host=place.netloc).encode()], lambda _: True)
        lane._is_socket = True
        await lane.run([frame(text.encode()) for text in opening], check)
        return lane

    def run(self, messages: Sequence[bytes], check: Check) -> "asyncio.Future[list[float]]":
        """Send the messages one after the other; the future brings the seconds that each took."""
        self._messages, self._check = messages, check
        self._answered, self._seconds = 0, []
        self._done = asyncio.get_running_loop().create_future()
        if messages:
            self._send()
        else:
            self._done.set_result([])
        return self._done

    def close(self) -> None:
        """Hang up."""
        assert self._transport is not None, "it is open"
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what to write to."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass.

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits for answers."""
        self._fail(exc or ConnectionResetError("the server hung up"))

    def data_received(self, data: bytes) -> None:
        """Take an answer, and send the next message."""
        self._buffer += data
        message = self._next_frame() if self._is_socket else self._next_response()
        if message is None:
            return
        self._seconds.append(time.perf_counter() - self._sent_at)
        if not self._check(message):
            self._fail(RefusedError(f"{self._messages[self._answered]!r} was answered {message!r}"))
            return
        self._answered += 1
        if self._answered < len(self._messages):
            self._send()
        elif self._done is not None and not self._done.done():
            self._done.set_result(self._seconds)

    def _next_response(self) -> bytes | None:
        message, self._buffer = split_response(self._buffer)
        return message

    def _next_frame(self) -> bytes | None:
        """Return the payload of the next text frame, and answer pings before it."""
        assert self._transport is not None, "it is open"
        while (found := split_frame(self._buffer)) is not None:
            opcode, payload, self._buffer = found
            if opcode == PING:
                self._transport.write(frame(payload, PONG))
            if opcode < CONTROL_FRAMES_FROM:
                return payload
        return None

    def _send(self) -> None:
        assert self._transport is not None, "it is open"
        self._sent_at = time.perf_counter()
        self._transport.write(self._messages[self._answered])

    def _fail(self, error: Exception) -> None:
        if self._done is not None and not self._done.done():
            self._done.set_exception(error)


def split_response(data: bytes) -> tuple[bytes | None, bytes]:
    """Return the first whole HTTP answer in `data` (None: not there yet), and what follows it."""
    head_end = data.find(b"\r\n\r\n")
    if head_end < 0:
        return None, data
    head = data[:head_end].lower()
    at = head.find(b"content-length:")
    length = int(head[at + 15 :].partition(b"\r\n")[0]) if at >= 0 else 0
    end = head_end + 4 + length
    return (data[:end], data[end:]) if len(data) >= end else (None, data)


def split_frame(data: bytes) -> tuple[int, bytes, bytes] | None:
    """Return the operation code and payload of the first frame in `data` (None: not there yet), and what follows."""
    if len(data) < 2:
        return None
    start, length = 2, data[1] & 0x7F
    if length == 126:
        start, length = 4, int.from_bytes(data[2:4], "big")
    elif length == 127:
        start, length = 10, int.from_bytes(data[2:10], "big")
    end = start + length
    return (data[0] & 0x0F, data[start:end], data[end:]) if len(data) >= end else None


def frame(payload: bytes, opcode: int = 0x1) -> bytes:
    """Return a client's frame; its mask is zero, so that the payload stands there as it is."""
    length = len(payload)
    head = bytes([0x80 | opcode])
    head += bytes([0x80 | length]) if length < 126 else bytes([0x80 | 126]) + length.to_bytes(2, "big")
    return head + bytes(4) + payload
