"""Which symbols' prices the engine wants at once, handed to whoever brings the prices of each venue."""

from typing import Protocol

from tidegate.core.messages.effects import WatchPrices
from tidegate.core.vocabulary import Exchange


class PriceSource(Protocol):
    """A venue's market data, which can follow some symbols closely."""

    def watch(self, symbols: frozenset[str]) -> None:
        """Tell these symbols' prices as they change; replaces what was watched before."""
        ...


class PriceWatch:
    """Remembers the newest wish per venue, for sources that come later."""

    def __init__(self) -> None:
        self._wanted: dict[Exchange, frozenset[str]] = {}
        self._sources: dict[Exchange, list[PriceSource]] = {}

    def want(self, effect: WatchPrices) -> None:
        """Pass a wish on."""
        self._wanted[effect.exchange] = effect.symbols
        for source in self._sources.get(effect.exchange, ()):
            source.watch(effect.symbols)

    def add(self, exchange: Exchange, source: PriceSource) -> None:
        """Take a source in, and tell it what is wanted already."""
        self._sources.setdefault(exchange, []).append(source)
        source.watch(self._wanted.get(exchange, frozenset()))
