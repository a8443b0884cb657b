"""How Bybit writes prices and sizes: those of contracts with a fixed number of decimals, those of pairs without."""

from decimal import Decimal

from venuesim.exchange.instruments import Instrument
from venuesim.wire.calls import plain

SCALE_MIN = 2


def price_scale(instrument: Instrument) -> int:
    """Return `priceScale`: the decimals of a contract's prices, at least two (assumption: BTC has a tick of 0.10)."""
    return max(SCALE_MIN, _decimals(instrument.tick_size))


def price_text(price: Decimal, instrument: Instrument) -> str:
    """Write a price, rounded to what the venue shows of it."""
    if not instrument.is_linear:
        return plain(price)
    return f"{price:.{price_scale(instrument)}f}"


def size_text(quantity: Decimal, instrument: Instrument) -> str:
    """Write a quantity in base units."""
    if not instrument.is_linear:
        return plain(quantity)
    return f"{quantity:.{_decimals(instrument.lot_size)}f}"


def _decimals(step: Decimal) -> int:
    exponent = step.normalize().as_tuple().exponent
    assert isinstance(exponent, int), "a step is a number"
    return max(0, -exponent)
