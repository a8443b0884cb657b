"""The rules that an order must keep to be accepted for an instrument; each venue names and orders them its own way."""

from decimal import Decimal
from enum import StrEnum

from venuesim.exchange.accounts import Account
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.market import Market
from venuesim.exchange.orders import OrderRequest
from venuesim.exchange.vocabulary import OrderType


class FilterFailure(StrEnum):
    """Which rule of the instrument an order breaks."""

    PRICE_TICK = "price_tick"
    PRICE_RANGE = "price_range"
    PRICE_BAND = "price_band"
    QUANTITY_STEP = "quantity_step"
    QUANTITY_BELOW_MIN = "quantity_below_min"
    QUANTITY_ABOVE_MAX = "quantity_above_max"
    MARKET_QUANTITY_ABOVE_MAX = "market_quantity_above_max"
    NOTIONAL_BELOW_MIN = "notional_below_min"
    NOTIONAL_ABOVE_MAX = "notional_above_max"
    OPEN_ORDERS_MAX = "open_orders_max"


def check_filters(request: OrderRequest, market: Market, account: Account, *, scale: float = 1) -> FilterFailure | None:
    """Return the first rule that an order breaks, or None. `scale` multiplies the number of open orders allowed."""
    is_limit = request.order_type is OrderType.LIMIT
    failure = check_price(request, market) if is_limit else None
    if failure is None and request.quantity:
        failure = check_quantity(request.quantity, request.instrument, is_market=not is_limit)
    if failure is None:
        failure = _check_notional(request, market)
    if failure is None and is_limit and not _has_room(account, request.instrument, scale):
        failure = FilterFailure.OPEN_ORDERS_MAX
    return failure


def check_price(request: OrderRequest, market: Market) -> FilterFailure | None:
    """Check a limit price against tick, range and the band around the market price."""
    instrument, price = request.instrument, request.price
    if price < instrument.price_min or price > instrument.price_max:
        return FilterFailure.PRICE_RANGE
    if price % instrument.tick_size:
        return FilterFailure.PRICE_TICK
    # Assumption: the venues' moving average price is the present middle of the market.
    reference = market.mid
    too_high = price > reference * instrument.price_multiplier_up
    too_low = price < reference * instrument.price_multiplier_down
    return FilterFailure.PRICE_BAND if too_high or too_low else None


def check_quantity(quantity: Decimal, instrument: Instrument, *, is_market: bool) -> FilterFailure | None:
    """Check a base quantity against step, minimum and maximum."""
    if quantity < instrument.quantity_min:
        return FilterFailure.QUANTITY_BELOW_MIN
    if quantity > instrument.quantity_max:
        return FilterFailure.QUANTITY_ABOVE_MAX
    if quantity % instrument.lot_size:
        return FilterFailure.QUANTITY_STEP
    if is_market and quantity > instrument.market_quantity_max:
        return FilterFailure.MARKET_QUANTITY_ABOVE_MAX
    return None


def notional_of(request: OrderRequest, market: Market) -> Decimal:
    """Return the quote amount of an order; a market order by base counts at the market price."""
    if request.order_type is OrderType.LIMIT:
        return request.price * request.quantity
    return request.quote_quantity or request.quantity * market.mid


def _check_notional(request: OrderRequest, market: Market) -> FilterFailure | None:
    notional = notional_of(request, market)
    if notional < request.instrument.notional_min:
        return FilterFailure.NOTIONAL_BELOW_MIN
    if notional > request.instrument.notional_max:
        return FilterFailure.NOTIONAL_ABOVE_MAX
    return None


def _has_room(account: Account, instrument: Instrument, scale: float) -> bool:
    # Counting one symbol's orders walks them all, so look first whether the account has that many at all.
    allowed = int(instrument.open_orders_max * scale)
    if len(account.open_orders) < allowed:
        return True
    return sum(order.instrument is instrument for order in account.open_orders.values()) < allowed
