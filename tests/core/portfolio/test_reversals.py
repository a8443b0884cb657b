"""A trade that never counted: everything is as without it, as far as an average cost allows."""

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from support.desk_driver import ACCOUNT, ALICE
from support.positions import PRICES, ROUNDING, TRADES, flat, profit, trade
from tidegate.core.portfolio.holdings import acquire, dispose, settle, take_fee
from tidegate.core.portfolio.positions import signed
from tidegate.core.portfolio.reversals import return_fee, unsettle, unwind, unwind_holding, unwind_position
from tidegate.core.records import Holding
from tidegate.core.vocabulary import Side


def holding(quantity: str = "0", average: str | None = None) -> Holding:
    price = None if average is None else Decimal(average)
    return Holding(account_id=ACCOUNT, user_id=ALICE, asset="BTC", quantity=Decimal(quantity), average_price=price)


# --- positions -----------------------------------------------------------------------------------------------------


@given(trades=TRADES, which=st.integers(min_value=0), mark=PRICES)
def test_whichever_trade_is_taken_back_quantity_and_profit_are_as_without_it(
    trades: list[tuple[Side, Decimal, Decimal]], which: int, mark: Decimal
) -> None:
    assume(trades)
    which %= len(trades)
    position, without = flat(), flat()
    realized = [trade(position, *one) for one in trades]
    for number, one in enumerate(trades):
        if number != which:
            trade(without, *one)
    side, quantity, price = trades[which]
    unwind_position(position, signed(side, quantity), price, realized[which])
    assert position.quantity == without.quantity
    assert abs(profit(position, mark) - profit(without, mark)) < ROUNDING
    assert (position.average_price is None) == (position.quantity == 0)


@given(trades=TRADES)
def test_the_last_trade_taken_back_leaves_average_and_result_as_before_it(
    trades: list[tuple[Side, Decimal, Decimal]],
) -> None:
    assume(trades)
    position, before = flat(), flat()
    for one in trades[:-1]:
        trade(position, *one)
        trade(before, *one)
    side, quantity, price = trades[-1]
    realized = trade(position, side, quantity, price)
    unwind_position(position, signed(side, quantity), price, realized)
    assert position.quantity == before.quantity
    assert abs(position.realized_pnl - before.realized_pnl) < ROUNDING
    if before.average_price is None:
        assert position.average_price is None
    else:
        assert position.average_price is not None
        assert abs(position.average_price - before.average_price) < ROUNDING


@pytest.mark.parametrize(("first", "second"), [(Side.BUY, Side.SELL), (Side.SELL, Side.BUY)])
def test_a_flip_taken_back_is_the_position_from_before(first: Side, second: Side) -> None:
    position = flat()
    trade(position, first, "1", "100")
    realized = trade(position, second, "2", "110")
    unwind_position(position, signed(second, Decimal(2)), Decimal(110), realized)
    assert (position.quantity, position.average_price) == (signed(first, Decimal(1)), 100)
    assert position.realized_pnl == 0


def test_what_was_realized_since_keeps_the_average_that_it_was_realized_against() -> None:
    position = flat()
    trade(position, Side.BUY, "1", "100")
    trade(position, Side.BUY, "1", "200")
    trade(position, Side.SELL, "1", "180")
    unwind_position(position, Decimal(1), Decimal(100), Decimal(0))
    assert (position.quantity, position.average_price) == (0, None)
    assert position.realized_pnl == -20, "bought at 200, sold at 180"


def test_an_average_is_never_below_nothing() -> None:
    position = flat()
    trade(position, Side.BUY, "10", "10")
    trade(position, Side.BUY, "1", "1000")
    trade(position, Side.SELL, "9", "100")
    before = profit(position, Decimal(50))
    unwind_position(position, Decimal(1), Decimal(1000), Decimal(0))
    assert (position.quantity, position.average_price) == (1, 100)
    assert profit(position, Decimal(50)) == before - (50 - 1000)


# --- holdings ------------------------------------------------------------------------------------------------------


def test_a_purchase_taken_back_takes_its_price_out_of_the_average() -> None:
    held = holding("1", "40000")
    acquire(held, Decimal(1), Decimal(50_000))
    unwind_holding(held, Decimal(1), Decimal(50_000), Decimal(0))
    assert (held.quantity, held.average_price, held.realized_pnl) == (1, 40_000, 0)


def test_a_sale_taken_back_brings_back_what_it_had_cost_even_after_a_purchase() -> None:
    held, without = holding("2", "40000"), holding("2", "40000")
    dispose(held, Decimal(1), Decimal(50_000))
    for one in (held, without):
        acquire(one, Decimal(2), Decimal(46_000))
    unwind_holding(held, Decimal(-1), Decimal(50_000), Decimal(10_000))
    assert held == without


def test_a_sale_of_all_that_is_taken_back_brings_back_its_average() -> None:
    held = holding("2", "40000")
    dispose(held, Decimal(2), Decimal(50_000))
    assert held.average_price is None
    unwind_holding(held, Decimal(-2), Decimal(50_000), Decimal(20_000))
    assert held == holding("2", "40000")


def test_without_a_price_quantities_go_back_and_nothing_else() -> None:
    held = holding("2", "40000")
    unwind_holding(held, Decimal(1), None, Decimal(0))
    assert (held.quantity, held.average_price, held.realized_pnl) == (1, 40_000, 0)


def test_what_has_no_average_gets_none() -> None:
    held = holding("2")
    unwind_holding(held, Decimal(-1), Decimal(50_000), Decimal(0))
    assert (held.quantity, held.average_price, held.realized_pnl) == (3, None, 0)


@pytest.mark.parametrize("amount", ["100", "-40"])
def test_a_payment_taken_back_is_as_if_it_had_never_been(amount: str) -> None:
    held, before = holding("1000", "1.01"), holding("1000", "1.01")
    settle(held, Decimal(amount), Decimal("1.02"))
    unsettle(held, Decimal(amount), Decimal("1.02"))
    assert (held.quantity, held.average_price, held.realized_pnl) == (before.quantity, Decimal("1.01"), 0)


@pytest.mark.parametrize("amount", ["0.5", "-0.5", "2"])
def test_a_fee_comes_back_at_average_cost(amount: str) -> None:
    held = holding("2", "600")
    take_fee(held, Decimal(amount))
    return_fee(held, Decimal(amount), Decimal(600))
    assert held == holding("2", "600")


def test_rounding_of_averages_is_not_realized() -> None:
    found = unwind(
        Decimal(1), Decimal("33.333333333333"), change=Decimal(1), price=Decimal(100) / 3, realized=Decimal(0)
    )
    assert found == (0, None, 0)
