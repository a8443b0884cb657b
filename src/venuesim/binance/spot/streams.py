"""Publishes the market streams to the sessions that subscribed; renders only what somebody hears."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from urllib.parse import unquote

from venuesim.binance.spot.aggregates import AggregateTrade, AggregateTrades
from venuesim.binance.spot.averages import AveragePrices
from venuesim.binance.spot.depth import DepthPublisher
from venuesim.binance.spot.formats import Json
from venuesim.binance.spot.stream_names import StreamKind, StreamName, parse_stream
from venuesim.binance.spot.stream_payloads import (
    average_price,
    book_ticker,
    day_ticker_event,
    kline_event,
    mini_ticker,
    partial_depth,
    trade_event,
    window_ticker,
)
from venuesim.binance.spot.stream_sessions import MarketSession
from venuesim.exchange.clock import Clock
from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import BookChanged, PublicTrade
from venuesim.exchange.market import STEP_SECONDS, Market
from venuesim.wire.sockets import Socket
from venuesim.wire.windows import RateWindows

STEPS_PER_SECOND = round(1 / STEP_SECONDS)
"""The market's step is what streams of 100 ms follow: approximate, they are told four times a second."""

STEPS_PER_KLINE = 2 * STEPS_PER_SECOND
"""Candles are told every two seconds, but for those of one second."""

Payload = Json | list[Json]


