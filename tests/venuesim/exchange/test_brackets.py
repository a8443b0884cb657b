"""Margin brackets, written as the venues print them."""

from decimal import Decimal

import pytest

from venuesim.exchange.brackets import continuous_tiers, read_brackets

D = Decimal


def test_brackets_are_read_as_the_venues_print_them() -> None:
    small, large = read_brackets("100x 0.5% 300k, 12x 4.17% 1.5m")
    assert (small.leverage_max, small.maintenance_rate, small.size_max) == (100, D("0.005"), 300_000)
    assert (large.leverage_max, large.maintenance_rate, large.size_max) == (12, D("0.0417"), 1_500_000)
    assert read_brackets("50x 1% 250")[0].size_max == 250


def test_maintenance_amounts_take_the_jump_out_of_every_boundary() -> None:
    tiers = continuous_tiers("100x 0.5% 300k, 50x 1% 1m, 25x 2% 4m")
    assert [tier.maintenance_amount for tier in tiers] == [0, 1_500, 11_500]


@pytest.mark.parametrize("malformed", ["100x 0.5%", "100x half 300k", "x 0.5% 300k", ""])
def test_a_malformed_bracket_is_refused(malformed: str) -> None:
    with pytest.raises((ValueError, ArithmeticError)):
        continuous_tiers(malformed)
