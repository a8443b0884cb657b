"""What an account's private streams bring: reports, and now and then something that nobody can read."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

import structlog

from tidegate.core.identifiers import AccountId
from tidegate.core.messages.reports import MessageQuarantined
from tidegate.ports import Clock, ReportSink
from tidegate.venues.client import VenueClient
from tidegate.venues.connection import Connection
from tidegate.venues.values import MalformedError
from tidegate.venues.venue import AccountVenue

log = structlog.get_logger(__name__)

COMPARE_SECONDS_MIN = 5.0
KINDS_MAX = 20
KIND_CHARACTERS_MAX = 80


class Hearing:
    """Listens to raw frames and tells what is in them.

    A frame that cannot be read is put aside and told once per kind. It is a gap in the stream, so `compare` is called
    to hold the books against the venue, but not for every such frame; and so for what frames do not tell in full.
    """

    def __init__(
        self,
        account_id: AccountId,
        venue: AccountVenue,
        client: VenueClient,
        connection: Connection,
        *,
        report: ReportSink,
        clock: Clock,
        compare: Callable[[], None],
    ) -> None:
        self._account_id = account_id
        self._venue = venue
        self._client = client
        self._connection = connection
        self._report = report
        self._clock = clock
        self._compare = compare
        self._compare_at: asyncio.TimerHandle | None = None
        self._kinds: set[str] = set()
        self._closed = False
        self.counts: Counter[str] = Counter()
        client.exchange.taps.on_frame = self._frame
        client.exchange.taps.on_frame_failed = self._frame_failed
        client.exchange.taps.on_untold = self._compare_soon

    def close(self) -> None:
        """Ask for no comparison any more."""
        self._closed = True
        if self._compare_at is not None:
            self._compare_at.cancel()

    def _frame(self, connection: Any, frame: Any) -> bool:
        reports = self._venue.read_frame(connection, frame)
        if reports is None:
            return False
        self.counts["frames"] += 1
        for report in reports:
            self._report(report)
        return True

    def _frame_failed(self, error: BaseException) -> None:
        self.counts["frames_failed"] += 1
        detail = self._client.redact(str(error)) if isinstance(error, MalformedError) else ""
        fault = type(error).__name__
        log.warning("a stream frame could not be read", account_id=self._account_id, fault=fault, detail=detail)
        self._quarantine(detail or fault)
        self._compare_soon()

    def _compare_soon(self) -> None:
        if self._compare_at is None and self._connection.streaming and not self._closed:
            self._compare_at = asyncio.get_running_loop().call_later(COMPARE_SECONDS_MIN, self._compare_now)

    def _quarantine(self, detail: str) -> None:
        """Tell each kind of unreadable message once, and not without bound."""
        kind = detail[:KIND_CHARACTERS_MAX]
        if kind in self._kinds or len(self._kinds) >= KINDS_MAX:
            return
        self._kinds.add(kind)
        self._report(MessageQuarantined(at=self._clock.now(), account_id=self._account_id, kind=kind, message=detail))

    def _compare_now(self) -> None:
        self._compare_at = None
        if self._connection.streaming:
            self._compare()
