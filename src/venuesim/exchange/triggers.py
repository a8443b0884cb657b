"""Triggers: conditions on a price that wake a conditional order, and the room of one market where they wait."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from venuesim.exchange.vocabulary import Direction, PriceKind, Side


@dataclass(slots=True, kw_only=True)
class Trailing:
    """A trigger price that follows the best price at a distance, once the activation price has been reached.

    One of `rate` (a fraction: 0.01 is one per cent) and `distance` (quote) is set. `activation_price` None means active
    from the start. `extreme` is the best price since then; None while inactive.
    """

    rate: Decimal | None = None
    distance: Decimal | None = None
    activation_price: Decimal | None = None
    activation_direction: Direction | None = None
    extreme: Decimal | None = None

    @property
    def is_active(self) -> bool:
        """Whether the best price is being followed."""
        return self.extreme is not None


@dataclass(slots=True, kw_only=True)
class Trigger:
    """When a conditional order wakes: at a price, or when a price comes back from its best by a distance."""

    price_kind: PriceKind
    direction: Direction
    price: Decimal
    trailing: Trailing | None = None

    def is_met(self, price: Decimal) -> bool:
        """Whether a fixed trigger fires at this price."""
        return price >= self.price if self.direction is Direction.RISING else price <= self.price

    def follow(self, price: Decimal) -> bool:
        """Let a trailing trigger see a price; return whether it fires now. `price` of the trigger follows."""
        trailing = self.trailing
        assert trailing is not None, "only a trailing trigger follows"
        if trailing.extreme is None:
            if not _activates(trailing, price):
                return False
            trailing.extreme = price
        falls = self.direction is Direction.FALLING
        trailing.extreme = max(trailing.extreme, price) if falls else min(trailing.extreme, price)
        distance = trailing.distance if trailing.distance is not None else trailing.extreme * (trailing.rate or 0)
        self.price = trailing.extreme - distance if falls else trailing.extreme + distance
        return self.is_met(price)


def trailing_direction(side: Side) -> Direction:
    """Return how a trailing order of this side fires: a sell when the price falls back, a buy when it rises again."""
    return Direction.FALLING if side is Side.SELL else Direction.RISING


def _activates(trailing: Trailing, price: Decimal) -> bool:
    if trailing.activation_price is None:
        return True
    if trailing.activation_direction is Direction.RISING:
        return price >= trailing.activation_price
    return price <= trailing.activation_price


@dataclass(slots=True, kw_only=True, eq=False)
class Watch:
    """Somebody who waits for a trigger. `fire` is called once, with the price that met it, unless removed before."""

    number: int
    trigger: Trigger
    fire: Callable[[Decimal], None]
    is_removed: bool = False

    def wake(self, price: Decimal) -> None:
        """Fire, unless what an earlier watch of the same moment did has made this one pointless."""
        if not self.is_removed:
            self.fire(price)


class TriggerRoom:
    """The watches of one market, sorted by price, so that a trade looks only at those it may wake."""

    def __init__(self) -> None:
        self._fixed: dict[tuple[PriceKind, Direction], list[tuple[Decimal, int, Watch]]] = {}
        self._trailing: dict[int, Watch] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, watch: Watch) -> None:
        """Let a watch wait."""
        self._count += 1
        watch.is_removed = False
        if watch.trigger.trailing is not None:
            self._trailing[watch.number] = watch
            return
        insort(self._queue(watch.trigger), self._entry(watch))

    def remove(self, watch: Watch) -> None:
        """Forget a watch; its trigger must not have changed since it was added.

        It may be on its way out already: due at the same moment as the one that makes it pointless.
        """
        watch.is_removed = True
        if watch.trigger.trailing is not None:
            is_here = self._trailing.pop(watch.number, None) is not None
        else:
            queue, entry = self._queue(watch.trigger), self._entry(watch)
            is_here = entry in queue
            if is_here:
                queue.remove(entry)
        self._count -= is_here

    def due(self, price_kind: PriceKind, prices: Iterable[Decimal]) -> list[tuple[Watch, Decimal]]:
        """Take out the watches that these prices wake, first come first; each with the price that woke it."""
        fired: list[tuple[Watch, Decimal]] = []
        for price in prices:
            for direction in Direction:
                queue = self._fixed.get((price_kind, direction))
                while queue and queue[0][2].trigger.is_met(price):
                    fired.append((queue.pop(0)[2], price))
            followers = [watch for watch in self._trailing.values() if watch.trigger.price_kind is price_kind]
            for watch in followers:
                if watch.trigger.follow(price):
                    del self._trailing[watch.number]
                    fired.append((watch, price))
        self._count -= len(fired)
        return fired

    def _queue(self, trigger: Trigger) -> list[tuple[Decimal, int, Watch]]:
        return self._fixed.setdefault((trigger.price_kind, trigger.direction), [])

    @staticmethod
    def _entry(watch: Watch) -> tuple[Decimal, int, Watch]:
        # The one that fires first sorts first: the lowest price when rising, the highest when falling.
        sign = 1 if watch.trigger.direction is Direction.RISING else -1
        return (watch.trigger.price * sign, watch.number, watch)
