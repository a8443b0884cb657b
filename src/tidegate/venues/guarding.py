"""An account's dead-man switch at its venue: the newest wish is granted, one at a time, and answered."""

from collections.abc import Callable

from tidegate.core.identifiers import AccountId
from tidegate.core.messages.effects import RenewDeadMan
from tidegate.core.messages.reports import DeadManFailed, DeadManRenewed
from tidegate.ports import Clock, ReportSink
from tidegate.venues.budget import Lane
from tidegate.venues.lanes import Lanes
from tidegate.venues.outcomes import CallFailed, Verdict
from tidegate.venues.venue import AccountVenue


class Guarding:
    """Renews and ends the switch among the cancels, ahead of every order and question.

    Two at once could overtake each other: the end of one wish could undo the beginning of the next. `heed` learns from
    failed calls, `log_fault` writes them down.
    """

    def __init__(
        self,
        account_id: AccountId,
        venue: AccountVenue,
        lanes: Lanes,
        *,
        report: ReportSink,
        clock: Clock,
        heed: Callable[[CallFailed], None],
        log_fault: Callable[[str, BaseException], None],
    ) -> None:
        self._account_id = account_id
        self._venue = venue
        self._lanes = lanes
        self._report = report
        self._clock = clock
        self._heed = heed
        self._log_fault = log_fault
        self._wish: RenewDeadMan | None = None
        self._granting = False

    def renew(self, wish: RenewDeadMan) -> None:
        """Take the wish up now, or when the one under way has been granted; never blocks."""
        self._wish = wish
        if not self._granting:
            self._granting = True
            self._lanes.submit(Lane.CANCEL, self._grant)

    async def _grant(self) -> None:
        try:
            while self._wish is not None:
                wish, self._wish = self._wish, None
                await self._grant_one(wish)
        finally:
            self._granting = False

    async def _grant_one(self, wish: RenewDeadMan) -> None:
        try:
            await self._venue.renew_dead_man(wish.seconds, wish.symbols)
        except CallFailed as failure:
            self._heed(failure)
            self._fail(wish, failure, failure.message, retryable=failure.verdict is not Verdict.REFUSED)
        except Exception as error:  # noqa: BLE001 - Whatever the cause, it is told and tried again.
            self._fail(wish, error, "the venue's answer could not be read", retryable=False)
        else:
            at = self._clock.now()
            self._report(DeadManRenewed(at=at, account_id=self._account_id, seconds=wish.seconds))

    def _fail(self, wish: RenewDeadMan, error: BaseException, message: str, *, retryable: bool) -> None:
        self._log_fault("the venue's dead-man switch could not be set", error)
        self._report(
            DeadManFailed(
                at=self._clock.now(),
                account_id=self._account_id,
                seconds=wish.seconds,
                message=message,
                retryable=retryable,
            )
        )
