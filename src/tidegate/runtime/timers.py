"""The timers that the engine asks for: one per order and purpose, a new one replaces the old."""

import asyncio
import heapq
from collections.abc import Callable
from datetime import datetime

from tidegate.core.identifiers import OrderId
from tidegate.core.messages.reports import Wake
from tidegate.core.vocabulary import WakePurpose
from tidegate.ports import Clock

_Key = tuple[OrderId, WakePurpose]
_STALE_ENTRIES_MAX = 1_000


class Timers:
    """Wakes orders at their time. One loop timer serves them all.

    A time is turned into a wait when it is set, and the wait is measured by the event loop's clock: when the wall
    clock is set back, orders that wait still wake.
    """

    def __init__(self, clock: Clock, wake: Callable[[Wake], None]) -> None:
        self._clock = clock
        self._wake = wake
        self._due: dict[_Key, float] = {}
        self._heap: list[tuple[float, _Key]] = []
        self._handle: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._due)

    def set(self, order_id: OrderId, purpose: WakePurpose, at: datetime) -> None:
        """Wake this order for this purpose then, and not at any time set before."""
        key = (order_id, purpose)
        wait_seconds = max((at - self._clock.now()).total_seconds(), 0.0)
        due = asyncio.get_running_loop().time() + wait_seconds
        self._due[key] = due
        heapq.heappush(self._heap, (due, key))
        if len(self._heap) > 2 * len(self._due) + _STALE_ENTRIES_MAX:
            self._heap = [(due, key) for key, due in self._due.items()]
            heapq.heapify(self._heap)
        if self._heap[0] == (due, key):
            self._arm()

    def forget(self, order_id: OrderId) -> None:
        """The order has ended."""
        for purpose in WakePurpose:
            self._due.pop((order_id, purpose), None)

    def close(self) -> None:
        """Wake nobody any more."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        self._due.clear()
        self._heap.clear()

    def _arm(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
        self._handle = asyncio.get_running_loop().call_at(self._heap[0][0], self._ring)

    def _ring(self) -> None:
        self._handle = None
        now = asyncio.get_running_loop().time()
        while self._heap and self._heap[0][0] <= now:
            due, key = heapq.heappop(self._heap)
            if self._due.get(key) == due:  # Others were replaced or forgotten.
                del self._due[key]
                self._wake(Wake(at=self._clock.now(), order_id=key[0], purpose=key[1]))
        if self._heap:
            self._arm()
