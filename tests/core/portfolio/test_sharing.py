"""What is divided adds up again, and nobody gives more than there is."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.core.portfolio.sharing import divided, taken_from, used_up

WEIGHTS = st.dictionaries(
    st.sampled_from("abcdef"), st.decimals(min_value=Decimal("0.001"), max_value=1000, places=3), min_size=1
)
AMOUNTS = st.decimals(min_value=-1000, max_value=1000, places=8)
QUANTITIES = st.decimals(min_value=Decimal("0.001"), max_value=5000, places=3)
STEPS = st.sampled_from([Decimal("0.001"), Decimal("0.01"), Decimal(0)])


@settings(max_examples=50, deadline=None)
@given(amount=AMOUNTS, weights=WEIGHTS)
def test_money_is_divided_without_a_rest(amount: Decimal, weights: dict[str, Decimal]) -> None:
    parts = divided(amount, weights)
    assert parts.keys() == weights.keys()
    assert sum(parts.values()) == amount


@settings(max_examples=50, deadline=None)
@given(held=WEIGHTS, quantity=QUANTITIES, step=STEPS)
def test_no_more_is_taken_than_is_held(held: dict[str, Decimal], quantity: Decimal, step: Decimal) -> None:
    parts = taken_from(held, quantity, step)
    assert sum(parts.values()) == min(quantity, sum(held.values()))
    assert all(Decimal(0) < part <= held[key] for key, part in parts.items())


def test_parts_are_on_the_grid_and_the_largest_takes_the_rest() -> None:
    held = {"a": Decimal("0.1"), "b": Decimal("0.2")}
    assert taken_from(held, Decimal("0.1"), Decimal("0.001")) == {"a": Decimal("0.033"), "b": Decimal("0.067")}


def test_what_is_due_is_given_to_whom_most_is_due_until_it_is_used_up() -> None:
    due = {"a": Decimal(1), "b": Decimal(3), "c": Decimal(-1)}
    assert used_up(due, Decimal("3.5")) == {"b": Decimal(3), "a": Decimal("0.5")}
