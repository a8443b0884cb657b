"""Orders in the words of Binance spot."""

from decimal import Decimal

from tidegate.core.messages.effects import SendOrder
from tidegate.core.money import plain
from tidegate.core.vocabulary import OffsetUnit, OrderType
from tidegate.venues.binance.words import SIDES, TIMES_IN_FORCE, inexpressible

BASIS_POINTS_IN_A_PERCENT = 100
_CONDITIONAL = {
    OrderType.STOP_LOSS: "STOP_LOSS",
    OrderType.STOP_LIMIT: "STOP_LOSS_LIMIT",
    OrderType.TAKE_PROFIT: "TAKE_PROFIT",
    OrderType.TAKE_PROFIT_LIMIT: "TAKE_PROFIT_LIMIT",
}
ORDER_TYPES = {
    "MARKET": OrderType.MARKET,
    "LIMIT": OrderType.LIMIT,
    "LIMIT_MAKER": OrderType.LIMIT,
    **{word: order_type for order_type, word in _CONDITIONAL.items()},
}
CONDITIONAL_WORDS = frozenset(_CONDITIONAL.values())


def place_params(order: SendOrder, exchange_symbol: str) -> dict[str, str]:
    """The parameters of POST /api/v3/order; raises `CallFailed` for what it cannot express."""
    params = {
        **order.params,
        "symbol": exchange_symbol,
        "side": SIDES[order.side],
        "newClientOrderId": str(order.exchange_client_order_id),
        "newOrderRespType": "FULL",
    }
    if order.quote_quantity is not None:
        return params | {"type": "MARKET", "quoteOrderQty": plain(order.quote_quantity)}
    assert order.quantity is not None
    params["quantity"] = plain(order.quantity)
    match order.order_type:
        case OrderType.MARKET:
            return params | {"type": "MARKET"}
        case OrderType.LIMIT:
            return params | _limit(order)
        case OrderType.TRAILING_STOP:
            return params | _trailing(order)
        case _:
            return params | _conditional(order)


def _limit(order: SendOrder) -> dict[str, str]:
    """Post-only is a type of its own, LIMIT_MAKER."""
    assert order.price is not None
    price = {"price": plain(order.price)}
    if order.post_only:
        return {"type": "LIMIT_MAKER", **price}
    return {"type": "LIMIT", "timeInForce": TIMES_IN_FORCE[order.time_in_force], **price}


def _conditional(order: SendOrder) -> dict[str, str]:
    assert order.trigger_price is not None
    if order.post_only:
        raise inexpressible("Binance spot has no post-only orders that wait for a trigger")
    params = {"type": _CONDITIONAL[order.order_type], "stopPrice": plain(order.trigger_price)}
    if order.price is None:
        return params
    return params | {"timeInForce": TIMES_IN_FORCE[order.time_in_force], "price": plain(order.price)}


def _trailing(order: SendOrder) -> dict[str, str]:
    """A market order that follows the price from the next trade on, or from where the trigger price is reached.

    That price lies where the market moves in the order's favor, which is a TAKE_PROFIT's side of it ("Spot Trailing
    Stop order FAQ"); without one either type does the same.
    """
    delta = {"trailingDelta": basis_points(order)}
    if order.trigger_price is None:
        return {"type": "STOP_LOSS", **delta}
    return {"type": "TAKE_PROFIT", "stopPrice": plain(order.trigger_price), **delta}


def basis_points(order: SendOrder) -> str:
    """The trailing offset in hundredths of a percent, of which Binance takes whole ones only."""
    assert order.trailing_offset is not None
    points = order.trailing_offset * BASIS_POINTS_IN_A_PERCENT
    if order.trailing_offset_unit is not OffsetUnit.PERCENT or points != points.to_integral_value():
        raise inexpressible("Binance spot trails by whole hundredths of a percent only")
    return plain(Decimal(points))
