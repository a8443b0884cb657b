"""Margin brackets written as the venues print them: "100x 0.5% 300k" allows leverage 100 up to a size of 300,000."""

from decimal import Decimal
from typing import NamedTuple

from venuesim.exchange.instruments import MarginTier

MULTIPLES = {"k": 1_000, "m": 1_000_000}


class Bracket(NamedTuple):
    """One bracket of a table; `size_max` is in the table's own unit (quote, or contracts)."""

    leverage_max: int
    maintenance_rate: Decimal
    size_max: Decimal


def read_brackets(table: str) -> list[Bracket]:
    """Return the brackets of a table like "100x 0.5% 300k, 50x 1% 1.5m".

    Raises ValueError or ArithmeticError if an entry is malformed.
    """
    return [_bracket(entry) for entry in table.split(",")]


def continuous_tiers(table: str) -> tuple[MarginTier, ...]:
    """Return the tiers of a table in quote, with the maintenance amounts that make the margin rise without a jump."""
    tiers: list[MarginTier] = []
    for bracket in read_brackets(table):
        amount = Decimal(0)
        if tiers:
            below = tiers[-1]
            rise = bracket.maintenance_rate - below.maintenance_rate
            amount = below.maintenance_amount + below.notional_max * rise
        tiers.append(
            MarginTier(
                notional_max=bracket.size_max,
                leverage_max=bracket.leverage_max,
                maintenance_rate=bracket.maintenance_rate,
                maintenance_amount=amount,
            )
        )
    return tuple(tiers)


def _bracket(entry: str) -> Bracket:
    leverage, rate, size = entry.split()
    return Bracket(int(leverage.removesuffix("x")), Decimal(rate.removesuffix("%")) / 100, _size(size))


def _size(text: str) -> Decimal:
    multiple = MULTIPLES.get(text[-1])
    return Decimal(text) if multiple is None else Decimal(text[:-1]) * multiple
