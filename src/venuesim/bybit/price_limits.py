"""How far from the market a limit order may be priced ("Get Order Price Limit").

The venue stops at X from its own price or at its index, whichever is farther, and at Y in any case; the simulated
market has no index apart, so Y alone is enforced (assumption).
"""

from decimal import Decimal

from venuesim.exchange.instruments import floor_to
from venuesim.exchange.market import Market


def highest_bid(market: Market) -> Decimal:
    """Return the highest price of a buy."""
    instrument = market.instrument
    return floor_to(_center(market) * instrument.price_multiplier_up, instrument.tick_size)


def lowest_ask(market: Market) -> Decimal:
    """Return the lowest price of a sell."""
    instrument = market.instrument
    return floor_to(_center(market) * instrument.price_multiplier_down, instrument.tick_size)


def _center(market: Market) -> Decimal:
    return market.mark if market.instrument.is_linear else market.mid
