"""The private socket (`/ws/v5/private`): login, the account's channels, and operations on orders."""

from collections import Counter
from collections.abc import Iterator

from venuesim.exchange.accounts import Account
from venuesim.exchange.clock import Clock
from venuesim.exchange.engine import Exchange
from venuesim.okx.authentication import check_login, check_permission
from venuesim.okx.channels import read_channel
from venuesim.okx.connections import Arg, Connection, Connections, Frame, encode, illegal_request, key_of
from venuesim.okx.errors import OkxError
from venuesim.okx.gateway import Gateway, refusal
from venuesim.okx.instruments import Instruments
from venuesim.okx.operations import Operation
from venuesim.okx.parameters import Parameters, read_batch
from venuesim.wire.calls import Reply
from venuesim.wire.performing import Performer
from venuesim.wire.sockets import Socket
from venuesim.wire.user_streams import Subscription, UserStreams


class PrivateSockets:
    """What every private session shares."""

    def __init__(
        self,
        *,
        exchange: Exchange,
        clock: Clock,
        gateway: Gateway,
        instruments: Instruments,
        operations: dict[str, Operation],
        performer: Performer,
        user_streams: UserStreams,
        connections: Connections,
    ) -> None:
        self.exchange = exchange
        self.clock = clock
        self.gateway = gateway
        self.instruments = instruments
        self.operations = operations
        self.performer = performer
        self.user_streams = user_streams
        self.connections = connections
        self.subscribed: Counter[tuple[int, str]] = Counter()

    def open(self, socket: Socket) -> "PrivateSession":
        """Return the session of a new socket."""
        return PrivateSession(self, self.connections.open(socket))


class PrivateSession:
    """One connection: nothing works before the login."""

    def __init__(self, shared: PrivateSockets, connection: Connection) -> None:
        self._shared = shared
        self._connection = connection
        self._account: Account | None = None
        self._subscriptions: dict[str, tuple[str, Subscription]] = {}

    async def receive(self, text: str) -> None:
        """Answer one frame."""
        frame = self._connection.read(text)
        if frame is None:
            return
        operation = self._shared.operations.get(frame.op)
        if operation is not None:
            await self._operate(operation, frame)
            return
        try:
            self._control(frame, text)
        except OkxError as error:
            self._connection.refuse(error)

    def closed(self) -> None:
        """Forget the channels of the connection."""
        for channel, subscription in self._subscriptions.values():
            self._shared.subscribed[subscription.account.account_id, channel] -= 1
        self._shared.user_streams.remove_socket(self._connection.socket)
        self._shared.connections.forget(self._connection)

    # Login and channels

    def _control(self, frame: Frame, text: str) -> None:
        match frame.op:
            case "login":
                login = Parameters(frame.args[0] if frame.args else {})
                self._account = check_login(self._shared.exchange, login, self._shared.clock.now_ms())
                self._connection.event("login", code="0", msg="")
            case "subscribe":
                for arg in frame.args:
                    self._subscribe(arg)
            case "unsubscribe":
                for arg in frame.args:
                    self._unsubscribe(arg)
            case _:
                raise illegal_request(text)

    def _signed_in(self) -> Account:
        if self._account is None:
            raise OkxError("60011", "Please log in")
        return self._account

    def _subscribe(self, arg: Arg) -> None:
        account = self._signed_in()
        channel = read_channel(arg, self._shared.instruments)
        self._connection.event("subscribe", arg=arg)
        if key_of(arg) in self._subscriptions:
            return
        subscription = Subscription(
            account=account,
            socket=self._connection.socket,
            render=lambda event: self._frames(channel.frames(event, self._shared.exchange)),
        )
        self._subscriptions[key_of(arg)] = (channel.name, subscription)
        self._shared.user_streams.add(subscription)
        self._shared.subscribed[account.account_id, channel.name] += 1
        connections = self._shared.subscribed[account.account_id, channel.name]
        self._connection.event("channel-conn-count", channel=channel.name, connCount=str(connections))
        for frame in channel.first_frames(account, self._shared.exchange):
            self._connection.send(frame)

    def _unsubscribe(self, arg: Arg) -> None:
        account = self._signed_in()
        read_channel(arg, self._shared.instruments)
        known = self._subscriptions.pop(key_of(arg), None)
        if known is not None:
            self._shared.user_streams.remove(known[1])
            self._shared.subscribed[account.account_id, known[0]] -= 1
        self._connection.event("unsubscribe", arg=arg)

    def _frames(self, payloads: Iterator[object]) -> Iterator[str]:
        for payload in payloads:
            self._connection.touch()
            yield encode(payload)

    # Orders

    async def _operate(self, operation: Operation, frame: Frame) -> None:
        reply = await self._shared.performer.perform(
            operation.endpoint, lambda as_of_ms: self._run(operation, frame, as_of_ms)
        )
        if reply is None:
            self._connection.socket.drop()
            return
        assert isinstance(reply.payload, dict), "operations answer with JSON objects"
        # The message of the top level stays empty here when only orders were refused.
        message = "" if reply.payload["code"] in {"1", "2"} else reply.payload["msg"]
        self._connection.send({"id": frame.id, "op": frame.op, "data": [], **reply.payload, "msg": message})

    def _run(self, operation: Operation, frame: Frame, as_of_ms: int | None) -> Reply:
        now_ms = self._shared.clock.now_ms()
        try:
            account = self._signed_in()
            check_permission(account, operation.security)
            return self._shared.gateway.run(
                operation,
                query=Parameters({}),
                items=_items(operation, frame),
                signer=account,
                now_ms=now_ms,
                as_of_ms=as_of_ms,
                expires_at=frame.expires_at,
            )
        except OkxError as error:
            return refusal(error)


def _items(operation: Operation, frame: Frame) -> list[Parameters]:
    if not operation.is_batch and len(frame.args) != 1:
        raise OkxError("60013", "Invalid args")
    return read_batch(frame.args)
