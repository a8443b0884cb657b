"""The market streams by name: what each tells, and how often.

A feed is asked for what is new whenever its time has come, and remembers what it has told.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Protocol

from venuesim.binance.futures import feed_payloads as payloads
from venuesim.binance.futures.candles import INTERVALS
from venuesim.binance.futures.formats import Json, price_text, quantity_text
from venuesim.binance.futures.market_rendering import aggregated, side_levels
from venuesim.binance.futures.symbols import Symbols
from venuesim.exchange.candle import Candle
from venuesim.exchange.events import PublicTrade
from venuesim.exchange.market import Market
from venuesim.exchange.orders import Execution

PARTIAL_DEPTHS = ("5", "10", "20")
DEPTH_SPEEDS_MS = {"": 250, "@100ms": 100, "@250ms": 250, "@500ms": 500}
DEPTH_LEVELS = 1000

_DEPTH = re.compile(r"depth(5|10|20)?(@100ms|@250ms|@500ms)?")
_MARK = re.compile(r"markPrice(@1s|@3s)?")


class Feed(Protocol):
    """One stream. `period_ms` is how often it may tell; `collect` returns the events that are new."""

    period_ms: int

    def collect(self, now_ms: int) -> list[object]:
        """Return what is new, ready to be encoded."""
        ...

    def traded(self, trade: PublicTrade) -> None:
        """Hear of a trade."""
        ...

    def forced(self, execution: Execution) -> None:
        """Hear of what a liquidation traded."""
        ...


class Repeating:
    """Tells the same figures anew at a fixed pace."""

    def __init__(self, period_ms: int, render: Callable[[int], list[object]]) -> None:
        self.period_ms = period_ms
        self._render = render

    def collect(self, now_ms: int) -> list[object]:
        """Return the figures of now."""
        return self._render(now_ms)

    def traded(self, trade: PublicTrade) -> None:
        """Figures do not care."""

    def forced(self, execution: Execution) -> None:
        """Figures do not care."""


class Trades:
    """Tells trades, one by one or those alike together."""

    def __init__(self, market: Market, period_ms: int, *, aggregates: bool) -> None:
        self.period_ms = period_ms
        self._symbol = market.instrument.symbol
        self._aggregates = aggregates
        self._waiting: list[PublicTrade] = []

    def collect(self, now_ms: int) -> list[object]:
        """Return the trades since the last call."""
        waiting, self._waiting = self._waiting, []
        if self._aggregates:
            return [payloads.aggregate_trade_event(group, now_ms) for group in aggregated(waiting)]
        return [payloads.trade_event(trade) for trade in waiting]

    def traded(self, trade: PublicTrade) -> None:
        """Keep a trade of the contract."""
        if trade.instrument.symbol == self._symbol:
            self._waiting.append(trade)

    def forced(self, execution: Execution) -> None:
        """Trades come by `traded`."""


class Liquidations:
    """Tells the latest liquidation of each contract within a second; `market` None means of all."""

    period_ms = 1000

    def __init__(self, market: Market | None) -> None:
        self._symbol = None if market is None else market.instrument.symbol
        self._latest: dict[str, Execution] = {}

    def collect(self, now_ms: int) -> list[object]:
        """Return the latest of each contract."""
        latest, self._latest = self._latest, {}
        return [payloads.force_order_event(execution, now_ms) for execution in latest.values()]

    def traded(self, trade: PublicTrade) -> None:
        """Liquidations come by `forced`."""

    def forced(self, execution: Execution) -> None:
        """Keep what a liquidation traded."""
        symbol = execution.instrument.symbol
        if self._symbol in {None, symbol}:
            self._latest[symbol] = execution


class Klines:
    """Tells a candle while it changes, and once more when it is complete."""

    period_ms = 250

    def __init__(self, market: Market, word: str, *, continuous: bool) -> None:
        self._market = market
        self._word = word
        self._interval = INTERVALS[word]
        self._render = payloads.continuous_kline_event if continuous else payloads.kline_event
        self._told: Candle | None = None

    def collect(self, now_ms: int) -> list[object]:
        """Return the candle that closed meanwhile and the running one, if there is anything new."""
        candles = self._market.candles.of(self._interval, limit=2, now_ms=now_ms)
        told, running = self._told, candles[-1] if candles else None
        if running is None or running == told:
            return []
        events: list[object] = []
        if told is not None and told.open_ms < running.open_ms:
            closed = next((candle for candle in candles if candle.open_ms == told.open_ms), told)
            events.append(self._event(closed, now_ms, closed=True))
        events.append(self._event(running, now_ms, closed=False))
        self._told = running
        return events

    def traded(self, trade: PublicTrade) -> None:
        """Candles are read from the market."""

    def forced(self, execution: Execution) -> None:
        """Candles are read from the market."""

    def _event(self, candle: Candle, now_ms: int, *, closed: bool) -> Json:
        return self._render(self._market, candle, self._interval, self._word, now_ms, closed=closed)


class BestPrices:
    """Tells the best bid and ask of contracts whenever they change."""

    def __init__(self, markets: list[Market], period_ms: int) -> None:
        self.period_ms = period_ms
        self._markets = markets
        self._told: dict[str, list[object]] = {}

    def collect(self, now_ms: int) -> list[object]:
        """Return those that changed."""
        events: list[object] = []
        for market in self._markets:
            event = payloads.book_ticker_event(market, now_ms)
            best = [event[name] for name in ("b", "B", "a", "A")]
            if self._told.get(market.instrument.symbol) != best:
                self._told[market.instrument.symbol] = best
                events.append(event)
        return events

    def traded(self, trade: PublicTrade) -> None:
        """Prices are read from the book."""

    def forced(self, execution: Execution) -> None:
        """Prices are read from the book."""


class Depth:
    """Tells a book: its top whenever it changed, or the levels that changed since the last event.

    `U` and `u` are the first and last update id of an event, `pu` the `u` of the one before: a gap shows a loss. After
    each event the book's update id moves on, so that a snapshot fetched meanwhile lies between two events
    ("How to manage a local order book correctly").
    """

    def __init__(self, market: Market, period_ms: int, *, levels: int | None) -> None:
        self.period_ms = period_ms
        self._market = market
        self._levels = levels
        self._bids, self._asks = self._book()
        self._last_id = market.update_id
        self._has_told = False

    def collect(self, now_ms: int) -> list[object]:
        """Return an event if the book has changed."""
        bids, asks = self._book()
        if (bids, asks) == (self._bids, self._asks) and (self._has_told or self._levels is None):
            return []
        market, previous = self._market, self._last_id
        market.update_id = max(market.update_id, previous + 1)
        top = self._levels
        event: Json = {
            "e": "depthUpdate",
            "E": now_ms,
            "T": now_ms,
            "s": market.instrument.venue_id,
            "U": previous + 1,
            "u": market.update_id,
            "pu": previous,
            "b": self._changes(self._bids, bids) if top is None else side_levels(market, market.book.bids, top),
            "a": self._changes(self._asks, asks) if top is None else side_levels(market, market.book.asks, top),
            "ps": market.instrument.venue_id,
            "st": payloads.UM,
        }
        self._last_id = market.update_id
        market.update_id += 1
        self._bids, self._asks, self._has_told = bids, asks, True
        return [event]

    def traded(self, trade: PublicTrade) -> None:
        """Depth is read from the book."""

    def forced(self, execution: Execution) -> None:
        """Depth is read from the book."""

    def _book(self) -> tuple[dict[Decimal, Decimal], dict[Decimal, Decimal]]:
        levels = self._levels or DEPTH_LEVELS
        book = self._market.book
        return dict(book.bids.levels(levels)), dict(book.asks.levels(levels))

    def _changes(self, old: dict[Decimal, Decimal], new: dict[Decimal, Decimal]) -> list[list[str]]:
        instrument = self._market.instrument
        changed = [(price, quantity) for price, quantity in new.items() if old.get(price) != quantity]
        changed += [(price, Decimal(0)) for price in old if price not in new]
        return [[price_text(price, instrument), quantity_text(quantity, instrument)] for price, quantity in changed]


class FeedMaker:
    """Makes the feed that a name asks for."""

    def __init__(self, symbols: Symbols) -> None:
        self._symbols = symbols

    def make(self, name: str) -> Feed | None:
        """Return a feed, or None for a name that means nothing: it is accepted and stays silent, as on the venue."""
        if name.startswith("!"):
            return self._of_all(name)
        prefix, at, rest = name.partition("@")
        if not at:
            return None
        if rest.startswith("continuousKline_"):
            return self._continuous(prefix, rest.removeprefix("continuousKline_"))
        market = self._symbols.find(prefix)
        return None if market is None else self._of_one(market, rest)

    def _of_one(self, market: Market, rest: str) -> Feed | None:
        simple: dict[str, Callable[[], Feed]] = {
            "aggTrade": lambda: Trades(market, 100, aggregates=True),
            "trade": lambda: Trades(market, 0, aggregates=False),
            "miniTicker": lambda: Repeating(2000, lambda now_ms: [payloads.mini_ticker_event(market, now_ms)]),
            "ticker": lambda: Repeating(2000, lambda now_ms: [payloads.ticker_event(market, now_ms)]),
            "bookTicker": lambda: BestPrices([market], 0),
            "forceOrder": lambda: Liquidations(market),
            "rpiDepth@500ms": lambda: Depth(market, 500, levels=None),
        }
        if rest in simple:
            return simple[rest]()
        if _MARK.fullmatch(rest):
            period_ms = 1000 if rest.endswith("@1s") else 3000
            return Repeating(period_ms, lambda now_ms: [payloads.mark_price_event(market, now_ms)])
        if rest.startswith("kline_") and rest.removeprefix("kline_") in INTERVALS:
            return Klines(market, rest.removeprefix("kline_"), continuous=False)
        depth = _DEPTH.fullmatch(rest)
        if depth is None:
            return None
        levels = None if depth[1] is None else int(depth[1])
        return Depth(market, DEPTH_SPEEDS_MS[depth[2] or ""], levels=levels)

    def _continuous(self, prefix: str, word: str) -> Feed | None:
        pair, _, contract_type = prefix.rpartition("_")
        market = self._symbols.find(pair)
        if market is None or contract_type.lower() != "perpetual" or word not in INTERVALS:
            return None
        return Klines(market, word, continuous=True)

    def _of_all(self, name: str) -> Feed | None:
        markets = self._symbols.all()

        def each(render: Callable[[Market, int], Json]) -> Callable[[int], list[object]]:
            return lambda now_ms: [[render(market, now_ms) for market in markets]]

        feeds: dict[str, Callable[[], Feed]] = {
            "!markPrice@arr": lambda: Repeating(3000, each(payloads.mark_price_event)),
            "!markPrice@arr@1s": lambda: Repeating(1000, each(payloads.mark_price_event)),
            "!miniTicker@arr": lambda: Repeating(1000, each(payloads.mini_ticker_event)),
            "!ticker@arr": lambda: Repeating(1000, each(payloads.ticker_event)),
            "!bookTicker": lambda: BestPrices(markets, 5000),
            "!forceOrder@arr": lambda: Liquidations(None),
        }
        make = feeds.get(name)
        return None if make is None else make()
