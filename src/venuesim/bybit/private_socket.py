"""The private socket (`/v5/private`): authentication, and the topics of the account."""

from collections.abc import Callable

from venuesim.bybit.authentication import check_permission, check_socket
from venuesim.bybit.connections import Connection, Connections, Frame
from venuesim.bybit.disconnects import TOPICS as GUARDING_TOPICS
from venuesim.bybit.disconnects import Disconnects
from venuesim.bybit.errors import BybitError
from venuesim.bybit.operations import Json, Security
from venuesim.bybit.private_topics import TOPICS, PrivateTopics
from venuesim.exchange.accounts import Account
from venuesim.exchange.clock import Clock
from venuesim.exchange.engine import Exchange
from venuesim.wire.sockets import Socket
from venuesim.wire.user_streams import Subscription, UserStreams


class PrivateSockets:
    """What every private session shares."""

    def __init__(
        self,
        *,
        exchange: Exchange,
        clock: Clock,
        user_streams: UserStreams,
        topics: PrivateTopics,
        disconnects: Disconnects,
        connections: Connections,
    ) -> None:
        self.exchange = exchange
        self.clock = clock
        self.user_streams = user_streams
        self.topics = topics
        self.disconnects = disconnects
        self._connections = connections

    def open(self, socket: Socket) -> "PrivateSession":
        """Return the session of a new socket."""
        return PrivateSession(self, self._connections.open(socket))


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
        await self._connection.linger(frame)
        try:
            self._answer(frame)
        except BybitError as error:
            self._connection.refuse(frame, error)

    def closed(self) -> None:
        """Forget the topics of the connection."""
        self._connection.forget()
        for topic in list(self._subscriptions):
            self._end(topic, self._shared.disconnects.leave)

    def _answer(self, frame: Frame) -> None:
        match frame.op:
            case "ping":
                self._pong(frame)
            case "auth":
                if self._account is not None:
                    raise BybitError(20001, "Repeat auth")
                self._account = check_socket(self._shared.exchange, frame.args, self._shared.clock.now_ms())
                self._connection.socket.owners.add(self._account.api_key)
                self._connection.acknowledge(frame)
            case "subscribe":
                self._subscribe(frame)
            case "unsubscribe":
                for topic in map(str, frame.args):
                    self._end(topic, self._shared.disconnects.dismiss)
                self._connection.acknowledge(frame)
            case _:
                raise BybitError(10001, "error:invalid op")

    def _pong(self, frame: Frame) -> None:
        named: Json = {} if frame.req_id is None else {"req_id": frame.req_id}
        times = {"op": "pong", "args": [str(self._shared.clock.now_ms())]}
        self._connection.send({**named, **times, "conn_id": self._connection.connection_id})

    def _subscribe(self, frame: Frame) -> None:
        """Subscribe to every topic of a frame, or to none when one does not exist.

        Assumption: one that is subscribed to already is acknowledged again and told once.
        """
        account = self._account
        if account is None:
            raise BybitError(10005, "Request not authorized")
        check_permission(account, Security.READ)
        topics = [str(topic) for topic in frame.args]
        for topic in topics:
            if topic not in TOPICS:
                raise BybitError(10001, f"error:handler not found,topic:{topic}")
        self._connection.acknowledge(frame)
        for topic in topics:
            if topic not in self._subscriptions:
                self._begin(account, topic)

    def _begin(self, account: Account, topic: str) -> None:
        shared = self._shared
        subscription = Subscription(
            account=account,
            socket=self._connection.socket,
            render=lambda event: shared.topics.of_order(topic, event),
            render_account=lambda event: shared.topics.of_account(topic, event),
            topic=topic,
        )
        self._subscriptions[topic] = subscription
        shared.user_streams.add(subscription)
        if topic in GUARDING_TOPICS:
            shared.disconnects.guard(account, topic)

    def _end(self, topic: str, unguard: Callable[[Account, str], None]) -> None:
        subscription = self._subscriptions.pop(topic, None)
        if subscription is None:
            return
        self._shared.user_streams.remove(subscription)
        if topic in GUARDING_TOPICS:
            unguard(subscription.account, topic)
