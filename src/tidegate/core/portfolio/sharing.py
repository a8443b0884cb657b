"""What is divided among several: pro rata, on a grid, and nothing is lost on the way."""

from collections.abc import Mapping
from decimal import ROUND_DOWN, Decimal
from typing import TypeVar

from tidegate.core.money import ZERO, round_down

AMOUNT_STEP = Decimal("1e-8")  # Money is divided so finely, whatever its sign.
KeyT = TypeVar("KeyT")


def divided(amount: Decimal, weights: Mapping[KeyT, Decimal]) -> dict[KeyT, Decimal]:
    """An amount of money by weights, whose sum is positive; the largest takes what rounding leaves."""
    total = sum(weights.values(), ZERO)
    parts = {key: (amount * weight / total).quantize(AMOUNT_STEP, ROUND_DOWN) for key, weight in weights.items()}
    parts[largest_first(weights)[0]] += amount - sum(parts.values(), ZERO)
    return parts


def taken_from(held: Mapping[KeyT, Decimal], quantity: Decimal, step: Decimal) -> dict[KeyT, Decimal]:
    """How much of a quantity each holder gives, pro rata on the grid of `step` (zero: there is none).

    The rest is the largest's, as far as that holds so much, then the next one's. No more is taken than is held.
    """
    total = sum(held.values(), ZERO)
    if quantity >= total:
        return dict(held)
    parts = {key: _on_grid(quantity * share / total, step) for key, share in held.items()}
    rest = quantity - sum(parts.values(), ZERO)
    for key in largest_first(held):
        more = min(rest, held[key] - parts[key])
        parts[key] += more
        rest -= more
    return {key: part for key, part in parts.items() if part}


def used_up(due: Mapping[KeyT, Decimal], quantity: Decimal) -> dict[KeyT, Decimal]:
    """A quantity given to those to whom some is due, most first, until nothing of it is left."""
    parts: dict[KeyT, Decimal] = {}
    for key in largest_first(due):
        part = min(due[key], quantity)
        if part > ZERO:
            parts[key] = part
            quantity -= part
    return parts


def largest_first(weights: Mapping[KeyT, Decimal]) -> list[KeyT]:
    """Whose weight is largest comes first; of equal ones, who was named first."""
    return sorted(weights, key=lambda key: -weights[key])


def _on_grid(quantity: Decimal, step: Decimal) -> Decimal:
    return round_down(quantity, step or AMOUNT_STEP)
