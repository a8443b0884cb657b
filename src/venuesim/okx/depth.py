"""Turns successive books into the frames of the incremental channels: a snapshot, then what changed.

Source: OKX "Order book channel". `checksum` is deprecated there and always 0; sequence numbers show the continuity.
"""

from decimal import Decimal
from typing import NamedTuple

from venuesim.exchange.book import BookSide
from venuesim.exchange.market import Market
from venuesim.okx.figures import Json, level

KEEP_ALIVE_MS = 60_000
"""After so long without a change an empty update says that the connection lives."""

FIRST = -1
"""`prevSeqId` of a snapshot."""


class Level(NamedTuple):
    """What stands at one price: the quantity (base), and in how many orders."""

    quantity: Decimal
    orders: int


GONE = Level(Decimal(0), 0)

Prices = dict[Decimal, Level]


class ToldBook(NamedTuple):
    """A book as subscribers know it, best prices first, and when they were told last."""

    sequence: int
    bids: Prices
    asks: Prices
    told_ms: int


class DepthPublisher:
    """Remembers the last book told of each symbol, so that all subscribers see one chain of sequence numbers."""

    def __init__(self, depth: int) -> None:
        self._depth = depth
        self._told: dict[str, ToldBook] = {}

    def snapshot(self, market: Market, now_ms: int) -> Json:
        """Return the book as it was told last: the next update continues it."""
        told = self._told.get(market.instrument.symbol)
        if told is None:
            told = self._told[market.instrument.symbol] = self._present(market, now_ms)
        return _data(told, _levels(market, told.bids), _levels(market, told.asks), previous=FIRST, now_ms=now_ms)

    def update(self, market: Market, now_ms: int) -> Json | None:
        """Return the levels that changed (zero: gone) since the last frame, or None if there is nothing to tell."""
        told = self._told[market.instrument.symbol]
        present = self._present(market, now_ms)
        bids, asks = _changes(market, told.bids, present.bids), _changes(market, told.asks, present.asks)
        if not bids and not asks:
            if now_ms - told.told_ms < KEEP_ALIVE_MS:
                return None
            present = told._replace(told_ms=now_ms)
        self._told[market.instrument.symbol] = present
        return _data(present, bids, asks, previous=told.sequence, now_ms=now_ms)

    def forget(self, market: Market) -> None:
        """Forget a book that nobody hears about any more."""
        self._told.pop(market.instrument.symbol, None)

    def _present(self, market: Market, now_ms: int) -> ToldBook:
        book = market.book
        return ToldBook(market.update_id, self._prices(book.bids), self._prices(book.asks), now_ms)

    def _prices(self, side: BookSide) -> Prices:
        return {price: Level(quantity, orders) for price, quantity, orders in side.counted_levels(self._depth)}


def _levels(market: Market, prices: Prices) -> list[list[str]]:
    return [level(market.instrument, price, held.quantity, held.orders) for price, held in prices.items()]


def _changes(market: Market, old: Prices, new: Prices) -> list[list[str]]:
    changed = {price: held for price, held in new.items() if old.get(price) != held}
    gone = dict.fromkeys((price for price in old if price not in new), GONE)
    return _levels(market, changed | gone)


def _data(book: ToldBook, bids: list[list[str]], asks: list[list[str]], *, previous: int, now_ms: int) -> Json:
    return {
        "asks": asks,
        "bids": bids,
        "ts": str(now_ms),
        "checksum": 0,
        "prevSeqId": previous,
        "seqId": book.sequence,
    }
