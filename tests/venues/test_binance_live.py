"""Binance, live against its simulator: orders, changes, leverage, positions and books, on spot and USD-M futures."""

from decimal import Decimal
from typing import Any

import pytest

from tidegate.core.messages.reports import ExecutionReported, OrderReported
from tidegate.core.vocabulary import Exchange, Liquidity, Side, VenueOrderStatus
from venue_simulator import LINEAR, SPOT, Bench, named

BUY, SELL = Side.BUY, Side.SELL
QUANTITY = Decimal("0.02")
BOTH = pytest.mark.parametrize("symbol", [SPOT, LINEAR])


@pytest.fixture(scope="module")
def exchange() -> Exchange:
    return Exchange.BINANCE


def state(order: Any, status: VenueOrderStatus) -> Any:
    """A filter for reports of an order in a state."""
    return lambda told: named(order)(told) and told.status is status


@BOTH
@pytest.mark.parametrize("side", [BUY, SELL])
async def test_a_market_order_fills_in_base(bench: Bench, symbol: str, side: Side) -> None:
    order = bench.market(str(QUANTITY), side, symbol=symbol)
    filled = await bench.record.wait(OrderReported, state(order, VenueOrderStatus.FILLED))
    assert bench.filled(order) == filled.filled_quantity == filled.quantity == QUANTITY
    assert {told.liquidity for told in bench.executions(order)} == {Liquidity.TAKER}
    assert all(fee.amount > 0 for told in bench.executions(order) for fee in told.fees)
