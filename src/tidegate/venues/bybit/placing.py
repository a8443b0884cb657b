"""The bodies of the requests that place, change and cancel orders."""

from typing import Any

from tidegate.core.identifiers import ExchangeClientOrderId, ExchangeOrderId
from tidegate.core.messages.effects import SendAmend, SendCancel, SendOrder
from tidegate.core.money import plain
from tidegate.core.vocabulary import OrderType, RejectReason
from tidegate.venues.bybit.words import (
    CONDITIONALS,
    FALLS,
    LIMITS,
    POSITION_INDEXES,
    RISES,
    SIDE_WORDS,
    SPOT,
    STOP_ORDER,
    TIMES_IN_FORCE,
    TRIGGERS,
    category_of,
    is_set_off_by_a_rise,
)
from tidegate.venues.outcomes import CallFailed, Verdict


def place_params(order: SendOrder, exchange_symbol: str) -> dict[str, Any]:
    """The body of POST /v5/order/create; raises `CallFailed` for what Bybit has no order for."""
    if order.order_type is OrderType.TRAILING_STOP:
        # Bybit trails positions only. Without a trigger this would be sent as the market order that it ends as.
        message = "Bybit has no trailing stop orders: the desk trails the market itself"
        raise CallFailed(Verdict.REFUSED, RejectReason.INVALID_PARAMETERS, message)
    category = category_of(order.symbol)
    return {
        **order.params,
        "category": category,
        "symbol": exchange_symbol,
        "side": SIDE_WORDS[order.side],
        "orderLinkId": str(order.exchange_client_order_id),
        **_amounts(order, category),
        **(_as_pair(order) if category == SPOT else _as_contract(order)),
    }


def _amounts(order: SendOrder, category: str) -> dict[str, Any]:
    """Quantity, price and how long. A spot market buy would count in the quote asset unless `marketUnit` says how."""
    if order.quote_quantity is not None:
        assert category == SPOT, "contracts are ordered by quantity"
        return {"orderType": "Market", "qty": plain(order.quote_quantity), "marketUnit": "quoteCoin"}
    assert order.quantity is not None
    quantity = {"qty": plain(order.quantity)}
    if order.order_type not in LIMITS:
        unit = {"marketUnit": "baseCoin"} if category == SPOT else {}
        return {"orderType": "Market", **quantity, **unit}
    assert order.price is not None
    time_in_force = "PostOnly" if order.post_only else TIMES_IN_FORCE[order.time_in_force]
    return {"orderType": "Limit", **quantity, "price": plain(order.price), "timeInForce": time_in_force}


def _as_pair(order: SendOrder) -> dict[str, Any]:
    """What belongs to spot orders: nothing is borrowed, and a conditional order is of a kind of its own."""
    unborrowed: dict[str, Any] = {"isLeverage": 0}
    if order.order_type not in CONDITIONALS:
        return unborrowed
    return {**unborrowed, "orderFilter": STOP_ORDER, "triggerPrice": _trigger_price(order)}


def _as_contract(order: SendOrder) -> dict[str, Any]:
    """What belongs to contracts. Bybit refuses a position index that is not of the contract's mode."""
    params: dict[str, Any] = {"positionIdx": POSITION_INDEXES[order.position_side]}
    if order.reduce_only:
        params["reduceOnly"] = True
    if order.order_type in CONDITIONALS:
        rises = is_set_off_by_a_rise(order.side, order.order_type)
        params["triggerPrice"] = _trigger_price(order)
        params["triggerDirection"] = RISES if rises else FALLS
        params["triggerBy"] = TRIGGERS[order.trigger_by]
    return params


def _trigger_price(order: SendOrder) -> str:
    assert order.trigger_price is not None
    return plain(order.trigger_price)


def amend_params(amend: SendAmend, exchange_symbol: str) -> dict[str, Any]:
    """The body of POST /v5/order/amend. `qty` is the whole quantity, with what has filled."""
    params: dict[str, Any] = {
        "category": category_of(amend.symbol),
        "symbol": exchange_symbol,
        **named(amend.exchange_client_order_id, amend.exchange_order_id),
        "qty": plain(amend.quantity),
    }
    if amend.price is not None:
        params["price"] = plain(amend.price)
    if amend.conditional and amend.trigger_price is not None:
        params["triggerPrice"] = plain(amend.trigger_price)
    return params


def cancel_params(cancel: SendCancel, exchange_symbol: str) -> dict[str, Any]:
    """The body of POST /v5/order/cancel."""
    return {
        "category": category_of(cancel.symbol),
        "symbol": exchange_symbol,
        **named(cancel.exchange_client_order_id, cancel.exchange_order_id),
    }


def named(client_order_id: ExchangeClientOrderId, order_id: ExchangeOrderId | None) -> dict[str, str]:
    """How a request names one order: by Bybit's id where it is known, else by ours."""
    return {"orderLinkId": str(client_order_id)} if order_id is None else {"orderId": str(order_id)}
