"""The listed pairs by Binance's own symbols, and how requests name them."""

import random
import re
import string

from venuesim.binance import errors
from venuesim.binance.errors import BinanceError
from venuesim.binance.parameters import Parameters
from venuesim.binance.spot.vocabulary import SymbolStatus
from venuesim.exchange.engine import Exchange
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.market import Market

_ALPHABET = string.ascii_letters + string.digits
_SYMBOL = re.compile(r"(?:(?![a-z])[\w\-.]){1,50}")
_SYMBOL_RANGE = r"[\w\-._&&[^a-z]]{1,50}"
"""What the refusal says is legal: the same in the words of the venue's own regular expressions."""


class Instruments:
    """Finds pairs; an instrument's rules may change while the venue runs, so it is always read from its market."""

    def __init__(self, exchange: Exchange) -> None:
        self._by_id = {market.instrument.venue_id: market for market in exchange.markets.values()}

    def named(self, symbol: str) -> Market:
        """Return the market of a symbol like BTCUSDT; raises BinanceError if there is none."""
        market = self._by_id.get(symbol)
        if market is None:
            raise errors.invalid_symbol()
        return market

    def read(self, parameters: Parameters) -> Instrument:
        """Return the instrument that a request names."""
        return self.market(parameters).instrument

    def market(self, parameters: Parameters) -> Market:
        """Return the market that a request names."""
        symbol = parameters.required("symbol")
        if not _SYMBOL.fullmatch(symbol):
            raise errors.illegal("symbol", f"^{_SYMBOL_RANGE}$")
        return self.named(symbol)

    def read_optional(self, parameters: Parameters) -> Instrument | None:
        """Return the instrument that a request names, or None if it names none."""
        return self.read(parameters) if parameters.has("symbol") else None

    def markets(self, parameters: Parameters) -> list[Market]:
        """Return the markets that a request names by `symbol` or `symbols`, else all."""
        if parameters.has("symbol"):
            if parameters.has("symbols"):
                raise BinanceError(-1128, "Combination of optional parameters invalid.")
            return [self.market(parameters)]
        if not parameters.has("symbols"):
            return list(self._by_id.values())
        names = parameters.names("symbols")
        if not all(map(_SYMBOL.fullmatch, names)):
            raise errors.illegal("symbols", rf'^\["{_SYMBOL_RANGE}"(,"{_SYMBOL_RANGE}"){{0,}}\]$')
        if len(set(names)) != len(names):
            raise BinanceError(-1151, "Symbol is present multiple times in the list.")
        return [self.named(name) for name in names]


def read_status(parameters: Parameters) -> SymbolStatus | None:
    """Return the `symbolStatus` that a request asks for."""
    if not parameters.has("symbolStatus"):
        return None
    return parameters.choice("symbolStatus", SymbolStatus, -1122, "Invalid symbolStatus.")


def status_of(instrument: Instrument) -> SymbolStatus:
    """Return a pair's status; one that does not trade is shown as BREAK, as the live pairs are."""
    return SymbolStatus.TRADING if instrument.is_trading else SymbolStatus.BREAK


def of_status(markets: list[Market], wanted: SymbolStatus | None, *, is_single: bool) -> list[Market]:
    """Leave out the markets of another status; one that was asked for alone is refused instead."""
    if wanted is None:
        return markets
    matching = [market for market in markets if status_of(market.instrument) is wanted]
    if is_single and not matching:
        raise BinanceError(-1220, "The symbol's status does not match the requested symbolStatus.")
    return matching


class ClientOrderIds:
    """Makes the ids of requests that bring none: 22 letters and digits, from a seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(f"{seed}/client_order_ids")  # noqa: S311 - Repeatable ids, not secrets.

    def new(self) -> str:
        """Return a fresh id."""
        return "".join(self._random.choices(_ALPHABET, k=22))
