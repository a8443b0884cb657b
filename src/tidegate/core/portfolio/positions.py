"""Positions in derivatives: average cost, and what is realized when some of one is closed. Prices are in quote."""

from decimal import Decimal

from tidegate.core.money import ZERO, ratio
from tidegate.core.records import Position
from tidegate.core.vocabulary import PositionSide, Side


def signed(side: Side, quantity: Decimal) -> Decimal:
    """What a trade adds to a position: bought is positive."""
    return quantity if side is Side.BUY else -quantity


def realized_by(position: Position | None, side: Side, quantity: Decimal, price: Decimal) -> Decimal:
    """What a trade earns before fees: the part of it that closes, against the average price."""
    if position is None or position.average_price is None or not position.quantity:
        return ZERO
    change = signed(side, quantity)
    if (change > 0) == (position.quantity > 0):
        return ZERO
    closed = min(quantity, abs(position.quantity))
    gain = price - position.average_price
    return closed * (gain if position.quantity > 0 else -gain)


def move_position(position: Position, change: Decimal, price: Decimal) -> None:
    """Add a signed quantity at a price. What goes through zero opens the other way at that price."""
    before, after = position.quantity, position.quantity + change
    position.quantity = after
    if after == 0:
        position.average_price = None
    elif before == 0 or position.average_price is None or (before > 0) != (after > 0):
        position.average_price = price
    elif (change > 0) == (before > 0):
        position.average_price = ratio(before * position.average_price + change * price, after)


def only_reduces(side: Side, position_side: PositionSide, *, reduce_only: bool) -> bool:
    """Whether an order can only close: because it says so, or because it trades against its side of hedge mode."""
    if position_side is PositionSide.NET:
        return reduce_only
    return reduce_only or (side is Side.SELL) == (position_side is PositionSide.LONG)
