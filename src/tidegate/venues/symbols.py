"""Names of instruments: ours (`BTC/USDT`, `BTC/USDT:USDT`) and the venue's."""

from collections.abc import Iterable

from tidegate.core.instruments import Instrument
from tidegate.core.vocabulary import Exchange, InstrumentKind
from tidegate.venues.values import UnlistedError

_SEPARATORS = {Exchange.BINANCE: "", Exchange.OKX: "-", Exchange.BYBIT: ""}
_LINEAR_ENDINGS = {Exchange.BINANCE: "", Exchange.OKX: "-SWAP", Exchange.BYBIT: ""}


def kind_of(symbol: str) -> InstrumentKind:
    """Spot or linear, by our name: ccxt puts what a derivative settles in behind a colon."""
    return InstrumentKind.LINEAR if ":" in symbol else InstrumentKind.SPOT


class SymbolMap:
    """Both directions for one venue. Its names may repeat between its markets, so the market is always said."""

    def __init__(self, exchange: Exchange) -> None:
        self._separator = _SEPARATORS[exchange]
        self._linear_ending = _LINEAR_ENDINGS[exchange]
        self._ours: dict[tuple[InstrumentKind, str], Instrument] = {}
        self._by_symbol: dict[str, Instrument] = {}

    def learn(self, instruments: Iterable[Instrument]) -> None:
        """Take over a listing; what was delisted stays known, for its orders may still be told of."""
        for instrument in instruments:
            self._ours[instrument.kind, instrument.exchange_symbol] = instrument
            self._by_symbol[instrument.symbol] = instrument

    def knows(self, exchange_symbol: str, kind: InstrumentKind = InstrumentKind.SPOT) -> bool:
        """Whether a venue's name is in the listing."""
        return (kind, exchange_symbol) in self._ours

    def theirs(self, symbol: str) -> str:
        """The venue's name of an instrument of ours: as listed, or by the venue's rule while it is not."""
        listed = self._by_symbol.get(symbol)
        if listed is not None:
            return listed.exchange_symbol
        pair, _, settle = symbol.partition(":")
        return pair.replace("/", self._separator) + (self._linear_ending if settle else "")

    def ours(self, exchange_symbol: str, kind: InstrumentKind = InstrumentKind.SPOT) -> str:
        """Our name of a venue's instrument; raises `UnlistedError` when it is not in the listing."""
        listed = self._ours.get((kind, exchange_symbol))
        if listed is None:
            raise UnlistedError(f"{exchange_symbol} ({kind}) is not in the listing")
        return listed.symbol

    def traded(self, kind: InstrumentKind) -> list[Instrument]:
        """What is listed of a kind and trades."""
        return [rules for (each, _), rules in self._ours.items() if each is kind and rules.trading]

    def instrument(self, symbol: str) -> Instrument:
        """The rules of an instrument of ours (its contract size); raises `UnlistedError` when it is not listed."""
        listed = self._by_symbol.get(symbol)
        if listed is None:
            raise UnlistedError(f"{symbol} is not in the listing")
        return listed
