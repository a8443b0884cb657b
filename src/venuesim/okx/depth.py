"""Turns successive books into the frames of the `books` channel: a snapshot, then what changed."""

from binascii import crc32
from decimal import Decimal
from itertools import zip_longest
from typing import NamedTuple

from venuesim.exchange.book import BookSide
from venuesim.exchange.market import Market
from venuesim.okx.market_data import BOOK_DEPTH_MAX
from venuesim.okx.rendering import Json
from venuesim.wire.calls import plain

CHECKSUM_LEVELS = 25

Prices = dict[Decimal, Decimal]


class ToldBook(NamedTuple):
    """A book as subscribers know it, best prices first."""

    sequence: int
    bids: Prices
    asks: Prices


class DepthPublisher:
    """Remembers the last book told of each symbol, so that all subscribers see one chain of sequence numbers."""

    def __init__(self) -> None:
        self._told: dict[str, ToldBook] = {}

    def snapshot(self, market: Market, now_ms: int) -> Json:
        """Return the book as it was told last: the next update continues it."""
        told = self._told.get(market.instrument.symbol)
        if told is None:
            told = self._told[market.instrument.symbol] = _present(market)
        return _data(told, _levels(told.bids), _levels(told.asks), previous=-1, now_ms=now_ms)

    def update(self, market: Market, now_ms: int) -> Json | None:
        """Return the levels that changed (zero: gone) since the last frame, or None if none did."""
        told = self._told[market.instrument.symbol]
        present = _present(market)
        bids, asks = _changes(told.bids, present.bids), _changes(told.asks, present.asks)
        if not bids and not asks:
            return None
        self._told[market.instrument.symbol] = present
        return _data(present, bids, asks, previous=told.sequence, now_ms=now_ms)

    def forget(self, market: Market) -> None:
        """Forget a book that nobody hears about any more."""
        self._told.pop(market.instrument.symbol, None)


def checksum(bids: Prices, asks: Prices) -> int:
    """Return OKX's checksum: signed CRC32 over price:size of the best 25 levels, bids and asks in turn."""
    sides = (list(side.items())[:CHECKSUM_LEVELS] for side in (bids, asks))
    parts = [
        f"{plain(level[0])}:{plain(level[1])}" for pair in zip_longest(*sides) for level in pair if level is not None
    ]
    value = crc32(":".join(parts).encode())
    return value - 2**32 if value >= 2**31 else value


def _present(market: Market) -> ToldBook:
    return ToldBook(market.update_id, _prices(market.book.bids), _prices(market.book.asks))


def _prices(side: BookSide) -> Prices:
    return dict(side.levels(BOOK_DEPTH_MAX))


def _levels(prices: Prices) -> list[list[str]]:
    return [_level(price, quantity) for price, quantity in prices.items()]


def _level(price: Decimal, quantity: Decimal) -> list[str]:
    return [plain(price), plain(quantity), "0", "1" if quantity else "0"]


def _changes(old: Prices, new: Prices) -> list[list[str]]:
    changed = [_level(price, quantity) for price, quantity in new.items() if old.get(price) != quantity]
    return changed + [_level(price, Decimal(0)) for price in old if price not in new]


def _data(book: ToldBook, bids: list[list[str]], asks: list[list[str]], *, previous: int, now_ms: int) -> Json:
    return {
        "asks": asks,
        "bids": bids,
        "ts": str(now_ms),
        "checksum": checksum(book.bids, book.asks),
        "prevSeqId": previous,
        "seqId": book.sequence,
    }
