"""Ends reduce-only orders when there is nothing left for them to reduce.

Assumption: within a moment of the position's end, as the venue's back end does it, and as expired.
"""

from venuesim.exchange.accounts import Account
from venuesim.exchange.checks import closes_hedged
from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import OrderEvent
from venuesim.exchange.orders import Order
from venuesim.exchange.vocabulary import EndReason, OrderStatus


class ReduceOnlyKeeper:
    """Remembers which positions changed, and looks after their orders when time passes: not in the midst of a trade."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._changed: dict[tuple[int, str], Account] = {}
        exchange.listeners.orders.append(self._order_changed)

    def pass_time(self) -> None:
        """End the orders that have nothing to reduce."""
        changed, self._changed = self._changed, {}
        for (_, symbol), account in changed.items():
            for order in account.open_orders_of(symbol):
                if _only_reduces(order) and not _can_reduce(order, account):
                    self._exchange.end(order, OrderStatus.EXPIRED, EndReason.REDUCE_ONLY)

    def _order_changed(self, event: OrderEvent) -> None:
        if event.execution is not None and event.execution.closed_quantity:
            self._changed[event.account.account_id, event.order.instrument.symbol] = event.account


def _only_reduces(order: Order) -> bool:
    return order.reduce_only or closes_hedged(order)


def _can_reduce(order: Order, account: Account) -> bool:
    return bool(account.holding_of(order).reducible(order.side, order.position_side))
