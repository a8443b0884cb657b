"""One account at one venue: performs the engine's effects and reports exactly what happened."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, assert_never

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
    AccountDisconnected,
    CancelAccepted,
    QueryFailed,
)
from tidegate.core.vocabulary import Exchange, RejectReason
from tidegate.ports import Clock, ReportSink, VenueHealth
from tidegate.venues import answering, lookups
from tidegate.venues.amending import Amending
from tidegate.venues.backoff import backoff_seconds
from tidegate.venues.budget import Lane
from tidegate.venues.client import VenueClient
from tidegate.venues.connection import Connection
from tidegate.venues.guarding import Guarding
from tidegate.venues.hearing import Hearing
from tidegate.venues.lanes import Lanes
from tidegate.venues.leverages import learn_leverages
from tidegate.venues.outcomes import AGAINST_RULES, CallFailed, Verdict
from tidegate.venues.sending import Sending
from tidegate.venues.values import MalformedError
from tidegate.venues.venue import AccountVenue

log = structlog.get_logger(__name__)


class CcxtVenueSession:
    """A `VenueSession` on top of ccxt. `listed` waits until the venue's names are known."""

    def __init__(
        self,
        account_id: AccountId,
        exchange: Exchange,
        venue: AccountVenue,
        client: VenueClient,
        report: ReportSink,
        clock: Clock,
        listed: Callable[[], Coroutine[Any, Any, None]],
        doubt_rules: Callable[[], None] = lambda: None,
    ) -> None:
        self._account_id = account_id
        self._exchange = exchange
        self._venue = venue
        self._client = client
        self._doubt_rules = doubt_rules
        self._report = report
        self._clock = clock
        self._lanes = Lanes()
        self._connection = Connection(
            venue, client, listed=listed, on_connected=self._opened, on_disconnected=self._disconnected
        )
        self._background: set[asyncio.Task[None]] = set()
        self._wish: SynchronizeAccount | None = None
        self._synchronizing: asyncio.Task[None] | None = None
        self._measuring: asyncio.Task[None] | None = None
        self._learning: asyncio.Task[None] | None = None
        self._uncompared: str | None = None  # Why not, while comparing fails.
        self._closed = False
        self._hearing = Hearing(
            account_id, venue, client, self._connection, report=report, clock=clock, compare=self._connected
        )
        self._sending = Sending(
            venue,
            self._lanes,
            client,
            clock=clock,
            tell=self._tell,
            heed=self._heed_refusal,
            log_fault=self._log_fault,
        )
        self._amending = Amending(
            venue,
            self._lanes,
            client,
            clock=clock,
            tell=self._tell,
            heed=self._heed_refusal,
            log_fault=self._log_fault,
        )
        self._guarding = Guarding(
            account_id, venue, self._lanes, report=report, clock=clock, heed=self._heed, log_fault=self._log_fault
        )

    @property
    def account_id(self) -> AccountId:
        return self._account_id

    def start(self) -> None:
        self._spawn(self._connection.run())

    def perform(self, effect: VenueEffect) -> None:  # noqa: C901  One arm per effect.
        match effect:
            case SendOrder():
                if self._closed:
                    self._sending.give_up(effect)
                else:
                    self._sending.submit(effect)
            case _ if self._closed:
                log.info("an effect came after the session was closed", effect=type(effect).__name__)
            case SendAmend():
                self._amending.submit(effect)
            case SendCancel():
                self._lanes.submit(Lane.CANCEL, lambda: self._cancel(effect))
            case RenewDeadMan():
                self._guarding.renew(effect)
            case RecallOrder():
                self._sending.recall(effect)
            case RecallAmend():
                self._amending.recall(effect)
            case QueryOrder():
                self._lanes.submit(Lane.QUERY, lambda: self._query(effect))
            case FetchExecutions():
                self._lanes.submit(Lane.QUERY, lambda: self._fetch(effect))
            case CompareBalances():
                self._lanes.submit(Lane.QUERY, self._compare)
            case SynchronizeAccount():
                self._wish = effect
                if self._synchronizing is None or self._synchronizing.done():
                    self._synchronizing = self._spawn(self._synchronize())
            case _:
                assert_never(effect)

    async def close(self) -> None:
        self._closed = True
        self._hearing.close()
        try:
            for task in self._background:
                task.cancel()
            await asyncio.gather(*self._background, return_exceptions=True)
            await self._lanes.close()
            self._sending.give_up()
        finally:
            await self._client.close()

    def health(self) -> VenueHealth:
        return VenueHealth(
            account_id=self._account_id,
            exchange=self._exchange,
            connected=self._connection.connected,
            streaming=self._connection.streaming,
            message=self._message(),
            waiting=self._lanes.waiting(),
            budget=self._client.budget.describe(),
            latency_ms=self._sending.latency_ms,
            blocked=self._client.budget.blocked(),
            counts=dict(self._hearing.counts),
        )

    def _message(self) -> str:
        """What a person has to know: that the books are not held against the venue is no less than being cut off."""
        if self._uncompared is None or not self._connection.connected:
            return self._connection.message
        return f"connected, but not compared with the venue: {self._uncompared}"

    # --- effects ---------------------------------------------------------------------------------------------------

    async def _cancel(self, cancel: SendCancel) -> None:
        try:
            told = await self._venue.cancel(cancel)
        except CallFailed as failure:
            self._heed(failure)
            self._report(answering.cancel_failed(cancel, failure, self._clock))
        except Exception as error:  # noqa: BLE001 - A cancel may be repeated; that nobody knows is what is told.
            self._log_fault("an answer to a cancel could not be read", error)
            unread = CallFailed(Verdict.UNKNOWN, RejectReason.VENUE_ERROR, "the venue's answer could not be read")
            self._report(answering.cancel_failed(cancel, unread, self._clock))
        else:
            accepted = CancelAccepted(at=self._clock.now(), account_id=cancel.account_id, order_id=cancel.order_id)
            self._tell([accepted, *told])

    async def _query(self, query: QueryOrder) -> None:
        try:
            self._tell(await lookups.query_order(self._venue, query, self._clock))
        except Exception as error:  # noqa: BLE001 - No clean answer, whatever the cause.
            self._question_failed(query, error)

    async def _fetch(self, wanted: FetchExecutions) -> None:
        try:
            self._tell(await lookups.executions_of(self._venue, wanted))
        except Exception as error:  # noqa: BLE001 - No clean answer, whatever the cause.
            self._question_failed(wanted, error)

    def _question_failed(self, question: QueryOrder | FetchExecutions, error: Exception) -> None:
        if isinstance(error, CallFailed):
            self._heed(error)
            message = error.message
        else:
            self._log_fault("an answer to a question could not be read", error)
            message = "the venue's answer could not be read"
        self._report(
            QueryFailed(
                at=self._clock.now(), account_id=question.account_id, order_id=question.order_id, message=message
            )
        )

    async def _synchronize(self) -> None:
        """Grant the newest wish, again and again until it works; one that is under way is not cut off by a newer."""
        failures = 0
        while self._wish is not None:
            wanted, self._wish = self._wish, None
            try:
                reports = await lookups.synchronize(self._venue, wanted, self._clock)
            except Exception as error:  # noqa: BLE001 - Tried again until it works or the session closes.
                failures += 1
                at_least = None
                self._uncompared = error.message if isinstance(error, CallFailed) else "its answer could not be read"
                if isinstance(error, CallFailed):
                    self._heed(error)
                    at_least = error.retry_after_seconds
                self._log_fault("an account could not be compared", error)
                self._wish = self._wish or wanted
                await asyncio.sleep(backoff_seconds(failures, at_least=at_least))
            else:
                failures, self._uncompared = 0, None
                self._tell(reports)

    async def _compare(self) -> None:
        try:
            self._tell(await lookups.holdings(self._venue, self._account_id, self._clock))
        except Exception as error:  # noqa: BLE001 - Whatever the cause, the next comparison asks again.
            if isinstance(error, CallFailed):
                self._heed(error)
            self._log_fault("what an account holds could not be asked for", error)

    # --- connection and stream -------------------------------------------------------------------------------------

    def _opened(self) -> None:
        """The streams are open: what changed while they were not has to be asked for."""
        self._connected()
        if self._learning is not None:
            self._learning.cancel()
        self._learning = self._spawn(learn_leverages(self._venue, self._account_id, self._report))

    def _connected(self) -> None:
        log.info("connected", account_id=self._account_id)
        self._report(AccountConnected(at=self._clock.now(), account_id=self._account_id))

    def _disconnected(self, message: str) -> None:
        log.warning("disconnected", account_id=self._account_id, venue_message=message)
        self._report(AccountDisconnected(at=self._clock.now(), account_id=self._account_id, message=message))

    def _heed(self, failure: CallFailed) -> None:
        """Learn from a failed call that the venue is out of reach, refuses the credentials or has another time."""
        unreachable = failure.verdict is Verdict.NOT_SENT and failure.reason is RejectReason.VENUE_UNREACHABLE
        if unreachable or failure.reason is RejectReason.AUTHENTICATION_FAILED:
            self._connection.lose(failure.message)
        if failure.reason is RejectReason.CLOCK_SKEW and (self._measuring is None or self._measuring.done()):
            self._measuring = self._spawn(self._measure_clock())

    def _heed_refusal(self, failure: CallFailed) -> None:
        """An order was not taken or changed: if by the market's rules, those that the desk knows may be old."""
        self._heed(failure)
        if failure.reason in AGAINST_RULES:
            self._doubt_rules()

    async def _measure_clock(self) -> None:
        try:
            await self._client.measure_clock()
        except CallFailed as failure:
            self._log_fault("the venue's clock could not be read", failure)

    # --- small things ----------------------------------------------------------------------------------------------

    def _tell(self, reports: Any) -> None:
        for report in reports:
            self._report(report)

    def _log_fault(self, event: str, error: BaseException) -> None:
        detail = self._client.redact(str(error)) if isinstance(error, CallFailed | MalformedError) else ""
        log.warning(event, account_id=self._account_id, fault=type(error).__name__, detail=detail)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task
