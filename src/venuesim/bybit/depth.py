"""Books as the public sees them: successive states of one market to one depth, numbered, and what changed between."""

from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from venuesim.bybit.figures import price_text, size_text
from venuesim.bybit.operations import Json
from venuesim.exchange.book import BookSide
from venuesim.exchange.clock import Clock
from venuesim.exchange.engine import Exchange
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.market import Market

Prices = dict[Decimal, Decimal]
Rows = list[list[str]]

FULL_DEPTH = 1000
"""The depth whose `u` the REST answers carry ("Get Orderbook": `u` corresponds to the 1000-level topic)."""

RPI_DEPTH = 50


class ToldBook(NamedTuple):
    """A book as it was told, best prices first.

    `update` counts the changes to this depth, `sequence` is the market's, `time_ms` when the matching engine made it.
    """

    update: int
    sequence: int
    time_ms: int
    bids: Prices
    asks: Prices


class DepthPublisher:
    """The chain of states of one market to one depth: everybody who asks or listens sees the same one.

    `listener` is told each change as (bids, asks, book): the rows that changed, "0" for those that are gone. With
    `shows_rpi` each row has a third figure: retail price improvement, of which there is none.
    """

    def __init__(self, market: Market, depth: int, now_ms: int, *, shows_rpi: bool = False) -> None:
        self._depth = depth
        self._shows_rpi = shows_rpi
        self.listener: Callable[[Rows, Rows, ToldBook], None] | None = None
        self.told = self._present(market, market.update_id, now_ms)

    def refresh(self, market: Market, now_ms: int) -> bool:
        """Take over what the market looks like now; tell the listener and return True if that differs."""
        told = self.told
        present = self._present(market, told.update + 1, now_ms)
        if present.bids == told.bids and present.asks == told.asks:
            return False
        self.told = present
        if self.listener is not None:
            instrument = market.instrument
            bids = self._changes(told.bids, present.bids, instrument, best_is_highest=True)
            asks = self._changes(told.asks, present.asks, instrument, best_is_highest=False)
            self.listener(bids, asks, present)
        return True

    def rows(self, instrument: Instrument, limit: int | None = None) -> tuple[Rows, Rows]:
        """Return the bids and asks that were told last, best first."""
        return self._levels(self.told.bids, instrument, limit), self._levels(self.told.asks, instrument, limit)

    def _present(self, market: Market, update: int, now_ms: int) -> ToldBook:
        book = market.book
        return ToldBook(update, market.update_id, now_ms, self._prices(book.bids), self._prices(book.asks))

    def _prices(self, side: BookSide) -> Prices:
        return dict(side.levels(self._depth))

    def _levels(self, prices: Prices, instrument: Instrument, limit: int | None) -> Rows:
        return [self._row(price, quantity, instrument) for price, quantity in list(prices.items())[:limit]]

    def _changes(self, old: Prices, new: Prices, instrument: Instrument, *, best_is_highest: bool) -> Rows:
        changed = {price: quantity for price, quantity in new.items() if old.get(price) != quantity}
        gone = [price for price in old if price not in new]
        return [
            self._row(price, changed[price], instrument) if price in changed else self._gone(price, instrument)
            for price in sorted([*changed, *gone], reverse=best_is_highest)
        ]

    def _row(self, price: Decimal, quantity: Decimal, instrument: Instrument) -> list[str]:
        row = [price_text(price, instrument), size_text(quantity, instrument)]
        return [*row, "0"] if self._shows_rpi else row

    def _gone(self, price: Decimal, instrument: Instrument) -> list[str]:
        row = [price_text(price, instrument), "0"]
        return [*row, "0"] if self._shows_rpi else row


class Depths:
    """Every chain that somebody has looked at."""

    def __init__(self, exchange: Exchange, clock: Clock) -> None:
        self._exchange = exchange
        self._clock = clock
        self._publishers: dict[tuple[str, int, bool], DepthPublisher] = {}

    def of(self, symbol: str, depth: int, *, shows_rpi: bool = False) -> DepthPublisher:
        """Return the chain of a market (by unified symbol) to a depth, begun by the first who wants it."""
        key = (symbol, depth, shows_rpi)
        publisher = self._publishers.get(key)
        if publisher is None:
            market = self._exchange.markets[symbol]
            publisher = DepthPublisher(market, depth, self._clock.now_ms(), shows_rpi=shows_rpi)
            self._publishers[key] = publisher
        return publisher

    def snapshot(self, market: Market, depth: int, limit: int, *, shows_rpi: bool = False) -> Json:
        """Return the present book for a request, after telling the listeners of the chain what has changed."""
        publisher = self.of(market.instrument.symbol, depth, shows_rpi=shows_rpi)
        now_ms = self._clock.now_ms()
        publisher.refresh(market, now_ms)
        bids, asks = publisher.rows(market.instrument, limit)
        told = publisher.told
        return {
            "s": market.instrument.venue_id,
            "b": bids,
            "a": asks,
            "ts": now_ms,
            "u": told.update,
            "seq": told.sequence,
            "cts": told.time_ms,
        }
