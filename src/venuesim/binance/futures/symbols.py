"""The listed contracts by Binance's own symbols."""

from collections.abc import Callable

from venuesim.binance.futures.errors import Code, mandatory, refused
from venuesim.binance.operations import Request, Result
from venuesim.binance.parameters import Parameters
from venuesim.exchange.engine import Exchange
from venuesim.exchange.market import Market


class Symbols:
    """Finds the market that a request names."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._symbols = {market.instrument.venue_id: symbol for symbol, market in exchange.markets.items()}

    def read(self, parameters: Parameters, name: str = "symbol") -> Market:
        """Return the market that a request must name."""
        symbol = parameters.optional(name) if parameters.has(name) else None
        if symbol is None:
            raise mandatory(name)
        return self.named(symbol)

    def read_optional(self, parameters: Parameters) -> Market | None:
        """Return the market that a request names, or None if it names none."""
        return self.read(parameters) if parameters.has("symbol") else None

    def read_pair(self, parameters: Parameters) -> Market:
        """Return the market of a pair; a perpetual's pair is written as its symbol is."""
        pair = parameters.optional("pair")
        if pair is None:
            raise mandatory("pair")
        if pair not in self._symbols:
            raise refused(Code.INVALID_PAIR)
        return self.named(pair)

    def named(self, symbol: str) -> Market:
        """Return the market of a symbol like BTCUSDT; raises BinanceError if there is none."""
        unified = self._symbols.get(symbol)
        if unified is None:
            raise refused(Code.BAD_SYMBOL)
        return self._exchange.markets[unified]

    def find(self, symbol: str) -> Market | None:
        """Return the market of a symbol in any case, or None: for names of streams."""
        unified = self._symbols.get(symbol.upper())
        return None if unified is None else self._exchange.markets[unified]

    def each(self, request: Request, render: Callable[[Market], dict[str, object]]) -> Result:
        """Describe the contract that a request names, or list all of them."""
        market = self.read_optional(request.parameters)
        return Result([render(entry) for entry in self.all()] if market is None else render(market))

    def all(self) -> list[Market]:
        """Return every market, in the order of the listing."""
        return list(self._exchange.markets.values())
