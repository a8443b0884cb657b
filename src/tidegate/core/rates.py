"""What one unit of an asset is worth in the reporting currency: by a market of the two, or by way of a third asset.

The ways through the markets are remembered, the prices never: a rate is always of the newest prices.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import NamedTuple

from tidegate.core.instruments import Price
from tidegate.core.money import ONE, ratio
from tidegate.core.vocabulary import Exchange

PATHS_MAX = 8  # The best way, and others for when a price on it is old.
PATHS_PER_VENUE_MAX = 2  # When one venue tells no prices, another does: its ways must not be crowded out.
HUBS = ("USDT", "USDC", "USD", "FDUSD", "BTC", "ETH", "BNB")  # What most is traded against, the best known first.


class Leg(NamedTuple):
    """A market on the way; `inverse`: it is gone through from quote to base."""

    exchange: Exchange
    symbol: str
    inverse: bool


class Worth(NamedTuple):
    """A price or value in the reporting currency, None where nothing tells it. `stale`: something behind it is old."""

    value: Decimal | None
    stale: bool


Path = tuple[Leg, ...]
Prices = Mapping[tuple[Exchange, str], Price]


class Rates:
    """The graph of all priced spot markets, as far as ways to the reporting currency lead through it."""

    def __init__(self, reporting_currency: str) -> None:
        self._reporting = reporting_currency
        self._seen = 0  # Markets never go: those behind so many are new.
        self._markets: dict[tuple[Exchange, str], dict[str, Leg]] = {}
        self._exchanges: list[Exchange] = []
        self._paths: dict[tuple[Exchange, str], tuple[Path, ...]] = {}

    def __eq__(self, other: object) -> bool:
        """What one has learned of the markets, the other will when it is asked."""
        return isinstance(other, Rates) and other._reporting == self._reporting

    def __hash__(self) -> int:
        return len(self._reporting)

    def rate(self, prices: Prices, exchange: Exchange, asset: str) -> Decimal | None:
        """By the best way, however old its prices are; None: there is none."""
        if asset == self._reporting:
            return ONE
        direct = prices.get((exchange, f"{asset}/{self._reporting}"))
        if direct is not None:
            return direct.last
        paths = self.paths(prices, exchange, asset)
        return _along(prices, paths[0]) if paths else None

    def worth(self, prices: Prices, exchange: Exchange, asset: str, since: datetime) -> Worth:
        """By the best way whose prices were all told since a time; where there is none, by the best, as stale."""
        if asset == self._reporting:
            return Worth(ONE, stale=False)
        paths = self.paths(prices, exchange, asset)
        for path in paths:
            if all(is_fresh(prices[leg.exchange, leg.symbol], since) for leg in path):
                return Worth(_along(prices, path), stale=False)
        return Worth(_along(prices, paths[0]) if paths else None, stale=True)

    def paths(self, prices: Prices, exchange: Exchange, asset: str) -> tuple[Path, ...]:
        """The ways from an asset to the reporting currency, the best first: at its own venue before any other's,
        directly before by way of a third asset."""
        if len(prices) != self._seen:
            self._learn(prices)
        found = self._paths.get((exchange, asset))
        if found is None:
            found = tuple(islice(self._find(exchange, asset), PATHS_MAX))
            self._paths[exchange, asset] = found
        return found

    def _learn(self, prices: Prices) -> None:
        new = list(islice(prices, self._seen, None))
        self._seen += len(new)
        for exchange, symbol in new:
            base, _, quote = symbol.partition("/")
            if ":" in quote or not quote:
                continue  # A derivative's price is none of its base asset.
            self._markets.setdefault((exchange, base), {})[quote] = Leg(exchange, symbol, inverse=False)
            self._markets.setdefault((exchange, quote), {})[base] = Leg(exchange, symbol, inverse=True)
            self._exchanges = sorted({*self._exchanges, exchange})
            self._paths.clear()

    def _find(self, exchange: Exchange, asset: str) -> Iterator[Path]:
        venues = [exchange, *(other for other in self._exchanges if other is not exchange)]
        for venue in venues:
            yield from islice(self._within(venue, asset), PATHS_PER_VENUE_MAX)
        for first in venues:
            for second in venues:
                if first is not second:
                    yield from self._by_way(first, second, asset)

    def _within(self, venue: Exchange, asset: str) -> Iterator[Path]:
        direct = self._markets.get((venue, asset), {}).get(self._reporting)
        if direct is not None:
            yield (direct,)
        yield from self._by_way(venue, venue, asset)

    def _by_way(self, first: Exchange, second: Exchange, asset: str) -> Iterator[Path]:
        """By a third asset that has a market with each of the two."""
        here = self._markets.get((first, asset), {})
        there = self._markets.get((second, self._reporting), {})
        for middle in sorted(here.keys() & there.keys(), key=_hub_first):
            yield here[middle], self._markets[second, middle][self._reporting]


def is_fresh(price: Price, since: datetime) -> bool:
    """Whether a price was told since a time."""
    return price.at is not None and price.at >= since


def _hub_first(asset: str) -> tuple[int, str]:
    return HUBS.index(asset) if asset in HUBS else len(HUBS), asset


def _along(prices: Prices, path: Path) -> Decimal:
    above, below = ONE, ONE
    for leg in path:
        last = prices[leg.exchange, leg.symbol].last
        if leg.inverse:
            below *= last
        else:
            above *= last
    return above if below == ONE else ratio(above, below)
