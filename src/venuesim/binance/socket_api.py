"""The WebSocket API (`/ws-api/v3`): the same operations by method name, and the user data stream."""

from collections.abc import Callable, Iterator
from itertools import count

import msgspec

from venuesim.binance.errors import BinanceError
from venuesim.binance.gateway import Gateway, refusal
from venuesim.binance.limits import BinanceLimits
from venuesim.binance.operations import Operation, Request, Result, Security
from venuesim.binance.parameters import Parameters
from venuesim.binance.spot.catalog import Catalog
from venuesim.binance.spot.rendering import account_position, execution_report
from venuesim.exchange.clock import Clock
from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import OrderEvent
from venuesim.faults import Endpoint
from venuesim.wire.calls import Reply
from venuesim.wire.performing import Performer
from venuesim.wire.sockets import Socket
from venuesim.wire.user_streams import Subscription, UserStreams

SUBSCRIBE = "userDataStream.subscribe.signature"
UNSUBSCRIBE = "userDataStream.unsubscribe"
RequestId = str | int | None


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A request frame."""

    method: str
    id: RequestId = None
    params: dict[str, object] = {}


class SocketApi:
    """What every session of the WebSocket API shares."""

    def __init__(
        self,
        *,
        exchange: Exchange,
        clock: Clock,
        gateway: Gateway,
        limits: BinanceLimits,
        catalog: Catalog,
        performer: Performer,
        user_streams: UserStreams,
    ) -> None:
        self.exchange = exchange
        self.clock = clock
        self.gateway = gateway
        self.limits = limits
        self.catalog = catalog
        self.performer = performer
        self.user_streams = user_streams
        self.execution_ids = count(1)

    def open(self, socket: Socket) -> "SocketApiSession":
        """Return the session of a new socket."""
        return SocketApiSession(self, socket)


class SocketApiSession:
    """One connection: answers requests, and carries the user streams subscribed on it."""

    def __init__(self, api: SocketApi, socket: Socket) -> None:
        self._api = api
        self._socket = socket
        self._subscriptions: dict[int, Subscription] = {}
        self._subscription_ids = count(0)
        self._own = {
            SUBSCRIBE: _operation(Security.USER_DATA, self._subscribe),
            UNSUBSCRIBE: _operation(Security.NONE, self._unsubscribe),
        }

    async def receive(self, text: str) -> None:
        """Answer one request frame."""
        try:
            message = msgspec.json.decode(text, type=Message)
        except (msgspec.MsgspecError, RecursionError):
            self._answer(None, refusal(BinanceError(-1135, "Invalid JSON Request")))
            return
        operation = self._own.get(message.method) or self._api.catalog.socket.get(message.method)
        if operation is None:
            self._answer(message.id, refusal(BinanceError(-1020, "This operation is not supported.")))
            return
        values = {name: _text(value) for name, value in message.params.items()}
        reply = await self._api.performer.perform(
            operation.endpoint, lambda as_of_ms: self._run(operation, values, as_of_ms)
        )
        if reply is None:
            self._socket.drop()
            return
        rate_limits = self._rate_limits(values) if values.get("returnRateLimits") != "false" else None
        self._answer(message.id, reply, rate_limits)

    def closed(self) -> None:
        """Forget the user streams of the connection."""
        self._api.user_streams.remove_socket(self._socket)

    def _run(self, operation: Operation, values: dict[str, str], as_of_ms: int | None) -> Reply:
        return self._api.gateway.run(
            operation,
            Parameters(values),
            api_key=values.get("apiKey"),
            signed=_signed_text(values),
            remote=self._socket.remote,
            now_ms=self._api.clock.now_ms(),
            as_of_ms=as_of_ms,
            # Clients send names here that REST would refuse (returnRateLimits, type); assumption: they are ignored.
            takes_any_parameter=True,
        )

    def _rate_limits(self, values: dict[str, str]) -> list[dict[str, object]]:
        account = self._api.exchange.accounts.get(values.get("apiKey", ""))
        return self._api.limits.status(self._socket.remote, account, self._api.clock.now_ms())

    def _answer(self, request_id: RequestId, reply: Reply, rate_limits: list[dict[str, object]] | None = None) -> None:
        is_error = reply.status != 200
        frame = {"id": request_id, "status": reply.status, "error" if is_error else "result": reply.payload}
        if rate_limits is not None:
            frame["rateLimits"] = rate_limits
        self._socket.send(msgspec.json.encode(frame).decode())

    # User streams

    def _subscribe(self, request: Request) -> Result:
        if any(entry.account is request.account for entry in self._subscriptions.values()):
            raise BinanceError(-2035, "User Data Stream subscription already active.")
        number = next(self._subscription_ids)
        subscription = Subscription(
            account=request.account,
            socket=self._socket,
            render=lambda event: self._frames(number, event),
        )
        self._subscriptions[number] = subscription
        self._api.user_streams.add(subscription)
        return Result({"subscriptionId": number})

    def _unsubscribe(self, request: Request) -> Result:
        wanted = request.parameters.integer("subscriptionId")
        for number in list(self._subscriptions) if wanted is None else [wanted]:
            subscription = self._subscriptions.pop(number, None)
            if subscription is None:
                raise BinanceError(-2036, "User Data Stream subscription not active.")
            self._api.user_streams.remove(subscription)
        return Result({})

    def _frames(self, number: int, event: OrderEvent) -> Iterator[str]:
        for payload in (execution_report(event, next(self._api.execution_ids)), account_position(event)):
            yield msgspec.json.encode({"subscriptionId": number, "event": payload}).decode()


def _operation(security: Security, run: Callable[[Request], Result]) -> Operation:
    return Operation(endpoint=Endpoint.STREAM, security=security, weight=lambda _: 2, run=run)


def _signed_text(values: dict[str, str]) -> bytes:
    """Return what a socket request's signature covers: the other parameters, sorted by name."""
    return "&".join(f"{name}={values[name]}" for name in sorted(values) if name != "signature").encode()


def _text(value: object) -> str:
    """Write a JSON value as it appears in the signed text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
