"""What a trade leaves behind once it never counted: the arithmetic of taking one back from an average cost.

Quantities go back exactly, and so does the profit as a whole, realized and unrealized together, at whatever price it is
looked at. How it divides between the two is exactly as without the trade when nothing has been realized since; what was
realized since keeps the average that it was realized against. Where the rest would then have cost less than nothing,
the average stays as it is, and the difference is realized.
"""

from decimal import Decimal
from typing import NamedTuple

from tidegate.core.money import ZERO, ratio
from tidegate.core.portfolio.holdings import acquire, take_fee
from tidegate.core.records import Holding, Position

_DUST = Decimal("1e-8")  # What averages, rounded to twelve places, may add up to; nobody can be paid it.


class Unwound(NamedTuple):
    """A quantity and its average without a trade, and by how much the realized profit changes."""

    quantity: Decimal
    average_price: Decimal | None
    realized: Decimal


def unwind(
    quantity: Decimal,
    average_price: Decimal | None,
    *,
    change: Decimal,
    price: Decimal | None,
    realized: Decimal,
) -> Unwound:
    """Take back a trade that had added `change` at `price` and realized so much. Quantities are signed.

    What a quantity costs moves, by any trade, by what it realizes and what it is worth: that much is taken back.
    """
    after = quantity - change
    if price is None or (quantity and average_price is None):
        return Unwound(after, average_price if after else None, -realized)
    cost = quantity * (average_price or ZERO) - realized - change * price
    if not after:
        return Unwound(after, None, -realized - (cost if abs(cost) > _DUST else ZERO))
    average = ratio(cost, after)
    if average >= 0:
        return Unwound(after, average, -realized)
    kept = price if average_price is None else average_price
    return Unwound(after, kept, -realized - (cost - kept * after))


def unwind_position(position: Position, change: Decimal, price: Decimal, realized: Decimal) -> None:
    """A position without one of its trades."""
    position.quantity, position.average_price, restated = unwind(
        position.quantity, position.average_price, change=change, price=price, realized=realized
    )
    position.realized_pnl += restated


def unwind_holding(holding: Holding, change: Decimal, price: Decimal | None, realized: Decimal) -> None:
    """A holding without one side of a trade. `price` and `realized` are in the reporting currency."""
    holding.quantity, holding.average_price, restated = unwind(
        holding.quantity, holding.average_price, change=change, price=price, realized=realized
    )
    holding.realized_pnl += restated


def unsettle(holding: Holding, amount: Decimal, price: Decimal | None) -> None:
    """A payment that never was: one that came in (positive) at a price, or left (negative) against the average.

    What a payment that left had realized was kept nowhere: it is taken to be what it would realize now.
    """
    realized = ZERO
    if amount < 0 and price is not None and holding.average_price is not None:
        realized = (price - holding.average_price) * -amount
    unwind_holding(holding, amount, price, realized)


def return_fee(holding: Holding, amount: Decimal, price: Decimal | None) -> None:
    """A fee that was never due comes back at average cost, as it left; at its price where nothing was left."""
    if holding.average_price is None and not holding.quantity and amount > 0:
        acquire(holding, amount, price)
    else:
        take_fee(holding, -amount)
