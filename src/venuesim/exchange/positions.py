"""Positions in contracts: what fills make of them, and what an account's open orders could add to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from venuesim.exchange.accounts import ZERO
from venuesim.exchange.instruments import Instrument, floor_to
from venuesim.exchange.vocabulary import MarginMode, PositionSide, Side

if TYPE_CHECKING:
    from venuesim.exchange.orders import Order


class Change(msgspec.Struct, frozen=True, gc=False):
    """What a fill did to a position: how much it closed, and what that earned before fees (quote)."""

    closed_quantity: Decimal
    realized_pnl: Decimal


@dataclass(slots=True, kw_only=True, eq=False)
class Position:
    """A position; `quantity` (base) is signed: positive is long. `isolated_margin` (quote) is set aside for it, if any.

    `realized_pnl`, `fees` and `funding` add up since the position was opened; costs are positive in `fees`, negative in
    `funding`. `settings` is for what a venue attaches to a position.
    """

    instrument: Instrument
    side: PositionSide
    pocket: str = ""
    quantity: Decimal = ZERO
    entry_price: Decimal = ZERO
    isolated_margin: Decimal = ZERO
    realized_pnl: Decimal = ZERO
    fees: Decimal = ZERO
    funding: Decimal = ZERO
    opened_ms: int = 0
    updated_ms: int = 0
    number: int = 0
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether there is anything in it."""
        return self.quantity != 0

    def notional(self, price: Decimal) -> Decimal:
        """Return its size in the quote asset at a price, without a sign."""
        return abs(self.quantity) * price

    def unrealized_pnl(self, price: Decimal) -> Decimal:
        """Return what closing it at a price would earn before fees."""
        return self.quantity * (price - self.entry_price)

    def closes(self, side: Side) -> bool:
        """Whether a fill of this side makes it smaller."""
        return self.quantity * side.sign < 0

    def fill(self, side: Side, price: Decimal, quantity: Decimal, now_ms: int) -> Change:
        """Apply a fill: average entry grows with it, closing realizes, and what is left over opens the other way."""
        closed = min(quantity, abs(self.quantity)) if self.closes(side) else ZERO
        step = self.instrument.money_step
        realized = (closed * (price - self.entry_price) * -side.sign).quantize(step)
        opened = quantity - closed
        self.realized_pnl += realized
        if closed and closed == abs(self.quantity):
            self.quantity = self.entry_price = self.isolated_margin = ZERO
        elif closed:
            self.isolated_margin -= (self.isolated_margin * closed / abs(self.quantity)).quantize(step)
            self.quantity += closed * side.sign
        if opened:
            if not self.quantity:
                self._begin(now_ms)
            cost = abs(self.quantity) * self.entry_price + opened * price
            self.quantity += opened * side.sign
            self.entry_price = cost / abs(self.quantity)
        self.updated_ms = now_ms
        return Change(closed, realized)

    def _begin(self, now_ms: int) -> None:
        """Count anew: what opens now is another position. The totals of the last one can be read until then."""
        self.realized_pnl = self.fees = self.funding = ZERO
        self.opened_ms = now_ms


class OpenInterest(msgspec.Struct, frozen=True, gc=False):
    """What open orders of one side could add: base quantity and quote notional."""

    quantity: Decimal = ZERO
    notional: Decimal = ZERO


NO_INTEREST = OpenInterest()


@dataclass(slots=True, kw_only=True, eq=False)
class Holding:
    """One account's contract: its leverage and margin mode, its positions, and the sums over its open orders.

    `pocket` is empty where the venue keeps one holding of each contract. `is_hedged` is the contract's own position
    mode, None while it is the account's.
    """

    instrument: Instrument
    leverage: Decimal
    margin_mode: MarginMode
    pocket: str = ""
    is_hedged: bool | None = None
    positions: dict[PositionSide, Position] = field(default_factory=dict)
    interest: dict[tuple[PositionSide, Side], OpenInterest] = field(default_factory=dict)

    def position(self, side: PositionSide) -> Position:
        """Return the position of a side, made on the first use."""
        position = self.positions.get(side)
        if position is None:
            position = self.positions[side] = Position(instrument=self.instrument, side=side, pocket=self.pocket)
        return position

    def open_positions(self) -> list[Position]:
        """Return the positions that have anything in them."""
        return [position for position in self.positions.values() if position.is_open]

    @property
    def is_flat(self) -> bool:
        """Whether no position is open."""
        return not any(position.is_open for position in self.positions.values())

    def reducible(self, side: Side, position_side: PositionSide) -> Decimal:
        """Return how much (base) an order of this side can close."""
        position = self.positions.get(position_side)
        return abs(position.quantity) if position is not None and position.closes(side) else ZERO

    def count(self, order: Order, quantity: Decimal, notional: Decimal) -> None:
        """Add to (or, below zero, take from) what the open orders of one side could add to the position."""
        key = (order.position_side, order.side)
        before = self.interest.get(key, NO_INTEREST)
        self.interest[key] = OpenInterest(before.quantity + quantity, before.notional + notional)


def closing_side(position: Position) -> Side:
    """Return the side of an order that closes a position."""
    return Side.SELL if position.quantity > 0 else Side.BUY


def whole_lots(quantity: Decimal, instrument: Instrument) -> Decimal:
    """Return a quantity cut to whole lots."""
    return floor_to(quantity, instrument.lot_size)
