"""The rules that a contract's orders must keep ("Common Definition", Filters), in the order of the venue's codes.

Assumption: quantity first, then price, then notional; the venue does not document the order.
"""

from decimal import Decimal

from venuesim.binance.futures.errors import (
    Code,
    notional_too_small,
    price_too_high,
    price_too_low,
    refused,
)
from venuesim.binance.futures.formats import price_precision, price_text, quantity_precision
from venuesim.exchange.instruments import Instrument, decimals_of
from venuesim.exchange.market import Market
from venuesim.exchange.vocabulary import Side
from venuesim.wire.calls import plain


def check_quantity(quantity: Decimal, instrument: Instrument, *, is_market: bool) -> None:
    """Check a quantity (base) against precision, bounds and step; raises BinanceError."""
    if quantity <= 0:
        raise refused(Code.QTY_LESS_THAN_ZERO)
    if decimals_of(quantity) > quantity_precision(instrument):
        raise refused(Code.BAD_PRECISION)
    if quantity < instrument.quantity_min:
        raise refused(Code.QTY_LESS_THAN_MIN_QTY)
    if quantity > (instrument.market_quantity_max if is_market else instrument.quantity_max):
        raise refused(Code.QTY_GREATER_THAN_MAX_QTY)
    if quantity % instrument.lot_size:
        raise refused(Code.QTY_NOT_INCREASED_BY_STEP_SIZE)


def check_price(price: Decimal, instrument: Instrument) -> None:
    """Check a limit price against precision, bounds and tick; raises BinanceError."""
    if price <= 0:
        raise refused(Code.PRICE_LESS_THAN_ZERO)
    if decimals_of(price) > price_precision(instrument):
        raise refused(Code.BAD_PRECISION)
    if price > instrument.price_max:
        raise refused(Code.PRICE_GREATER_THAN_MAX_PRICE)
    if price < instrument.price_min:
        raise refused(Code.PRICE_LESS_THAN_MIN_PRICE)
    if price % instrument.tick_size:
        raise refused(Code.PRICE_NOT_INCREASED_BY_TICK_SIZE)


def check_trigger_price(price: Decimal, instrument: Instrument) -> None:
    """Check a trigger or activation price; raises BinanceError."""
    if price <= 0:
        raise refused(Code.STOP_PRICE_LESS_THAN_ZERO)
    if decimals_of(price) > price_precision(instrument):
        raise refused(Code.BAD_PRECISION)
    if price > instrument.price_max:
        raise refused(Code.STOP_PRICE_GREATER_THAN_MAX_PRICE)
    if price % instrument.tick_size:
        raise refused(Code.PRICE_NOT_INCREASED_BY_TICK_SIZE)


def check_price_band(side: Side, price: Decimal, market: Market) -> None:
    """Check PERCENT_PRICE: a buy's price against the band above the mark price, a sale's against the one below."""
    instrument = market.instrument
    highest = market.mark * instrument.price_multiplier_up
    lowest = market.mark * instrument.price_multiplier_down
    if side is Side.BUY and price > highest:
        raise price_too_high(price_text(highest, instrument))
    if side is Side.SELL and price < lowest:
        raise price_too_low(price_text(lowest, instrument))


def check_counterparty(side: Side, market: Market) -> None:
    """Check that a market order meets a price within PERCENT_PRICE."""
    best = market.book.side(side.opposite).best_price()
    if best is None:
        return
    instrument = market.instrument
    too_high = side is Side.BUY and best > market.mark * instrument.price_multiplier_up
    too_low = side is Side.SELL and best < market.mark * instrument.price_multiplier_down
    if too_high or too_low:
        raise refused(Code.MARKET_ORDER_REJECT)


def check_notional(quantity: Decimal, price: Decimal, instrument: Instrument) -> None:
    """Check MIN_NOTIONAL; a market order counts at the mark price ("MIN_NOTIONAL" of the filters)."""
    if quantity * price < instrument.notional_min:
        raise notional_too_small(plain(instrument.notional_min))
