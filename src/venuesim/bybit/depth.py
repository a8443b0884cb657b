"""Turns successive books into the frames of the `orderbook` topics: a snapshot, then what changed."""

from decimal import Decimal
from typing import NamedTuple

from venuesim.bybit.operations import Json
from venuesim.exchange.book import BookSide
from venuesim.exchange.market import Market
from venuesim.wire.calls import plain

Prices = dict[Decimal, Decimal]


class ToldBook(NamedTuple):
    """A book as subscribers know it, best prices first. `update` counts the frames, `sequence` is the market's."""

    update: int
    sequence: int
    bids: Prices
    asks: Prices


class DepthPublisher:
    """Remembers the last book told of one topic, so that all its subscribers see one chain of updates."""

    def __init__(self, depth: int) -> None:
        self._depth = depth
        self._told: ToldBook | None = None

    def snapshot(self, market: Market) -> Json:
        """Return the book as it was told last: the next delta continues it."""
        if self._told is None:
            self._told = self._present(market, market.update_id)
        return _data(market, self._told, _levels(self._told.bids), _levels(self._told.asks))

    def delta(self, market: Market) -> Json | None:
        """Return the levels that changed (zero: gone) since the last frame, or None if none did."""
        told = self._told
        assert told is not None, "a topic begins with a snapshot"
        present = self._present(market, told.update + 1)
        bids, asks = _changes(told.bids, present.bids), _changes(told.asks, present.asks)
        if not bids and not asks:
            return None
        self._told = present
        return _data(market, present, bids, asks)

    def _present(self, market: Market, update: int) -> ToldBook:
        book = market.book
        return ToldBook(update, market.update_id, self._prices(book.bids), self._prices(book.asks))

    def _prices(self, side: BookSide) -> Prices:
        return dict(side.levels(self._depth))


def _levels(prices: Prices) -> list[list[str]]:
    return [[plain(price), plain(quantity)] for price, quantity in prices.items()]


def _changes(old: Prices, new: Prices) -> list[list[str]]:
    gone = [[plain(price), "0"] for price in old if price not in new]
    return gone + [[plain(price), plain(quantity)] for price, quantity in new.items() if old.get(price) != quantity]


def _data(market: Market, book: ToldBook, bids: list[list[str]], asks: list[list[str]]) -> Json:
    return {"s": market.instrument.venue_id, "b": bids, "a": asks, "u": book.update, "seq": book.sequence}
