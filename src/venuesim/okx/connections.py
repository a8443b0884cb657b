"""What OKX's sockets share: frames, connection ids, ping, request limits, and the end of the idle."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from itertools import count

import msgspec
from aiohttp import WSCloseCode

from venuesim.okx.errors import OkxError
from venuesim.okx.parameters import UNREADABLE, Parameters
from venuesim.wire.sockets import Socket

IDLE_SECONDS_MAX = 30.0
"""A socket that neither hears nor says anything for so long is closed."""

IDLE_CODE = 4004
FRAME_LENGTH_MAX = 65_536
"""How long what a client says may be (OKX "Subscribe": 64 KB)."""

FIRST_CONNECTION_ID = 0xA4D3_0000
PULSE_SECONDS = 0.5
REQUESTS_MAX = 480
REQUESTS_SECONDS = 3600.0
"""How many log-ins and (un)subscriptions a connection may send in an hour."""

ARG_NAMES = ("channel", "instType", "instFamily", "instId", "ccy", "algoId")
"""The names of an argument that answers and pushes repeat."""

Arg = dict[str, object]


class Frame(msgspec.Struct, frozen=True, kw_only=True, rename={"expires_at": "expTime", "request_id": "id"}):
    """What a client sends: an operation with its arguments. `request_id` is echoed in the answers."""

    op: str
    args: list[Arg] | None = None
    request_id: str | int | None = None
    expires_at: str | None = None


class Connection:
    """The sending side of one socket, with OKX's events."""

    def __init__(self, socket: Socket, connection_id: str) -> None:
        self.socket = socket
        self.connection_id = connection_id
        self.active_at = asyncio.get_running_loop().time()
        self._requests_since = self.active_at
        self._requests = 0

    def touch(self) -> None:
        """Note that something was heard or said."""
        self.active_at = asyncio.get_running_loop().time()

    def send(self, payload: object) -> None:
        """Queue one JSON frame."""
        self.push(encode(payload))

    def push(self, text: str) -> None:
        """Queue one frame."""
        self.touch()
        self.socket.send(text)

    def event(self, name: str, *, request_id: str | int | None = None, **fields: object) -> None:
        """Queue an event such as the acknowledgement of a subscription."""
        echoed = {} if request_id is None else {"id": request_id}
        self.send({**echoed, "event": name, **fields, "connId": self.connection_id})

    def refuse(self, error: OkxError, request_id: str | int | None = None) -> None:
        """Queue an error event."""
        self.event("error", request_id=request_id, code=error.code, msg=error.message)

    def count_request(self, scale: float) -> None:
        """Count a log-in or (un)subscription; raises OkxError above the hour's limit."""
        now = asyncio.get_running_loop().time()
        if now - self._requests_since >= REQUESTS_SECONDS:
            self._requests_since, self._requests = now, 0
        self._requests += 1
        if self._requests > REQUESTS_MAX * scale:
            raise OkxError("60014", "Requests too frequent")

    def read(self, text: str) -> Frame | None:
        """Return what a client says; None for a ping, which is answered, and for nonsense, which is refused."""
        self.touch()
        if text == "ping":
            self.socket.send("pong")
            return None
        if len(text) > FRAME_LENGTH_MAX:
            self.socket.close(WSCloseCode.MESSAGE_TOO_BIG, "Request message exceeds the maximum frame length")
            return None
        try:
            return msgspec.json.decode(text, type=Frame)
        except UNREADABLE:
            self.refuse(illegal_request(text))
            return None


class Connections:
    """All open sockets; it closes those that are idle. `pulses` are called twice a second."""

    def __init__(self, *, idle_seconds_max: float = IDLE_SECONDS_MAX) -> None:
        self.idle_seconds_max = idle_seconds_max
        self.pulses: list[Callable[[], None]] = []
        self._open: set[Connection] = set()
        self._ids = count(FIRST_CONNECTION_ID)
        self._watch: asyncio.Task[None] | None = None

    def open(self, socket: Socket) -> Connection:
        """Begin to watch a socket."""
        connection = Connection(socket, f"{next(self._ids):08x}")
        self._open.add(connection)
        return connection

    def forget(self, connection: Connection) -> None:
        """Stop watching a socket that closed."""
        self._open.discard(connection)

    def start(self) -> None:
        """Start to look for idle sockets."""
        self._watch = asyncio.create_task(self._beat())

    async def stop(self) -> None:
        """Stop looking; raises what ended the looking before its time."""
        if self._watch is None:
            return
        self._watch.cancel()
        with suppress(asyncio.CancelledError):
            await self._watch

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(min(PULSE_SECONDS, self.idle_seconds_max / 2))
            for pulse in self.pulses:
                pulse()
            self._close_idle()

    def _close_idle(self) -> None:
        oldest = asyncio.get_running_loop().time() - self.idle_seconds_max
        for connection in list(self._open):
            if connection.active_at < oldest:
                self._open.discard(connection)
                connection.socket.close(IDLE_CODE, f"No data received in {self.idle_seconds_max:.0f}s")


def encode(payload: object) -> str:
    """Return a frame's text."""
    return msgspec.json.encode(payload).decode()


def illegal_request(text: str) -> OkxError:
    """Return the refusal of a frame that makes no sense."""
    return OkxError("60012", f"Illegal request: {text}")


def no_such_channel(arg: Arg) -> OkxError:
    """Return the refusal of a subscription to what this socket does not have."""
    named = Parameters(arg)
    parts = (f"{name}:{value}" for name in ARG_NAMES if (value := named.echo(name)))
    message = (
        f"Wrong URL or {','.join(parts)} doesn't exist. "
        "Please use the correct URL, channel and parameters referring to API document."
    )
    return OkxError("60018", message)


def echoed(arg: Arg) -> Arg:
    """Return what answers and pushes repeat of an argument."""
    return {name: arg[name] for name in ARG_NAMES if name in arg}


def key_of(arg: Arg) -> str:
    """Return what makes a subscription itself: what is repeated of its argument, whatever order its names have."""
    return msgspec.json.encode(echoed(arg), order="sorted").decode()
