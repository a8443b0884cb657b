"""The public socket (`/ws/v5/public`): tickers, best prices, books and trades by channel and instrument."""

from collections import defaultdict
from enum import StrEnum

from venuesim.exchange.clock import Clock
from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import BookChanged, PublicTrade
from venuesim.exchange.market import Market
from venuesim.okx.connections import Arg, Connection, Connections, Frame, encode, illegal_request, no_such_channel
from venuesim.okx.depth import DepthPublisher
from venuesim.okx.errors import OkxError
from venuesim.okx.figures import book, ticker
from venuesim.okx.instruments import Instruments, instrument_id
from venuesim.okx.parameters import Parameters
from venuesim.okx.rendering import Json
from venuesim.wire.calls import plain
from venuesim.wire.sockets import Socket


class Channel(StrEnum):
    """The channels there are."""

    TICKERS = "tickers"
    BOOKS = "books"
    BOOKS5 = "books5"
    BEST = "bbo-tbt"
    TRADES = "trades"


Topic = tuple[Channel, str]
"""A channel of one instrument, by unified symbol."""


class PublicStreams:
    """Publishes to every session that subscribed; renders only what somebody hears."""

    def __init__(self, *, exchange: Exchange, clock: Clock, instruments: Instruments, connections: Connections) -> None:
        self._exchange = exchange
        self._clock = clock
        self._instruments = instruments
        self._connections = connections
        self._sessions: defaultdict[Topic, set[PublicSession]] = defaultdict(set)
        self._last: dict[Topic, Json] = {}
        self._depth = DepthPublisher()
        exchange.listeners.trades.append(self._traded)
        exchange.listeners.books.append(self._book_changed)

    def open(self, socket: Socket) -> "PublicSession":
        """Return the session of a new socket."""
        return PublicSession(self, self._connections.open(socket))

    def subscribe(self, arg: Arg, session: "PublicSession") -> None:
        """Start sending to a session, after the acknowledgement the present state; raises OkxError for a wrong arg."""
        topic = self._topic(arg)
        session.connection.event("subscribe", arg=arg)
        if session in self._sessions[topic]:
            return
        self._sessions[topic].add(session)
        channel, symbol = topic
        market, now_ms = self._exchange.markets[symbol], self._clock.now_ms()
        if channel is Channel.BOOKS:
            session.push(_frame(topic, market, self._depth.snapshot(market, now_ms), action="snapshot"))
        elif channel is not Channel.TRADES:
            state = _state(channel, market, now_ms)
            self._last.setdefault(topic, _known(state))
            session.push(_frame(topic, market, state))

    def unsubscribe(self, arg: Arg, session: "PublicSession") -> None:
        """Stop sending a channel to a session."""
        self._leave(self._topic(arg), session)
        session.connection.event("unsubscribe", arg=arg)

    def forget(self, session: "PublicSession") -> None:
        """Stop sending anything to a session that closed."""
        for topic in list(self._sessions):
            self._leave(topic, session)
        self._connections.forget(session.connection)

    def _leave(self, topic: Topic, session: "PublicSession") -> None:
        sessions = self._sessions[topic]
        sessions.discard(session)
        if sessions:
            return
        del self._sessions[topic]
        self._last.pop(topic, None)
        if topic[0] is Channel.BOOKS:
            self._depth.forget(self._exchange.markets[topic[1]])

    def _topic(self, arg: Arg) -> Topic:
        named = Parameters(arg)
        try:
            return named.choice("channel", Channel), self._instruments.named(named.required("instId")).symbol
        except OkxError:
            raise no_such_channel(arg) from None

    def _traded(self, trade: PublicTrade) -> None:
        topic = (Channel.TRADES, trade.instrument.symbol)
        if topic in self._sessions:
            market = self._exchange.markets[trade.instrument.symbol]
            self._publish(topic, _frame(topic, market, _trade(trade, market)))

    def _book_changed(self, event: BookChanged) -> None:
        if not self._sessions:
            return
        market = self._exchange.markets[event.instrument.symbol]
        for channel in (Channel.TICKERS, Channel.BEST, Channel.BOOKS5):
            self._publish_state((channel, event.instrument.symbol), market, event.time_ms)
        topic = (Channel.BOOKS, event.instrument.symbol)
        if topic in self._sessions:
            update = self._depth.update(market, event.time_ms)
            if update is not None:
                self._publish(topic, _frame(topic, market, update, action="update"))

    def _publish_state(self, topic: Topic, market: Market, now_ms: int) -> None:
        """Send a channel that tells states, when what it tells has changed."""
        if topic not in self._sessions:
            return
        state = _state(topic[0], market, now_ms)
        if self._last.get(topic) != _known(state):
            self._last[topic] = _known(state)
            self._publish(topic, _frame(topic, market, state))

    def _publish(self, topic: Topic, frame: str) -> None:
        for session in self._sessions[topic]:
            session.push(frame)


class PublicSession:
    """One connection."""

    def __init__(self, streams: PublicStreams, connection: Connection) -> None:
        self._streams = streams
        self.connection = connection

    def push(self, frame: str) -> None:
        """Send a frame of a channel."""
        self.connection.touch()
        self.connection.socket.send(frame)

    async def receive(self, text: str) -> None:
        """Answer ping, subscribe and unsubscribe."""
        frame = self.connection.read(text)
        if frame is None:
            return
        for arg in frame.args:
            try:
                self._change(frame, arg)
            except OkxError as error:
                self.connection.refuse(error)

    def closed(self) -> None:
        """Forget the connection."""
        self._streams.forget(self)

    def _change(self, frame: Frame, arg: Arg) -> None:
        match frame.op:
            case "subscribe":
                self._streams.subscribe(arg, self)
            case "unsubscribe":
                self._streams.unsubscribe(arg, self)
            case _:
                raise illegal_request(encode(frame))


def _frame(topic: Topic, market: Market, data: Json, *, action: str | None = None) -> str:
    frame: Json = {"arg": {"channel": topic[0].value, "instId": instrument_id(market.instrument)}}
    if action is not None:
        frame["action"] = action
    return encode({**frame, "data": [data]})


def _state(channel: Channel, market: Market, now_ms: int) -> Json:
    if channel is Channel.TICKERS:
        return ticker(market, now_ms)
    levels = book(market, 1 if channel is Channel.BEST else 5)
    named = {} if channel is Channel.BEST else {"instId": instrument_id(market.instrument)}
    return {**levels, **named, "ts": str(now_ms), "seqId": market.update_id}


def _known(state: Json) -> Json:
    """Return what counts as a change of a state: all but when it was told."""
    return {name: value for name, value in state.items() if name not in {"ts", "seqId"}}


def _trade(trade: PublicTrade, market: Market) -> Json:
    return {
        "instId": instrument_id(trade.instrument),
        "tradeId": str(trade.trade_id),
        "px": plain(trade.price),
        "sz": plain(trade.quantity),
        "side": "sell" if trade.buyer_is_maker else "buy",
        "ts": str(trade.time_ms),
        "count": "1",
        "source": "0",
        "seqId": market.update_id,
    }
