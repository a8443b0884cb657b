"""The user data stream of a WebSocket API session ("User Data Stream requests")."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import count

from venuesim.binance.errors import BinanceError
from venuesim.binance.operations import Operation, Request, Result, Security
from venuesim.binance.session_requests import session_operation
from venuesim.binance.socket_api import SocketApiSession
from venuesim.binance.spot.events import EventWriter
from venuesim.binance.spot.formats import Json
from venuesim.exchange.accounts import Account
from venuesim.exchange.clock import Clock
from venuesim.wire.user_streams import Subscription, UserStreams

SUBSCRIPTIONS_MAX = 1_000
SUBSCRIPTION_IDS_MAX = 65_535
"""At once, and over the life of a session."""


class UserStreamHub:
    """What all sessions share; sends what only the venue knows of (order lists)."""

    def __init__(self, user_streams: UserStreams, writer: EventWriter, clock: Clock) -> None:
        self.user_streams = user_streams
        self.writer = writer
        self.clock = clock

    def tell(self, account: Account, event: Json) -> None:
        """Send an event to an account's subscriptions."""
        self.user_streams.deliver(account, lambda subscription: _wrapped(subscription, event))

    def extend(self, session: SocketApiSession) -> "UserStreamExtension":
        """Return a session's own part."""
        return UserStreamExtension(self, session)


class UserStreamExtension:
    """The subscriptions of one session."""

    def __init__(self, hub: UserStreamHub, session: SocketApiSession) -> None:
        self._hub = hub
        self._session = session
        self._subscriptions: dict[int, Subscription] = {}
        self._logged_on: set[int] = set()
        self._ids = count(0)
        self.operations: Mapping[str, Operation] = {
            "userDataStream.subscribe.signature": session_operation(Security.USER_DATA, self._subscribe),
            "userDataStream.subscribe": session_operation(Security.NONE, self._subscribe_logged_on),
            "userDataStream.unsubscribe": session_operation(Security.NONE, self._unsubscribe),
            "session.subscriptions": session_operation(Security.NONE, self._list),
        }

    @property
    def is_streaming(self) -> bool:
        """Whether a user data stream is delivered on the session."""
        return bool(self._subscriptions)

    def logged_out(self) -> None:
        """End the subscriptions that the log-on allowed."""
        for number in list(self._logged_on):
            self._end(number)

    def closed(self) -> None:
        """Forget the connection."""
        self._hub.user_streams.remove_socket(self._session.socket)

    def _subscribe(self, request: Request) -> Result:
        return Result({"subscriptionId": self._begin(request.account)})

    def _subscribe_logged_on(self, _: Request) -> Result:
        account = self._session.login.account
        if account is None:  # Assumption: the answer to a request that lacks a log-on.
            raise BinanceError(-2015, "Invalid API-key, IP, or permissions for action.", status=401)
        number = self._begin(account)
        self._logged_on.add(number)
        return Result({"subscriptionId": number})

    def _unsubscribe(self, request: Request) -> Result:
        wanted = request.parameters.integer("subscriptionId")
        if wanted is not None and wanted not in self._subscriptions:
            raise BinanceError(-2036, "User Data Stream subscription not active.")
        for number in list(self._subscriptions) if wanted is None else [wanted]:
            self._end(number)
        return Result({})

    def _list(self, request: Request) -> Result:
        request.all_read()
        return Result([{"subscriptionId": number} for number in self._subscriptions])

    def _begin(self, account: Account) -> int:
        if any(entry.account is account for entry in self._subscriptions.values()):
            raise BinanceError(-2035, "User Data Stream subscription already active.")
        if len(self._subscriptions) >= SUBSCRIPTIONS_MAX:
            raise BinanceError(-1191, "Too many subscriptions.")
        number = next(self._ids)
        if number >= SUBSCRIPTION_IDS_MAX:
            raise BinanceError(-2042, "Maximum subscription ID reached for this connection.")

        def frames(events: Iterable[Json]) -> Iterator[str]:
            return (self._session.encode({"subscriptionId": number, "event": event}) for event in events)

        writer = self._hub.writer
        subscription = Subscription(
            account=account,
            socket=self._session.socket,
            render=lambda event: frames(writer.order_events(event)),
            render_account=lambda event: frames(writer.account_events(event)),
            topic=frames,
        )
        self._subscriptions[number] = subscription
        self._hub.user_streams.add(subscription)
        return number

    def _end(self, number: int) -> None:
        """End a subscription and say so on it."""
        subscription = self._subscriptions.pop(number)
        self._logged_on.discard(number)
        self._hub.user_streams.remove(subscription)
        event = {"e": "eventStreamTerminated", "E": self._hub.clock.now_ms()}
        self._session.socket.send(self._session.encode({"subscriptionId": number, "event": event}))


def _wrapped(subscription: Subscription, event: Json) -> Iterable[str]:
    assert callable(subscription.topic), "spot subscriptions carry how to wrap their events"
    frames: Iterable[str] = subscription.topic([event])
    return frames
