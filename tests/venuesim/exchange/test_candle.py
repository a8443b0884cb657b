"""Intervals open where the venues' bars open."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venuesim.exchange.candle import DAY_MS, HOUR_MS, MINUTE_MS, WEEK_MS, Interval

INTERVALS = [
    *(Interval(minutes * MINUTE_MS) for minutes in (1, 3, 5, 15, 30, 60, 120, 240, 360, 480, 720)),
    Interval(1000),
    Interval(DAY_MS),
    Interval(3 * DAY_MS),
    Interval(WEEK_MS),
    Interval(months=1),
    Interval(months=3),
]


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def test_weeks_open_on_a_monday() -> None:
    assert Interval(WEEK_MS).floor(ms("2025-06-15T23:59:59")) == ms("2025-06-09")  # A Sunday and its Monday.


def test_months_open_on_the_first_and_have_their_own_length() -> None:
    month = Interval(months=1)
    assert month.floor(ms("2024-02-29T12:00")) == ms("2024-02-01")
    assert month.after(ms("2024-02-01")) == ms("2024-03-01")
    assert month.before(ms("2024-01-01")) == ms("2023-12-01")


def test_quarters_open_in_january_april_july_and_october() -> None:
    assert Interval(months=3).floor(ms("2025-06-15")) == ms("2025-04-01")


def test_a_day_of_a_clock_eight_hours_ahead_opens_at_four_in_the_afternoon() -> None:
    day = Interval(DAY_MS)
    assert day.floor(ms("2025-06-15T15:59"), 8 * HOUR_MS) == ms("2025-06-14T16:00")
    assert day.floor(ms("2025-06-15T16:00"), 8 * HOUR_MS) == ms("2025-06-15T16:00")
    assert Interval(months=1).floor(ms("2025-06-30T16:00"), 8 * HOUR_MS) == ms("2025-06-30T16:00")


@pytest.mark.parametrize("lengths", [{}, {"milliseconds": -1}, {"milliseconds": 1000, "months": 1}])
def test_an_interval_has_one_positive_length(lengths: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="positive number of either"):
        Interval(**lengths)


@given(st.sampled_from(INTERVALS), st.integers(0, 2 * 10**12), st.sampled_from([0, 8 * HOUR_MS]))
def test_every_time_lies_in_the_candle_that_it_is_said_to(interval: Interval, time_ms: int, offset_ms: int) -> None:
    open_ms = interval.floor(time_ms, offset_ms)
    next_ms = interval.after(open_ms, offset_ms)
    assert open_ms <= time_ms < next_ms
    assert interval.before(next_ms, offset_ms) == open_ms
    assert interval.ceil(time_ms, offset_ms) in {time_ms, next_ms}
