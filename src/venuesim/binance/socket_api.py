"""The WebSocket APIs (`/ws-api/v3`, `/ws-fapi/v1`): operations by method name, and what a session adds to them."""

import re
from collections.abc import Callable, Mapping
from typing import Protocol
from urllib.parse import parse_qs, quote_plus

import msgspec

from venuesim.binance import errors
from venuesim.binance.errors import BinanceError
from venuesim.binance.gateway import Gateway, refusal
from venuesim.binance.limits import BinanceLimits
from venuesim.binance.operations import Operation, Security
from venuesim.binance.parameters import Parameters
from venuesim.binance.session_requests import Login, SessionRequests
from venuesim.binance.time_units import in_microseconds, wants_microseconds
from venuesim.exchange.accounts import Account
from venuesim.exchange.clock import Clock
from venuesim.exchange.engine import Exchange
from venuesim.wire.calls import Reply
from venuesim.wire.performing import Caller, Performer
from venuesim.wire.sockets import Socket

CONNECTION_WEIGHT = 2
"""What connecting costs ("IP limits")."""

TOO_MANY = frozenset({418, 429})

_PLAIN = re.compile(rb"[A-Za-z0-9_.~=&-]*")
_VERSION = re.compile(r"v[0-9]+/")

RequestId = str | int | None


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A request frame."""

    method: str
    id: RequestId = None
    params: dict[str, object] = {}


class Extension(Protocol):
    """What one API's sessions can do besides the operations that REST has too."""

    operations: Mapping[str, Operation]

    @property
    def is_streaming(self) -> bool:
        """Whether a user data stream is delivered on the session."""
        ...

    def logged_out(self) -> None:
        """End what depends on the session's own authentication."""
        ...

    def closed(self) -> None:
        """Forget the connection."""
        ...


class SocketApi:
    """What every session of one WebSocket API shares. `extend` gives the extension of a new session."""

    def __init__(
        self,
        *,
        exchange: Exchange,
        clock: Clock,
        gateway: Gateway,
        limits: BinanceLimits,
        operations: Mapping[str, Operation],
        performer: Performer,
        extend: Callable[["SocketApiSession"], Extension],
        unknown_method: Callable[[str], BinanceError] = lambda _: errors.unsupported(),
    ) -> None:
        self.exchange = exchange
        self.clock = clock
        self.gateway = gateway
        self.limits = limits
        self.operations = operations
        self.performer = performer
        self.extend = extend
        self.unknown_method = unknown_method

    def open(self, socket: Socket) -> "SocketApiSession":
        """Return the session of a new socket."""
        return SocketApiSession(self, socket)


