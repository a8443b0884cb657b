"""One client's WebSocket: its messages go to a session, its outbox is drained by a task of its own."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple, Protocol

from aiohttp import WSCloseCode, WSMsgType, web

from venuesim.wire.subjects import Subject

OUTBOX_SIZE_MAX = 20_000
"""A client that reads so slowly that this many frames wait is disconnected, as venues do."""


class Session(Protocol):
    """What a venue does with one socket."""

    async def receive(self, text: str) -> None:
        """Handle one message; messages that wait (a delay fault) do not hold up later ones."""
        ...

    def closed(self) -> None:
        """Forget the socket."""
        ...


class Farewell(NamedTuple):
    """The last thing to send: a closing handshake with a code and a reason."""

    code: int
    reason: str


class Goodbye(NamedTuple):
    """What a venue says before it closes a socket, and how it does."""

    frames: tuple[str, ...]
    code: int
    reason: str


Alteration = Callable[[str], bytes | None]
"""What becomes of a frame; None leaves it as it is."""


class Socket:
    """The sending half of a WebSocket. Never blocks the exchange.

    `owners` are the API keys whose events it carries. `goodbye` gives what to say when the venue ends it for its age,
    `distort` what a fault makes of an event. `alter` changes every frame.
    """

    def __init__(self, request: web.BaseRequest) -> None:
        self._request = request
        self.remote = request.remote or ""
        self.path, _, self.query = request.raw_path.partition("?")
        self.owners: set[str] = set()
        self.goodbye: Callable[[], Goodbye] = lambda: Goodbye((), WSCloseCode.GOING_AWAY, "")
        self.distort: Callable[[str, Subject], bytes | None] = lambda _, __: None
        self._alter_next: Alteration | None = None
        self.alter: Alteration | None = None
        self._outbox: asyncio.Queue[str | Farewell] = asyncio.Queue(maxsize=OUTBOX_SIZE_MAX)
        self.is_open = True

    def send(self, text: str) -> None:
        """Queue a frame. It leaves after the present call has been answered, as on the real venues."""
        if self.alter is not None or self._alter_next is not None:
            self._queue(self._altered(text))
        else:
            self._queue(text)

    def alter_next(self, alteration: Alteration) -> None:
        """Let the next frame be altered."""
        self._alter_next = alteration

    def _altered(self, text: str) -> str:
        for alteration in (self._alter_next, self.alter):
            changed = None if alteration is None else alteration(text)
            if changed is not None:
                text = changed.decode(errors="replace")
        self._alter_next = None
        return text

    def say_goodbye(self, goodbye: Goodbye) -> None:
        """Close politely: the venue's notice first, then the closing handshake."""
        self.alter = self._alter_next = None
        for frame in goodbye.frames:
            self.send(frame)
        self.close(goodbye.code, goodbye.reason)

    def close(self, code: int, reason: str) -> None:
        """Say good-bye with a code after what is queued; nothing can be sent afterwards."""
        self._queue(Farewell(code, reason))
        self.is_open = False

    def _queue(self, item: str | Farewell) -> None:
        if not self.is_open:
            return
        try:
            self._outbox.put_nowait(item)
        except asyncio.QueueFull:
            self.drop()

    def drop(self) -> None:
        """Break the connection at once, without a closing handshake; waiting frames are lost."""
        self.is_open = False
        if self._request.transport is not None:
            self._request.transport.abort()

    async def drain(self, connection: web.WebSocketResponse) -> None:
        """Send what is queued, until the farewell."""
        while True:
            item = await self._outbox.get()
            try:
                if isinstance(item, Farewell):
                    await connection.close(code=item.code, message=item.reason.encode())
                    return
                await connection.send_str(item)
            except ConnectionError:  # The client is gone; the reading side ends the session.
                return


async def serve_socket(
    request: web.BaseRequest,
    open_session: Callable[[Socket], Session | None],
    sockets: set[Socket],
    may_wait: Callable[[], bool],
) -> web.StreamResponse:
    """Serve one WebSocket until either side closes it; 404 when there is no session for it.

    While `may_wait` says that a fault can delay a message, each is handled in a task of its own.
    """
    socket = Socket(request)
    session = open_session(socket)
    if session is None:
        return web.Response(status=404)
    # Declining permessage-deflate keeps the cost per frame low; every client accepts that.
    connection = web.WebSocketResponse(compress=False, max_msg_size=1_000_000)
    await connection.prepare(request)
    sockets.add(socket)
    drain = asyncio.create_task(socket.drain(connection))
    try:
        async with asyncio.TaskGroup() as messages:
            async for message in connection:
                if message.type is not WSMsgType.TEXT:
                    continue
                if may_wait():
                    messages.create_task(session.receive(message.data))
                else:
                    await session.receive(message.data)
    finally:
        socket.is_open = False
        sockets.discard(socket)
        session.closed()
        drain.cancel()
    return connection
