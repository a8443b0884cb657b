"""Publishes the public channels to the connections that subscribed; renders only what somebody hears."""

import asyncio
from collections import defaultdict
from typing import NamedTuple

from venuesim.exchange.clock import Clock
from venuesim.exchange.events import BookChanged, OrderEvent, OrderEventKind, PublicTrade
from venuesim.exchange.vocabulary import Origin
from venuesim.okx import errors, figures
from venuesim.okx.aggregated_trades import Aggregated, AggregatedTrades
from venuesim.okx.connections import Arg, Connection, encode, no_such_channel
from venuesim.okx.depth import DepthPublisher
from venuesim.okx.errors import OkxError
from venuesim.okx.feeds import CANDLE_FEEDS, PUBLIC_FEEDS, Feed, Scope, World, known
from venuesim.okx.figures import Json, family_of
from venuesim.okx.instruments import InstrumentType, instrument_id, shown_size
from venuesim.okx.market_data import index_market
from venuesim.okx.parameters import Parameters
from venuesim.wire.calls import plain

FLUSH_SECONDS = 0.01
"""How soon after an order changed a book its subscribers hear of it, if the market does not step before."""

DEPTHS = {"books-l2-tbt": 400, "books50-l2-tbt": 50, "books": 400}
"""The incremental channels; OKX always pushes them in this order, between bbo-tbt and books5."""

TICK_BY_TICK = frozenset({"books-l2-tbt", "books50-l2-tbt"})
"""Channels for which one must have logged in, with a fee tier of VIP4 or better."""

TRADES = "trades"
ALL_TRADES = "trades-all"
LIQUIDATIONS = "liquidation-orders"

PUBLIC = frozenset({*PUBLIC_FEEDS, *DEPTHS, TRADES, LIQUIDATIONS})
BUSINESS = frozenset({*CANDLE_FEEDS, ALL_TRADES})
FEEDS = PUBLIC_FEEDS | CANDLE_FEEDS

ROW_BY_ROW = frozenset({*CANDLE_FEEDS, "instruments"})
"""Channels of several rows, of which only those that changed are told."""


class Topic(NamedTuple):
    """A channel of one thing: a unified symbol, an index, an instrument type."""

    channel: str
    value: str


class Told(NamedTuple):
    """What was told last of a state, and when."""

    state: list[object]
    at_ms: int