class MarketStreams:
    """The streams of one exchange. Those of best prices are told at every step, whether or not they changed."""

    def __init__(
        self,
        *,
        exchange: Exchange,
        clock: Clock,
        windows: RateWindows,
        averages: AveragePrices,
        aggregates: AggregateTrades,
    ) -> None:
        self._exchange = exchange
        self._clock = clock
        self._windows = windows
        self._averages = averages
        self._sessions: dict[str, set[MarketSession]] = {}
        self._streams: defaultdict[str | None, dict[str, StreamName]] = defaultdict(dict)
        self._steps: defaultdict[str, int] = defaultdict(int)
        self._depths = {False: DepthPublisher(), True: DepthPublisher()}
        self._klines: dict[str, int] = {}
        self._told_trades: defaultdict[str, dict[str, int]] = defaultdict(dict)
        self._first_symbol = next(iter(exchange.markets))
        exchange.listeners.trades.append(self._traded)
        exchange.listeners.books.append(self._stepped)
        aggregates.told.append(self._aggregated)

    # Sessions

    def open(self, path: str, socket: Socket) -> MarketSession:
        """Return the session of a new socket, subscribed to what its address names."""
        is_combined = path.rstrip("/").endswith("/stream")
        session = MarketSession(self, socket, self._clock, self._windows, is_combined=is_combined)
        named = [part.removeprefix("streams=") for part in socket.query.split("&") if part.startswith("streams=")]
        for names in [*named, path.partition("/ws/")[2]]:
            for name in unquote(names).split("/"):
                if "@" in name:
                    self.subscribe(name, session)
        return session

    def subscribe(self, name: str, session: MarketSession) -> None:
        """Start sending a stream to a session; unknown names are accepted and stay silent, as on Binance."""
        sessions = self._sessions.get(name)
        if sessions is None:
            sessions = self._sessions[name] = set()
            stream = parse_stream(name)
            if stream is not None:
                self._streams[stream.symbol][name] = stream
                self._begin(stream)
        sessions.add(session)

    def unsubscribe(self, name: str, session: MarketSession) -> None:
        """Stop sending a stream to a session."""
        sessions = self._sessions.get(name)
        if sessions is None:
            return
        sessions.discard(session)
        if not sessions:
            del self._sessions[name]
            self._klines.pop(name, None)
            self._told_trades.pop(name, None)
            stream = parse_stream(name)
            if stream is not None:
                self._streams[stream.symbol].pop(name, None)

    def forget(self, session: MarketSession) -> None:
        """Stop sending anything to a session."""
        for name in self.names_of(session):
            self.unsubscribe(name, session)

    def names_of(self, session: MarketSession) -> list[str]:
        """Return what a session is subscribed to."""
        return [name for name, sessions in self._sessions.items() if session in sessions]

    def _begin(self, stream: StreamName) -> None:
        market = next((m for m in self._exchange.markets.values() if m.instrument.venue_id == stream.symbol), None)
        if market is not None and stream.kind is StreamKind.DEPTH:
            self._depths[stream.is_fast].begin(market)

    # Publishing

    def book_shown(self, market: Market) -> None:
        """Note that somebody is shown a market's book, so that the next changes told fit to it."""
        for publisher in self._depths.values():
            publisher.shown(market)

    def _publish(self, name: str, payload: Payload) -> None:
        for session in self._sessions[name]:
            session.push(name, payload)

    def _traded(self, trade: PublicTrade) -> None:
        name = f"{trade.instrument.venue_id.lower()}@trade"
        if name in self._sessions:
            self._publish(name, trade_event(trade))

    def _aggregated(self, entry: AggregateTrade) -> None:
        name = f"{entry.instrument.venue_id.lower()}@aggTrade"
        if name in self._sessions:
            self._publish(name, entry.event(self._clock.now_ms()))

    def _stepped(self, event: BookChanged) -> None:
        if not self._sessions:
            return
        symbol = event.instrument.symbol
        self._steps[symbol] += 1
        market, step = self._exchange.markets[symbol], self._steps[symbol]
        for stream in list(self._streams[market.instrument.venue_id].values()):
            if self._is_due(stream, step):
                for payload in self._payloads(stream, market, event.time_ms):
                    self._publish(stream.name, payload)
        if symbol == self._first_symbol and step % STEPS_PER_SECOND == 0:
            self._publish_arrays(event.time_ms)

    @staticmethod
    def _is_due(stream: StreamName, step: int) -> bool:
        match stream.kind:
            case StreamKind.BOOK_TICKER:
                return True
            case StreamKind.DEPTH | StreamKind.PARTIAL_DEPTH:
                return stream.is_fast or step % STEPS_PER_SECOND == 0
            case StreamKind.KLINE:
                return step % (STEPS_PER_SECOND if stream.interval_name == "1s" else STEPS_PER_KLINE) == 0
            case StreamKind.TRADE | StreamKind.AGGREGATE:
                return False
            case _:
                return step % STEPS_PER_SECOND == 0

    def _payloads(self, stream: StreamName, market: Market, now_ms: int) -> Iterator[Json]:
        match stream.kind:
            case StreamKind.BOOK_TICKER:
                yield book_ticker(market)
            case StreamKind.DEPTH:
                update = self._depths[stream.is_fast].update(market, now_ms)
                if update is not None:
                    yield update
            case StreamKind.PARTIAL_DEPTH:
                yield partial_depth(market, stream.levels)
            case StreamKind.KLINE:
                yield from self._candles(stream, market, now_ms)
            case StreamKind.AVERAGE:
                yield average_price(market, self._averages, now_ms)
            case _:
                yield _ticker(stream, now_ms)(market)

    def _candles(self, stream: StreamName, market: Market, now_ms: int) -> Iterator[Json]:
        """Tell the running candle, and before it the one that has closed since the last time."""
        assert stream.interval is not None, "a stream of candles has an interval"
        told_ms = self._klines.get(stream.name)
        newest = market.candles.of(stream.interval, limit=2, now_ms=now_ms, offset_ms=stream.offset_ms)
        running = newest[-1]
        if told_ms is not None and told_ms < running.open_ms and newest[0].open_ms >= told_ms:
            newer_trades = running.trade_count
            yield kline_event(market, stream, newest[0], is_closed=True, newer_trades=newer_trades, now_ms=now_ms)
        self._klines[stream.name] = running.open_ms
        yield kline_event(market, stream, running, is_closed=False, now_ms=now_ms)

    def _publish_arrays(self, now_ms: int) -> None:
        """Tell the streams of all symbols: those that have traded since the last time."""
        for stream in list(self._streams[None].values()):
            told, render = self._told_trades[stream.name], _ticker(stream, now_ms)
            tickers = []
            for symbol, market in self._exchange.markets.items():
                newest = market.trades.last().trade_id if market.trades else -1
                if told.get(symbol) != newest:
                    told[symbol] = newest
                    tickers.append(render(market))
            if tickers:
                self._publish(stream.name, tickers)


def _ticker(stream: StreamName, now_ms: int) -> Callable[[Market], Json]:
    match stream.kind:
        case StreamKind.MINI_TICKER:
            return lambda market: mini_ticker(market, now_ms)
        case StreamKind.TICKER:
            return lambda market: day_ticker_event(market, now_ms)
        case _:
            return lambda market: window_ticker(market, stream.window, now_ms)
