"""The rules that a new spot order must keep, in Bybit's codes. Their order is an assumption."""

from decimal import Decimal

from venuesim.bybit import errors
from venuesim.bybit.errors import BybitError
from venuesim.bybit.listing import CONDITIONAL_ORDERS_MAX, OPEN_ORDERS_MAX
from venuesim.bybit.words import Extra
from venuesim.exchange.accounts import Account
from venuesim.exchange.filters import FilterFailure, check_quantity, notional_of
from venuesim.exchange.instruments import Instrument, floor_to
from venuesim.exchange.market import Market
from venuesim.exchange.orders import OrderRequest
from venuesim.exchange.vocabulary import OrderStatus, OrderType, Side


def check_rules(request: OrderRequest, market: Market, account: Account, *, scale: float) -> None:
    """Refuse an order that breaks a rule. `scale` multiplies the number of open orders allowed."""
    if request.quantity:
        check_pair_quantity(request.quantity, request.instrument, is_market=request.order_type is OrderType.MARKET)
    elif request.quote_quantity % quote_step(request.instrument):
        raise BybitError(170137, "Order volume decimal too long.")
    if request.order_type is OrderType.LIMIT:
        check_pair_price(request.price, request.side, market, waits=request.trigger is not None)
    _check_amount(request, market)
    if request.order_type is OrderType.LIMIT or request.trigger is not None:
        _check_room(request, account, scale)


def check_pair_amount(quantity: Decimal, price: Decimal, instrument: Instrument) -> None:
    """Refuse an amended limit order that is worth too little or too much."""
    if quantity * price < instrument.notional_min:
        raise BybitError(170140, "Order value exceeded lower limit.")
    if quantity * price > instrument.notional_max:
        raise BybitError(170124, "Order amount too large.")


def quote_step(instrument: Instrument) -> Decimal:
    """Return the step of quote amounts, `quotePrecision` (assumption: what one lot changes with one tick)."""
    return instrument.lot_size * instrument.tick_size


def check_pair_quantity(quantity: Decimal, instrument: Instrument, *, is_market: bool) -> None:
    """Refuse a base quantity that is too small, too large or not a multiple of the step."""
    match check_quantity(quantity, instrument, is_market=is_market):
        case None:
            return
        case FilterFailure.QUANTITY_BELOW_MIN:
            raise BybitError(170136, "Order quantity exceeded lower limit.")
        case FilterFailure.QUANTITY_STEP:
            raise BybitError(170137, "Order volume decimal too long.")
        case _:
            raise BybitError(170135, "Order quantity exceeded upper limit.")


def check_pair_price(price: Decimal, side: Side, market: Market, *, waits: bool) -> None:
    """Refuse a price off the tick, or beyond the price limit.

    Assumption: a conditional order is not held to the limit of the moment.
    """
    instrument = market.instrument
    if price % instrument.tick_size:
        raise BybitError(170134, "Order price decimal too long.")
    if waits:
        return
    if side is Side.BUY:
        highest = floor_to(market.mid * instrument.price_multiplier_up, instrument.tick_size)
        if price > highest:
            raise errors.price_too_high(highest, instrument.quote)
    else:
        lowest = floor_to(market.mid * instrument.price_multiplier_down, instrument.tick_size)
        if price < lowest:
            raise errors.price_too_low(lowest, instrument.quote)


def _check_amount(request: OrderRequest, market: Market) -> None:
    amount = notional_of(request, market)
    if amount < request.instrument.notional_min:
        raise BybitError(170140, "Order value exceeded lower limit.")
    if amount > request.instrument.notional_max:
        raise BybitError(170124, "Order amount too large.")


def _check_room(request: OrderRequest, account: Account, scale: float) -> None:
    """Refuse what is too much: 500 orders over all pairs, of them 30 conditional and 30 TP/SL orders in each pair."""
    refusal = BybitError(170810, "Cannot exceed maximum of 500 conditional, TP/SL and active orders.")
    if len(account.open_orders) >= int(OPEN_ORDERS_MAX * scale):
        spot = sum(not order.instrument.is_linear for order in account.open_orders.values())
        if spot >= int(OPEN_ORDERS_MAX * scale):
            raise refusal
    if request.trigger is not None:
        kind = request.extra.get(Extra.STOP_TYPE)
        alike = sum(
            order.status is OrderStatus.WAITING and order.extra.get(Extra.STOP_TYPE) == kind
            for order in account.open_orders_of(request.instrument.symbol)
        )
        if alike >= int(CONDITIONAL_ORDERS_MAX * scale):
            raise refusal
