"""Exact decimals on a venue's grid."""

from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.core.money import is_multiple, is_workable, plain, ratio, ratio_up, round_down, round_up

AMOUNTS = st.decimals(min_value=0, max_value=Decimal("1e20") - 1, places=18)
STEPS = st.sampled_from([Decimal(step) for step in ("0.00000001", "0.01", "0.05", "1", "2.5", "1000")])


@given(value=AMOUNTS, other=AMOUNTS)
def test_the_product_of_two_workable_amounts_is_exact(value: Decimal, other: Decimal) -> None:
    assert is_workable(value)
    product = value * other
    with localcontext() as context:
        context.prec = 200
        assert product == value * other


@given(value=AMOUNTS, step=STEPS)
def test_rounding_meets_the_grid_and_keeps_within_one_step(value: Decimal, step: Decimal) -> None:
    down, up = round_down(value, step), round_up(value, step)
    assert is_multiple(down, step)
    assert is_multiple(up, step)
    assert down <= value <= up
    assert value - down < step
    assert up - value < step


def test_a_grid_of_zero_takes_everything() -> None:
    assert is_multiple(Decimal("0.123"), Decimal(0))


@pytest.mark.parametrize("number", ["NaN", "sNaN", "Infinity", "-Infinity", "1E+20", "1E+999999", "1E-19", "1E-999999"])
def test_numbers_that_could_stop_the_engine_are_not_workable(number: str) -> None:
    assert not is_workable(Decimal(number))


@pytest.mark.parametrize("number", ["0", "-1", "99999999999999999999", "0.000000000000000001", "1E+19"])
def test_every_number_that_a_venue_trades_is_workable(number: str) -> None:
    assert is_workable(Decimal(number))


@pytest.mark.parametrize(
    ("value", "text"),
    [("1.500", "1.5"), ("1E+3", "1000"), ("0E-8", "0"), ("-0.0", "0"), ("1E-8", "0.00000001"), ("-2.50", "-2.5")],
)
def test_amounts_read_without_exponent_or_trailing_zeros(value: str, text: str) -> None:
    assert plain(Decimal(value)) == text


def test_averages_round_half_to_even_and_worst_cases_up() -> None:
    assert ratio(Decimal(1), Decimal(3)) == Decimal("0.333333333333")
    assert ratio_up(Decimal(1), Decimal(3)) == Decimal("0.333333333334")
    assert ratio_up(Decimal(1), Decimal(4)) == Decimal("0.25")
