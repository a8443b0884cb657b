"""Learns what an account's contracts are set to, so that the first order in one is reserved by its leverage."""

import asyncio

import structlog

from tidegate.core.identifiers import AccountId
from tidegate.ports import ReportSink
from tidegate.venues.backoff import backoff_seconds
from tidegate.venues.outcomes import CallFailed
from tidegate.venues.venue import AccountVenue

log = structlog.get_logger(__name__)

ATTEMPTS_MAX = 5


async def learn_leverages(venue: AccountVenue, account_id: AccountId, report: ReportSink) -> None:
    """Report them as the venue tells them. What stays unknown is reserved whole, until the streams are opened again."""
    for attempt in range(1, ATTEMPTS_MAX + 1):
        try:
            async for told in venue.leverages():
                report(told)
        except Exception as error:  # noqa: BLE001 - Whatever the cause: orders go on without it.
            detail = error.message if isinstance(error, CallFailed) else ""
            log.info("leverages are not known", account_id=account_id, fault=type(error).__name__, detail=detail)
            at_least = error.retry_after_seconds if isinstance(error, CallFailed) else None
            await asyncio.sleep(backoff_seconds(attempt, at_least=at_least))
        else:
            return
