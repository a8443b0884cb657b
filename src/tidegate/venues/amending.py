"""An account's changes of orders on their way to its venue: asked for in their lanes, or called back before."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from tidegate.core.identifiers import OrderId
from tidegate.core.messages.effects import RecallAmend, SendAmend
from tidegate.core.messages.reports import AmendAccepted, Report
from tidegate.core.vocabulary import RejectReason
from tidegate.ports import Clock
from tidegate.venues import answering
from tidegate.venues.budget import Lane
from tidegate.venues.client import VenueClient
from tidegate.venues.lanes import Lanes
from tidegate.venues.outcomes import CallFailed, Verdict, called_back
from tidegate.venues.venue import AccountVenue

Change = tuple[OrderId, int]


class Amending:
    """Changes orders in place and tells what came of each. The arguments are as for `Sending`."""

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
        self._tasks: dict[Change, asyncio.Task[Any] | None] = {}  # None: still in line.
        self._recalled: set[Change] = set()

    def submit(self, amend: SendAmend) -> None:
        """Ask for it when its turn comes. Never blocks."""
        self._tasks[amend.order_id, amend.amendment] = None
        self._lanes.submit(Lane.PROTECTIVE if amend.protective else Lane.ORDER, lambda: self._amend(amend))

    def recall(self, recall: RecallAmend) -> None:
        """Let it not leave any more. One that has left is not looked after any longer: the desk asks what became."""
        change = (recall.order_id, recall.amendment)
        if change in self._tasks:
            self._recalled.add(change)
        if (task := self._tasks.get(change)) is not None:
            self._client.budget.withdraw(task)

    async def _amend(self, amend: SendAmend) -> None:
        change = (amend.order_id, amend.amendment)
        self._tasks[change] = asyncio.current_task()
        try:
            reports = [answering.amend_failed(amend, called_back(), self._clock)]
            if change not in self._recalled:
                reports = await self._asked(amend)
        finally:
            del self._tasks[change]
            self._recalled.discard(change)
        self._tell(reports)

    async def _asked(self, amend: SendAmend) -> list[Report]:
        try:
            told = await self._venue.amend(amend)
        except CallFailed as failure:
            self._heed(failure)
            return [answering.amend_failed(amend, failure, self._clock)]
        except Exception as error:  # noqa: BLE001 - It may have been changed: never anything but unknown.
            self._log_fault("an answer to an amendment could not be read", error)
            unread = CallFailed(Verdict.UNKNOWN, RejectReason.VENUE_ERROR, "the venue's answer could not be read")
            return [answering.amend_failed(amend, unread, self._clock)]
        accepted = AmendAccepted(
            at=self._clock.now(),
            account_id=amend.account_id,
            order_id=amend.order_id,
            attempt=amend.attempt,
            amendment=amend.amendment,
        )
        return answering.amended(accepted, told)
