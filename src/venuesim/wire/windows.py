"""Rate limits over fixed windows, scalable while the venue runs."""

from typing import NamedTuple


class Window(NamedTuple):
    """A limit: at most `limit` units in each `seconds`, counted per key (an address, an account)."""

    name: str
    limit: int
    seconds: int


class Usage(NamedTuple):
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
        counted, used = self._counters.get((window.name, key), (number, 0))
        used = units if counted != number else used + units
        self._counters[window.name, key] = (number, used)
        return Usage(used, self.limit_of(window), window.seconds - remaining_ms // 1000)
