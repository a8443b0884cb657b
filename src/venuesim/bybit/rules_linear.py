"""The rules that a contract's order must keep, in Bybit's codes. Their order is an assumption."""

from decimal import Decimal

import msgspec

from venuesim.bybit.errors import BybitError, nothing_to_reduce, truncated_to_zero
from venuesim.bybit.rendering import stop_type_of
from venuesim.bybit.words import StopType
from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.filters import FilterFailure, check_quantity
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.market import Market
from venuesim.exchange.orders import Order, OrderRequest
from venuesim.exchange.positions import Holding
from venuesim.exchange.vocabulary import OrderStatus, OrderType, Side
from venuesim.wire.calls import plain


def checked_contract_order(request: OrderRequest, market: Market, account: Account, *, scale: float) -> OrderRequest:
    """Return the order as it may be placed (reduce-only: cut to what can be reduced); refuse one that breaks a rule.

    `scale` multiplies the number of open orders allowed.
    """
    check_contract_quantity(request.quantity, request.instrument, is_market=request.order_type is OrderType.MARKET)
    if request.order_type is OrderType.LIMIT:
        check_contract_price(request.price, request.side, market, waits=request.trigger is not None)
    if request.reduce_only and request.trigger is None:
        request = _cut_to_position(request, account)
    if not request.reduce_only:
        _check_notional(request, market)
        price = request.price if request.order_type is OrderType.LIMIT else market.mark
        check_position_limit(request, request.quantity * price, market, account)
    _check_room(request, account, scale)
    return request


def check_contract_quantity(quantity: Decimal, instrument: Instrument, *, is_market: bool) -> None:
    """Refuse a quantity that is too small, too large or not a multiple of the step."""
    match check_quantity(quantity, instrument, is_market=is_market):
        case None:
            return
        case FilterFailure.QUANTITY_BELOW_MIN:
            raise BybitError(10001, "The number of contracts exceeds minimum limit allowed")
        case FilterFailure.QUANTITY_STEP:
            raise BybitError(10001, "Qty invalid")
        case _:
            largest = instrument.market_quantity_max if is_market else instrument.quantity_max
            shown = f"order_qty:{quantity.scaleb(8):.0f} > max_qty:{largest.scaleb(8):.0f}"
            raise BybitError(10001, f"The number of contracts exceeds maximum limit allowed: too large, {shown}")


def check_contract_price(price: Decimal, side: Side, market: Market, *, waits: bool) -> None:
    """Refuse a price off the tick, or beyond the limit: buys above it, sells below it ("Contract Price Limits").

    Assumption: a conditional order is not held to the limit of the moment.
    """
    instrument = market.instrument
    if price % instrument.tick_size:
        raise BybitError(10001, "params error: Price invalid")
    too_far = not instrument.price_min <= price <= instrument.price_max
    if not waits and side is Side.BUY:
        too_far = too_far or price > market.mark * instrument.price_multiplier_up
    elif not waits:
        too_far = too_far or price < market.mark * instrument.price_multiplier_down
    if too_far:
        raise BybitError(110003, "Order price exceeds the allowable range.")


def check_position_limit(request: OrderRequest | Order, added: Decimal, market: Market, account: Account) -> None:
    """Refuse an order that could make the position larger than the risk limit allows at the present leverage.

    `added` is what the order adds to those that are open (quote).
    """
    holding = account.holding(request.instrument)
    value = added + _grown(holding, request, market.mark)
    tiers = request.instrument.margin_tiers
    allowed = max((tier.notional_max for tier in tiers if tier.leverage_max >= holding.leverage), default=ZERO)
    if value <= allowed:
        return
    enough = [tier for tier in tiers if tier.notional_max >= value]
    if not enough:
        raise BybitError(110089, "Exceeds the maximum risk limit level")
    leverage = enough[0].leverage_max
    raise BybitError(
        110090,
        "Order placement failed as your position may exceed the max limit. "
        f"Please adjust your leverage to {leverage} or below to increase the max. position limit",
    )


def _grown(holding: Holding, request: OrderRequest | Order, mark: Decimal) -> Decimal:
    """Return the value of the position and of the open orders on the side that an order adds to (quote)."""
    position = holding.position(request.position_side)
    held = max(ZERO, position.quantity * request.side.sign) * mark
    interest = holding.interest.get((request.position_side, request.side))
    return held + (interest.notional if interest is not None else ZERO)


def _cut_to_position(request: OrderRequest, account: Account) -> OrderRequest:
    """Cut a reduce-only order to what the position has left beside other reduce-only orders."""
    holding = account.holding(request.instrument)
    reducible = holding.reducible(request.side, request.position_side)
    if not reducible:
        if holding.position(request.position_side).is_open:
            raise BybitError(110017, "Reduce-only rule not satisfied")
        raise nothing_to_reduce()
    for order in account.open_orders_of(request.instrument.symbol):
        is_alike = order.side is request.side and order.position_side is request.position_side
        if order.reduce_only and order.status.is_working and is_alike:
            reducible -= order.leaves_quantity
    if reducible <= 0:
        raise truncated_to_zero()
    return msgspec.structs.replace(request, quantity=min(request.quantity, reducible))


def _check_notional(request: OrderRequest, market: Market) -> None:
    price = request.price
    if request.order_type is OrderType.MARKET:
        price = market.mark if request.trigger is None else request.trigger.price
    least = request.instrument.notional_min
    if request.quantity * price < least:
        message = f"Order does not meet minimum order value {plain(least)}{request.instrument.quote}"
        raise BybitError(110094, message)


def _check_room(request: OrderRequest, account: Account, scale: float) -> None:
    """Refuse what is too much: 500 active orders, 10 conditional ones, per contract and account."""
    instrument = request.instrument
    if request.trigger is not None:
        waiting = sum(
            order.status is OrderStatus.WAITING and stop_type_of(order) is StopType.STOP
            for order in account.open_orders_of(instrument.symbol)
        )
        if waiting >= int(instrument.conditional_orders_max * scale):
            raise BybitError(110009, "The number of stop orders exceeds the maximum allowable limit")
        return
    allowed = int(instrument.open_orders_max * scale)
    if request.order_type is OrderType.MARKET or len(account.open_orders) < allowed:
        return
    active = sum(order.status is not OrderStatus.WAITING for order in account.open_orders_of(instrument.symbol))
    if active >= allowed:
        raise BybitError(110020, f"Not allowed to have more than {instrument.open_orders_max} active orders.")
