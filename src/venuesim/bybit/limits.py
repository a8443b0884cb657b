"""Bybit's rate limits: requests of an address, and of an account by endpoint ("Rate Limit Rules")."""

from collections import deque
from typing import NamedTuple

from venuesim.bybit.errors import AddressBlockedError
from venuesim.wire.windows import RateWindows, Window

ADDRESS = Window("address", 600, 5)
CONNECTIONS = Window("connections", 500, 300)
BAN_MS = 600_000
"""An address that asked too much is let in again after ten minutes (Error Codes, "HTTP Code 403")."""


class Standing(NamedTuple):
    """How an account stands with one endpoint after a request, as every answer tells in its headers.

    `allowed` is how much of what was asked for is within the limit.
    """

    limit: int
    left: int
    allowed: int
    resets_ms: int

    def headers(self) -> dict[str, str]:
        """Return the headers: the limit, what is left, and when it resets (now, unless it was exceeded)."""
        return {
            "X-Bapi-Limit": str(self.limit),
            "X-Bapi-Limit-Status": str(self.left),
            "X-Bapi-Limit-Reset-Timestamp": str(self.resets_ms),
        }


class RollingCounter:
    """What was spent within the last so many milliseconds."""

    __slots__ = ("_milliseconds", "_spent", "used")

    def __init__(self, milliseconds: int) -> None:
        self._milliseconds = milliseconds
        self._spent: deque[tuple[int, int]] = deque()
        self.used = 0

    def spend(self, limit: int, units: int, now_ms: int) -> Standing:
        """Count as much of `units` as the limit allows; what is refused costs nothing (assumption)."""
        spent = self._spent
        while spent and spent[0][0] <= now_ms - self._milliseconds:
            self.used -= spent.popleft()[1]
        allowed = max(0, min(units, limit - self.used))
        if allowed:
            self.used += allowed
            if spent and spent[-1][0] == now_ms:
                allowed_before = spent.pop()[1]
                spent.append((now_ms, allowed_before + allowed))
            else:
                spent.append((now_ms, allowed))
        resets_ms = now_ms
        if allowed < units:
            resets_ms = (spent[0][0] if spent else now_ms) + self._milliseconds
        return Standing(limit, max(0, limit - self.used), allowed, resets_ms)


class BybitLimits:
    """Counts; the counters of an account are shared by REST and the trade socket ("WebSocket Trade Guideline")."""

    def __init__(self, windows: RateWindows) -> None:
        self._windows = windows
        self._counters: dict[tuple[str, str], RollingCounter] = {}
        self._banned_until_ms: dict[str, int] = {}

    @property
    def scale(self) -> float:
        """What every limit is multiplied with."""
        return self._windows.scale

    def spend_address(self, address: str, now_ms: int) -> None:
        """Count a request of an address; raises AddressBlockedError above the limit and for ten minutes after."""
        until_ms = self._banned_until_ms.get(address)
        if until_ms is not None and now_ms < until_ms:
            raise AddressBlockedError
        if not self.spend(ADDRESS, address, 1, now_ms).allowed:
            self._banned_until_ms[address] = now_ms + BAN_MS
            raise AddressBlockedError

    def spend_connection(self, address: str, now_ms: int) -> bool:
        """Count a new WebSocket of an address; return whether there may be one more."""
        return self.spend(CONNECTIONS, address, 1, now_ms).allowed > 0

    def spend(self, window: Window, key: str, units: int, now_ms: int) -> Standing:
        """Count a request of an account (or address), and return how it stands."""
        place = (window.name, key)
        counter = self._counters.get(place)
        if counter is None:
            counter = self._counters[place] = RollingCounter(window.seconds * 1000)
        return counter.spend(self._windows.limit_of(window), units, now_ms)
