"""Bybit's rate limits: requests of an address, and of an account by endpoint."""

from typing import NamedTuple

from venuesim.bybit.errors import AddressBlockedError
from venuesim.wire.windows import RateWindows, Usage, Window

ADDRESS = Window("address", 600, 5)
SECOND_MS = 1000


class Standing(NamedTuple):
    """How an account stands with one endpoint, as every answer tells in its headers."""

    usage: Usage
    now_ms: int

    def headers(self) -> dict[str, str]:
        """Return the headers: the limit, what is left, and when it resets (now, unless it is used up)."""
        resets_ms = (self.now_ms // SECOND_MS + 1) * SECOND_MS if self.usage.exceeded else self.now_ms
        return {
            "X-Bapi-Limit": str(self.usage.limit),
            "X-Bapi-Limit-Status": str(max(0, self.usage.limit - self.usage.used)),
            "X-Bapi-Limit-Reset-Timestamp": str(resets_ms),
        }


class BybitLimits:
    """Counts; the counters are shared by REST and the trade socket (assumption)."""

    def __init__(self, windows: RateWindows) -> None:
        self._windows = windows

    @property
    def scale(self) -> float:
        """What every limit is multiplied with."""
        return self._windows.scale

    def spend_address(self, address: str, now_ms: int) -> None:
        """Count a request of an address.

        Raises AddressBlockedError above the limit. The real ban lasts ten minutes, this one only until the window ends.
        """
        if self._windows.spend(ADDRESS, address, 1, now_ms).exceeded:
            raise AddressBlockedError

    def spend(self, window: Window, api_key: str, now_ms: int) -> Standing:
        """Count a request of an account, and return how it stands."""
        return Standing(self._windows.spend(window, api_key, 1, now_ms), now_ms)
