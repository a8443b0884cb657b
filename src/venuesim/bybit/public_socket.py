"""The public sockets (`/v5/public/spot`, `/v5/public/linear`, `/v5/public/inverse`): one session per connection."""

from venuesim.bybit.connections import Connection, Connections, Frame, encode
from venuesim.bybit.errors import BybitError
from venuesim.bybit.operations import Json
from venuesim.bybit.parameters import Category
from venuesim.bybit.public_streams import PublicStreams
from venuesim.bybit.topics import Topic, Topics
from venuesim.wire.sockets import Socket

SPOT_TOPICS_PER_REQUEST_MAX = 10
ARGS_CHARACTERS_MAX = 21_000
"""How long the list of a connection's topics may be ("Public channel - Args limits")."""


class PublicSockets:
    """What the public sessions share."""

    def __init__(self, *, streams: PublicStreams, topics: Topics, connections: Connections) -> None:
        self.streams = streams
        self.topics = topics
        self._connections = connections

    def open(self, category: Category, socket: Socket) -> "PublicSession":
        """Return the session of a new socket."""
        return PublicSession(self, self._connections.open(socket), category)


class PublicSession:
    """One connection."""

    def __init__(self, shared: PublicSockets, connection: Connection, category: Category) -> None:
        self._shared = shared
        self._connection = connection
        self._category = category
        self._topics: dict[str, Topic] = {}

    def push(self, frame: str) -> None:
        """Send a frame of a topic."""
        self._connection.push(frame)

    async def receive(self, text: str) -> None:
        """Answer ping, subscribe and unsubscribe."""
        frame = self._connection.read(text)
        if frame is None:
            return
        await self._connection.linger(frame)
        try:
            self._answer(frame)
        except BybitError as error:
            self._acknowledge(frame, error.message, success=False)

    def closed(self) -> None:
        """Forget the connection."""
        self._connection.forget()
        for topic in self._topics.values():
            self._shared.streams.unsubscribe(topic, self)

    def _answer(self, frame: Frame) -> None:
        match frame.op:
            case "ping":
                self._acknowledge(frame, "pong")
            case "subscribe":
                self._subscribe(frame)
            case "unsubscribe":
                self._unsubscribe(frame)
            case _:
                raise BybitError(10001, "error:invalid op")

    def _subscribe(self, frame: Frame) -> None:
        """Subscribe to all topics of a frame, or to none when one does not exist or is subscribed to already."""
        names = self._names(frame)
        topics: list[Topic] = []
        for name in names:
            if name in self._topics or name in (topic.name for topic in topics):
                raise BybitError(10001, f"error:already subscribed,topic:{name}")
            topics.append(self._shared.topics.read(self._category, name))
        if len(encode([*self._topics, *names])) > ARGS_CHARACTERS_MAX:
            raise BybitError(10001, f"args length >{ARGS_CHARACTERS_MAX}")  # Assumption: the wording.
        self._acknowledge(frame, "subscribe" if self._category is Category.SPOT else "")
        for topic in topics:
            self._topics[topic.name] = topic
            self._shared.streams.subscribe(topic, self)

    def _unsubscribe(self, frame: Frame) -> None:
        names = self._names(frame)
        for name in names:
            self._shared.topics.read(self._category, name)
        self._acknowledge(frame)
        for name in names:
            topic = self._topics.pop(name, None)
            if topic is not None:
                self._shared.streams.unsubscribe(topic, self)

    def _names(self, frame: Frame) -> list[str]:
        if self._category is Category.SPOT and len(frame.args) > SPOT_TOPICS_PER_REQUEST_MAX:
            raise BybitError(10001, f"args size >{SPOT_TOPICS_PER_REQUEST_MAX}")
        return [str(name) for name in frame.args]

    def _acknowledge(self, frame: Frame, message: str = "", *, success: bool = True) -> None:
        """Answer an operation; on contracts' sockets `req_id` is always there."""
        answer: Json = {"success": success, "ret_msg": message, "conn_id": self._connection.connection_id}
        if frame.req_id is not None or self._category is not Category.SPOT:
            answer["req_id"] = "" if frame.req_id is None else frame.req_id
        self._connection.send({**answer, "op": frame.op})
