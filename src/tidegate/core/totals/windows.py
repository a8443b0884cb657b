"""What happened within the last so many seconds, by whatever it is counted by."""

from bisect import bisect_right, insort
from collections import deque
from collections.abc import Hashable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec

from tidegate.core.money import ZERO

_SPARE = 64  # So many entries that are over are kept before the list is cut.


class Counts:
    """How often something happened lately, by key. Moments may come in any order."""

    def __init__(self, longest: timedelta) -> None:
        self._longest = longest
        self._times: dict[Hashable, list[datetime]] = {}
        self._ages: deque[tuple[datetime, Hashable]] = deque()

    def add(self, key: Hashable, at: datetime) -> None:
        """It happened once more."""
        insort(self._times.setdefault(key, []), at)
        self._ages.append((at, key))
        self._forget(at - self._longest)

    def __iter__(self) -> Iterator[Hashable]:
        return iter(self._times)

    def times(self, key: Hashable) -> Sequence[datetime]:
        """When it happened, as far as that is kept."""
        return self._times.get(key, ())

    def count(self, key: Hashable, since: datetime) -> int:
        """How often it happened after a moment."""
        return count_since(self.times(key), since)

    def _forget(self, before: datetime) -> None:
        while self._ages[0][0] < before:
            _, key = self._ages.popleft()
            times = self._times.get(key)
            if times is not None and times[-1] < before:
                del self._times[key]
            elif times is not None and (over := bisect_right(times, before)) > _SPARE:
                del times[:over]


def count_since(times: Sequence[datetime], since: datetime) -> int:
    """How many of these moments, which are in their order, come after another."""
    return len(times) - bisect_right(times, since)


class _Window(msgspec.Struct):
    """Moments in their order, and the sum of all amounts up to each."""

    times: list[datetime] = []
    sums: list[Decimal] = []


class Sums:
    """How much went by lately, by key. Moments come in their order."""

    def __init__(self, longest: timedelta) -> None:
        self._longest = longest
        self._windows: dict[Hashable, _Window] = {}

    def add(self, key: Hashable, at: datetime, amount: Decimal) -> None:
        """So much more went by."""
        window = self._windows.setdefault(key, _Window())
        before = window.sums[-1] if window.sums else ZERO
        window.times.append(at if not window.times else max(at, window.times[-1]))
        window.sums.append(before + amount)
        over = bisect_right(window.times, at - self._longest)
        if over > max(_SPARE, len(window.times) // 2):  # Rarely: the list is copied.
            del window.times[: over - 1], window.sums[: over - 1]

    def __iter__(self) -> Iterator[Hashable]:
        return iter(self._windows)

    def total(self, key: Hashable, since: datetime) -> Decimal:
        """How much went by after a moment."""
        window = self._windows.get(key)
        if window is None:
            return ZERO
        over = bisect_right(window.times, since)
        return window.sums[-1] - (window.sums[over - 1] if over else ZERO)
