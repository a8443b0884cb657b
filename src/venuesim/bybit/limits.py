"""Bybit's rate limits: requests of an address, and of an account by endpoint."""

from typing import NamedTuple

from venuesim.bybit.errors import AddressBlockedError
from venuesim.wire.windows import RateWindows, Usage, Window

ADDRESS = Window("address", 600, 5)
CONNECTIONS = Window("connections", 500, 300)
BAN_MS = 600_000
"""An address that asked too much is let in again after ten minutes (Error Codes, "HTTP Code 403")."""

SECOND_MS = 1000


class Standing(NamedTuple):
    """How an account stands with one endpoint, as every answer tells in its headers."""

    usage: Usage
    now_ms: int

    def allowed(self, units: int) -> int:
        """Return how many of the units just spent are within the limit."""
        return max(0, min(units, units - (self.usage.used - self.usage.limit)))

    def headers(self) -> dict[str, str]:
        """Return the headers: the limit, what is left, and when it resets (now, unless it is used up)."""
        now_ms = self.now_ms
        resets_ms = (
            (now_ms // SECOND_MS + self.usage.retry_after_seconds) * SECOND_MS if self.usage.exceeded else now_ms
        )
        return {
            "X-Bapi-Limit": str(self.usage.limit),
            "X-Bapi-Limit-Status": str(max(0, self.usage.limit - self.usage.used)),
            "X-Bapi-Limit-Reset-Timestamp": str(resets_ms),
        }


class BybitLimits:
    """Counts; the counters of an account are shared by REST and the trade socket ("WebSocket Trade Guideline")."""

    def __init__(self, windows: RateWindows) -> None:
        self._windows = windows
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
        if self._windows.spend(ADDRESS, address, 1, now_ms).exceeded:
            self._banned_until_ms[address] = now_ms + BAN_MS
            raise AddressBlockedError

    def spend_connection(self, address: str, now_ms: int) -> bool:
        """Count a new WebSocket of an address; return whether there may be one more."""
        return not self._windows.spend(CONNECTIONS, address, 1, now_ms).exceeded

    def spend(self, window: Window, api_key: str, units: int, now_ms: int) -> Standing:
        """Count a request of an account, and return how it stands."""
        return Standing(self._windows.spend(window, api_key, units, now_ms), now_ms)
