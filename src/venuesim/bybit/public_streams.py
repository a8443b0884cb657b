"""Publishes market data to every public session that subscribed; renders only what somebody hears."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Protocol

from venuesim.bybit.connections import encode
from venuesim.bybit.depth import DepthPublisher, Depths
from venuesim.bybit.feeds import Feed, deleveraging_frame, feed_of
from venuesim.bybit.figures import price_text, size_text
from venuesim.bybit.instruments_info import listed_in
from venuesim.bybit.operations import Json
from venuesim.bybit.parameters import Category
from venuesim.bybit.tickers import TickDirections, Tickers
from venuesim.bybit.topics import RPI, Stream, Topic
from venuesim.exchange.clock import Clock
from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import BookChanged, OrderEvent, OrderEventKind, PublicTrade
from venuesim.exchange.vocabulary import Origin, Side


class Listener(Protocol):
    """A session that hears topics."""

    def push(self, frame: str) -> None:
        """Send a frame."""
        ...


class PublicStreams:
    """The topics that somebody hears, of all categories."""

    def __init__(
        self, *, exchange: Exchange, clock: Clock, tickers: Tickers, depths: Depths, directions: TickDirections
    ) -> None:
        self._exchange = exchange
        self._clock = clock
        self._tickers = tickers
        self._depths = depths
        self._directions = directions
        self._feeds: dict[Topic, Feed] = {}
        self._listeners: defaultdict[str, dict[Topic, set[Listener]]] = defaultdict(dict)
        exchange.listeners.trades.append(self._traded)
        exchange.listeners.books.append(self._stepped)
        exchange.listeners.orders.append(self._order_changed)

    def subscribe(self, topic: Topic, listener: Listener) -> None:
        """Start sending a topic to a session, its present state first."""
        self._listeners[topic.symbol].setdefault(topic, set()).add(listener)
        if topic not in self._feeds:
            self._feeds[topic] = feed_of(
                topic,
                self._clock,
                self._tickers,
                lambda: self._publisher(topic),
                lambda frame: self._publish(topic, frame),
            )
        for frame in self._first(topic):
            listener.push(frame)

    def unsubscribe(self, topic: Topic, listener: Listener) -> None:
        """Stop sending a topic to a session."""
        topics = self._listeners[topic.symbol]
        listeners = topics.get(topic, set())
        listeners.discard(listener)
        if not listeners:
            topics.pop(topic, None)
            feed = self._feeds.pop(topic, None)
            if feed is not None:
                feed.close()

    def _publisher(self, topic: Topic) -> DepthPublisher:
        return self._depths.of(topic.symbol, topic.depth, shows_rpi=topic.detail == RPI)

    def _first(self, topic: Topic) -> Iterator[str]:
        if topic.stream is Stream.DELEVERAGING:
            yield deleveraging_frame(topic, listed_in(self._exchange, Category.LINEAR), self._clock.now_ms())
        elif topic.symbol:
            yield from self._feeds[topic].snapshot(self._exchange.markets[topic.symbol])

    # What happens

    def _stepped(self, event: BookChanged) -> None:
        topics = self._listeners.get(event.instrument.symbol)
        if not topics:
            return
        market = self._exchange.markets[event.instrument.symbol]
        for topic in list(topics):
            for frame in self._feeds[topic].step(market):
                self._publish(topic, frame)

    def _traded(self, trade: PublicTrade) -> None:
        for topic in self._heard(trade.instrument.symbol, Stream.TRADES):
            row = self._trade(trade)
            self._publish(topic, self._frame(topic, [row]))

    def _order_changed(self, event: OrderEvent) -> None:
        if event.order.origin is not Origin.LIQUIDATION or event.kind is not OrderEventKind.TRADE:
            return
        execution = event.execution
        assert execution is not None, "a trade has an execution"
        instrument = event.order.instrument
        for topic in self._heard(instrument.symbol, Stream.LIQUIDATIONS):
            row = {
                "T": execution.time_ms,
                "s": instrument.venue_id,
                # The side of the position, which is not that of the order that closes it.
                "S": "Sell" if execution.side is Side.BUY else "Buy",
                "v": size_text(execution.quantity, instrument),
                "p": price_text(execution.price, instrument),
            }
            self._publish(topic, self._frame(topic, [row]))

    def _heard(self, symbol: str, stream: Stream) -> list[Topic]:
        return [topic for topic in self._listeners.get(symbol, {}) if topic.stream is stream]

    def _publish(self, topic: Topic, frame: str) -> None:
        for listener in list(self._listeners[topic.symbol].get(topic, ())):
            listener.push(frame)

    def _frame(self, topic: Topic, data: object) -> str:
        now_ms = self._clock.now_ms()
        if topic.category is Category.SPOT:
            return encode({"topic": topic.name, "ts": now_ms, "type": "snapshot", "data": data})
        return encode({"topic": topic.name, "type": "snapshot", "ts": now_ms, "data": data})

    def _trade(self, trade: PublicTrade) -> Json:
        instrument = trade.instrument
        market = self._exchange.markets[instrument.symbol]
        direction = {"L": self._directions.of(instrument.symbol)} if instrument.is_linear else {}
        return {
            "i": str(trade.trade_id),
            "T": trade.time_ms,
            "p": price_text(trade.price, instrument),
            "v": size_text(trade.quantity, instrument),
            "S": "Sell" if trade.buyer_is_maker else "Buy",
            **direction,
            "seq": market.update_id,
            "s": instrument.venue_id,
            "BT": False,
            "RPI": False,
        }
