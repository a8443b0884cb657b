"""What Bybit's sockets share: frames, connection ids, acknowledgements, and how long a silent one stays open."""

import asyncio
import re
from itertools import count
from urllib.parse import parse_qs

import msgspec

from venuesim.bybit.errors import BybitError
from venuesim.bybit.parameters import UNREADABLE
from venuesim.exchange.clock import Clock
from venuesim.wire.sockets import Socket

ACTIVE_SECONDS_MIN = 30
ACTIVE_SECONDS_MAX = 600
"""How long a connection stays open without a ping and without a frame to send ("Connect"): ten minutes at most."""

CLOSED_FOR_SILENCE = 1000
"""Assumption: a normal closure; the documentation says only that the connection "will be cut off"."""

SUBSCRIBING_SECONDS = 0.01
"""How long a subscription takes. Over a network it always takes a while, and pybit counts on that: it notes what it
subscribes to only after it has sent the request, and breaks off when the answer is quicker."""

_DURATION = re.compile(r"([0-9]{1,4})([sm])")
_numbers = count(1)


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """What a client says. `req_id` (streams) and `reqId` (trade socket) are echoed as they came."""

    op: str
    args: list[object] = []
    req_id: str | int | None = None
    reqId: str | int | None = None  # noqa: N815 - Bybit's spelling.
    header: dict[str, object] = {}


class Connection:
    """The sending side of one socket. `active_ms` is when it last had something to say."""

    def __init__(self, socket: Socket, registry: "Connections") -> None:
        self.socket = socket
        self.connection_id = f"d0{next(_numbers):08x}venuesim-1"
        self.active_ms = registry.now_ms()
        self.silence_ms_max = _active_seconds(socket.query) * 1000
        self._registry = registry

    def send(self, payload: object) -> None:
        """Queue one JSON frame."""
        self.push(encode(payload))

    def push(self, text: str) -> None:
        """Queue one encoded frame."""
        self.active_ms = self._registry.now_ms()
        self.socket.send(text)

    def acknowledge(self, frame: Frame, message: str = "", *, success: bool = True) -> None:
        """Answer an operation of the private stream."""
        answer: dict[str, object] = {} if frame.req_id is None else {"req_id": frame.req_id}
        answer |= {"success": success, "ret_msg": message, "op": frame.op}
        self.send({**answer, "conn_id": self.connection_id})

    def refuse(self, frame: Frame, error: BybitError) -> None:
        """Answer an operation that cannot be."""
        self.acknowledge(frame, error.message, success=False)

    def read(self, text: str) -> Frame | None:
        """Return what a client says; None for nonsense, which is refused."""
        try:
            return msgspec.json.decode(text, type=Frame)
        except UNREADABLE:
            found = text.lstrip()[:1]
            message = f"Failed to decode incoming data:readObjectStart: expect {{ or n, but found {found}"
            self.acknowledge(Frame(op=""), message, success=False)
            return None

    async def linger(self, frame: Frame) -> None:
        """Let a subscription take its time; whatever the client says after it waits as well."""
        if frame.op in {"subscribe", "unsubscribe"}:
            await asyncio.sleep(SUBSCRIBING_SECONDS)

    def forget(self) -> None:
        """Take the connection off the register: it has closed."""
        self._registry.forget(self)


class Connections:
    """The open connections, and the scan for those that have been silent for too long."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: set[Connection] = set()

    def now_ms(self) -> int:
        """Return the time."""
        return self._clock.now_ms()

    def open(self, socket: Socket) -> Connection:
        """Return the connection of a new socket."""
        connection = Connection(socket, self)
        self._open.add(connection)
        return connection

    def forget(self, connection: Connection) -> None:
        """Take a connection off the register."""
        self._open.discard(connection)

    def close_silent(self) -> None:
        """Close what has been silent for too long; call it every half minute, as the venue's scan is."""
        now_ms = self._clock.now_ms()
        for connection in list(self._open):
            if now_ms - connection.active_ms >= connection.silence_ms_max:
                connection.socket.close(CLOSED_FOR_SILENCE, "")
                self.forget(connection)


def encode(payload: object) -> str:
    """Return a frame's text."""
    return msgspec.json.encode(payload).decode()


def _active_seconds(query: str) -> int:
    """Return `max_active_time` of a socket's URL ("45s", "2m"), held between its bounds; ten minutes without one."""
    given = parse_qs(query).get("max_active_time", [""])[0]
    match = _DURATION.fullmatch(given)
    if match is None:  # Assumption: what cannot be read counts as not given.
        return ACTIVE_SECONDS_MAX
    seconds = int(match[1]) * (60 if match[2] == "m" else 1)
    return min(max(seconds, ACTIVE_SECONDS_MIN), ACTIVE_SECONDS_MAX)
