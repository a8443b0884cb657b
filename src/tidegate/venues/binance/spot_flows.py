"""What comes to Binance spot and goes without a trade: heard on the stream, and listed by the wallet's own API.

The stream tells at once, but neither an id nor a reason, and nothing of what happened while it was down. The lists have
both, but not of everything: conversions, payouts and the like are in others. So what a list has is booked by its id
there, and what only the stream told by what it told; an event and a row of a list are the same when asset, amount and
time agree. A row says how the stream may have told it, so that the books know it again when this session does not.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
import structlog

from tidegate.core.messages.reports import CashFlowReported
from tidegate.core.messages.values import Hearing
from tidegate.venues.binance import endpoints, spot_flow_reading
from tidegate.venues.binance.spot_flow_reading import Told
from tidegate.venues.client import Endpoint
from tidegate.venues.outcomes import CallFailed, Verdict
from tidegate.venues.values import MalformedError, milliseconds, rows
from tidegate.venues.venue import Seat

log = structlog.get_logger(__name__)

API = "sapi"
ROWS_PER_PAGE = 1000
TRANSFERS_PER_PAGE = 100
PAGES_MAX = 100
PENDING = timedelta(days=1)  # So long before it moved the balance may a deposit or a withdrawal have begun.
HISTORY = timedelta(days=89)  # "Deposit History": less than 90 days between begin and end.
FAILURES_MAX = 5
KEPT = 1_000


class SpotFlows:
    """One account's cash flows of the spot wallet, each told by one id however often and wherever it is told."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat
        self._events: dict[str, CashFlowReported] = {}
        self._listed: dict[str, CashFlowReported] = {}
        self._event_of: dict[str, str] = {}  # Which event tells what a list has.
        self._unlisted: set[str] = set()  # Events that no list had, and so were told as they are.
        self._is_news = True
        self._failures = 0

    def reopened(self) -> None:
        """The stream was down: the lists have to be asked what it missed."""
        self._is_news, self._failures = True, 0

    def hear(self, event: Any) -> list[CashFlowReported]:
        """Take a `balanceUpdate`. It is told with the next comparison, when the lists have been asked what it is."""
        flow = spot_flow_reading.balance_update(event, account_id=self._seat.account_id, at=self._seat.clock.now())
        self._events[flow.flow_id] = flow
        self._is_news = True
        self._seat.client.exchange.taps.on_untold()
        return [] if self._can_ask() else self._told()

    async def since(self, since: datetime) -> list[CashFlowReported]:
        """All that is known, with what the lists have since a time if there may be news in them."""
        if self._is_news and self._can_ask():
            await self._ask(since)
        return self._told()

    def _can_ask(self) -> bool:
        """The test network, for one, has no wallet API."""
        return API in self._seat.client.exchange.urls["api"] and self._failures < FAILURES_MAX

    async def _ask(self, since: datetime) -> None:
        """A list that fails stops no comparison: it is asked again with the next one, some times."""
        self._is_news = False  # What is heard from now on may be missing in the answers.
        start = max(since - PENDING, self._seat.clock.now() - HISTORY)
        try:
            found = await asyncio.gather(self._deposits(start), self._withdrawals(start), *self._transfers(start))
        except (CallFailed, MalformedError, LookupError, TypeError, AttributeError) as error:
            # The last three are what an answer of an unforeseen shape raises while it is read.
            self._is_news = True
            is_final = isinstance(error, CallFailed) and error.verdict is Verdict.REFUSED
            self._failures = FAILURES_MAX if is_final else self._failures + 1
            log.warning("spot's cash flows are not listed", account_id=self._seat.account_id, detail=str(error))
            self._seat.client.exchange.taps.on_untold()
            return
        self._failures = 0
        self._listed |= {flow.flow_id: flow for flows in found for flow in flows}

    def _told(self) -> list[CashFlowReported]:
        explained = set(self._event_of.values())
        if not (self._is_news and self._can_ask()):  # Else the lists may still say what an event is.
            for event in self._events.values():
                if event.flow_id not in explained:
                    self._explain(event)
        self._forget()
        named = [flow for name, flow in self._listed.items() if self._is_told_already(name)]
        listed = [flow for name, flow in self._listed.items() if not self._is_told_already(name)]
        # What names an event comes behind it: the books find it there.
        told = [*listed, *(self._events[name] for name in self._events if name in self._unlisted), *named]
        return [self._as_told(flow) for flow in told]

    def _explain(self, event: CashFlowReported) -> None:
        """Find what a list has of an event; told as it is, it stays so, and the list's row names it."""
        for name, listed in self._listed.items():
            if name not in self._event_of and spot_flow_reading.is_told_by(listed, event):
                self._event_of[name] = event.flow_id
                return
        self._unlisted.add(event.flow_id)

    def _is_told_already(self, name: str) -> bool:
        return self._event_of.get(name) in self._unlisted

    def _as_told(self, listed: CashFlowReported) -> CashFlowReported:
        """By how much a balance moved and when, the stream knows best: lists keep the network's fee apart."""
        event = self._events.get(self._event_of.get(listed.flow_id, ""))
        if event is None:
            return listed
        at = event.happened_at
        hearing = Hearing(amounts=(event.amount,), since=at, until=at) if event.flow_id in self._unlisted else None
        return msgspec.structs.replace(listed, amount=event.amount, happened_at=at, hearing=hearing)

    def _forget(self) -> None:
        """Keep what is newest."""
        for known in (self._events, self._listed):
            for name in list(known)[: max(0, len(known) - KEPT)]:
                del known[name]
        self._event_of = {name: event for name, event in self._event_of.items() if name in self._listed}
        self._unlisted &= self._events.keys()

    # --- lists -----------------------------------------------------------------------------------------------------

    async def _deposits(self, start: datetime) -> list[CashFlowReported]:
        found = await self._rows(endpoints.DEPOSITS, start)
        return self._read(found, spot_flow_reading.deposit)

    async def _withdrawals(self, start: datetime) -> list[CashFlowReported]:
        found = await self._rows(endpoints.WITHDRAWALS, start)
        return self._read(found, spot_flow_reading.withdrawal)

    def _transfers(self, start: datetime) -> list[Awaitable[list[CashFlowReported]]]:
        return [self._transfers_of(kind, start) for kind in spot_flow_reading.TRANSFERS]

    async def _transfers_of(self, kind: str, start: datetime) -> list[CashFlowReported]:
        where = {"type": kind, "startTime": milliseconds(start), "size": TRANSFERS_PER_PAGE}

        async def page(number: int) -> list[Any]:
            answer = await self._seat.client.call(endpoints.TRANSFERS, {**where, "current": number + 1})
            return rows(answer.get("rows") or [])

        found = await _all(page, TRANSFERS_PER_PAGE)
        return self._read(found, spot_flow_reading.transfer)

    async def _rows(self, endpoint: Endpoint, start: datetime) -> list[Any]:
        where = {"startTime": milliseconds(start), "limit": ROWS_PER_PAGE}

        async def page(number: int) -> list[Any]:
            return rows(await self._seat.client.call(endpoint, {**where, "offset": number * ROWS_PER_PAGE}))

        return await _all(page, ROWS_PER_PAGE)

    def _read(self, found: list[Any], read: Callable[[Any, Told], list[CashFlowReported]]) -> list[CashFlowReported]:
        """What rows tell; one that cannot be read does not hide the others, and is missed when balances differ."""
        told = Told(account_id=self._seat.account_id, at=self._seat.clock.now())
        flows: list[CashFlowReported] = []
        for row in found:
            try:
                flows += read(row, told)
            except MalformedError as error:
                log.warning("a movement of cash cannot be read", account_id=told.account_id, detail=str(error))
        return flows


async def _all(page: Callable[[int], Awaitable[list[Any]]], rows_per_page: int) -> list[Any]:
    """All rows, page by page."""
    found: list[Any] = []
    for number in range(PAGES_MAX):
        told = await page(number)
        found += told
        if len(told) < rows_per_page:
            return found
    raise MalformedError("a list of cash flows has no end")
