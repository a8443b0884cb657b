"""The rules that a new spot order must keep, in Bybit's codes. Their order is an assumption."""

from decimal import Decimal

from venuesim.bybit import errors
from venuesim.bybit.errors import BybitError
from venuesim.bybit.listing import OPEN_ORDERS_MAX
from venuesim.exchange.accounts import Account
from venuesim.exchange.filters import FilterFailure, check_quantity, notional_of
from venuesim.exchange.instruments import Instrument, floor_to
from venuesim.exchange.market import Market
from venuesim.exchange.orders import OrderRequest
from venuesim.exchange.vocabulary import OrderType, Side


def check_rules(request: OrderRequest, market: Market, account: Account, *, scale: float) -> None:
    """Refuse an order that breaks a rule. `scale` multiplies the number of open orders allowed."""
    if request.quantity:
        _check_quantity(request)
    elif request.quote_quantity % quote_step(request.instrument):
        raise BybitError(170137, "Order volume decimal too long.")
    if request.order_type is OrderType.LIMIT:
        _check_price(request, market)
    _check_amount(request, market)
    if request.order_type is OrderType.LIMIT and len(account.open_orders) >= int(OPEN_ORDERS_MAX * scale):
        raise BybitError(170810, "Cannot exceed maximum of 500 conditional, TP/SL and active orders.")


def quote_step(instrument: Instrument) -> Decimal:
    """Return the step of quote amounts, `quotePrecision` (assumption: what one lot changes with one tick)."""
    return instrument.lot_size * instrument.tick_size


def _check_quantity(request: OrderRequest) -> None:
    is_market = request.order_type is OrderType.MARKET
    match check_quantity(request.quantity, request.instrument, is_market=is_market):
        case None:
            return
        case FilterFailure.QUANTITY_BELOW_MIN:
            raise BybitError(170136, "Order quantity exceeded lower limit.")
        case FilterFailure.QUANTITY_STEP:
            raise BybitError(170137, "Order volume decimal too long.")
        case _:
            raise BybitError(170135, "Order quantity exceeded upper limit.")


def _check_price(request: OrderRequest, market: Market) -> None:
    instrument, price = request.instrument, request.price
    if price % instrument.tick_size:
        raise BybitError(170134, "Order price decimal too long.")
    if request.side is Side.BUY:
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
