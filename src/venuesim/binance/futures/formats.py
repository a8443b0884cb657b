"""How the USDⓈ-M API writes amounts: answers fill up to the contract's precision, events leave needless zeros out."""

from decimal import Decimal
from functools import lru_cache

from venuesim.exchange.accounts import ZERO
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.orders import Order

Json = dict[str, object]

PRICE_DECIMALS_MIN = 2
NO_AVERAGE = "0.00"


def price_precision(instrument: Instrument) -> int:
    """Return the `pricePrecision`. Assumption: the decimals of the tick, at least two (BTC has 0.10 and 2)."""
    return max(PRICE_DECIMALS_MIN, instrument.tick_decimals)


def quantity_precision(instrument: Instrument) -> int:
    """Return the `quantityPrecision`: the decimals of the step."""
    return instrument.lot_decimals


def quote_precision(instrument: Instrument) -> int:
    """Return how many decimals a product of price and quantity has."""
    return price_precision(instrument) + quantity_precision(instrument)


@lru_cache(maxsize=64)
def zero_text(decimals: int) -> str:
    """Write nothing with so many decimals."""
    return f"{ZERO:.{decimals}f}"


def price_text(price: Decimal, instrument: Instrument) -> str:
    """Write a price with the contract's precision."""
    return f"{price:.{price_precision(instrument)}f}"


def quantity_text(quantity: Decimal, instrument: Instrument) -> str:
    """Write a quantity with the contract's precision."""
    return f"{quantity:.{quantity_precision(instrument)}f}"


def quote_text(amount: Decimal, instrument: Instrument) -> str:
    """Write a product of price and quantity with the precision of both, as `cumQuote` and a filled `avgPrice` have."""
    return f"{amount:.{quote_precision(instrument)}f}"


def average_text(order: Order) -> str:
    """Write the mean price of an order's fills; "0.00" without one, whatever the contract."""
    return quote_text(order.average_price, order.instrument) if order.filled_quantity else NO_AVERAGE


def eight(amount: Decimal) -> str:
    """Write an amount of an asset with eight decimals; nothing has no sign."""
    return f"{amount + ZERO:.8f}"
