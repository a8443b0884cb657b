"""What is held and may come to be held, valued, and summed over every scope that a limit looks at.

A cell is one user's holding of an asset, or position in a derivative, in one account, with what open orders may make of
it. A unit is what one of it is worth: cells of the same unit move with the same price. A sum (`Exposure`) belongs to
one combination of dimensions, such as all of one user's cells; a slot is a unit's part of a sum, so that a price moves
each sum once, however many cells are in it.
"""

from decimal import Decimal
from typing import Any

import msgspec

from tidegate.core.identifiers import AccountId, UserId
from tidegate.core.money import ZERO
from tidegate.core.vocabulary import Exchange, PositionSide

UnitKey = tuple[Exchange, str]  # An asset, or the symbol of a derivative.
CellKey = tuple[AccountId, UserId, str, PositionSide]  # The same, and which position of it.
SumKey = tuple[tuple[int, ...], Any]  # Which fields of a place, and what they are.


class Growth(msgspec.Struct, eq=False):
    """By how much any sum has grown at most since the totals were begun, in the reporting currency: what had more room
    than that below a limit is below it still. `blinded` counts how often a worth became unknown."""

    worth: Decimal = ZERO
    blinded: int = 0


class Exposure(msgspec.Struct):
    """Sums over all cells of one combination, with everything of one side filled: quantities in base, then worths in
    the reporting currency. `at_risk` is what stops would still lose. `unpriced`: worths that nobody knows."""

    long_quantity: Decimal = ZERO
    short_quantity: Decimal = ZERO
    long: Decimal = ZERO
    short: Decimal = ZERO
    gross: Decimal = ZERO
    derivatives: Decimal = ZERO
    at_risk: Decimal = ZERO
    unpriced: set[UnitKey] = set()


class Slot(msgspec.Struct, eq=False):
    """One unit's part of one sum, in base."""

    exposure: Exposure
    long: Decimal = ZERO
    short: Decimal = ZERO
    gross: Decimal = ZERO
    at_risk: Decimal = ZERO


class Unit(msgspec.Struct, eq=False):
    """What one of it is worth in the reporting currency; zero, and not `known`, while no price says so.

    `gross` is that of all cells, in base; it moves the `growth` of all units. `expected`: a price of it can be, so that
    without one nothing is known. What nobody trades counts nothing.
    """

    key: UnitKey
    is_derivative: bool
    expected: bool
    growth: Growth
    gross: Decimal = ZERO
    price: Decimal = ZERO
    known: bool = False
    slots: dict[SumKey, Slot] = {}

    def set_price(self, price: Decimal | None) -> None:
        """Value everything anew."""
        change = (price or ZERO) - self.price
        if change:
            self.price += change
            if change > 0:
                self.growth.worth += self.gross * change
            for slot in self.slots.values():
                if not slot.gross and not slot.at_risk:
                    continue
                exposure = slot.exposure
                exposure.long += slot.long * change
                exposure.short += slot.short * change
                exposure.gross += slot.gross * change
                if self.is_derivative:
                    exposure.derivatives += slot.gross * change
                if slot.at_risk:
                    exposure.at_risk += slot.at_risk * change
        if self.known is (price is None):
            self.known = price is not None
            for slot in self.slots.values():
                self._note_unpriced(slot)

    def expect(self, expected: bool) -> None:
        """Its market has been listed, or is no more."""
        if self.expected is not expected:
            self.expected = expected
            for slot in self.slots.values():
                self._note_unpriced(slot)

    def grow(self, gross: Decimal) -> None:
        """Let the gross of all cells change by so much."""
        self.gross += gross
        if gross > 0:
            self.growth.worth += gross * self.price

    def add(self, slot: Slot, *, long: Decimal, short: Decimal, gross: Decimal) -> None:
        """Let a slot's quantities change by so much."""
        exposure, price = slot.exposure, self.price
        slot.long += long
        slot.short += short
        slot.gross += gross
        exposure.long_quantity += long
        exposure.short_quantity += short
        exposure.long += long * price
        exposure.short += short * price
        exposure.gross += gross * price
        if self.is_derivative:
            exposure.derivatives += gross * price
        if not self.known:
            self._note_unpriced(slot)

    def add_risk(self, slot: Slot, quantity: Decimal, constant: Decimal) -> None:
        """Let what stops would still lose change: so much per price, and so much whatever the price."""
        slot.at_risk += quantity
        slot.exposure.at_risk += quantity * self.price + constant

    def _note_unpriced(self, slot: Slot) -> None:
        if slot.gross and self.expected and not self.known:
            slot.exposure.unpriced.add(self.key)
            self.growth.blinded += 1
        else:
            slot.exposure.unpriced.discard(self.key)


class Cell(msgspec.Struct, eq=False):
    """What is held, and what open and in-doubt orders may add to it and take from it, in base.

    `closing_...`: orders that can only reduce, and protection. `long`, `short` and `gross` are the worst cases.
    """

    unit: Unit
    slots: list[Slot]
    quantity: Decimal = ZERO
    buys: Decimal = ZERO
    sells: Decimal = ZERO
    closing_buys: Decimal = ZERO
    closing_sells: Decimal = ZERO
    long: Decimal = ZERO
    short: Decimal = ZERO
    gross: Decimal = ZERO

    def update(self) -> None:
        """Carry what changed into all sums."""
        held = self.quantity
        long = held if held >= 0 else min(held + self.closing_buys, ZERO)
        short = held if held <= 0 else max(held - self.closing_sells, ZERO)
        long, short = long + self.buys, short - self.sells
        gross = larger(long, short)
        if long == self.long and short == self.short and gross == self.gross:
            return
        self.unit.grow(gross - self.gross)
        for slot in self.slots:
            self.unit.add(slot, long=long - self.long, short=short - self.short, gross=gross - self.gross)
        self.long, self.short, self.gross = long, short, gross


def larger(long: Decimal, short: Decimal) -> Decimal:
    """The size of a position in the worse of its two worst cases."""
    return max(abs(long), abs(short))
