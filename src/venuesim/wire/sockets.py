"""One client's WebSocket: its messages go to a session, its outbox is drained by a task of its own."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple, Protocol

from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from venuesim.subjects import Subject

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


_GRACE_SECONDS = 1.0  # A process that was held up itself has pongs to read first.


class KeepAlive(NamedTuple):
    """How a venue keeps a socket: it pings so often, waits so long for the pong, and lets it live so long at most.

    Only a pong with the ping's own payload counts.
    """

    ping_seconds: float
    pong_seconds: float
    life_seconds: float


Alteration = Callable[[str], bytes | None]
"""What becomes of a frame; None leaves it as it is."""


class Socket:
    """The sending half of a WebSocket. Never blocks the exchange.

    `owners` are the API keys whose events it carries. `goodbye` gives what to say when the venue ends it for its age,
    `distort` what a fault makes of an event. `alter` changes every frame. `keep_alive` is set by venues that ping.
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
        self.keep_alive: KeepAlive | None = None
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
    pings = socket.keep_alive is not None
    connection = web.WebSocketResponse(compress=False, max_msg_size=1_000_000, autoping=not pings)
    await connection.prepare(request)
    sockets.add(socket)
    tasks = [asyncio.create_task(socket.drain(connection))]
    pulse = Pulse(socket, connection)
    if socket.keep_alive is not None:
        tasks.append(asyncio.create_task(pulse.keep(socket.keep_alive)))
    try:
        async with asyncio.TaskGroup() as messages:
            async for message in connection:
                if message.type is not WSMsgType.TEXT:
                    await pulse.handle(message)
                    continue
                if may_wait():
                    messages.create_task(session.receive(message.data))
                else:
                    await session.receive(message.data)
    finally:
        socket.is_open = False
        sockets.discard(socket)
        session.closed()
        for task in tasks:
            task.cancel()
    return connection


class Pulse:
    """Pings a client, and ends the connection when it does not answer, or when its time is over."""

    def __init__(self, socket: Socket, connection: web.WebSocketResponse) -> None:
        self._socket = socket
        self._connection = connection
        self._payload = b""
        self._unanswered_since: float | None = None

    async def handle(self, message: WSMessage) -> None:
        """Answer a ping, or note a pong; one that answers no ping of ours proves nothing."""
        if message.type is WSMsgType.PING:
            await self._connection.pong(message.data)
        elif message.type is WSMsgType.PONG and message.data == self._payload:
            self._unanswered_since = None

    def _is_overdue(self, settings: KeepAlive) -> bool:
        since = self._unanswered_since
        return since is not None and asyncio.get_running_loop().time() - since > settings.pong_seconds

    async def keep(self, settings: KeepAlive) -> None:
        """Ping until the connection ends."""
        loop = asyncio.get_running_loop()
        until = loop.time() + settings.life_seconds
        while self._socket.is_open:
            await asyncio.sleep(min(settings.ping_seconds, max(0.0, until - loop.time())))
            if loop.time() >= until:
                self._socket.say_goodbye(self._socket.goodbye())
                return
            if self._is_overdue(settings):
                await asyncio.sleep(min(settings.ping_seconds, _GRACE_SECONDS))
                if self._is_overdue(settings):
                    self._socket.drop()
                    return
            if self._unanswered_since is None:
                self._unanswered_since = loop.time()
            self._payload = str(int(loop.time() * 1000)).encode()
            try:
                await self._connection.ping(self._payload)
            except ConnectionError:  # The client is gone; the reading side ends the session.
                return
