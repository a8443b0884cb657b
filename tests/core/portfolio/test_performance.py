"""How performance is measured, by worked examples."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tidegate.core.portfolio.performance import (
    HoldingMeter,
    Market,
    ReturnMeter,
    Trade,
    TradeMeter,
    benchmark_of,
    slippage_bps,
)
from tidegate.core.vocabulary import OrderType, Side

START = datetime(2026, 3, 1, tzinfo=UTC)
SPOT: Market = ("main", "alice", "BTC/USDT", "net")
PERPETUAL: Market = ("main", "alice", "BTC/USDT:USDT", "net")
BUY, SELL = Side.BUY, Side.SELL


def trade(
    side: Side,
    quantity: str,
    price: str,
    *,
    seconds: int = 0,
    market: Market = SPOT,
    benchmark: str | None = None,
    rate: str | None = "1",
    fees: str | None = "0",
) -> Trade:
    return Trade(
        market=market,
        side=side,
        quantity=Decimal(quantity),
        price=Decimal(price),
        realized_pnl=Decimal(3),
        rate=None if rate is None else Decimal(rate),
        fees=None if fees is None else Decimal(fees),
        executed_at=START + timedelta(seconds=seconds),
        benchmark=None if benchmark is None else Decimal(benchmark),
    )


def returns(*marks: tuple[str, str]) -> ReturnMeter:
    meter = ReturnMeter()
    for equity, net_deposits in marks:
        meter.add(Decimal(equity), Decimal(net_deposits))
    return meter


def test_the_return_is_that_of_the_money_whenever_it_came() -> None:
    meter = returns(("100", "100"), ("110", "100"), ("210", "200"), ("189", "200"))
    assert meter.time_weighted_return == Decimal("1.1") * Decimal("0.9") - 1
    assert (meter.pnl, meter.net_deposits) == (-11, 100)
    assert (meter.starting_equity, meter.ending_equity) == (100, 189)


def test_a_deposit_alone_earns_nothing_and_a_withdrawal_loses_nothing() -> None:
    meter = returns(("100", "100"), ("300", "300"), ("50", "50"))
    assert (meter.time_weighted_return, meter.maximum_drawdown, meter.pnl) == (0, 0, 0)


def test_what_begins_with_nothing_earns_from_its_first_deposit_on() -> None:
    assert returns(("0", "0"), ("100", "100"), ("120", "100")).time_weighted_return == Decimal("0.2")


def test_the_drawdown_is_the_deepest_fall_from_a_high() -> None:
    meter = returns(("100", "100"), ("120", "100"), ("90", "100"), ("150", "100"), ("135", "100"))
    assert meter.maximum_drawdown == Decimal("0.25")
    assert meter.maximum_drawdown_value == 30


def test_what_owes_more_than_it_had_has_lost_all_and_not_more() -> None:
    meter = returns(("100", "100"), ("-20", "100"), ("50", "100"))
    assert (meter.time_weighted_return, meter.maximum_drawdown) == (-1, 1)


def test_without_a_mark_there_is_no_return() -> None:
    meter = ReturnMeter()
    assert meter.time_weighted_return is meter.maximum_drawdown is meter.pnl is meter.ending_equity is None


def test_slippage_is_weighted_by_what_was_traded() -> None:
    meter = TradeMeter()
    meter.add(trade(BUY, "1", "101", benchmark="100"))
    meter.add(trade(SELL, "3", "99", benchmark="100"))
    meter.add(trade(BUY, "5", "100"))
    assert (meter.slippage, meter.slippage_bps) == (4, 100)
    assert meter.volume == 101 + 297 + 500


@pytest.mark.parametrize(
    ("side", "price", "benchmark", "expected"),
    [(BUY, "101", "100", "100"), (SELL, "101", "100", "-100"), (SELL, "99", "100", "100"), (BUY, None, "100", None)],
)
def test_an_orders_slippage_is_positive_where_it_cost(
    side: Side, price: str | None, benchmark: str, expected: str | None
) -> None:
    found = slippage_bps(side, None if price is None else Decimal(price), Decimal(benchmark))
    assert found == (None if expected is None else Decimal(expected))
    assert slippage_bps(side, Decimal(1), None) is None


def test_a_conditional_order_is_held_against_its_trigger() -> None:
    assert benchmark_of(OrderType.STOP_LOSS, Decimal(90), Decimal(100)) == 90
    assert benchmark_of(OrderType.LIMIT, None, Decimal(100)) == 100


def test_what_has_no_rate_is_counted_and_not_guessed() -> None:
    meter = TradeMeter()
    meter.add(trade(BUY, "1", "100", rate=None, fees=None))
    meter.add(trade(BUY, "1", "100", rate="2", fees="0.5"))
    assert (meter.executions, meter.unpriced, meter.volume, meter.realized_pnl) == (2, 1, 200, 6)
    assert meter.fees == Decimal("0.5")
    assert meter.slippage_bps is None


def test_holding_time_counts_from_the_average_opening() -> None:
    meter = HoldingMeter()
    meter.add(trade(BUY, "1", "100", seconds=0))
    meter.add(trade(BUY, "1", "100", seconds=100))
    meter.add(trade(SELL, "2", "100", seconds=150))
    assert meter.average_seconds == 100


def test_a_position_that_flips_is_closed_and_opened() -> None:
    meter = HoldingMeter()
    meter.add(trade(SELL, "1", "100", seconds=0, market=PERPETUAL))
    meter.add(trade(BUY, "3", "100", seconds=10, market=PERPETUAL))
    meter.add(trade(SELL, "2", "100", seconds=40, market=PERPETUAL))
    assert meter.average_seconds == Decimal("23.333333333333")


def test_what_was_there_before_is_sold_without_a_holding_time() -> None:
    meter = HoldingMeter()
    meter.add(trade(SELL, "5", "100", seconds=0))
    meter.add(trade(BUY, "1", "100", seconds=10))
    meter.add(trade(SELL, "4", "100", seconds=30))
    assert meter.average_seconds == 20
