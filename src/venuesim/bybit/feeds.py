"""What each kind of public topic tells: at once to a new subscriber, and to all when its market has made a step."""

from collections.abc import Callable, Iterable
from typing import Protocol, assert_never

from venuesim.bybit.connections import encode
from venuesim.bybit.depth import DepthPublisher, Rows, ToldBook
from venuesim.bybit.invented import INSURANCE_POOL
from venuesim.bybit.klines import INTERVALS
from venuesim.bybit.market_data import price_limits
from venuesim.bybit.operations import Json
from venuesim.bybit.parameters import Category
from venuesim.bybit.tickers import Tickers
from venuesim.bybit.topics import Stream, Topic
from venuesim.exchange.candles import Candle
from venuesim.exchange.clock import Clock
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.market import Market
from venuesim.wire.calls import plain

BEST_REPEATED_MS = 3000
"""A book of one level is told again when it has not changed for three seconds ("Orderbook")."""

CANDLE_PUSHED_MS = 1000
"""A running candle is told at most once a second ("Kline": push frequency 1-60 s)."""


class Feed(Protocol):
    """The state of one topic that somebody hears."""

    def snapshot(self, market: Market) -> Iterable[str]:
        """Return the frames that a new subscriber gets."""
        ...

    def step(self, market: Market) -> Iterable[str]:
        """Return the frames that everybody gets after a step of the market."""
        ...

    def close(self) -> None:
        """Forget the topic: nobody hears it any more."""
        ...


class BookFeed:
    """A book: a snapshot and what changes; of one level snapshots only. Changes are told through `publish`."""

    def __init__(self, topic: Topic, clock: Clock, publisher: DepthPublisher, publish: Callable[[str], None]) -> None:
        self._topic = topic
        self._clock = clock
        self._publisher = publisher
        self._publish = publish
        self._told_ms = 0
        publisher.listener = self._changed
        self._market: Market | None = None

    def snapshot(self, market: Market) -> Iterable[str]:
        """Return the book as it was told last: the next delta continues it."""
        self._market = market
        bids, asks = self._publisher.rows(market.instrument)
        return [self._frame("snapshot", bids, asks, self._publisher.told, market.instrument)]

    def step(self, market: Market) -> Iterable[str]:
        """Tell what changed; repeat the best prices when they have stood for long."""
        self._market = market
        if self._publisher.refresh(market, self._clock.now_ms()) or not self._is_best:
            return []
        if self._clock.now_ms() - self._told_ms < BEST_REPEATED_MS:
            return []
        return self.snapshot(market)

    def close(self) -> None:
        """Leave the chain alone."""
        self._publisher.listener = None

    @property
    def _is_best(self) -> bool:
        return self._topic.detail == "1"

    def _changed(self, bids: Rows, asks: Rows, book: ToldBook) -> None:
        assert self._market is not None, "a topic begins with a snapshot"
        instrument = self._market.instrument
        if self._is_best:
            bids, asks = self._publisher.rows(instrument)
        self._publish(self._frame("snapshot" if self._is_best else "delta", bids, asks, book, instrument))

    def _frame(self, kind: str, bids: Rows, asks: Rows, book: ToldBook, instrument: Instrument) -> str:
        self._told_ms = self._clock.now_ms()
        data = {"s": instrument.venue_id, "b": bids, "a": asks, "u": book.update, "seq": book.sequence}
        times: Json = {"ts": self._told_ms, "type": kind}
        if self._topic.category is Category.LINEAR and not self._is_best:
            times = {"type": kind, "ts": self._told_ms}
        return encode({"topic": self._topic.name, **times, "data": data, "cts": book.time_ms})


class TickerFeed:
    """A ticker: whole for pairs, for contracts whole once and then what changed."""

    def __init__(self, topic: Topic, clock: Clock, tickers: Tickers) -> None:
        self._topic = topic
        self._clock = clock
        self._tickers = tickers
        self._told: Json | None = None

    def snapshot(self, market: Market) -> Iterable[str]:
        """Return the ticker as it was told last: the next delta continues it."""
        if self._told is None:
            self._told = self._tickers.told(market)
        return [self._frame("snapshot", self._told, market)]

    def step(self, market: Market) -> Iterable[str]:
        """Return what changed, if anything did."""
        told, self._told = self._told, self._tickers.told(market)
        if told is None or told == self._told:
            return []
        if self._topic.category is Category.SPOT:
            return [self._frame("snapshot", self._told, market)]
        changed = {name: value for name, value in self._told.items() if name == "symbol" or told[name] != value}
        return [self._frame("delta", changed, market)]

    def close(self) -> None:
        """There is nothing to end."""

    def _frame(self, kind: str, data: Json, market: Market) -> str:
        name, now_ms = self._topic.name, self._clock.now_ms()
        if self._topic.category is Category.SPOT:
            return encode({"topic": name, "ts": now_ms, "type": kind, "cs": market.update_id, "data": data})
        return encode({"topic": name, "type": kind, "data": data, "cs": market.update_id, "ts": now_ms})


