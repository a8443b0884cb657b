"""How an order trades at OKX: its margin mode, which position it is about, and contracts for base quantities."""

from decimal import Decimal
from typing import Any

from tidegate.core.instruments import Instrument
from tidegate.core.messages.effects import SendOrder
from tidegate.core.money import is_multiple, plain
from tidegate.core.vocabulary import InstrumentKind, MarginMode, OrderType, PositionSide, RejectReason, Side
from tidegate.venues.outcomes import CallFailed, Verdict
from tidegate.venues.values import MalformedError
from tidegate.venues.venue import Seat

INSTRUMENT_TYPES = {InstrumentKind.SPOT: "SPOT", InstrumentKind.LINEAR: "SWAP"}
KINDS = {name: kind for kind, name in INSTRUMENT_TYPES.items()}
_OPENING_SIDES = {PositionSide.LONG: Side.BUY, PositionSide.SHORT: Side.SELL}
_AT_MARKET = frozenset({OrderType.MARKET, OrderType.STOP_LOSS, OrderType.TAKE_PROFIT, OrderType.TRAILING_STOP})


def refused(message: str) -> CallFailed:
    """Nothing was sent, and the same order would never be: OKX has no such thing."""
    return CallFailed(Verdict.REFUSED, RejectReason.INVALID_PARAMETERS, message)


def listed(seat: Seat, symbol: str) -> Instrument:
    """The instrument of an order that is to be sent; without its contract size nothing can be."""
    try:
        return seat.symbols.instrument(symbol)
    except MalformedError as error:
        raise CallFailed(Verdict.REFUSED, RejectReason.INSTRUMENT_NOT_TRADABLE, str(error)) from None


def margin_mode(order: SendOrder) -> MarginMode:
    """What stands behind a swap's position: the whole account unless the order says otherwise."""
    return order.margin_mode or MarginMode.CROSS


def trade_terms(order: SendOrder, instrument: Instrument, *, is_hedged: bool) -> dict[str, Any]:
    """`tdMode`, and for swaps `posSide` and `reduceOnly`.

    In long/short mode the sides say whether a position is reduced, and OKX ignores `reduceOnly`: an order that says so
    and would open one all the same is refused here.
    """
    if instrument.kind is InstrumentKind.SPOT:
        return {"tdMode": "cash"}
    terms: dict[str, Any] = {"tdMode": margin_mode(order).value}
    if not is_hedged:
        if order.position_side is not PositionSide.NET:
            raise refused("the account is in net mode: it has no long and short positions beside each other")
        return terms | {"reduceOnly": True} if order.reduce_only else terms
    if order.position_side is PositionSide.NET:
        raise refused("the account is in long/short mode: an order must say which position_side it is about")
    if order.reduce_only and _OPENING_SIDES[order.position_side] is order.side:
        raise refused(f"a {order.side} opens a {order.position_side} position; reduce_only orders close")
    return terms | {"posSide": order.position_side.value}


def size(order: SendOrder, instrument: Instrument) -> dict[str, str]:
    """`sz`, and for a pair's order at the market what it counts, which OKX would otherwise choose by the side."""
    is_spot, at_market = instrument.kind is InstrumentKind.SPOT, order.order_type in _AT_MARKET
    if order.quote_quantity is not None:
        if not (is_spot and at_market):
            raise refused("a quote quantity goes with orders at the market of pairs")
        return {"sz": plain(order.quote_quantity), "tgtCcy": "quote_ccy"}
    assert order.quantity is not None
    if not is_spot:
        return {"sz": contracts(order.quantity, instrument)}
    sized = {"sz": plain(order.quantity)}
    return sized | {"tgtCcy": "base_ccy"} if at_market else sized


def contracts(quantity: Decimal, instrument: Instrument) -> str:
    """A base quantity as OKX counts it; refused where it is no multiple of the lot."""
    if instrument.kind is InstrumentKind.LINEAR and not is_multiple(quantity, instrument.quantity_step):
        message = f"{plain(quantity)} {instrument.base} is no multiple of the lot of {plain(instrument.quantity_step)}"
        raise refused(message)
    return plain(quantity / instrument.contract_size)
