"""The real clock: the system's time at the start, carried on by a clock that nobody sets.

Spans between two of its readings are true even when the system's time is set forward or back in between. That matters:
a proof that an attempt is absent rests on how long ago it left. Venues are told their own time anyway, because each
session measures how far its venue's clock is from this one.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class RealClock:
    """UTC, to the microsecond, never stepping."""

    def __init__(
        self,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
        elapsed_seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._elapsed_seconds = elapsed_seconds
        self._started_at = wall()
        self._started_elapsed = elapsed_seconds()

    def now(self) -> datetime:
        """The time."""
        return self._started_at + timedelta(seconds=self._elapsed_seconds() - self._started_elapsed)
