"""The sockets (`/ws/v5/public`, `/private`, `/business`): login, subscriptions, and operations on orders."""

from enum import StrEnum

from venuesim.exchange.accounts import Account
from venuesim.exchange.clock import Clock
from venuesim.exchange.engine import Exchange
from venuesim.okx import private_streams, public_streams
from venuesim.okx.authentication import check_login, check_permission
from venuesim.okx.connections import (
    ARG_NAMES,
    Arg,
    Connection,
    Connections,
    Frame,
    echoed,
    illegal_request,
    no_such_channel,
)
from venuesim.okx.errors import OkxError
from venuesim.okx.fee_tiers import check_tier
from venuesim.okx.gateway import Gateway, refusal
from venuesim.okx.limits import OkxLimits
from venuesim.okx.operations import Operation
from venuesim.okx.parameters import Parameters, read_batch
from venuesim.okx.private_streams import PrivateStreams
from venuesim.okx.public_streams import DEPTHS, TICK_BY_TICK, PublicStreams, Topic
from venuesim.wire.calls import Reply
from venuesim.wire.performing import Caller, Ending, Performer
from venuesim.wire.sockets import Socket

BUSINESS_OPERATIONS = frozenset({"mass-cancel"})
"""Operations on orders that the business URL takes; the private one takes all others."""

LOGINS_MAX = 100
TOO_MANY_LOGINS = 4003
EXCLUSIVE = "books-l2-tbt"


class SocketKind(StrEnum):
    """The URLs, by the end of their path."""

    PUBLIC = "public"
    PRIVATE = "private"
    BUSINESS = "business"


PUBLIC_CHANNELS = {
    SocketKind.PUBLIC: public_streams.PUBLIC,
    SocketKind.PRIVATE: frozenset[str](),
    SocketKind.BUSINESS: public_streams.BUSINESS,
}
PRIVATE_CHANNELS = {
    SocketKind.PUBLIC: frozenset[str](),
    SocketKind.PRIVATE: private_streams.PRIVATE,
    SocketKind.BUSINESS: private_streams.BUSINESS,
}


class SocketServices:
    """What every session shares."""

    def __init__(
        self,
        *,
        exchange: Exchange,
        clock: Clock,
        gateway: Gateway,
        limits: OkxLimits,
        operations: dict[str, Operation],
        performer: Performer,
        connections: Connections,
        public: PublicStreams,
        private: PrivateStreams,
    ) -> None:
        self.exchange = exchange
        self.clock = clock
        self.gateway = gateway
        self.limits = limits
        self.operations = operations
        self.performer = performer
        self.connections = connections
        self.public = public
        self.private = private
        self.sessions: set[SocketSession] = set()
        connections.pulses += [public.pulse, private.pulse, self._end_changed_keys]

    def open(self, kind: SocketKind, socket: Socket) -> "SocketSession":
        """Return the session of a new socket."""
        session = SocketSession(self, kind, self.connections.open(socket))
        self.sessions.add(session)
        return session

    def refusal(self, address: str) -> Reply | None:
        """Return the answer to an address that opens sockets too often (assumption: that of REST), or None."""
        try:
            self.limits.spend_connection(address, self.clock.now_ms())
        except OkxError as error:
            return refusal(error)
        return None

    def _end_changed_keys(self) -> None:
        for session in list(self.sessions):
            session.end_changed_keys()


