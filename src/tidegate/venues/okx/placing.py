"""What is sent to place an order."""

from collections.abc import Mapping
from typing import Any

from tidegate.core.instruments import Instrument
from tidegate.core.messages.effects import SendOrder
from tidegate.core.money import plain
from tidegate.core.vocabulary import InstrumentKind, OrderType, TimeInForce
from tidegate.venues.okx.terms import refused, size, trade_terms

_ORDER_TYPES = {TimeInForce.GTC: "limit", TimeInForce.IOC: "ioc", TimeInForce.FOK: "fok"}
_TRUTHS = {"true": True, "false": False}


def place_params(order: SendOrder, instrument: Instrument, *, is_hedged: bool) -> dict[str, Any]:
    """The body of POST /api/v5/trade/order. Post-only and the times in force are order types here.

    A pair's market order must not be made smaller where the funds do not suffice, unless the order itself allows it.
    """
    params = {
        **_own(order.params),
        "instId": instrument.exchange_symbol,
        "side": order.side.value,
        "clOrdId": str(order.exchange_client_order_id),
        **trade_terms(order, instrument, is_hedged=is_hedged),
        **size(order, instrument),
    }
    if order.order_type is OrderType.MARKET:
        unchanged = {"banAmend": True} if instrument.kind is InstrumentKind.SPOT else {}
        return unchanged | params | {"ordType": "market"}
    assert order.order_type is OrderType.LIMIT
    assert order.price is not None
    return params | {"ordType": _limit_type(order), "px": plain(order.price)}


def _limit_type(order: SendOrder) -> str:
    if order.post_only:
        return "post_only"
    named = _ORDER_TYPES.get(order.time_in_force)
    if named is None:
        raise refused(f"OKX has no time in force {order.time_in_force}")
    return named


def _own(params: Mapping[str, str]) -> dict[str, Any]:
    """The venue's own words that the order carries, truth values as such."""
    return {name: _TRUTHS.get(value, value) for name, value in params.items()}
