"""Rate limits over fixed windows, scalable while the venue runs."""

from typing import NamedTuple

import msgspec


class Window(NamedTuple):
    """A limit: at most `limit` units in each `seconds`, counted per key (an address, an account)."""

    name: str
    limit: int
    seconds: int


class Usage(msgspec.Struct, frozen=True, gc=False):
    """How a window stands. `retry_after_seconds` is the time until the window begins anew."""

    used: int
    limit: int
    retry_after_seconds: int

    @property
    def exceeded(self) -> bool:
        """Whether more was asked for than the window allows."""
        return self.used > self.limit


class RateWindows:
    """The counters of one venue. `scale` multiplies every limit."""

    def __init__(self) -> None:
        self.scale: float = 1
        self._counters: dict[tuple[str, str], tuple[int, int]] = {}

    def limit_of(self, window: Window) -> int:
        """Return a window's limit as scaled."""
        return int(window.limit * self.scale)

    def spend(self, window: Window, key: str, units: int, now_ms: int) -> Usage:
        """Count `units` and return how the window stands now."""
        number, remaining_ms = divmod(now_ms, window.seconds * 1000)
        place = (window.name, key)
        counter = self._counters.get(place)
        used = units if counter is None or counter[0] != number else counter[1] + units
        self._counters[place] = (number, used)
        return Usage(used, int(window.limit * self.scale), window.seconds - remaining_ms // 1000)

    def give_back(self, window: Window, key: str, units: int, now_ms: int) -> None:
        """Take units off what was spent in the present window, if there are as many."""
        counter = self._counters.get((window.name, key))
        if counter is not None and counter[0] == now_ms // (window.seconds * 1000):
            self._counters[window.name, key] = (counter[0], max(0, counter[1] - units))

    def used(self, window: Window, key: str, now_ms: int) -> int:
        """Return how much was spent in the present window."""
        counter = self._counters.get((window.name, key))
        return counter[1] if counter is not None and counter[0] == now_ms // (window.seconds * 1000) else 0
