"""Orders in the words of Binance USD-M futures: those of the book, and conditional ones, which are algo orders."""

from decimal import Decimal

from tidegate.core.messages.effects import SendAmend, SendOrder
from tidegate.core.money import is_multiple, plain
from tidegate.core.vocabulary import OffsetUnit, OrderType, PositionSide, Side, TriggerBy
from tidegate.venues.binance.words import POSITION_SIDES, SIDES, TIMES_IN_FORCE, inexpressible

CALLBACK_RATE_MIN = Decimal("0.1")
CALLBACK_RATE_MAX = Decimal(10)
CALLBACK_RATE_STEP = Decimal("0.1")
_POST_ONLY = "GTX"
_OPENING_SIDES = {PositionSide.LONG: Side.BUY, PositionSide.SHORT: Side.SELL}
_WORKING_TYPES = {TriggerBy.LAST: "CONTRACT_PRICE", TriggerBy.MARK: "MARK_PRICE"}
_CONDITIONAL = {
    OrderType.STOP_LOSS: "STOP_MARKET",
    OrderType.STOP_LIMIT: "STOP",
    OrderType.TAKE_PROFIT: "TAKE_PROFIT_MARKET",
    OrderType.TAKE_PROFIT_LIMIT: "TAKE_PROFIT",
    OrderType.TRAILING_STOP: "TRAILING_STOP_MARKET",
}
ORDER_TYPES = {
    "MARKET": OrderType.MARKET,
    "LIMIT": OrderType.LIMIT,
    **{word: order_type for order_type, word in _CONDITIONAL.items()},
}
CONDITIONAL_WORDS = frozenset(_CONDITIONAL.values())


def is_conditional(order: SendOrder) -> bool:
    """Whether the venue is to hold the order until its trigger: then it is an algo order."""
    return order.order_type in _CONDITIONAL


def place_params(order: SendOrder, exchange_symbol: str) -> dict[str, str]:
    """The parameters of POST /fapi/v1/order; raises `CallFailed` for what it cannot express."""
    params = _params(order, exchange_symbol) | {
        "newClientOrderId": str(order.exchange_client_order_id),
        "newOrderRespType": "RESULT",
    }
    if order.order_type is OrderType.MARKET:
        return params | {"type": "MARKET"}
    assert order.order_type is OrderType.LIMIT
    return params | {"type": "LIMIT"} | _limit(order)


def algo_params(order: SendOrder, exchange_symbol: str) -> dict[str, str]:
    """The parameters of POST /fapi/v1/algoOrder; raises `CallFailed` for what it cannot express."""
    working_type = _WORKING_TYPES.get(order.trigger_by)
    if working_type is None:
        raise inexpressible("Binance futures are triggered by the last or the mark price only")
    params = _params(order, exchange_symbol) | {
        "algoType": "CONDITIONAL",
        "clientAlgoId": str(order.exchange_client_order_id),
        "type": _CONDITIONAL[order.order_type],
        "workingType": working_type,
    }
    if order.order_type is OrderType.TRAILING_STOP:
        return params | _trailing(order)
    assert order.trigger_price is not None
    params["triggerPrice"] = plain(order.trigger_price)
    return params if order.price is None else params | _limit(order)


def amend_params(amend: SendAmend, exchange_symbol: str) -> dict[str, str]:
    """The parameters of PUT /fapi/v1/order, which wants all of an order's figures; limit orders only."""
    if amend.conditional or amend.price is None:
        raise inexpressible("Binance futures change limit orders only")
    name = (
        {"origClientOrderId": str(amend.exchange_client_order_id)}
        if amend.exchange_order_id is None
        else {"orderId": str(amend.exchange_order_id)}
    )
    return {
        "symbol": exchange_symbol,
        "side": SIDES[amend.side],
        "quantity": plain(amend.quantity),
        "price": plain(amend.price),
        **name,
    }


def _params(order: SendOrder, exchange_symbol: str) -> dict[str, str]:
    """What both kinds share. In hedge mode an order's side and position say whether it reduces: no flag is taken."""
    if order.quantity is None:
        raise inexpressible("Binance futures take quantities in base only")
    params = {
        **order.params,
        "symbol": exchange_symbol,
        "side": SIDES[order.side],
        "quantity": plain(order.quantity),
    }
    if order.position_side is PositionSide.NET:
        return params | ({"reduceOnly": "true"} if order.reduce_only else {})
    if order.reduce_only and order.side is _OPENING_SIDES[order.position_side]:
        raise inexpressible("this order would open the position that it must only reduce")
    return params | {"positionSide": POSITION_SIDES[order.position_side]}


def _limit(order: SendOrder) -> dict[str, str]:
    assert order.price is not None
    time_in_force = _POST_ONLY if order.post_only else TIMES_IN_FORCE[order.time_in_force]
    return {"price": plain(order.price), "timeInForce": time_in_force}


def _trailing(order: SendOrder) -> dict[str, str]:
    """The offset in percent, and from which price on to trail, if not from now on."""
    rate = order.trailing_offset
    assert rate is not None
    fits = CALLBACK_RATE_MIN <= rate <= CALLBACK_RATE_MAX and is_multiple(rate, CALLBACK_RATE_STEP)
    if order.trailing_offset_unit is not OffsetUnit.PERCENT or not fits:
        raise inexpressible("Binance futures trail by 0.1 to 10 percent, in tenths of a percent")
    params = {"callbackRate": plain(rate)}
    return params if order.trigger_price is None else params | {"activatePrice": plain(order.trigger_price)}
