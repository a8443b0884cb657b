"""The clock: true spans, whatever happens to the system's time."""

from datetime import UTC, datetime, timedelta

from tidegate.runtime.clock import RealClock


def test_a_wall_clock_that_is_set_forward_does_not_shorten_a_wait() -> None:
    """Else a proof of absence would be too early by the step, and the order be sent twice."""
    wall = [datetime(2026, 3, 1, tzinfo=UTC)]
    elapsed = [100.0]
    clock = RealClock(lambda: wall[0], lambda: elapsed[0])
    sent_at = clock.now()
    wall[0] += timedelta(hours=1)
    elapsed[0] += 2.5
    assert clock.now() - sent_at == timedelta(seconds=2.5)


def test_it_starts_at_the_systems_time_in_utc() -> None:
    before = datetime.now(UTC)
    now = RealClock().now()
    assert before <= now <= datetime.now(UTC)
    assert now.tzinfo is UTC
