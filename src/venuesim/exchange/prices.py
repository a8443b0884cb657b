"""Where a market's price comes from: a seeded random walk or a script; `replay` adds recorded trades and candles."""

import random
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property, lru_cache
from typing import Protocol

import msgspec

from venuesim.exchange.instruments import Instrument, floor_to

STEP_DEVIATION = 0.00005
"""Standard deviation of one step's return: about 3 % a day at four steps a second."""

STARTS = (200, 800)
"""Where in its range a walk may start, in thousandths."""

BILLION = 10**9


class Tick(msgspec.Struct, frozen=True, gc=False):
    """A price the market comes to: a trade if it has a quantity (base units), only a move if that is zero."""

    price: Decimal
    quantity: Decimal = Decimal(0)
    buyer_is_maker: bool = False


class PriceSource(Protocol):
    """Tells a market its prices as time passes."""

    @property
    def is_exhausted(self) -> bool:
        """Whether no tick will ever come again."""
        ...

    def advance(self, now_ms: int) -> Sequence[Tick]:
        """Return the ticks that became due since the last call, the oldest first; none is usual.

        A source that reads a file raises ValueError for what it cannot use, and is exhausted then.
        """
        ...


@lru_cache(maxsize=1024)
def _start(seed: str) -> int:
    """Where a seed's walk starts; the venues' walks share seeds, and there are hundreds of them."""
    return random.Random(seed).randint(*STARTS)  # noqa: S311 - A seeded market, not a secret.


class RandomWalk:
    """A price that takes one random step per call, reflected at the ends of its range. It never ends.

    The seed alone decides the figures, so that a price is the same wherever it has the same seed.
    """

    is_exhausted = False

    def __init__(self, instrument: Instrument, low: Decimal, high: Decimal, *, seed: str) -> None:
        self._low = low
        self._high = high
        self._step = instrument.tick_size / 1000
        self._seed = seed
        start = low + (high - low) * Decimal(_start(seed)) / 1000
        self.price = max(floor_to(start, instrument.tick_size), instrument.tick_size)

    @cached_property
    def _random(self) -> random.Random:
        """What the steps are drawn from, made for the first one: the start was drawn before them."""
        made = random.Random(self._seed)  # noqa: S311 - A seeded market, not a secret.
        made.randint(*STARTS)
        return made

    def advance(self, now_ms: int) -> Sequence[Tick]:  # noqa: ARG002 - It steps per call, whatever the time.
        """Take one step; the tick has no quantity, for it is a middle price and lies between ticks."""
        change = Decimal(round(self._random.gauss(0.0, STEP_DEVIATION) * BILLION)) / BILLION
        moved = self.price * (1 + change)
        if moved <= self._low:
            moved = self.price * (1 + abs(change))
        elif moved >= self._high:
            moved = self.price * (1 - abs(change))
        # A price that was set far below its range must not be cut to nothing.
        self.price = max(floor_to(moved, self._step), self._step)
        return (Tick(self.price),)

    def recenter(self, price: Decimal) -> None:
        """Walk on from `price`."""
        self.price = price


class Script:
    """Prices at given times: pairs of milliseconds after `start_ms` and price, in order of time.

    Raises ValueError, naming the step, for a price that is not positive and for a time before the one of the last step.
    """

    def __init__(self, instrument: Instrument, steps: Sequence[tuple[int, Decimal]], *, start_ms: int) -> None:
        last_ms = 0
        for number, (after_ms, price) in enumerate(steps, start=1):
            if after_ms < last_ms:
                raise ValueError(f"Step {number}: {after_ms} ms is before {last_ms} ms.")
            if not price.is_finite() or price <= 0:
                raise ValueError(f"Step {number}: a price must be positive, not {price}.")
            last_ms = after_ms
        self._steps = [(start_ms + after_ms, Tick(on_tick(price, instrument))) for after_ms, price in steps]
        self._position = 0

    @property
    def is_exhausted(self) -> bool:
        """Whether the last step has been taken."""
        return self._position >= len(self._steps)

    def advance(self, now_ms: int) -> Sequence[Tick]:
        """Return the steps that are due by now."""
        due: list[Tick] = []
        while self._position < len(self._steps) and self._steps[self._position][0] <= now_ms:
            due.append(self._steps[self._position][1])
            self._position += 1
        return due


def on_tick(price: Decimal, instrument: Instrument) -> Decimal:
    """Return the price that the instrument can have nearest to `price`; at least one tick."""
    ticks = (price / instrument.tick_size).to_integral_value(rounding=ROUND_HALF_UP)
    return max(ticks, Decimal(1)) * instrument.tick_size
