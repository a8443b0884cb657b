"""What is sent to place or to change an order that OKX sets off: an algo order, in its words.

Stops and targets are `conditional` orders: their names say to which side of the market the trigger lies, so that one
which the market has passed is refused. A `trigger` order would wait for the price to come back.
"""

from typing import Any

from tidegate.core.instruments import Instrument
from tidegate.core.messages.effects import SendAmend, SendOrder
from tidegate.core.money import plain
from tidegate.core.order import CONDITIONAL
from tidegate.core.vocabulary import OffsetUnit, OrderType, TimeInForce, TriggerBy
from tidegate.venues.okx.terms import contracts, refused, size, trade_terms

AT_MARKET = "-1"
PERCENTS_PER_RATIO = 100
TRAILING = "move_order_stop"
STOP_OR_TARGET = "conditional"
PARAMS = frozenset({"tag"})
"""The venue's own words that algo orders know."""

_LEGS = {
    OrderType.STOP_LOSS: "sl",
    OrderType.STOP_LIMIT: "sl",
    OrderType.TAKE_PROFIT: "tp",
    OrderType.TAKE_PROFIT_LIMIT: "tp",
}


def is_algo(order: SendOrder) -> bool:
    """Whether an order goes to OKX as an algo order."""
    return order.order_type in CONDITIONAL


def algo_params(order: SendOrder, instrument: Instrument, *, is_hedged: bool) -> dict[str, Any]:
    """The body of POST /api/v5/trade/order-algo.

    `clOrdId` means nothing there any more; ccxt would put an id of its own and a tag in its place.
    """
    _check_options(order)
    params = {
        **order.params,
        "instId": instrument.exchange_symbol,
        "side": order.side.value,
        "algoClOrdId": str(order.exchange_client_order_id),
        "clOrdId": str(order.exchange_client_order_id),
        **trade_terms(order, instrument, is_hedged=is_hedged),
        **size(order, instrument),
    }
    if order.order_type is OrderType.TRAILING_STOP:
        return params | {"ordType": TRAILING} | _trailing(order)
    return params | {"ordType": STOP_OR_TARGET} | _leg(order)


def amend_algo_params(amend: SendAmend, instrument: Instrument) -> dict[str, Any]:
    """The body of POST /api/v5/trade/amend-algos, but for the request's id."""
    if amend.order_type is OrderType.TRAILING_STOP:
        raise refused("OKX cannot change a trailing stop: cancel it and place another")
    assert amend.trigger_price is not None
    leg = _LEGS[amend.order_type].capitalize()
    return {
        "instId": instrument.exchange_symbol,
        "algoClOrdId": str(amend.exchange_client_order_id),
        "newSz": contracts(amend.quantity, instrument),
        f"new{leg}TriggerPx": plain(amend.trigger_price),
        f"new{leg}TriggerPxType": amend.trigger_by.value,
        f"new{leg}OrdPx": AT_MARKET if amend.price is None else plain(amend.price),
    }


def _leg(order: SendOrder) -> dict[str, str]:
    assert order.trigger_price is not None
    leg = _LEGS[order.order_type]
    return {
        f"{leg}TriggerPx": plain(order.trigger_price),
        f"{leg}TriggerPxType": order.trigger_by.value,
        f"{leg}OrdPx": AT_MARKET if order.price is None else plain(order.price),
    }


def _trailing(order: SendOrder) -> dict[str, str]:
    """How far behind the market, and from which price on (at once, where the order names none)."""
    assert order.trailing_offset is not None
    if order.trailing_offset_unit is OffsetUnit.PERCENT:
        offset = {"callbackRatio": plain(order.trailing_offset / PERCENTS_PER_RATIO)}
    else:
        offset = {"callbackSpread": plain(order.trailing_offset)}
    return offset if order.trigger_price is None else offset | {"activePx": plain(order.trigger_price)}


def _check_options(order: SendOrder) -> None:
    """Refuse what an algo order cannot be asked for."""
    unknown = sorted(order.params.keys() - PARAMS)
    if unknown:
        raise refused(f"OKX takes no {', '.join(unknown)} with an order that it sets off itself")
    if order.post_only or (order.price is not None and order.time_in_force is not TimeInForce.GTC):
        raise refused("what OKX sets off becomes a market order, or a limit order that rests")
    if order.order_type is OrderType.TRAILING_STOP and order.trigger_by is not TriggerBy.LAST:
        raise refused("OKX's trailing stops follow the last price")
