"""Ends reduce-only orders together with their position ("What is a reduce-only order", help centre).

Assumption: conditional ones go on waiting, and find out when they are triggered; a position that only became smaller
leaves its orders alone, which then trade no more than there is to close.
"""

from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import OrderEvent
from venuesim.exchange.vocabulary import EndReason, OrderStatus


class ReduceOnlyKeeper:
    """Looks after the reduce-only orders that work."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def listen(self) -> None:
        """Begin to look after orders: behind the private streams, so that they tell a fill before what it ends."""
        self._exchange.listeners.orders.append(self._order_changed)

    def _order_changed(self, event: OrderEvent) -> None:
        execution = event.execution
        if execution is None or not execution.closed_quantity:
            return
        closing, holding = event.order, event.account.holding_of(event.order)
        if holding.reducible(closing.side, closing.position_side):
            return
        for order in list(event.account.open_orders_of(closing.instrument.symbol)):
            is_alike = order.side is closing.side and order.position_side is closing.position_side
            if is_alike and order.reduce_only and order.status.is_working:
                self._exchange.end(order, OrderStatus.EXPIRED, EndReason.REDUCE_ONLY)
