"""The timers that the engine asks for: one per order, a new one replaces the old."""

import asyncio
import heapq
from collections.abc import Callable
from datetime import datetime

from tidegate.core.identifiers import OrderId
from tidegate.core.messages.reports import Wake
from tidegate.ports import Clock


class Timers:
    """Wakes orders at their time. One loop timer serves them all."""

    def __init__(self, clock: Clock, wake: Callable[[Wake], None]) -> None:
        self._clock = clock
        self._wake = wake
        self._due: dict[OrderId, datetime] = {}
        self._heap: list[tuple[datetime, OrderId]] = []
        self._handle: asyncio.TimerHandle | None = None

    def set(self, order_id: OrderId, at: datetime) -> None:
        """Wake this order then, and not at any time set before."""
        self._due[order_id] = at
        heapq.heappush(self._heap, (at, order_id))
        if self._heap[0] == (at, order_id):
            self._arm()

    def forget(self, order_id: OrderId) -> None:
        """The order has ended."""
        self._due.pop(order_id, None)

    def close(self) -> None:
        """Wake nobody any more."""
        if self._handle is not None:
            self._handle.cancel()
        self._due.clear()
        self._heap.clear()

    def _arm(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
        wait = (self._heap[0][0] - self._clock.now()).total_seconds()
        self._handle = asyncio.get_running_loop().call_later(max(wait, 0.0), self._ring)

    def _ring(self) -> None:
        self._handle = None
        now = self._clock.now()
        while self._heap and self._heap[0][0] <= now:
            at, order_id = heapq.heappop(self._heap)
            if self._due.get(order_id) == at:  # Others were replaced or forgotten.
                del self._due[order_id]
                self._wake(Wake(at=now, order_id=order_id))
        if self._heap:
            self._arm()
