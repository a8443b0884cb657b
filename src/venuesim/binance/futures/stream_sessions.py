"""The sockets of market and user streams: `/ws`, `/stream` and their forms below /public, /market and /private."""

from typing import Protocol
from urllib.parse import parse_qsl

import msgspec

from venuesim.wire.sockets import Socket

SUBSCRIPTIONS_MAX = 1024
"""How many streams one connection may listen to ("Websocket Market Streams", Connect)."""


class Control(msgspec.Struct, frozen=True, kw_only=True):
    """A frame that a client sends."""

    method: str
    id: int | str | None = None
    params: list[object] | None = None


class Publisher(Protocol):
    """Who has the streams."""

    def subscribe(self, name: str, session: "StreamSession") -> None:
        """Start sending a stream to a session."""
        ...

    def unsubscribe(self, name: str, session: "StreamSession") -> None:
        """Stop sending a stream to a session."""
        ...


class StreamSession:
    """One connection. `events` are the types of user events that its address asks for (empty: all)."""

    def __init__(self, publisher: Publisher, socket: Socket, *, is_combined: bool) -> None:
        self.socket = socket
        self.is_combined = is_combined
        self.events: frozenset[str] = frozenset()
        self._publisher = publisher
        self._names: dict[str, None] = {}

    def open(self, path: str) -> None:
        """Subscribe to what the address names: /ws/<stream>, ?streams=a/b, ?listenKey=k&events=..."""
        last = path.rpartition("/ws/")[2] if "/ws/" in path else ""
        # Clients number their connections there: /ws/4 is no stream.
        names = [] if last.isdigit() else [last]
        events: set[str] = set()
        for field, value in parse_qsl(self.socket.query):
            if field == "streams":
                names += value.split("/")
            elif field == "listenKey":
                names.append(value)
            elif field == "events":
                events.update(value.split("/"))
        self.events = frozenset(events)
        for name in names:
            self._subscribe(name)

    def frame(self, name: str, payload: object) -> str:
        """Return the text of an event, wrapped on a combined connection."""
        return msgspec.json.encode({"stream": name, "data": payload} if self.is_combined else payload).decode()

    async def receive(self, text: str) -> None:
        """Answer SUBSCRIBE, UNSUBSCRIBE, LIST_SUBSCRIPTIONS, SET_PROPERTY and GET_PROPERTY."""
        try:
            control = msgspec.json.decode(text, type=Control)
        except (msgspec.MsgspecError, RecursionError) as error:
            self._refuse(None, 3, f"Invalid JSON: {error}")
            return
        match control.method:
            case "SUBSCRIBE" | "UNSUBSCRIBE":
                self._change(control)
            case "LIST_SUBSCRIPTIONS":
                self._answer(control.id, list(self._names))
            case "SET_PROPERTY" | "GET_PROPERTY":
                self._property(control)
            case _:
                self._refuse(control.id, 2, f"Invalid request: unknown variant `{control.method}`")

    def closed(self) -> None:
        """Forget the connection."""
        for name in list(self._names):
            self._unsubscribe(name)

    def drop_name(self, name: str) -> None:
        """Forget a stream that ended by itself."""
        self._names.pop(name, None)

    def _change(self, control: Control) -> None:
        names = control.params or []
        if not all(isinstance(name, str) for name in names):
            self._refuse(control.id, 2, "Invalid request: request params must be an array of strings")
            return
        if control.method == "SUBSCRIBE" and len(self._names) + len(names) > SUBSCRIPTIONS_MAX:
            self._refuse(control.id, 2, f"Invalid request: more than {SUBSCRIPTIONS_MAX} streams")
            return
        self._answer(control.id, None)
        for name in names:
            if control.method == "SUBSCRIBE":
                self._subscribe(str(name))
            else:
                self._unsubscribe(str(name))

    def _property(self, control: Control) -> None:
        params = control.params or []
        if not params or params[0] != "combined":
            self._refuse(control.id, 0, "Unknown property")
        elif control.method == "GET_PROPERTY":
            self._answer(control.id, self.is_combined)
        elif len(params) != 2 or not isinstance(params[1], bool):
            self._refuse(control.id, 1, "Invalid value type: expected Boolean")
        else:
            self.is_combined = params[1]
            self._answer(control.id, None)

    def _subscribe(self, name: str) -> None:
        if name and name not in self._names:
            self._names[name] = None
            self._publisher.subscribe(name, self)

    def _unsubscribe(self, name: str) -> None:
        if name in self._names:
            del self._names[name]
            self._publisher.unsubscribe(name, self)

    def _answer(self, request_id: int | str | None, result: object) -> None:
        self.socket.send(msgspec.json.encode({"result": result, "id": request_id}).decode())

    def _refuse(self, request_id: int | str | None, code: int, message: str) -> None:
        frame = {"error": {"code": code, "msg": message}, "id": request_id}
        self.socket.send(msgspec.json.encode(frame).decode())