class Login:
    """A key that logged in, as it was then."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self._credentials = (account.secret, account.passphrase)

    def is_valid(self, exchange: Exchange) -> bool:
        """Whether the key still exists as it was."""
        account = exchange.account_of(self.account.api_key)
        return account is self.account and self._credentials == (account.secret, account.passphrase)


class SocketSession:
    """One connection."""

    def __init__(self, shared: SocketServices, kind: SocketKind, connection: Connection) -> None:
        self._shared = shared
        self._kind = kind
        self._connection = connection
        self._logins: dict[int, Login] = {}
        self._topics: set[Topic] = set()

    async def receive(self, text: str) -> None:
        """Answer one frame."""
        frame = self._connection.read(text)
        if frame is None:
            return
        if frame.op in self._shared.operations:
            await self._operate(self._shared.operations[frame.op], frame)
            return
        try:
            self._control(frame, text)
        except OkxError as error:
            self._connection.refuse(error, frame.request_id)

    def closed(self) -> None:
        """Forget the connection."""
        self._shared.public.forget(self._connection)
        self._shared.private.forget(self._connection)
        self._shared.connections.forget(self._connection)
        self._shared.sessions.discard(self)

    def end_changed_keys(self) -> None:
        """Close the connection when a key that it logged in with was deleted or given other credentials."""
        if not all(login.is_valid(self._shared.exchange) for login in self._logins.values()):
            self._logins.clear()
            now_ms = self._shared.clock.now_ms()
            goodbye = self._shared.performer.answers.goodbye(Ending.REVOKED, "", now_ms)
            self._connection.socket.say_goodbye(goodbye)

    # Login and channels

    def _control(self, frame: Frame, text: str) -> None:
        if frame.op not in {"login", "subscribe", "unsubscribe"}:
            raise OkxError("60019", f"Invalid op: {frame.op}")
        if frame.args is None:
            raise illegal_request(text)
        if not frame.args:
            raise OkxError("60013", "Invalid args")
        self._connection.count_request(self._shared.limits.scale)
        if frame.op == "login":
            self._log_in(frame)
            return
        change = self._subscribe if frame.op == "subscribe" else self._unsubscribe
        for arg in frame.args:
            try:
                change(arg, frame)
            except OkxError as error:
                self._connection.refuse(error, frame.request_id)

    def _log_in(self, frame: Frame) -> None:
        """Log in with every key; a key may log in again."""
        for arg in frame.args or []:
            account = check_login(self._shared.exchange, Parameters(arg), self._shared.clock.now_ms())
            self._logins[account.account_id] = Login(account)
            self._connection.socket.owners.add(account.api_key)
        if len(self._logins) > LOGINS_MAX:
            reason = f"APIKey subscription amount exceeds the limit {LOGINS_MAX}"
            self._connection.socket.close(TOO_MANY_LOGINS, reason)
            return
        self._connection.event("login", request_id=frame.request_id, code="0", msg="")

    def _signed_in(self) -> list[Account]:
        if not self._logins:
            raise OkxError("60011", "Please log in")
        return [login.account for login in self._logins.values()]

    def _subscribe(self, arg: Arg, frame: Frame) -> None:
        name = _channel_name(arg)
        if name in PUBLIC_CHANNELS[self._kind]:
            topic = self._shared.public.topic(arg)
            self._check_depth(topic, arg)
            self._acknowledge(arg, frame)
            self._topics.add(topic)
            self._shared.public.subscribe(topic, self._connection)
        elif name in PRIVATE_CHANNELS[self._kind]:
            accounts = self._signed_in()
            self._shared.private.subscribe(arg, accounts, self._connection, lambda: self._acknowledge(arg, frame))
        else:
            raise no_such_channel(arg)

    def _unsubscribe(self, arg: Arg, frame: Frame) -> None:
        name = _channel_name(arg)
        if name in PUBLIC_CHANNELS[self._kind]:
            topic = self._shared.public.topic(arg)
            self._topics.discard(topic)
            self._shared.public.unsubscribe(topic, self._connection)
        elif name in PRIVATE_CHANNELS[self._kind]:
            self._shared.private.unsubscribe(arg, self._signed_in(), self._connection)
        else:
            raise no_such_channel(arg)
        self._connection.event("unsubscribe", request_id=frame.request_id, arg=echoed(arg))

    def _acknowledge(self, arg: Arg, frame: Frame) -> None:
        self._connection.event("subscribe", request_id=frame.request_id, arg=echoed(arg))

    def _check_depth(self, topic: Topic, arg: Arg) -> None:
        """Refuse tick-by-tick books to lower tiers, and the deepest one together with another of its instrument."""
        if topic.channel in TICK_BY_TICK:
            check_tier(self._signed_in())
        if topic.channel not in DEPTHS:
            return
        others = {held.channel for held in self._topics if held.value == topic.value and held.channel in DEPTHS}
        others.discard(topic.channel)
        if others and EXCLUSIVE in {topic.channel, *others}:
            other = topic.channel if EXCLUSIVE in others else others.pop()
            message = (
                f"Subscribe to both {other} and {EXCLUSIVE} for {arg['instId']} is not allowed. "
                f"Unsubscribe {EXCLUSIVE} first."
            )
            raise OkxError("64004", message)

    # Orders

    async def _operate(self, operation: Operation, frame: Frame) -> None:
        naming = self._shared.performer.answers.naming
        keys = [login.account.api_key for login in self._logins.values()]
        caller = Caller(
            lambda: naming.of_values(keys[0] if keys else "", [frame.args], f"/ws/v5/{self._kind.value}"),
            self._connection.socket,
        )
        reply = await self._shared.performer.perform(
            operation.endpoint, lambda as_of_ms: self._run(operation, frame, as_of_ms), caller
        )
        if reply is None:
            self._connection.socket.drop()
            return
        assert isinstance(reply.payload, dict), "operations answer with JSON objects"
        # The message of the top level stays empty here when only orders were refused.
        message = "" if reply.payload["code"] in {"1", "2"} else reply.payload["msg"]
        answered = "" if frame.request_id is None else frame.request_id
        self._connection.send({"id": answered, "op": frame.op, "data": [], **reply.payload, "msg": message})

    def _run(self, operation: Operation, frame: Frame, as_of_ms: int | None) -> Reply:
        now_ms = self._shared.clock.now_ms()
        try:
            account = self._operator(frame)
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
            return refusal(_worded_for_sockets(error))

    def _operator(self, frame: Frame) -> Account:
        """Return the account that operates; raises OkxError at the wrong URL, without a login or with several."""
        is_here = self._kind is (SocketKind.BUSINESS if frame.op in BUSINESS_OPERATIONS else SocketKind.PRIVATE)
        if not is_here:
            message = "The current operation is not supported by this URL. "
            raise OkxError("60028", message + "Please use the correct WebSocket URL for the operation.")
        accounts = self._signed_in()
        if len(accounts) > 1:
            raise OkxError("60021", "This operation does not support multiple accounts login.")
        return accounts[0]


def _channel_name(arg: Arg) -> str:
    """Return the channel's name; raises OkxError for an argument with the name that instFamily replaced."""
    if "uly" in arg and not any(name in arg for name in ARG_NAMES if name != "channel"):
        message = (
            "Subscription parameter uly is unavailable anymore, please replace uly with instFamily. More details can "
            "refer to: https://www.okx.com/help-center/changes-to-v5-api-websocket-subscription-parameter-and-url."
        )
        raise OkxError("64000", message)
    return Parameters(arg).echo("channel")


def _items(operation: Operation, frame: Frame) -> list[Parameters]:
    args = frame.args or []
    if not operation.is_batch and len(args) != 1:
        raise OkxError("60013", "Invalid args")
    return read_batch(args)


def _worded_for_sockets(error: OkxError) -> OkxError:
    """Return a refusal as sockets word it: above a limit they do not speak of HTTP."""
    if error.code != "50011":
        return error
    message = "Rate limit reached. Please refer to API documentation and throttle requests accordingly."
    return OkxError(error.code, message)
