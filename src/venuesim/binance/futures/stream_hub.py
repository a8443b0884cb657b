"""Publishes market feeds and user streams to the sessions that listen."""

from collections.abc import Iterator
from typing import NamedTuple

from venuesim.binance.futures.algo_orders import AlgoOrder
from venuesim.binance.futures.algo_rendering import algo_update
from venuesim.binance.futures.feeds import Feed, FeedMaker
from venuesim.binance.futures.formats import Json
from venuesim.binance.futures.listen_keys import ListenKey, ListenKeys
from venuesim.binance.futures.stream_sessions import StreamSession
from venuesim.binance.futures.user_events import UserEvents, listen_key_expired
from venuesim.exchange.accounts import Account
from venuesim.exchange.clock import Clock
from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import AccountEvent, BookChanged, OrderEvent, PublicTrade
from venuesim.exchange.vocabulary import Origin
from venuesim.wire.sockets import Socket
from venuesim.wire.user_streams import Subscription, UserStreams


class Topic(NamedTuple):
    """What a subscription of a user stream is about."""

    session: StreamSession
    key: str


class Channel:
    """One market feed and who listens to it."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.sessions: dict[StreamSession, None] = {}
        self.told_ms = 0


class StreamHub:
    """The streams of the USDⓈ-M API. Feeds tell at their own pace whenever `pass_time` is called."""

    def __init__(
        self,
        *,
        exchange: Exchange,
        clock: Clock,
        feeds: FeedMaker,
        user_streams: UserStreams,
        user_events: UserEvents,
        listen_keys: ListenKeys,
    ) -> None:
        self._clock = clock
        self._feeds = feeds
        self._user_streams = user_streams
        self._user_events = user_events
        self._listen_keys = listen_keys
        self._channels: dict[str, Channel] = {}
        self._subscriptions: dict[tuple[StreamSession, str], Subscription] = {}
        exchange.listeners.trades.append(self._traded)
        exchange.listeners.books.append(self._book_changed)
        exchange.listeners.orders.append(self._order_changed)
        listen_keys.ended.append(self._key_ended)

    def open(self, path: str, socket: Socket) -> StreamSession:
        """Return the session of a new socket, subscribed to what its address names."""
        is_combined = path.rstrip("/").endswith("stream")
        session = StreamSession(self, socket, is_combined=is_combined)
        session.open(path)
        return session

    def subscribe(self, name: str, session: StreamSession) -> None:
        """Start sending a stream: a user stream if the name is a valid listen key, else a market feed."""
        known = self._listen_keys.find(name)
        if known is not None:
            self._listen(known, session)
            return
        channel = self._channels.get(name)
        if channel is None:
            feed = self._feeds.make(name)
            if feed is None:
                return
            channel = self._channels[name] = Channel(feed)
        channel.sessions[session] = None

    def unsubscribe(self, name: str, session: StreamSession) -> None:
        """Stop sending a stream."""
        subscription = self._subscriptions.pop((session, name), None)
        if subscription is not None:
            self._user_streams.remove(subscription)
        channel = self._channels.get(name)
        if channel is not None:
            channel.sessions.pop(session, None)
            if not channel.sessions:
                del self._channels[name]

    def pass_time(self, now_ms: int) -> None:
        """Let every feed tell whose time has come."""
        for name, channel in list(self._channels.items()):
            if now_ms - channel.told_ms >= channel.feed.period_ms:
                self._tell(name, channel, now_ms)

    def algo_changed(self, algo: AlgoOrder) -> None:
        """Tell the owner of an algo order that it changed."""
        self._to_owner(algo.account, algo_update(algo, self._clock.now_ms()))

    def asset_mode_changed(self, account: Account) -> None:
        """Tell an account's owner of another asset mode."""
        self._to_owner(account, self._user_events.of_asset_mode(account, self._clock.now_ms()))

    def _tell(self, name: str, channel: Channel, now_ms: int) -> None:
        channel.told_ms = now_ms
        for payload in channel.feed.collect(now_ms):
            for session in list(channel.sessions):
                session.socket.send(session.frame(name, payload))

    # What the exchange says

    def _traded(self, trade: PublicTrade) -> None:
        for channel in self._channels.values():
            channel.feed.traded(trade)

    def _book_changed(self, event: BookChanged) -> None:
        """Let what is told in real time be told at once."""
        for name, channel in list(self._channels.items()):
            if channel.feed.period_ms == 0:
                self._tell(name, channel, event.time_ms)

    def _order_changed(self, event: OrderEvent) -> None:
        if event.execution is not None and event.order.origin is Origin.LIQUIDATION:
            for channel in self._channels.values():
                channel.feed.forced(event.execution)

    # User streams

    def _listen(self, known: ListenKey, session: StreamSession) -> None:
        subscription = Subscription(
            account=known.account,
            socket=session.socket,
            render=lambda event: self._frames(session, known.key, self._user_events.of_order(event)),
            render_account=lambda event: self._account_frames(session, known.key, event),
            topic=Topic(session, known.key),
        )
        self._subscriptions[session, known.key] = subscription
        self._user_streams.add(subscription)

    def _account_frames(self, session: StreamSession, key: str, event: AccountEvent) -> Iterator[str]:
        return self._frames(session, key, self._user_events.of_account(event))

    @staticmethod
    def _frames(session: StreamSession, key: str, events: Iterator[Json]) -> Iterator[str]:
        for event in events:
            if not session.events or event["e"] in session.events:
                yield session.frame(key, event)

    def _to_owner(self, account: Account, event: Json) -> None:
        def render(subscription: Subscription) -> Iterator[str]:
            topic = subscription.topic
            assert isinstance(topic, Topic), "user streams are subscribed with session and key"
            return self._frames(topic.session, topic.key, iter([event]))

        self._user_streams.deliver(account, render)

    def _key_ended(self, known: ListenKey, expired: bool) -> None:
        """Tell the listeners that a key expired; from then on, or from its closing, they hear nothing."""
        for (session, key), subscription in list(self._subscriptions.items()):
            if key != known.key:
                continue
            if expired:
                session.socket.send(session.frame(key, listen_key_expired(key, self._clock.now_ms())))
            self._user_streams.remove(subscription)
            del self._subscriptions[session, key]
            session.drop_name(key)