class PublicStreams:
    """The public channels of the venue."""

    def __init__(self, world: World, clock: Clock) -> None:
        self._world = world
        self._clock = clock
        self._heard: defaultdict[Topic, set[Connection]] = defaultdict(set)
        self._by_symbol: defaultdict[str, list[Topic]] = defaultdict(list)
        self._told: dict[Topic, Told] = {}
        self._depths = {channel: DepthPublisher(depth) for channel, depth in DEPTHS.items()}
        self._dirty: set[str] = set()
        self._aggregated = AggregatedTrades(self._tell_trades)
        listeners = world.exchange.listeners
        listeners.trades.append(self._traded)
        listeners.books.append(self._book_changed)
        listeners.orders.append(self._order_changed)

    # Subscribing

    def topic(self, arg: Arg) -> Topic:
        """Return what an argument names; raises OkxError (60018) when there is no such thing."""
        named = Parameters(arg)
        try:
            channel = named.required("channel")
            return Topic(channel, self._value(_scope(channel), named))
        except OkxError:
            raise no_such_channel(arg) from None

    def subscribe(self, topic: Topic, connection: Connection) -> None:
        """Start sending a channel to a connection, its present state first."""
        heard = self._heard[topic]
        if connection in heard:
            return
        if not heard and (symbol := self._symbol(topic)) is not None:
            self._by_symbol[symbol].append(topic)
            self._by_symbol[symbol].sort(key=_push_order)
        heard.add(connection)
        now_ms = self._clock.now_ms()
        if topic.channel in DEPTHS:
            snapshot = self._depths[topic.channel].snapshot(self._world.exchange.markets[topic.value], now_ms)
            connection.push(self._frame(topic, [snapshot], action="snapshot"))
        elif (feed := FEEDS.get(topic.channel)) is not None:
            self._begin(topic, feed, connection, now_ms)

    def unsubscribe(self, topic: Topic, connection: Connection) -> None:
        """Stop sending a channel to a connection."""
        heard = self._heard.get(topic)
        if heard is None:
            return
        heard.discard(connection)
        if heard:
            return
        del self._heard[topic]
        self._told.pop(topic, None)
        symbol = self._symbol(topic)
        if symbol is not None and topic in self._by_symbol[symbol]:
            self._by_symbol[symbol].remove(topic)
        if topic.channel in DEPTHS:
            self._depths[topic.channel].forget(self._world.exchange.markets[topic.value])

    def forget(self, connection: Connection) -> None:
        """Stop sending anything to a connection that closed."""
        for topic in [topic for topic, heard in self._heard.items() if connection in heard]:
            self.unsubscribe(topic, connection)

    def _begin(self, topic: Topic, feed: Feed, connection: Connection, now_ms: int) -> None:
        data = feed.render(self._world, topic.value, now_ms)
        self._told.setdefault(topic, Told(known(data), now_ms))
        if topic.channel in CANDLE_FEEDS:
            data = data[-1:]
        if data:
            connection.push(self._frame(topic, data))

    def _value(self, scope: Scope, named: Parameters) -> str:
        match scope:
            case Scope.INSTRUMENT:
                return self._world.instruments.named(named.required("instId")).symbol
            case Scope.SWAP:
                instrument = self._world.instruments.named(named.required("instId"))
                if not instrument.is_linear:
                    raise errors.no_such_instrument()
                return instrument.symbol
            case Scope.INDEX:
                return family_of(index_market(self._world.exchange, named.required("instId")).instrument)
            case Scope.TYPE:
                return named.choice("instType", InstrumentType).value
            case Scope.NOTHING:
                return ""

    def _symbol(self, topic: Topic) -> str | None:
        """Return the market whose steps make a topic speak, if it is about one."""
        scope = _scope(topic.channel)
        if scope is Scope.INSTRUMENT or scope is Scope.SWAP:
            return topic.value
        if scope is Scope.INDEX:
            return index_market(self._world.exchange, topic.value).instrument.symbol
        return None

    # What happens

    def pulse(self) -> None:
        """Tell what only time brings: candles that end, states that are told again."""
        now_ms = self._clock.now_ms()
        for topic in list(self._heard):
            self._refresh(topic, now_ms)

    def _book_changed(self, event: BookChanged) -> None:
        self._dirty.discard(event.instrument.symbol)
        for topic in list(self._by_symbol.get(event.instrument.symbol, ())):
            self._refresh(topic, event.time_ms)

    def _order_changed(self, event: OrderEvent) -> None:
        symbol = event.order.instrument.symbol
        if event.kind is OrderEventKind.NEW:
            self._aggregated.end(symbol)
        if event.order.origin is Origin.LIQUIDATION and event.execution is not None:
            self._tell_liquidation(event)
        if not self._by_symbol.get(symbol) or symbol in self._dirty:
            return
        self._dirty.add(symbol)
        asyncio.get_running_loop().call_later(FLUSH_SECONDS, self._flush, symbol)

    def _flush(self, symbol: str) -> None:
        if symbol in self._dirty:
            market = self._world.exchange.markets[symbol]
            market.update_id += 1
            self._book_changed(BookChanged(instrument=market.instrument, time_ms=self._clock.now_ms()))

    def _traded(self, trade: PublicTrade) -> None:
        symbol = trade.instrument.symbol
        topic = Topic(ALL_TRADES, symbol)
        if topic in self._heard:
            self._publish(topic, self._frame(topic, [figures.trade(trade)]))
        if Topic(TRADES, symbol) in self._heard:
            self._aggregated.add(trade)

    def _tell_trades(self, trades: Aggregated) -> None:
        topic = Topic(TRADES, trades.last.instrument.symbol)
        if topic in self._heard:
            told = figures.aggregated(trades, self._world.exchange.markets[topic.value])
            self._publish(topic, self._frame(topic, [told]))

    def _tell_liquidation(self, event: OrderEvent) -> None:
        topic = Topic(LIQUIDATIONS, InstrumentType.SWAP.value)
        if topic in self._heard:
            self._publish(topic, self._frame(topic, [_liquidation(event)]))

    # Telling

    def _refresh(self, topic: Topic, now_ms: int) -> None:
        if topic.channel in DEPTHS:
            market = self._world.exchange.markets[topic.value]
            update = self._depths[topic.channel].update(market, now_ms)
            if update is not None:
                self._publish(topic, self._frame(topic, [update], action="update"))
        elif (feed := FEEDS.get(topic.channel)) is not None:
            self._refresh_state(topic, feed, now_ms)

    def _refresh_state(self, topic: Topic, feed: Feed, now_ms: int) -> None:
        told = self._told[topic]
        if now_ms - told.at_ms < feed.every_ms:
            return
        data = feed.render(self._world, topic.value, now_ms)
        state = known(data)
        is_due = feed.again_ms > 0 and now_ms - told.at_ms >= feed.again_ms
        if state == told.state and not is_due:
            return
        self._told[topic] = Told(state, now_ms)
        if topic.channel in ROW_BY_ROW:
            for row in _new_rows(told.state, data):
                self._publish(topic, self._frame(topic, [row]))
        elif data:
            self._publish(topic, self._frame(topic, data))

    def _publish(self, topic: Topic, frame: str) -> None:
        for connection in self._heard[topic]:
            connection.push(frame)

    def _frame(self, topic: Topic, data: list[object], *, action: str | None = None) -> str:
        frame: Json = {"arg": {"channel": topic.channel, **self._named(topic)}}
        if action is not None:
            frame["action"] = action
        return encode({**frame, "data": data})

    def _named(self, topic: Topic) -> dict[str, str]:
        match _scope(topic.channel):
            case Scope.INSTRUMENT | Scope.SWAP:
                return {"instId": instrument_id(self._world.exchange.markets[topic.value].instrument)}
            case Scope.INDEX:
                return {"instId": topic.value}
            case Scope.TYPE:
                return {"instType": topic.value}
            case Scope.NOTHING:
                return {}


