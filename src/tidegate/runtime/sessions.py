"""All venue sessions of the desk: effects find theirs here, and every account's books are compared now and then."""

import asyncio

import structlog

from tidegate.core.identifiers import AccountId
from tidegate.core.messages.effects import (
    CompareBalances,
    FetchExecutions,
    QueryOrder,
    RecallAmend,
    RecallOrder,
    RenewDeadMan,
    SendAmend,
    SendCancel,
    SendOrder,
    SynchronizeAccount,
    VenueEffect,
)
from tidegate.core.messages.reports import (
    AccountConnected,
    AmendRefused,
    CancelFailed,
    OrderRefused,
    QueryFailed,
    Report,
)
from tidegate.core.vocabulary import RejectReason
from tidegate.ports import Clock, ReportSink, VenueHealth, VenueSession

log = structlog.get_logger()


class Sessions:
    """Routes effects by account. An effect without a session is answered at once, so that nothing waits for ever."""

    def __init__(self, clock: Clock, compare_every_seconds: float) -> None:
        self._clock = clock
        self._compare_every_seconds = compare_every_seconds
        self._sessions: dict[AccountId, VenueSession] = {}
        self._report: ReportSink | None = None
        self._polling: asyncio.Task[None] | None = None

    def start(self, report: ReportSink) -> None:
        """Begin to compare the books regularly: the poll behind the streams."""
        self._report = report
        self._polling = asyncio.create_task(self._compare_regularly(), name="compare the books")
        self._polling.add_done_callback(_tell_failure)

    def add(self, session: VenueSession) -> None:
        """Take a session in and start it."""
        self._sessions[session.account_id] = session
        session.start()

    async def remove(self, account_id: AccountId) -> None:
        """Let a session go. What it was sending is reported as unknown, and asked about by its successor."""
        session = self._sessions.pop(account_id, None)
        if session is not None:
            await session.close()

    def __contains__(self, account_id: object) -> bool:
        return account_id in self._sessions

    def perform(self, effect: VenueEffect) -> None:
        """Hand an effect to its account's session; never blocks."""
        session = self._sessions.get(effect.account_id)
        if session is not None:
            session.perform(effect)
            return
        assert self._report is not None
        refusal = self._without_session(effect)
        if refusal is not None:
            self._report(refusal)

    def _without_session(self, effect: VenueEffect) -> Report | None:
        at, message = self._clock.now(), "the account has no session"
        match effect:
            case SendAmend():
                return AmendRefused(
                    at=at,
                    account_id=effect.account_id,
                    order_id=effect.order_id,
                    attempt=effect.attempt,
                    amendment=effect.amendment,
                    retryable=True,
                    reason=RejectReason.VENUE_UNREACHABLE,
                    message=message,
                )
            case SendOrder():
                return OrderRefused(
                    at=at,
                    account_id=effect.account_id,
                    order_id=effect.order_id,
                    attempt=effect.attempt,
                    retryable=True,
                    reason=RejectReason.VENUE_UNREACHABLE,
                    message=message,
                )
            case SendCancel():
                return CancelFailed(
                    at=at,
                    account_id=effect.account_id,
                    order_id=effect.order_id,
                    final=False,
                    reason=RejectReason.VENUE_UNREACHABLE,
                    message=message,
                )
            case QueryOrder() | FetchExecutions():
                return QueryFailed(at=at, account_id=effect.account_id, order_id=effect.order_id, message=message)
            case SynchronizeAccount() | CompareBalances() | RecallOrder() | RecallAmend() | RenewDeadMan():
                return None  # Asked again when a session connects; and what was to be sent has been refused here.

    def health(self) -> list[VenueHealth]:
        """How every session is."""
        return [session.health() for session in self._sessions.values()]

    async def close(self) -> None:
        """Stop comparing and let every session go."""
        if self._polling is not None:
            self._polling.cancel()
            await asyncio.gather(self._polling, return_exceptions=True)
        results = await asyncio.gather(
            *(session.close() for session in self._sessions.values()), return_exceptions=True
        )
        for problem in results:
            if problem is not None:
                log.error("a venue session did not close cleanly", error=repr(problem))

    async def _compare_regularly(self) -> None:
        assert self._report is not None
        while True:
            await asyncio.sleep(self._compare_every_seconds)
            for account_id, session in self._sessions.items():
                if session.health().connected:
                    self._report(AccountConnected(at=self._clock.now(), account_id=account_id))


def _tell_failure(polling: asyncio.Task[None]) -> None:
    """The streams still work without the poll behind them, but somebody must know."""
    if not polling.cancelled() and (error := polling.exception()) is not None:
        log.error("the books are not compared regularly any more", error=repr(error))
