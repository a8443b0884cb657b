"""Exact decimals, and how they meet a venue's grid.

Importing this module widens the decimal context of this and every later thread to 80 digits, so that sums and products
of amounts are exact; only a division rounds, and `ratio` says how.
"""

import decimal
from decimal import ROUND_HALF_EVEN, ROUND_UP, Decimal

DIGITS_MAX = 80
INTEGER_DIGITS_MAX = 20
FRACTION_DIGITS_MAX = 18  # With the line above: the product of two amounts is exact.
decimal.DefaultContext.prec = DIGITS_MAX
decimal.setcontext(decimal.DefaultContext.copy())

ZERO = Decimal(0)
ONE = Decimal(1)
_AVERAGE_QUANTUM = Decimal("1e-12")


def ratio(numerator: Decimal, denominator: Decimal) -> Decimal:
    """A quotient to twelve decimal places, half to even: for averages, never for quantities."""
    return (numerator / denominator).quantize(_AVERAGE_QUANTUM, ROUND_HALF_EVEN)


def ratio_up(numerator: Decimal, denominator: Decimal) -> Decimal:
    """A quotient to twelve decimal places, rounded up: for worst cases."""
    return (numerator / denominator).quantize(_AVERAGE_QUANTUM, ROUND_UP)


def is_workable(value: Decimal) -> bool:
    """Whether a number is finite and small enough to be calculated with exactly, whoever sent it."""
    text = str(value)
    if len(text) <= FRACTION_DIGITS_MAX and "E" not in text and value.is_finite():
        return True  # As good as every amount, and quicker to see than the exponent.
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -FRACTION_DIGITS_MAX and value.adjusted() < INTEGER_DIGITS_MAX


def is_multiple(value: Decimal, step: Decimal) -> bool:
    """Whether a value lies on the grid of a tick or lot size; a grid of zero is none."""
    return not step or not value % step


def round_down(value: Decimal, step: Decimal) -> Decimal:
    """The largest multiple of the step that is not above the (non-negative) value."""
    return value - value % step


def round_up(value: Decimal, step: Decimal) -> Decimal:
    """The smallest multiple of the step that is not below the (non-negative) value."""
    return (value / step).to_integral_value(ROUND_UP) * step


def plain(value: Decimal) -> str:
    """An amount as people and JSON read it: no exponent, no trailing zeros."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text if text not in ("-0", "") else "0"