def _scope(channel: str) -> Scope:
    if channel in DEPTHS or channel in {TRADES, ALL_TRADES}:
        return Scope.INSTRUMENT
    if channel == LIQUIDATIONS:
        return Scope.TYPE
    feed = FEEDS.get(channel)
    if feed is None:
        raise errors.malformed("channel")
    return feed.scope


_ORDER = ("bbo-tbt", *DEPTHS, "books5")


def _push_order(topic: Topic) -> int:
    return _ORDER.index(topic.channel) if topic.channel in _ORDER else len(_ORDER)


def _new_rows(told: list[object], rows: list[object]) -> list[object]:
    """Return the rows that were not told like this: of candles the one that ended, and the one that runs."""
    return [row for row in rows if row not in told]


def _liquidation(event: OrderEvent) -> Json:
    """Return a liquidation (OKX "Liquidation orders channel"); the fund's loss is not told (assumption: 0)."""
    execution, order = event.execution, event.order
    assert execution is not None, "only an execution is told"
    instrument = order.instrument
    detail = {
        "bkLoss": "0",
        "bkPx": plain(execution.price),
        "ccy": "",
        "posSide": order.position_side.value,
        "side": order.side.value,
        "sz": shown_size(instrument, execution.quantity),
        "ts": str(execution.time_ms),
    }
    return {
        "details": [detail],
        "instFamily": family_of(instrument),
        "instId": instrument_id(instrument),
        "instType": InstrumentType.SWAP.value,
        "uly": family_of(instrument),
    }