class CandleFeed:
    """The running candle, and each one once more when it has closed."""

    def __init__(self, topic: Topic, clock: Clock) -> None:
        self._topic = topic
        self._clock = clock
        self._interval = INTERVALS[topic.detail]
        self._told: Candle | None = None
        self._told_ms = 0

    def snapshot(self, market: Market) -> Iterable[str]:
        """Return the running candle."""
        now_ms = self._clock.now_ms()
        self._told = self._newest(market, now_ms)[-1]
        self._told_ms = now_ms
        return [self._frame(self._told, now_ms, is_closed=False)]

    def step(self, market: Market) -> Iterable[str]:
        """Return the candle that closed, and the running one if it changed and a second has passed."""
        now_ms = self._clock.now_ms()
        *closed, running = self._newest(market, now_ms)
        told = self._told
        if told is not None and told.open_ms != running.open_ms:
            yield from (self._frame(candle, now_ms, is_closed=True) for candle in closed)
        elif told == running or now_ms - self._told_ms < CANDLE_PUSHED_MS:
            return
        self._told, self._told_ms = running, now_ms
        yield self._frame(running, now_ms, is_closed=False)

    def close(self) -> None:
        """There is nothing to end."""

    def _newest(self, market: Market, now_ms: int) -> list[Candle]:
        return market.candles.of(self._interval, limit=2, now_ms=now_ms, newest=True)

    def _frame(self, candle: Candle, now_ms: int, *, is_closed: bool) -> str:
        row: Json = {
            "start": candle.open_ms,
            "end": self._interval.after(candle.open_ms) - 1,
            "interval": self._topic.detail,
            "open": plain(candle.open),
            "close": plain(candle.close),
            "high": plain(candle.high),
            "low": plain(candle.low),
            "volume": plain(candle.volume),
            "turnover": plain(candle.quote_volume),
            "confirm": is_closed,
            "timestamp": now_ms,
        }
        return encode({"topic": self._topic.name, "data": [row], "ts": now_ms, "type": "snapshot"})


class PriceLimitFeed:
    """The highest bid and the lowest ask that are taken."""

    def __init__(self, topic: Topic, clock: Clock) -> None:
        self._topic = topic
        self._clock = clock
        self._told: Json = {}

    def snapshot(self, market: Market) -> Iterable[str]:
        """Return the present limits."""
        self._told = price_limits(market)
        return [self._frame()]

    def step(self, market: Market) -> Iterable[str]:
        """Return the limits if they moved."""
        told, self._told = self._told, price_limits(market)
        return [] if told == self._told else [self._frame()]

    def close(self) -> None:
        """There is nothing to end."""

    def _frame(self) -> str:
        return encode({"topic": self._topic.name, "data": self._told, "ts": self._clock.now_ms()})


class EventFeed:
    """Trades or liquidations: nothing is told but what happens."""

    def snapshot(self, _: Market) -> Iterable[str]:
        """Return nothing."""
        return []

    def step(self, _: Market) -> Iterable[str]:
        """Return nothing."""
        return []

    def close(self) -> None:
        """There is nothing to end."""


def feed_of(
    topic: Topic,
    clock: Clock,
    tickers: Tickers,
    publisher: Callable[[], DepthPublisher],
    publish: Callable[[str], None],
) -> Feed:
    """Return the feed of a topic that somebody begins to hear; `publisher` gives the chain of a book."""
    match topic.stream:
        case Stream.BOOK:
            return BookFeed(topic, clock, publisher(), publish)
        case Stream.TICKERS:
            return TickerFeed(topic, clock, tickers)
        case Stream.CANDLES:
            return CandleFeed(topic, clock)
        case Stream.PRICE_LIMIT:
            return PriceLimitFeed(topic, clock)
        case Stream.TRADES | Stream.LIQUIDATIONS | Stream.DELEVERAGING | Stream.INSURANCE:
            return EventFeed()
        case _:
            assert_never(topic.stream)


def deleveraging_frame(topic: Topic, instruments: Iterable[Instrument], now_ms: int) -> str:
    """Return what `adlAlert` tells a new subscriber: every contract is far from deleveraging, as the pool is full."""
    pool = float(INSURANCE_POOL)
    rows = [
        {
            "c": instrument.quote,
            "s": instrument.venue_id,
            "b": pool,
            "mb": pool,
            "i_pr": -0.3,
            "pr": 0,
            "adl_tt": 10000,
            "adl_sr": -0.25,
        }
        for instrument in instruments
    ]
    return encode({"topic": topic.name, "type": "snapshot", "ts": now_ms, "data": rows})