class SocketApiSession:
    """One connection: answers requests, and tells the events that its extension subscribes to."""

    def __init__(self, api: SocketApi, socket: Socket) -> None:
        self._api = api
        self.socket = socket
        options = {name: values[-1] for name, values in parse_qs(socket.query).items()}
        self.returns_rate_limits = options.get("returnRateLimits", "true").lower() != "false"
        try:
            self._in_microseconds = wants_microseconds(options.get("timeUnit"))
        except BinanceError:  # Assumption: an unknown unit in the address is ignored.
            self._in_microseconds = False
        self.login = Login(connected_ms=api.clock.now_ms())
        self.extension = api.extend(self)
        requests = SessionRequests(self.login, self.extension.logged_out, self._status)
        self._own = {**requests.operations, **self.extension.operations}
        try:
            api.limits.spend_weight(socket.remote, CONNECTION_WEIGHT, api.clock.now_ms())
        except BinanceError as error:
            self._answer(None, refusal(error))
            socket.close(1008, "Too many requests")

    async def receive(self, text: str) -> None:
        """Answer one request frame."""
        try:
            message = msgspec.json.decode(text, type=Message)
        except (msgspec.MsgspecError, RecursionError):
            self._answer(None, refusal(BinanceError(-1135, "Invalid JSON Request")))
            return
        operation = self._find(message.method)
        if operation is None:
            self._answer(message.id, refusal(self._api.unknown_method(message.method)))
            return
        values = {name: text_of(value) for name, value in message.params.items() if value is not None}
        reply = await self._api.performer.perform(
            operation.endpoint, lambda as_of_ms: self._run(operation, values, as_of_ms), self._caller(values)
        )
        if reply is None:
            self.socket.drop()
            return
        wanted = values.get("returnRateLimits", str(self.returns_rate_limits)).lower() != "false"
        self._answer(message.id, reply, self._rate_limits(operation, values) if wanted else None)
        if reply.status == 418:  # Who is banned is disconnected, too ("IP limits").
            self.socket.close(1008, "Disconnected")

    def _caller(self, values: dict[str, str]) -> Caller:
        naming = self._api.performer.answers.naming
        key = "" if self.login.account is None else self.login.account.api_key
        path = self.socket.path
        return Caller(lambda: naming.of_values(values.get("apiKey", key), [values], path), self.socket, path)

    def closed(self) -> None:
        """Forget what was subscribed on the connection."""
        self.extension.closed()

    def encode(self, frame: object) -> str:
        """Return a frame's text, with time stamps as the connection wants them."""
        return msgspec.json.encode(in_microseconds(frame) if self._in_microseconds else frame).decode()

    def _find(self, method: str) -> Operation | None:
        """Return the operation of a method, whose name may be prefixed with a version ("Request format")."""
        for name in (method, _VERSION.sub("", method, count=1)):
            operation = self._own.get(name) or self._api.operations.get(name)
            if operation is not None:
                return operation
        return None

    def _run(self, operation: Operation, values: dict[str, str], as_of_ms: int | None) -> Reply:
        signed = signed_text(values)
        return self._api.gateway.run(
            operation,
            Parameters(values),
            api_key=values.get("apiKey"),
            signed=signed,
            # The documentation signs bare values, the venue's own SDK percent-encodes them; few requests differ.
            signed_encoded=None if _PLAIN.fullmatch(signed) else encoded_text(values),
            logged_on=self.login.account,
            remote=self.socket.remote,
            now_ms=self._api.clock.now_ms(),
            as_of_ms=as_of_ms,
            # Clients send names here that REST would refuse (returnRateLimits, type); assumption: they are ignored.
            takes_any_parameter=True,
        )

    def _rate_limits(self, operation: Operation, values: dict[str, str]) -> list[dict[str, object]]:
        account: Account | None = None
        if operation.counts_orders and operation.security is Security.TRADE:
            account = self._api.exchange.accounts.get(values.get("apiKey", "")) or self.login.account
        return self._api.limits.status(self.socket.remote, account, self._api.clock.now_ms())

    def _status(self) -> dict[str, object]:
        return {
            "apiKey": None if self.login.account is None else self.login.account.api_key,
            "authorizedSince": self.login.authorized_ms,
            "connectedSince": self.login.connected_ms,
            "returnRateLimits": self.returns_rate_limits,
            "serverTime": self._api.clock.now_ms(),
            "userDataStream": self.extension.is_streaming,
        }

    def _answer(self, request_id: RequestId, reply: Reply, rate_limits: list[dict[str, object]] | None = None) -> None:
        payload = reply.payload
        if isinstance(payload, bytes):  # What is a page elsewhere has a code here (assumption: this one).
            payload = {"code": -1016, "msg": "This service is no longer available."}
        if reply.status in TOO_MANY and isinstance(payload, dict) and "retry-after" in reply.headers:
            now_ms = self._api.clock.now_ms()
            retry_ms = now_ms + int(reply.headers["retry-after"]) * 1000
            payload = {**payload, "data": {"serverTime": now_ms, "retryAfter": retry_ms}}
        frame = {"id": request_id, "status": reply.status, "result" if reply.status == 200 else "error": payload}
        if rate_limits is not None:
            frame["rateLimits"] = rate_limits
        self.socket.send(self.encode(frame))


def signed_text(values: Mapping[str, str]) -> bytes:
    """Return what a socket request's signature covers: the other parameters, sorted by name."""
    return "&".join(f"{name}={values[name]}" for name in sorted(values) if name != "signature").encode()


def encoded_text(values: Mapping[str, str]) -> bytes:
    """Return the same with the values percent-encoded."""
    return signed_text({name: quote_plus(value) for name, value in values.items()})


def text_of(value: object) -> str:
    """Write a JSON value as it appears in the signed text; lists as compact JSON."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, dict)):
        return msgspec.json.encode(value).decode()
    return str(value)
