"""Amounts and times as venues write them."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from tidegate.venues.values import (
    MalformedError,
    amount,
    amount_or_zero,
    cost,
    instant,
    milliseconds,
    rows,
    sentence,
    text,
)


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


@pytest.mark.parametrize("written", ["1e999999", "-1e22", "1e-21", "1e-999999", "0e-999999", "9" * 30, 10**40])
def test_an_amount_that_would_leave_the_desks_arithmetic_is_malformed(written: Any) -> None:
    with pytest.raises(MalformedError):
        amount(written)


@pytest.mark.parametrize("written", ["9999999999999999999999", "0.00000000000000000001", "0.000000000000000000000000"])
def test_every_amount_that_a_market_can_need_is_taken(written: str) -> None:
    assert amount(written) == Decimal(written)


@pytest.mark.parametrize("written", ["a\x00b", "\ud800", "line\nbreak", "\x1b[2J"])
def test_what_no_database_can_store_is_no_id_no_asset_and_no_part_of_a_sentence(written: str) -> None:
    with pytest.raises(MalformedError):
        text({"id": written}, "id")
    with pytest.raises(MalformedError):
        cost(written, Decimal(1))
    assert sentence(written).isprintable()


def test_a_sentence_stays_as_the_venue_wrote_it() -> None:
    assert sentence("\u4f59\u989d\u4e0d\u8db3: 51008") == "\u4f59\u989d\u4e0d\u8db3: 51008"
