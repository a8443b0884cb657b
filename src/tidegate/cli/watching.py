"""Following orders step by step, by looking again and again."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import NamedTuple

from tidegate.client import Client, HistoryEntry, Order

Step = tuple[Order, HistoryEntry]
PAGE_SIZE = 500
_OVERLAP = timedelta(seconds=30)  # Orders become visible a moment after the time that they carry.


def follow(desk: Client, order_id: str, interval_seconds: float) -> Iterator[Step]:
    """Every step of one order from its first, until it has closed."""
    told = 0
    while True:
        order = desk.order(order_id)  # Before its history: what is closed here has its last step there.
        for entry in desk.order_history(order_id)[told:]:
            told = entry.sequence
            yield order, entry
        if order.is_closed:
            return
        time.sleep(interval_seconds)


def follow_all(desk: Client, interval_seconds: float, is_over: Callable[[], bool] = lambda: False) -> Iterator[Step]:
    """Every step of every visible order from now on, until it is over."""
    watched = _Watched(desk)
    while not is_over():
        yield from watched.news()
        time.sleep(interval_seconds)


@contextmanager
def interrupts_remembered() -> Iterator[Callable[[], bool]]:
    """Tell whether an interrupt has come: Python loses the exception of one that strikes inside a finalizer.

    Only the main thread may use it.
    """
    seen = False

    def interrupt(_: int, __: object) -> None:
        nonlocal seen
        seen = True
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield lambda: seen
    finally:
        signal.signal(signal.SIGINT, before)


class _Seen(NamedTuple):
    """How an order was at the last look, and which step was told last."""

    order: Order
    told: int


class _Watched:
    """The orders whose next steps are awaited: all open ones, and all that are new. Bounded by these."""

    def __init__(self, desk: Client) -> None:
        self._desk = desk
        newest = desk.orders(limit=1).items
        self._since: datetime | None = newest[0].timestamp - _OVERLAP if newest else None  # None: all are new.
        self._seen: dict[str, _Seen] = {}
        for order in self._look() if newest else ():
            history = desk.order_history(order.order_id)
            self._seen[order.order_id] = _Seen(order, len(history))

    def news(self) -> Iterator[Step]:
        """The steps since the last look, order by order."""
        orders = self._look()
        for order in sorted(orders, key=lambda order: order.order_id):
            seen = self._seen.get(order.order_id)
            if seen is not None and seen.order.updated_at == order.updated_at:
                continue
            told = 0 if seen is None else seen.told
            for entry in self._desk.order_history(order.order_id)[told:]:
                told = entry.sequence
                yield order, entry
            self._seen[order.order_id] = _Seen(order, told)
        if orders:
            self._since = max(order.timestamp for order in orders) - _OVERLAP
        for order_id, seen in list(self._seen.items()):
            if seen.order.is_closed and self._since is not None and seen.order.timestamp < self._since:
                del self._seen[order_id]

    def _look(self) -> list[Order]:
        """What is open, what is new, and what was open at the last look."""
        found = {order.order_id: order for order in self._pages(status="open", since=None)}
        found |= {order.order_id: order for order in self._pages(status=None, since=self._since)}
        for order_id, seen in self._seen.items():
            if order_id not in found and not seen.order.is_closed:
                found[order_id] = self._desk.order(order_id)
        return list(found.values())

    def _pages(self, *, status: str | None, since: datetime | None) -> Iterator[Order]:
        cursor: str | None = None
        while True:
            page = self._desk.orders(status=status, since=since, limit=PAGE_SIZE, cursor=cursor)
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return
