"""An account's orders on their way to its venue: sent in their lanes, called back, given up; each is answered once."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from tidegate.core.identifiers import OrderId
from tidegate.core.messages.effects import RecallOrder, SendOrder
from tidegate.core.messages.reports import OrderAccepted, Report
from tidegate.ports import Clock
from tidegate.venues import answering
from tidegate.venues.budget import Lane
from tidegate.venues.client import VenueClient
from tidegate.venues.lanes import Lanes
from tidegate.venues.outcomes import CallFailed
from tidegate.venues.venue import AccountVenue, Placed

Attempt = tuple[OrderId, int]


class Sending:
    """Sends orders and tells what came of each.

    `tell` takes what is known of an order, in its order; `heed` learns from failed calls, `log_fault` writes them down.
    """

    def __init__(
        self,
        venue: AccountVenue,
        lanes: Lanes,
        client: VenueClient,
        *,
        clock: Clock,
        tell: Callable[[Sequence[Report]], None],
        heed: Callable[[CallFailed], None],
        log_fault: Callable[[str, BaseException], None],
    ) -> None:
        self._venue = venue
        self._lanes = lanes
        self._client = client
        self._clock = clock
        self._tell = tell
        self._heed = heed
        self._log_fault = log_fault
        self._orders: dict[Attempt, SendOrder] = {}
        self._tasks: dict[Attempt, asyncio.Task[Any]] = {}
        self._recalled: set[Attempt] = set()  # Not to leave any more.
        self.latency_ms: float | None = None  # Of the last that was placed.

    def submit(self, order: SendOrder) -> None:
        """Send it when its turn comes. Never blocks."""
        self._orders[order.order_id, order.attempt] = order
        self._lanes.submit(Lane.PROTECTIVE if order.protective else Lane.ORDER, lambda: self._send(order))

    def recall(self, recall: RecallOrder) -> None:
        """Let it not leave any more, be it in line or waiting for room in the budget."""
        attempt = (recall.order_id, recall.attempt)
        if attempt in self._orders:
            self._recalled.add(attempt)
        if (task := self._tasks.get(attempt)) is not None:
            self._client.budget.withdraw(task)

    def give_up(self, order: SendOrder | None = None) -> None:
        """End this one, or all: whether a send that is cut off here reached the venue, nobody knows."""
        message = "the session was closed before the venue answered"
        for cut_off in list(self._orders.values()) if order is None else [order]:
            self._end(cut_off, [answering.send_unknown(cut_off, message, self._clock)])

    async def _send(self, order: SendOrder) -> None:
        attempt = (order.order_id, order.attempt)
        if (task := asyncio.current_task()) is not None:
            self._tasks[attempt] = task
        if attempt in self._recalled:
            self._end(order, [answering.send_recalled(order, self._clock)])
            return
        before = asyncio.get_running_loop().time()
        try:
            placed = await self._venue.place(order)
        except CallFailed as failure:
            self._heed(failure)
            self._end(order, [answering.send_failed(order, failure, self._clock)])
        except Exception as error:  # noqa: BLE001 - It may rest at the venue: never anything but unknown.
            self._log_fault("an answer to a placement could not be read", error)
            message = "the venue's answer could not be read"
            self._end(order, [answering.send_unknown(order, message, self._clock)])
        else:
            self.latency_ms = (asyncio.get_running_loop().time() - before) * 1000
            self._end(order, [self._accepted(order, placed), *placed.reports])

    def _accepted(self, order: SendOrder, placed: Placed) -> OrderAccepted:
        return OrderAccepted(
            at=self._clock.now(),
            account_id=order.account_id,
            order_id=order.order_id,
            attempt=order.attempt,
            exchange_order_id=placed.exchange_order_id,
        )

    def _end(self, order: SendOrder, reports: Sequence[Report]) -> None:
        attempt = (order.order_id, order.attempt)
        self._orders.pop(attempt, None)
        self._tasks.pop(attempt, None)
        self._recalled.discard(attempt)
        self._tell(reports)
