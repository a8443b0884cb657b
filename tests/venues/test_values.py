"""Amounts and times as venues write them."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from tidegate.venues.values import MalformedError, amount, amount_or_zero, instant, milliseconds, rows, text


@pytest.mark.parametrize(
    ("written", "value"), [("0.00000001", "1E-8"), ("65000.10", "65000.10"), (7, "7"), ("-0.1", "-0.1")]
)
def test_amounts_stay_exact(written: Any, value: str) -> None:
    assert amount(written) == Decimal(value)


@pytest.mark.parametrize("written", [None, "", "abc", "NaN", "Infinity", 0.1, True, [], {}])
def test_what_is_no_amount_is_malformed(written: Any) -> None:
    with pytest.raises(MalformedError):
        amount(written)


def test_a_zero_may_be_left_away() -> None:
    assert amount_or_zero("") == amount_or_zero(None) == 0


def test_times_are_utc_milliseconds() -> None:
    moment = datetime(2026, 3, 1, 12, 0, 0, 123_000, tzinfo=UTC)
    assert instant("1772366400123") == moment
    assert milliseconds(moment) == 1_772_366_400_123
    with pytest.raises(MalformedError):
        instant(None)


@pytest.mark.parametrize("message", [None, {}, {"id": ""}, {"id": None}, {"id": []}, "id"])
def test_a_missing_field_is_malformed(message: Any) -> None:
    with pytest.raises(MalformedError):
        text(message, "id")


@pytest.mark.parametrize("message", [None, {}, ["text"], "[]"])
def test_a_listing_is_a_list_of_objects(message: Any) -> None:
    with pytest.raises(MalformedError):
        rows(message)
