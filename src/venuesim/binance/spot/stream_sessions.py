"""One connection to the market streams: what it is sent, and the frames that it may send."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import msgspec

from venuesim.binance.errors import BinanceError
from venuesim.binance.spot.formats import Json
from venuesim.binance.time_units import in_microseconds, wants_microseconds
from venuesim.exchange.clock import Clock
from venuesim.wire.sockets import Socket
from venuesim.wire.windows import RateWindows

if TYPE_CHECKING:
    from venuesim.binance.spot.streams import MarketStreams

MESSAGES_PER_SECOND_MAX = 5
STREAMS_MAX = 1024
"""Of one connection ("WebSocket Limits")."""

POLICY_VIOLATION = 1008
ID_LENGTH_MAX = 36
METHODS = "`SUBSCRIBE`, `UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY`"

RequestId = int | str | None


class Control(msgspec.Struct, frozen=True, kw_only=True):
    """A frame that a client sends."""

    method: str
    id: RequestId = None
    params: list[object] | None = None


class Refused(Exception):  # noqa: N818 - Named in the past tense, like every event.
    """A frame that asks for nonsense: one of the documented codes and sentences ("Error Messages")."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class MarketSession:
    """One connection to the market streams. Counts what it is sent by the second, as the venue does."""

    def __init__(
        self, streams: MarketStreams, socket: Socket, clock: Clock, windows: RateWindows, *, is_combined: bool
    ) -> None:
        self._streams = streams
        self._socket = socket
        self._clock = clock
        self._windows = windows
        self._is_combined = is_combined
        self._second = 0
        self._received = 0
        try:
            units = parse_qs(socket.query).get("timeUnit", [None])
            self._in_microseconds = wants_microseconds(units[-1])
        except BinanceError:  # Assumption: an unknown unit in the address is ignored.
            self._in_microseconds = False

    def push(self, name: str, payload: Json | list[Json]) -> None:
        """Send one event, wrapped on a combined connection."""
        data: object = in_microseconds(payload) if self._in_microseconds else payload
        frame = {"stream": name, "data": data} if self._is_combined else data
        self._socket.send(msgspec.json.encode(frame).decode())

    async def receive(self, text: str) -> None:
        """Answer a control frame; whoever sends too many is disconnected."""
        if self._is_too_fast():
            self._socket.close(POLICY_VIOLATION, "Too many requests")
            return
        try:
            control = msgspec.json.decode(text, type=Control)
        except msgspec.ValidationError as error:
            self._refuse(None, Refused(3 if text.lstrip()[:1] != "{" else 2, f"Invalid request: {error}"))
            return
        except (msgspec.MsgspecError, RecursionError) as error:
            self._refuse(None, Refused(3, f"Invalid JSON: {error}"))
            return
        try:
            result = self._perform(control)
        except Refused as refused:
            self._refuse(control.id, refused)
            return
        self._socket.send(msgspec.json.encode({"result": result, "id": control.id}).decode())

    def closed(self) -> None:
        """Forget the connection."""
        self._streams.forget(self)

    def _perform(self, control: Control) -> object:
        if isinstance(control.id, str) and len(control.id) > ID_LENGTH_MAX:
            raise Refused(2, "Invalid request: request ID must be an unsigned integer")
        params = control.params or []
        match control.method:
            case "SUBSCRIBE":
                self._subscribe(_names(params))
            case "UNSUBSCRIBE":
                for name in _names(params):
                    self._streams.unsubscribe(name, self)
            case "LIST_SUBSCRIPTIONS":
                return self._streams.names_of(self)
            case "SET_PROPERTY":
                self._is_combined = _flag(params)
            case "GET_PROPERTY":
                _check_property(params)
                return self._is_combined
            case _:
                raise Refused(2, f"Invalid request: unknown variant `{control.method}`, expected one of {METHODS}")
        return None

    def _subscribe(self, names: list[str]) -> None:
        wanted = {*names, *self._streams.names_of(self)}
        if len(wanted) > STREAMS_MAX:  # Assumption: the wording; only the number is documented.
            raise Refused(2, f"Invalid request: a connection may listen to {STREAMS_MAX} streams")
        for name in names:
            self._streams.subscribe(name, self)

    def _is_too_fast(self) -> bool:
        second = self._clock.now_ms() // 1000
        self._received = self._received + 1 if second == self._second else 1
        self._second = second
        return self._received > int(MESSAGES_PER_SECOND_MAX * max(1.0, self._windows.scale))

    def _refuse(self, request_id: RequestId, refused: Refused) -> None:
        frame = {"error": {"code": refused.code, "msg": refused.message}, "id": request_id}
        self._socket.send(msgspec.json.encode(frame).decode())


def _names(params: list[object]) -> list[str]:
    names = [name for name in params if isinstance(name, str)]
    if len(names) != len(params):
        raise Refused(3, "Invalid JSON: expected a string")
    return names


def _check_property(params: list[object]) -> None:
    if not params or not isinstance(params[0], str):
        raise Refused(2, "Invalid request: property name must be a string")
    if params[0] != "combined":
        raise Refused(0, "Unknown property")


def _flag(params: list[object]) -> bool:
    _check_property(params)
    if len(params) > 2:
        raise Refused(2, "Invalid request: too many parameters")
    value = params[1] if len(params) == 2 else None
    if not isinstance(value, bool):
        raise Refused(1, "Invalid value type: expected Boolean")
    return value
