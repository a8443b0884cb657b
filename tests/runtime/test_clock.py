"""The real clock."""

from datetime import UTC, datetime, timedelta

from tidegate.runtime.clock import RealClock


def test_it_tells_the_time_in_utc_and_says_so() -> None:
    before = datetime.now(UTC)
    now = RealClock().now()
    assert now.utcoffset() == timedelta(0)
    assert before <= now <= datetime.now(UTC)
