"""The rules that a new spot order must keep, in OKX's codes. Their order is an assumption."""

from decimal import Decimal

from venuesim.exchange.accounts import Account
from venuesim.exchange.filters import FilterFailure, check_quantity, notional_of
from venuesim.exchange.instruments import Instrument, floor_to
from venuesim.exchange.market import Market
from venuesim.exchange.orders import OrderRequest
from venuesim.exchange.vocabulary import OrderType, Side
from venuesim.okx import errors
from venuesim.okx.errors import OkxError
from venuesim.okx.listing import MARKET_NOTIONAL_MAX
from venuesim.wire.calls import plain


def check_rules(request: OrderRequest, market: Market, account: Account, *, scale: float) -> None:
    """Refuse an order that breaks a rule of its instrument. `scale` multiplies the number of pending orders allowed."""
    _check_size(request, market)
    _check_notional(request, market)
    if request.order_type is OrderType.LIMIT:
        _check_price(request, market)
        _check_room(account, request.instrument, scale)


def price_limits(market: Market) -> tuple[Decimal, Decimal]:
    """Return the highest price of a buy and the lowest of a sell."""
    instrument = market.instrument
    highest = floor_to(market.mid * instrument.price_multiplier_up, instrument.tick_size)
    lowest = floor_to(market.mid * instrument.price_multiplier_down, instrument.tick_size)
    return highest, lowest


def _check_size(request: OrderRequest, market: Market) -> None:
    instrument = request.instrument
    if request.quote_quantity:
        if request.quote_quantity < instrument.quantity_min * market.mid:
            raise errors.below_minimum()
        return
    match check_quantity(request.quantity, instrument, is_market=request.order_type is OrderType.MARKET):
        case None:
            return
        case FilterFailure.QUANTITY_BELOW_MIN:
            raise errors.below_minimum()
        case FilterFailure.QUANTITY_STEP:
            raise OkxError("51121", "Order quantity must be a multiple of the lot size.")
        case _:
            raise OkxError("51005", "Your order amount exceeds the max order amount.")


def _check_notional(request: OrderRequest, market: Market) -> None:
    notional = notional_of(request, market)
    if request.order_type is OrderType.MARKET and notional > MARKET_NOTIONAL_MAX:
        limit = f"{plain(MARKET_NOTIONAL_MAX)} {request.instrument.quote}"
        raise OkxError("51201", f"Value of per market order cannot exceed {limit}.")
    if notional > request.instrument.notional_max:
        raise OkxError("51005", "Your order amount exceeds the max order amount.")


def _check_price(request: OrderRequest, market: Market) -> None:
    # Assumption: a price between two ticks is refused like one that is no number.
    if request.price % request.instrument.tick_size:
        raise errors.malformed("px")
    highest, lowest = price_limits(market)
    if request.price > highest if request.side is Side.BUY else request.price < lowest:
        raise errors.price_limit(highest, lowest)


def _check_room(account: Account, instrument: Instrument, scale: float) -> None:
    allowed = int(instrument.open_orders_max * scale)
    if len(account.open_orders) < allowed:
        return
    if sum(order.instrument is instrument for order in account.open_orders.values()) >= allowed:
        raise OkxError("51025", "Order count exceeds the limit.")
