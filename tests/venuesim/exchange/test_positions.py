"""What fills make of a position: long and short, partial closes, flips; and that it is always the sum of its fills."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venuesim.exchange.instruments import AMOUNT_STEP
from venuesim.exchange.positions import Change, Position
from venuesim.exchange.vocabulary import PositionSide, Side
from venuesim_contracts import Pit, contract

D = Decimal
BUY, SELL = Side.BUY, Side.SELL


@pytest.fixture
def position() -> Position:
    return Position(instrument=contract("BTC"), side=PositionSide.NET)


def test_buying_more_moves_the_entry_to_the_mean_price(position: Position) -> None:
    position.fill(BUY, D(100), D(1), 1)
    position.fill(BUY, D(110), D(3), 2)
    assert (position.quantity, position.entry_price) == (D(4), D("107.5"))


def test_a_partial_close_realizes_its_part_and_leaves_the_entry(position: Position) -> None:
    position.fill(BUY, D(100), D(4), 1)
    change = position.fill(SELL, D(110), D(1), 2)
    assert change == Change(D(1), D(10))
    assert (position.quantity, position.entry_price) == (D(3), D(100))


def test_a_short_earns_when_the_price_falls(position: Position) -> None:
    position.fill(SELL, D(100), D(2), 1)
    assert position.quantity == -2
    assert position.unrealized_pnl(D(90)) == 20
    assert position.fill(BUY, D(90), D(2), 2) == Change(D(2), D(20))
    assert not position.is_open


def test_a_flip_closes_the_old_position_and_opens_a_new_one_at_the_price_of_the_fill(position: Position) -> None:
    position.fill(BUY, D(100), D(2), 1)
    change = position.fill(SELL, D(120), D(5), 2)
    assert change == Change(D(2), D(40))
    assert (position.quantity, position.entry_price, position.opened_ms) == (D(-3), D(120), 2)
    assert position.realized_pnl == 0  # It is another position's.


def test_closing_a_part_of_an_isolated_position_frees_that_part_of_its_margin(position: Position) -> None:
    position.fill(BUY, D(100), D(4), 1)
    position.isolated_margin = D(40)
    position.fill(SELL, D(100), D(1), 2)
    assert position.isolated_margin == 30
    position.fill(SELL, D(100), D(3), 3)
    assert position.isolated_margin == 0


def test_a_fill_that_turns_a_position_round_shares_its_fee() -> None:
    pit = Pit()
    account = pit.account("holder", "100000")
    pit.mark("100")
    pit.trade(account, BUY, "1", "100")
    pit.trade(account, SELL, "3", "100")
    assert pit.position(account).fees == D("0.10")  # Two of three at 0.05 % of 100.


fills = st.lists(
    st.tuples(
        st.sampled_from([BUY, SELL]),
        st.integers(min_value=1, max_value=1000).map(D),
        st.integers(min_value=1, max_value=50).map(D),
    ),
    min_size=1,
    max_size=40,
)


@given(fills)
def test_a_position_is_the_sum_of_its_fills(trades: list[tuple[Side, Decimal, Decimal]]) -> None:
    position = Position(instrument=contract("BTC"), side=PositionSide.NET)
    realized = cash = quantity = D(0)
    for number, (side, price, amount) in enumerate(trades):
        realized += position.fill(side, price, amount, number).realized_pnl
        quantity += amount * side.sign
        cash -= price * amount * side.sign
    assert position.quantity == quantity
    # Closing what is left at any price gives the same total as the cash of all trades.
    price = trades[-1][1]
    assert abs(realized + position.unrealized_pnl(price) - (cash + quantity * price)) <= len(trades) * AMOUNT_STEP
