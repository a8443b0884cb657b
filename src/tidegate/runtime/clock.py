"""The real clock."""

from datetime import UTC, datetime


class RealClock:
    """The system's time, in UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)
