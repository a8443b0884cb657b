"""Turns successive books into Binance's depthUpdate events."""

from collections import defaultdict
from decimal import Decimal

from venuesim.binance.spot.formats import Json, eight
from venuesim.exchange.accounts import ZERO
from venuesim.exchange.book import BookSide
from venuesim.exchange.market import Market

DEPTH_LEVELS = 1000

Prices = dict[Decimal, Decimal]


class DepthPublisher:
    """Remembers the last book told of each symbol, and tells what changed since.

    A level that has changed back meanwhile is told as well, if somebody was shown the book in between: who began with
    that snapshot would keep the level otherwise ("How to manage a local order book correctly").
    """

    def __init__(self) -> None:
        self._told: dict[str, tuple[int, Prices, Prices]] = {}
        self._shown: defaultdict[str, tuple[set[Decimal], set[Decimal]]] = defaultdict(lambda: (set(), set()))

    def begin(self, market: Market) -> None:
        """Take the present book as known: who subscribes now fetches it by REST."""
        if market.instrument.symbol not in self._told:
            self._remember(market)

    def shown(self, market: Market) -> None:
        """Note that somebody sees the present book."""
        symbol = market.instrument.symbol
        if symbol in self._told:
            _, *old = self._told[symbol]
            for seen, before, side in zip(self._shown[symbol], old, (market.book.bids, market.book.asks), strict=True):
                seen |= _differing(before, _prices(side))

    def update(self, market: Market, time_ms: int) -> Json | None:
        """Return the levels that changed (zero: gone) since the last event, or None if none did."""
        last_id, old_bids, old_asks = self._told.get(market.instrument.symbol, (market.update_id - 1, {}, {}))
        shown_bids, shown_asks = self._shown.pop(market.instrument.symbol, (set(), set()))
        bids = _changes(old_bids, _prices(market.book.bids), shown_bids)
        asks = _changes(old_asks, _prices(market.book.asks), shown_asks)
        if not bids and not asks:
            return None
        self._remember(market)
        return {
            "e": "depthUpdate",
            "E": time_ms,
            "s": market.instrument.venue_id,
            "U": last_id + 1,
            "u": market.update_id,
            "b": bids,
            "a": asks,
        }

    def _remember(self, market: Market) -> None:
        told = (market.update_id, _prices(market.book.bids), _prices(market.book.asks))
        self._told[market.instrument.symbol] = told


def _prices(side: BookSide) -> Prices:
    return dict(side.levels(DEPTH_LEVELS))


def _differing(old: Prices, new: Prices) -> set[Decimal]:
    """Return the prices at which the quantity is another."""
    return {price for price in old.keys() | new.keys() if old.get(price) != new.get(price)}


def _changes(old: Prices, new: Prices, shown: set[Decimal]) -> list[list[str]]:
    told = _differing(old, new) | shown
    changed = [[eight(price), eight(quantity)] for price, quantity in new.items() if price in told]
    return changed + [[eight(price), eight(ZERO)] for price in sorted(told - new.keys())]
