"""Orders that end by the clock."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

from venuesim.exchange.orders import Order
from venuesim.exchange.vocabulary import EndReason, OrderStatus

if TYPE_CHECKING:
    from venuesim.exchange.engine import Exchange

EXPIRING_KEPT = 1_000
"""From how many on the orders that ended otherwise are looked for."""


class Expiry:
    """The good-till-date orders of one exchange."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._waiting: list[tuple[int, int, Order]] = []
        self._kept_max = EXPIRING_KEPT

    def add(self, order: Order, expires_ms: int) -> None:
        """Remember when an order ends; those that ended otherwise are forgotten once they are the greater part."""
        heappush(self._waiting, (expires_ms, order.sequence, order))
        if len(self._waiting) > self._kept_max:
            self._waiting = [entry for entry in self._waiting if entry[2].is_open]
            heapify(self._waiting)
            self._kept_max = max(EXPIRING_KEPT, 2 * len(self._waiting))

    def end_due(self, now_ms: int) -> None:
        """End the orders whose time is over."""
        while self._waiting and self._waiting[0][0] <= now_ms:
            order = heappop(self._waiting)[2]
            if order.is_open:
                self._exchange.end(order, OrderStatus.EXPIRED, EndReason.GOOD_TILL_DATE)
