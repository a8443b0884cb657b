"""The rules that a new order must keep, in OKX's codes. Their order is an assumption."""

from decimal import Decimal

from venuesim.exchange.accounts import Account
from venuesim.exchange.filters import FilterFailure, check_quantity, notional_of
from venuesim.exchange.instruments import Instrument, floor_to
from venuesim.exchange.market import Market
from venuesim.exchange.orders import Order, OrderRequest
from venuesim.exchange.positions import Holding
from venuesim.exchange.vocabulary import OrderType, PositionSide, Side
from venuesim.okx import errors
from venuesim.okx.errors import OkxError
from venuesim.okx.instruments import instrument_id, shown_size
from venuesim.okx.listing import MARKET_NOTIONAL_MAX
from venuesim.wire.calls import plain

CLOSING = {PositionSide.LONG: Side.SELL, PositionSide.SHORT: Side.BUY}
"""The side that closes a position of long/short mode."""


def check_rules(request: OrderRequest, market: Market, account: Account, *, scale: float) -> None:
    """Refuse an order that breaks a rule of its instrument. `scale` multiplies the number of pending orders allowed."""
    check_size(request, market)
    if request.order_type is OrderType.LIMIT:
        check_price(request.price, request.side, market)
        _check_room(account, request.instrument, scale)
    if request.instrument.is_linear:
        holding = account.holding_of(request)
        if request.reduce_only or CLOSING.get(request.position_side) is request.side:
            check_closing(request, account)
        else:
            check_tier(
                request.instrument, holding, request.side, request.quantity, notional_of(request, market), market
            )


def price_limits(market: Market) -> tuple[Decimal, Decimal]:
    """Return the highest price of a buy and the lowest of a sell."""
    instrument = market.instrument
    highest = floor_to(market.mid * instrument.price_multiplier_up, instrument.tick_size)
    lowest = floor_to(market.mid * instrument.price_multiplier_down, instrument.tick_size)
    return highest, lowest


def check_size(request: OrderRequest, market: Market) -> None:
    """Check an order's size against lot, minimum, maximum and the largest worth of an order."""
    instrument, is_market = request.instrument, request.order_type is OrderType.MARKET
    if request.quote_quantity:
        if request.quote_quantity < instrument.quantity_min * market.mid:
            raise errors.below_minimum()
    else:
        check_lots(request.quantity, instrument, is_market=is_market)
    if instrument.is_linear:  # A contract's worth is bounded by its tiers.
        return
    notional = notional_of(request, market)
    if is_market and notional > MARKET_NOTIONAL_MAX:
        limit = f"{plain(MARKET_NOTIONAL_MAX)} {instrument.quote}"
        raise OkxError("51201", f"The value of a market order can't exceed {limit}.")
    if notional > instrument.notional_max:
        raise OkxError("51005", "Your order amount exceeds the max order amount.")


def check_lots(quantity: Decimal, instrument: Instrument, *, is_market: bool) -> None:
    """Check a base quantity against lot, minimum and maximum."""
    match check_quantity(quantity, instrument, is_market=is_market):
        case None:
            return
        case FilterFailure.QUANTITY_BELOW_MIN:
            raise errors.below_minimum()
        case FilterFailure.QUANTITY_STEP:
            raise OkxError("51121", "Order quantity must be a multiple of the lot size.")
        case FilterFailure.MARKET_QUANTITY_ABOVE_MAX:
            raise OkxError("51202", "Market order amount exceeds the maximum amount.")
        case _ if instrument.is_linear:
            limit = shown_size(instrument, instrument.quantity_max)
            raise OkxError(
                "51101", f"Order failed, the sz of the current order can't be more than {limit} (contracts)."
            )
        case _:
            raise OkxError("51005", "Your order amount exceeds the max order amount.")


def check_price(price: Decimal, side: Side, market: Market, *, name: str = "px") -> None:
    """Check a limit price against the tick and the price limit."""
    # Assumption: a price between two ticks is refused like one that is no number.
    if price % market.instrument.tick_size:
        raise errors.malformed(name)
    highest, lowest = price_limits(market)
    if price > highest if side is Side.BUY else price < lowest:
        raise errors.price_limit(highest, lowest)


def check_closing(request: OrderRequest, account: Account, *, amended: Order | None = None) -> None:
    """Refuse an order that closes where there is nothing to close, or more than there is.

    What pending orders close counts too: in long/short mode all of it, in net mode what has price-time priority over
    the new order ("Place order", reduceOnly; assumption: the code). `amended` is the order that the request replaces.
    """
    holding = account.holding_of(request)
    position = holding.positions.get(request.position_side)
    if position is None or not position.is_open:
        raise errors.nothing_to_close()
    if not position.closes(request.side):
        message = "A reduce-only order can't be the same trading direction as your existing positions."
        raise OkxError("51170", f"Failed to place order. {message}")
    closable = abs(position.quantity)
    pending = [order for order in closing_orders(account, request) if order is not amended]
    if request.position_side is PositionSide.NET:
        pending = [order for order in pending if comes_first(order, request)]
    closable -= sum(order.leaves_quantity for order in pending)
    if request.quantity > closable:
        raise OkxError("51112", "Close order size exceeds available size for this position.")


def closing_orders(account: Account, request: OrderRequest | Order) -> list[Order]:
    """Return the pending orders of the same holding that close what a request closes."""
    return [
        order
        for order in account.open_orders_of(request.instrument.symbol)
        if (order.pocket, order.position_side, order.side) == (request.pocket, request.position_side, request.side)
        and (order.reduce_only or CLOSING.get(order.position_side) is order.side)
    ]


def comes_first(order: Order, request: OrderRequest | Order) -> bool:
    """Whether a pending order trades before a new one of the same side."""
    if request.order_type is OrderType.MARKET:
        return False
    return order.price >= request.price if request.side is Side.BUY else order.price <= request.price


def check_tier(
    instrument: Instrument, holding: Holding, side: Side, quantity: Decimal, notional: Decimal, market: Market
) -> None:
    """Refuse an order after which the position would be too large for its leverage ("Position tiers")."""
    fitting = [tier.notional_max for tier in instrument.margin_tiers if tier.leverage_max >= holding.leverage]
    largest = max(fitting, default=instrument.margin_tiers[0].notional_max)
    held = sum((position.quantity * side.sign for position in holding.positions.values()), Decimal(0))
    pending = sum((entry.notional for key, entry in holding.interest.items() if key[1] is side), Decimal(0))
    if max(held, Decimal(0)) * market.mark + pending + notional <= largest:
        return
    limit = shown_size(instrument, floor_to(largest / market.mark, instrument.lot_size))
    message = (
        f"Order failed. For {instrument_id(instrument)}, the sum of current {side.value} order size, position, "
        f"and pending {side.value} orders can't be more than {limit}(contracts) which is the maximum position amount "
        "under current leverage. Please lower the leverage or use a new sub-account to place the order again "
        f"(current leverage: {plain(holding.leverage)}x, current {side.value} order size: "
        f"{shown_size(instrument, quantity)} contracts)."
    )
    raise OkxError("51004", message, sub_code="1104" if side is Side.BUY else "1105")


def _check_room(account: Account, instrument: Instrument, scale: float) -> None:
    allowed = int(instrument.open_orders_max * scale)
    if len(account.open_orders) < allowed:
        return
    if len(account.open_orders_of(instrument.symbol)) >= allowed:
        raise OkxError("51025", "Order count exceeds the limit.")
