"""The public socket (`/v5/public/spot`): tickers, books and trades by topic."""

from collections import defaultdict
from enum import StrEnum
from typing import NamedTuple

from venuesim.bybit.connections import Connection, Frame, encode
from venuesim.bybit.depth import DepthPublisher
from venuesim.bybit.errors import BybitError
from venuesim.bybit.listing import Instruments
from venuesim.bybit.market_data import day_figures
from venuesim.bybit.operations import Json
from venuesim.bybit.parameters import Category
from venuesim.exchange.clock import Clock
from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import BookChanged, PublicTrade
from venuesim.exchange.market import Market
from venuesim.wire.calls import plain
from venuesim.wire.sockets import Socket

TOPICS_PER_REQUEST_MAX = 10
DEPTHS = frozenset({"1", "50", "200", "1000"})


class Stream(StrEnum):
    """The kinds of topics there are."""

    TICKERS = "tickers"
    BOOK = "orderbook"
    TRADES = "publicTrade"


class Topic(NamedTuple):
    """One kind of data of one market (by unified symbol); `name` is Bybit's name of it, `depth` that of a book."""

    name: str
    stream: Stream
    symbol: str
    depth: int


class PublicStreams:
    """Publishes to every session that subscribed; renders only what somebody hears."""

    def __init__(self, *, exchange: Exchange, clock: Clock, instruments: Instruments) -> None:
        self._exchange = exchange
        self._clock = clock
        self._instruments = instruments
        self._sessions: defaultdict[str, dict[Topic, set[PublicSession]]] = defaultdict(dict)
        self._books: dict[Topic, DepthPublisher] = {}
        self._last: dict[Topic, Json] = {}
        exchange.listeners.trades.append(self._traded)
        exchange.listeners.books.append(self._book_changed)

    def open(self, socket: Socket) -> "PublicSession":
        """Return the session of a new socket."""
        return PublicSession(self, Connection(socket))

    def topic(self, name: object) -> Topic:
        """Return the topic of a name; raises BybitError for one that does not exist."""
        parts = str(name).split(".")
        instrument = self._instruments.named(Category.SPOT, parts[-1])
        is_book = len(parts) == 3 and parts[0] == Stream.BOOK and parts[1] in DEPTHS
        is_other = len(parts) == 2 and parts[0] in {Stream.TICKERS, Stream.TRADES}
        if instrument is None or not (is_book or is_other):
            raise BybitError(10001, f"error:handler not found,topic:{name}")
        return Topic(str(name), Stream(parts[0]), instrument.symbol, int(parts[1]) if is_book else 0)

    def subscribe(self, topic: Topic, session: "PublicSession") -> None:
        """Start sending a topic to a session, its present state first."""
        sessions = self._sessions[topic.symbol].setdefault(topic, set())
        if session in sessions:
            return
        sessions.add(session)
        market = self._exchange.markets[topic.symbol]
        if topic.stream is Stream.BOOK:
            publisher = self._books.setdefault(topic, DepthPublisher(topic.depth))
            session.push(self._frame(topic, publisher.snapshot(market), kind="snapshot"))
        elif topic.stream is Stream.TICKERS:
            figures = day_figures(market, self._exchange)
            self._last.setdefault(topic, figures)
            session.push(self._frame(topic, figures, kind="snapshot", cs=market.update_id))

    def unsubscribe(self, topic: Topic, session: "PublicSession") -> None:
        """Stop sending a topic to a session."""
        sessions = self._sessions[topic.symbol].get(topic, set())
        sessions.discard(session)
        if not sessions:
            self._sessions[topic.symbol].pop(topic, None)
            self._books.pop(topic, None)
            self._last.pop(topic, None)

    def forget(self, session: "PublicSession") -> None:
        """Stop sending anything to a session that closed."""
        for topics in list(self._sessions.values()):
            for topic in list(topics):
                self.unsubscribe(topic, session)

    def _traded(self, trade: PublicTrade) -> None:
        for topic in list(self._sessions.get(trade.instrument.symbol, {})):
            if topic.stream is Stream.TRADES:
                market = self._exchange.markets[topic.symbol]
                self._publish(topic, self._frame(topic, [_trade(trade, market)], kind="snapshot"))

    def _book_changed(self, event: BookChanged) -> None:
        topics = self._sessions.get(event.instrument.symbol)
        if not topics:
            return
        market = self._exchange.markets[event.instrument.symbol]
        for topic in list(topics):
            if topic.stream is Stream.BOOK:
                self._publish_delta(topic, market)
            elif topic.stream is Stream.TICKERS:
                self._publish_figures(topic, market)

    def _publish_delta(self, topic: Topic, market: Market) -> None:
        delta = self._books[topic].delta(market)
        if delta is not None:
            self._publish(topic, self._frame(topic, delta, kind="delta"))

    def _publish_figures(self, topic: Topic, market: Market) -> None:
        """Send a ticker when it has changed; spot has snapshots only."""
        figures = day_figures(market, self._exchange)
        if figures != self._last.get(topic):
            self._last[topic] = figures
            self._publish(topic, self._frame(topic, figures, kind="snapshot", cs=market.update_id))

    def _publish(self, topic: Topic, frame: str) -> None:
        for session in self._sessions[topic.symbol][topic]:
            session.push(frame)

    def _frame(self, topic: Topic, data: object, *, kind: str, **more: object) -> str:
        return encode({"topic": topic.name, "ts": self._clock.now_ms(), "type": kind, **more, "data": data})


class PublicSession:
    """One connection."""

    def __init__(self, streams: PublicStreams, connection: Connection) -> None:
        self._streams = streams
        self._connection = connection

    def push(self, frame: str) -> None:
        """Send a frame of a topic."""
        self._connection.socket.send(frame)

    async def receive(self, text: str) -> None:
        """Answer ping, subscribe and unsubscribe."""
        frame = self._connection.read(text)
        if frame is None:
            return
        try:
            self._answer(frame)
        except BybitError as error:
            self._connection.refuse(frame, error)

    def closed(self) -> None:
        """Forget the connection."""
        self._streams.forget(self)

    def _answer(self, frame: Frame) -> None:
        """Do what a frame asks for: with all of its topics, or with none when one does not exist."""
        match frame.op:
            case "ping":
                self._connection.acknowledge(frame, "pong")
            case "subscribe" | "unsubscribe":
                if len(frame.args) > TOPICS_PER_REQUEST_MAX:
                    raise BybitError(10001, f"args size >{TOPICS_PER_REQUEST_MAX}")
                topics = [self._streams.topic(name) for name in frame.args]
                self._connection.acknowledge(frame, "subscribe" if frame.op == "subscribe" else "")
                change = self._streams.subscribe if frame.op == "subscribe" else self._streams.unsubscribe
                for topic in topics:
                    change(topic, self)
            case _:
                raise BybitError(10001, "error:invalid op")


def _trade(trade: PublicTrade, market: Market) -> Json:
    return {
        "T": trade.time_ms,
        "s": trade.instrument.venue_id,
        "S": "Sell" if trade.buyer_is_maker else "Buy",
        "v": plain(trade.quantity),
        "p": plain(trade.price),
        "i": str(trade.trade_id),
        "BT": False,
        "RPI": False,
        "seq": market.update_id,
    }
