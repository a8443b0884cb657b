"""What the live tests of OKX share."""

from decimal import Decimal
from typing import Any

from tidegate.core.messages.effects import SendOrder
from tidegate.core.messages.reports import OrderReported
from tidegate.core.vocabulary import OrderType, Side, VenueOrderStatus
from venue_simulator import LINEAR, Bench, named


def state(order: SendOrder, status: VenueOrderStatus, *, triggered: bool | None = None) -> Any:
    """A filter for reports of an order in a state."""
    return lambda told: named(order)(told) and told.status is status and triggered in (None, told.triggered)


async def trade(bench: Bench, side: Side, quantity: str = "0.02", **changes: Any) -> SendOrder:
    """Trade a swap at the market, or what is told; returns the order once it is filled."""
    order = bench.market(quantity, side, **{"symbol": LINEAR, **changes})
    await bench.record.wait(OrderReported, state(order, VenueOrderStatus.FILLED))
    return order


def stop(symbol: str, order_type: OrderType, side: Side, trigger: str | None, **changes: Any) -> dict[str, Any]:
    """What an order is sent with that waits for the market; without a price it is one at the market."""
    told = {"symbol": symbol, "order_type": order_type, "side": side, "price": None, "quantity": Decimal("0.02")}
    return told | {"trigger_price": None if trigger is None else Decimal(trigger)} | changes
