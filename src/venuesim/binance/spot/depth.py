"""Turns successive books into Binance's depthUpdate events."""

from decimal import Decimal

from venuesim.binance.spot.formats import Json, eight
from venuesim.exchange.accounts import ZERO
from venuesim.exchange.book import BookSide
from venuesim.exchange.market import Market

DEPTH_LEVELS = 1000

Prices = dict[Decimal, Decimal]


class DepthPublisher:
    """Remembers the last book told of each symbol, and tells what changed since."""

    def __init__(self) -> None:
        self._told: dict[str, tuple[int, Prices, Prices]] = {}

    def begin(self, market: Market) -> None:
        """Take the present book as known: who subscribes now fetches it by REST."""
        if market.instrument.symbol not in self._told:
            self._remember(market)

    def update(self, market: Market, time_ms: int) -> Json | None:
        """Return the levels that changed (zero: gone) since the last event, or None if none did."""
        last_id, old_bids, old_asks = self._told.get(market.instrument.symbol, (market.update_id - 1, {}, {}))
        bids = _changes(old_bids, _prices(market.book.bids))
        asks = _changes(old_asks, _prices(market.book.asks))
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


def _changes(old: Prices, new: Prices) -> list[list[str]]:
    changed = [[eight(price), eight(quantity)] for price, quantity in new.items() if old.get(price) != quantity]
    return changed + [[eight(price), eight(ZERO)] for price in old if price not in new]
