"""Names of instruments: ours (`BTC/USDT`) and the venue's."""

from collections.abc import Iterable

from tidegate.core.instruments import Instrument
from tidegate.core.vocabulary import Exchange
from tidegate.venues.values import MalformedError

_SEPARATORS = {Exchange.BINANCE: "", Exchange.OKX: "-", Exchange.BYBIT: ""}


class SymbolMap:
    """Both directions for one venue's spot market. Ours to theirs needs no listing, theirs to ours does."""

    def __init__(self, exchange: Exchange) -> None:
        self._separator = _SEPARATORS[exchange]
        self._ours: dict[str, str] = {}

    def learn(self, instruments: Iterable[Instrument]) -> None:
        """Take over a listing; what was delisted stays known, for its orders may still be told of."""
        for instrument in instruments:
            self._ours[instrument.exchange_symbol] = instrument.symbol

    def knows(self, exchange_symbol: str) -> bool:
        """Whether a venue's name is in the listing."""
        return exchange_symbol in self._ours

    def theirs(self, symbol: str) -> str:
        """The venue's name of an instrument of ours."""
        return symbol.replace("/", self._separator)

    def ours(self, exchange_symbol: str) -> str:
        """Our name of a venue's instrument; raises `MalformedError` when it is not in the listing."""
        symbol = self._ours.get(exchange_symbol)
        if symbol is None:
            raise MalformedError(f"{exchange_symbol} is not in the listing")
        return symbol
