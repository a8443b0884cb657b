"""The listed instruments by OKX's own ids and codes, and sizes in its units: swaps count contracts."""

from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum

from venuesim.exchange.engine import Exchange
from venuesim.exchange.instruments import Instrument
from venuesim.okx import errors
from venuesim.okx.listing import FIRST_CODE
from venuesim.okx.listing_linear import CODE_STEP
from venuesim.okx.listing_linear import FIRST_CODE as FIRST_SWAP_CODE
from venuesim.okx.parameters import Parameters
from venuesim.wire.calls import plain


class InstrumentType(StrEnum):
    """The `instType` values."""

    SPOT = "SPOT"
    MARGIN = "MARGIN"
    SWAP = "SWAP"
    FUTURES = "FUTURES"
    OPTION = "OPTION"


def instrument_id(instrument: Instrument) -> str:
    """Return the instrument's id as OKX writes it: BTC-USDT, BTC-USDT-SWAP."""
    name = f"{instrument.base}-{instrument.quote}"
    return f"{name}-SWAP" if instrument.is_linear else name


def instrument_type(instrument: Instrument) -> InstrumentType:
    """Return the instrument's `instType`."""
    return InstrumentType.SWAP if instrument.is_linear else InstrumentType.SPOT


def size_of(instrument: Instrument, quantity: Decimal) -> Decimal:
    """Return a base quantity in the unit of `sz`: contracts of a swap, base of a pair."""
    return quantity / instrument.contract_size if instrument.is_linear else quantity


def quantity_of(instrument: Instrument, size: Decimal) -> Decimal:
    """Return the base quantity of an `sz`."""
    return size * instrument.contract_size if instrument.is_linear else size


def shown_size(instrument: Instrument, quantity: Decimal) -> str:
    """Write a base quantity in the unit of `sz`."""
    return plain(size_of(instrument, quantity))


class Instruments:
    """The listed pairs and swaps. Looked up each time: the control API may change an instrument's rules."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        listed = [market.instrument for market in exchange.markets.values()]
        self._symbols = {instrument_id(instrument): instrument.symbol for instrument in listed}
        pairs = [instrument.symbol for instrument in listed if not instrument.is_linear]
        swaps = [instrument.symbol for instrument in listed if instrument.is_linear]
        self._by_code = dict(enumerate(pairs, FIRST_CODE))
        self._by_code |= {FIRST_SWAP_CODE + CODE_STEP * index: symbol for index, symbol in enumerate(swaps)}
        self.codes = {symbol: code for code, symbol in self._by_code.items()}

    def names(self) -> set[str]:
        """Return every name that a request can have for an instrument, its type or its currencies."""
        listed = list(self.all())
        assets = {asset for instrument in listed for asset in (instrument.base, instrument.quote)}
        return {*self._symbols, *assets, *(kind.value for kind in InstrumentType)}

    def all(self) -> Iterator[Instrument]:
        """Yield every listed instrument."""
        return (market.instrument for market in self._exchange.markets.values())

    def of_type(self, kind: InstrumentType) -> list[Instrument]:
        """Return the instruments of a type; margin trading has none here, nor do dated futures and options."""
        return [instrument for instrument in self.all() if instrument_type(instrument) is kind]

    def named(self, name: str) -> Instrument:
        """Return the instrument of an id like BTC-USDT; raises OkxError if there is none."""
        symbol = self._symbols.get(name)
        if symbol is None:
            raise errors.no_such_instrument()
        return self._exchange.markets[symbol].instrument

    def read(self, parameters: Parameters) -> Instrument:
        """Return the instrument that a request names by instId, or on sockets by instIdCode."""
        code = parameters.code("instIdCode")
        if code is None:
            return self.named(parameters.required("instId"))
        symbol = self._by_code.get(code)
        if symbol is None:
            raise errors.no_such_instrument()
        return self._exchange.markets[symbol].instrument

    def read_optional(self, parameters: Parameters) -> Instrument | None:
        """Return the instrument that a request names, or None if it names none."""
        return self.read(parameters) if parameters.has("instId") else None
