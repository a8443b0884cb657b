"""What one order counts for in the totals, as it now stands."""

from decimal import Decimal
from typing import NamedTuple

from tidegate.core.messages.values import Protection
from tidegate.core.money import ZERO, ratio_up
from tidegate.core.order import Order
from tidegate.core.portfolio.positions import only_reduces
from tidegate.core.vocabulary import Leg, OffsetUnit, OrderStatus, Side

_PERCENT = Decimal(100)


class Footprint(NamedTuple):
    """`opening` and `closing` are what may still be filled, in base. What its stop would lose from here is
    `at_risk` times the worth of one plus `at_risk_constant`. `counts`: it is one of the open orders. `quote`: what it
    may still pay or get of a quote asset that is no cash."""

    opening: Decimal = ZERO
    closing: Decimal = ZERO
    at_risk: Decimal = ZERO
    at_risk_constant: Decimal = ZERO
    counts: bool = False
    quote: Decimal = ZERO


NOTHING = Footprint()
NOT_LET_THROUGH = frozenset({OrderStatus.CREATED, OrderStatus.INVALIDATED})


def footprint_of(order: Order, parent: Order | None, rate: Decimal, *, moves_quote: bool = False) -> Footprint:
    """Open and in-doubt orders at their worst case. `parent` is whom a leg of protection protects, `rate` what one of
    the quote asset is worth. `moves_quote`: that is no cash, so it counts as well."""
    if order.status in NOT_LET_THROUGH or order.is_forced:
        return NOTHING
    is_open = order.closed_at is None
    if order.leg is not None:
        is_second = order.leg is Leg.TAKE_PROFIT and parent is not None and parent.stop_loss is not None
        return Footprint(closing=leaves_of(order)) if is_open and not is_second else NOTHING
    leaves = leaves_of(order) if is_open else ZERO
    at_risk = constant = ZERO
    if order.stop_loss is not None:
        at_risk, constant = _risk_of(order, order.stop_loss, leaves)
        constant *= rate
    if only_reduces(order.side, order.position_side, reduce_only=order.reduce_only):
        return Footprint(ZERO, leaves, at_risk, constant, is_open)
    quote = quote_left(order) if moves_quote and is_open else ZERO
    return Footprint(leaves, ZERO, at_risk, constant, is_open, quote)


def leaves_of(order: Order) -> Decimal:
    """What may still be filled, in base: by its largest size while it changes, by the price it came at where only its
    worth is known."""
    most = order.quantity_most
    if most is not None:
        return max(most - order.filled_quantity, ZERO)
    left = max((order.quote_quantity or ZERO) - order.filled_value, ZERO)
    price = order.arrival_price or order.reserve_price
    return ratio_up(left, price) if price else ZERO


def quote_left(order: Order) -> Decimal:
    """What may still be paid or received, in quote: of a base quantity, at its own price or at which it came."""
    if order.quantity_most is None:
        return max((order.quote_quantity or ZERO) - order.filled_value, ZERO)
    price = order.price or order.trigger_price or order.arrival_price or order.reserve_price or ZERO
    return leaves_of(order) * price


def _risk_of(order: Order, stop: Protection, leaves: Decimal) -> tuple[Decimal, Decimal]:
    """For what is filled and not closed again, from the market; for what is open, from where it would trade."""
    filled = max(order.filled_quantity - order.exited_quantity, ZERO) if order.guarding else ZERO
    entry = order.price or order.trigger_price or order.arrival_price or ZERO
    if stop.trigger_price is not None:
        sign = 1 if order.side is Side.BUY else -1
        constant = leaves * max(sign * (entry - stop.trigger_price), ZERO)
        return sign * filled, constant - sign * stop.trigger_price * filled
    offset = stop.trailing_offset or ZERO
    if stop.trailing_offset_unit is OffsetUnit.PRICE:
        return ZERO, offset * (filled + leaves)
    return offset / _PERCENT * filled, offset / _PERCENT * entry * leaves


def loss_at_stop(side: Side, stop: Protection, entry: Decimal, quantity: Decimal) -> Decimal:
    """What an entry at a price loses once its stop is set off, in quote."""
    if stop.trigger_price is not None:
        distance = entry - stop.trigger_price if side is Side.BUY else stop.trigger_price - entry
        return distance * quantity if distance > 0 else ZERO
    offset = stop.trailing_offset or ZERO
    return (offset if stop.trailing_offset_unit is OffsetUnit.PRICE else offset / _PERCENT * entry) * quantity
