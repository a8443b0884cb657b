"""A position is the fold of its trades, and what it realized and still carries is the cash that they made."""

from decimal import Decimal

import pytest
from hypothesis import given

from support.positions import PRICES, ROUNDING, TRADES, flat, profit, trade
from tidegate.core.portfolio.positions import signed
from tidegate.core.vocabulary import PositionSide, Side


@given(trades=TRADES, mark=PRICES)
def test_realized_and_unrealized_at_any_price_are_the_cash_that_the_trades_made(
    trades: list[tuple[Side, Decimal, Decimal]], mark: Decimal
) -> None:
    position = flat()
    for side, quantity, price in trades:
        trade(position, side, quantity, price)
    folded = sum((signed(side, quantity) for side, quantity, _ in trades), Decimal(0))
    cash = sum((-signed(side, quantity) * price for side, quantity, price in trades), Decimal(0))
    assert position.quantity == folded
    assert abs(profit(position, mark) - (cash + folded * mark)) < ROUNDING
    assert (position.average_price is None) == (folded == 0)


@given(trades=TRADES)
def test_a_flat_position_has_realized_all_that_it_made(trades: list[tuple[Side, Decimal, Decimal]]) -> None:
    position = flat()
    cash = Decimal(0)
    for side, quantity, price in trades:
        trade(position, side, quantity, price)
        cash -= signed(side, quantity) * price
    if position.quantity:
        side, left = (Side.SELL, position.quantity) if position.quantity > 0 else (Side.BUY, -position.quantity)
        trade(position, side, left, Decimal(500))
        cash -= signed(side, left) * 500
    assert position.quantity == 0
    assert abs(position.realized_pnl - cash) < ROUNDING


def test_a_long_one_averages_up_and_realizes_against_the_average() -> None:
    position = flat()
    assert trade(position, Side.BUY, "1", "100") == 0
    assert trade(position, Side.BUY, "3", "120") == 0
    assert position.average_price == 115
    assert trade(position, Side.SELL, "2", "125") == 20
    assert (position.quantity, position.average_price) == (2, 115)


def test_a_short_one_earns_when_the_price_falls() -> None:
    position = flat()
    trade(position, Side.SELL, "2", "100")
    assert (position.quantity, position.average_price) == (-2, 100)
    assert trade(position, Side.BUY, "1", "90") == 10
    assert trade(position, Side.BUY, "1", "105") == -5
    assert (position.quantity, position.average_price, position.realized_pnl) == (0, None, 5)


@pytest.mark.parametrize(("first", "second", "realized"), [(Side.BUY, Side.SELL, 10), (Side.SELL, Side.BUY, -10)])
def test_what_goes_through_zero_closes_first_and_opens_the_other_way_at_its_own_price(
    first: Side, second: Side, realized: int
) -> None:
    position = flat()
    trade(position, first, "1", "100")
    assert trade(position, second, "3", "110") == realized
    assert (position.quantity, position.average_price) == (signed(second, Decimal(2)), 110)


def test_in_hedge_mode_each_side_has_an_average_and_a_result_of_its_own() -> None:
    long, short = flat(PositionSide.LONG), flat(PositionSide.SHORT)
    trade(long, Side.BUY, "1", "100")
    trade(short, Side.SELL, "1", "110")
    assert trade(long, Side.SELL, "1", "120") == 20
    assert (short.quantity, short.average_price, short.realized_pnl) == (-1, 110, 0)
