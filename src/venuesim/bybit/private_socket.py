"""The private socket (`/v5/private`): authentication, and the topics of the account."""

from collections.abc import Callable, Iterator
from itertools import count

from venuesim.bybit.authentication import check_permission, check_socket
from venuesim.bybit.connections import Connection, Frame, encode
from venuesim.bybit.errors import BybitError
from venuesim.bybit.holdings import wallet
from venuesim.bybit.operations import Json, Security
from venuesim.bybit.rendering import pushed, pushed_fill
from venuesim.exchange.accounts import Account
from venuesim.exchange.clock import Clock
from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import OrderEvent
from venuesim.wire.sockets import Socket
from venuesim.wire.user_streams import Subscription, UserStreams

OTHER_TOPICS = frozenset(
    f"{name}{category}"
    for name in ("order", "execution", "position", "greeks", "dcp")
    for category in ("", ".linear", ".inverse", ".option", ".future", ".spot")
) | {"execution.fast"}
"""Topics that exist and tell nothing about spot."""


class PrivateSockets:
    """What every private session shares."""

    def __init__(self, *, exchange: Exchange, clock: Clock, user_streams: UserStreams) -> None:
        self.exchange = exchange
        self.clock = clock
        self.user_streams = user_streams
        self.message_ids = count(1)
        self.topics: dict[str, Callable[[OrderEvent], list[Json]]] = {
            "order": _orders,
            "order.spot": _orders,
            "execution": _executions,
            "execution.spot": _executions,
            "wallet": self._wallets,
        }

    def open(self, socket: Socket) -> "PrivateSession":
        """Return the session of a new socket."""
        return PrivateSession(self, Connection(socket))

    def frames(self, topic: str, event: OrderEvent) -> Iterator[str]:
        """Yield what a topic tells about an event."""
        data = self.topics[topic](event)
        if data:
            message_id = f"{event.account.account_id}_{event.order.order_id}_{next(self.message_ids)}"
            yield encode({"topic": topic, "id": message_id, "creationTime": self.clock.now_ms(), "data": data})

    def _wallets(self, event: OrderEvent) -> list[Json]:
        return [wallet(event.account, self.exchange, list(event.assets))]


class PrivateSession:
    """One connection: it tells nothing before the authentication."""

    def __init__(self, shared: PrivateSockets, connection: Connection) -> None:
        self._shared = shared
        self._connection = connection
        self._account: Account | None = None
        self._subscriptions: dict[str, Subscription] = {}

    async def receive(self, text: str) -> None:
        """Answer one frame."""
        frame = self._connection.read(text)
        if frame is None:
            return
        try:
            self._answer(frame)
        except BybitError as error:
            self._connection.refuse(frame, error)

    def closed(self) -> None:
        """Forget the topics of the connection."""
        self._shared.user_streams.remove_socket(self._connection.socket)

    def _answer(self, frame: Frame) -> None:
        match frame.op:
            case "ping":
                self._pong(frame)
            case "auth":
                self._account = check_socket(self._shared.exchange, frame.args, self._shared.clock.now_ms())
                self._connection.acknowledge(frame)
            case "subscribe":
                self._subscribe(frame)
            case "unsubscribe":
                for topic in map(str, frame.args):
                    known = self._subscriptions.pop(topic, None)
                    if known is not None:
                        self._shared.user_streams.remove(known)
                self._connection.acknowledge(frame)
            case _:
                raise BybitError(10001, "error:invalid op")

    def _pong(self, frame: Frame) -> None:
        answer: Json = {"op": "pong", "args": [str(self._shared.clock.now_ms())]}
        if frame.req_id is not None:
            answer["req_id"] = frame.req_id
        self._connection.send({**answer, "conn_id": self._connection.connection_id})

    def _subscribe(self, frame: Frame) -> None:
        """Subscribe to every topic of a frame, or to none when one does not exist."""
        account = self._account
        if account is None:
            raise BybitError(10005, "Request not authorized")
        check_permission(account, Security.READ)
        topics = [str(topic) for topic in frame.args]
        for topic in topics:
            if topic not in self._shared.topics and topic not in OTHER_TOPICS:
                raise BybitError(10001, f"error:handler not found,topic:{topic}")
        self._connection.acknowledge(frame)
        for topic in topics:
            if topic in self._shared.topics and topic not in self._subscriptions:
                self._add(account, topic)

    def _add(self, account: Account, topic: str) -> None:
        subscription = Subscription(
            account=account,
            socket=self._connection.socket,
            render=lambda event: self._shared.frames(topic, event),
        )
        self._subscriptions[topic] = subscription
        self._shared.user_streams.add(subscription)


def _orders(event: OrderEvent) -> list[Json]:
    return [pushed(event.order)]


def _executions(event: OrderEvent) -> list[Json]:
    return [] if event.execution is None else [pushed_fill(event.execution)]
