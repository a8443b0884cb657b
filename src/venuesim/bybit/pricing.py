"""Prices that the venue sets: how far a market order may go, and orders at a level of the book ("Place Order")."""

from decimal import Decimal

from venuesim.bybit.errors import BybitError
from venuesim.bybit.listing import PRICE_LIMIT_X_SHARE
from venuesim.bybit.parameters import Parameters
from venuesim.bybit.words import BboSide, SlippageType
from venuesim.exchange.instruments import floor_to
from venuesim.exchange.market import Market
from venuesim.exchange.vocabulary import Side

BBO_LEVELS_MAX = 5
SLIPPAGE_TICKS_MAX = 10_000
SLIPPAGE_PERCENT_MIN = Decimal("0.01")
SLIPPAGE_PERCENT_MAX = Decimal(10)


def protected_price(market: Market, side: Side) -> Decimal:
    """Return the worst price of a contract's market order, which the venue makes an IOC limit order.

    Assumption: the distance from the mark price is the inner price limit ratio (about 1 % for BTC was measured).
    """
    instrument = market.instrument
    ratio = (instrument.price_multiplier_up - 1) * PRICE_LIMIT_X_SHARE * side.sign
    return max(floor_to(market.mark * (1 + ratio), instrument.tick_size), instrument.tick_size)


def slipped_price(parameters: Parameters, market: Market, side: Side) -> Decimal | None:
    """Return the worst price that `slippageTolerance` allows, from the best opposite price; None without one."""
    if not parameters.has("slippageToleranceType"):
        return None
    kind = parameters.choice("slippageToleranceType", SlippageType)
    tolerance = parameters.decimal("slippageTolerance")
    tick = market.instrument.tick_size
    best = market.book.side(side.opposite).best()
    base = market.mid if best is None else best.price
    if kind is SlippageType.TICKS:
        if tolerance % 1 or tolerance > SLIPPAGE_TICKS_MAX:
            raise BybitError(110108, f"Allowable range: 1 to {SLIPPAGE_TICKS_MAX} tick size")
        return max(base + tolerance * tick * side.sign, tick)
    if tolerance % Decimal("0.01") or not SLIPPAGE_PERCENT_MIN <= tolerance <= SLIPPAGE_PERCENT_MAX:
        raise BybitError(110109, "Allowable range: 0.01% to 10%")
    return max(floor_to(base * (1 + tolerance / 100 * side.sign), tick), tick)


def level_price(parameters: Parameters, market: Market, side: Side) -> Decimal:
    """Return the price of an order at a level (1 to 5) of its own side of the book, or of the other."""
    bbo = parameters.choice("bboSideType", BboSide)
    level = parameters.integer("bboLevel")
    if level is None or not 1 <= level <= BBO_LEVELS_MAX:
        raise BybitError(10001, "params error: bboLevel invalid")
    levels = market.book.side(side if bbo is BboSide.QUEUE else side.opposite).levels(level)
    if not levels:
        raise BybitError(110118, "Unable to retrieve a price of the market order due to low liquidity")
    return levels[-1][0]
