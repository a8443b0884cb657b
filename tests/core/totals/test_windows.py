"""What happened lately is counted exactly, and what is over is forgotten."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest

from tidegate.core.totals.windows import Counts, Sums

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_what_happened_just_then_is_over_and_what_came_after_counts() -> None:
    counts = Counts(MINUTE)
    for seconds in (0, 10, 10, 20):
        counts.add("key", at(seconds))
    assert [counts.count("key", at(seconds)) for seconds in (-1, 0, 10, 20)] == [4, 3, 1, 0]
    assert counts.count("other", at(-1)) == 0


@pytest.mark.parametrize("seed", range(5))
def test_counts_and_sums_are_what_a_list_of_everything_says(seed: int) -> None:
    random = Random(seed)
    counts, sums, everything = Counts(MINUTE), Sums(MINUTE), []
    now = 0.0
    for _ in range(500):
        now += random.choice([0, 0.1, 1, 30])
        key, amount = random.choice("ab"), Decimal(random.randrange(10))
        counts.add(key, at(now))
        sums.add(key, at(now), amount)
        everything.append((key, at(now), amount))
        since = at(now - random.choice([0, 1, 10, 60]))
        within = [amount for other, then, amount in everything if other == key and then > since]
        assert counts.count(key, since) == len(within)
        assert sums.total(key, since) == sum(within)


def test_moments_that_come_late_are_put_where_they_belong() -> None:
    counts = Counts(MINUTE)
    for seconds in (20, 5, 10):
        counts.add("key", at(seconds))
    assert counts.count("key", at(7)) == 2


def test_memory_holds_what_is_within_the_longest_interval() -> None:
    counts, sums = Counts(MINUTE), Sums(MINUTE)
    for second in range(5_000):
        counts.add(second, at(second))
        counts.add("busy", at(second))
        sums.add("busy", at(second), Decimal(1))
    assert len(list(counts)) <= 62
    assert len(counts.times("busy")) <= 200
    assert sums.total("busy", at(4_939)) == 60
