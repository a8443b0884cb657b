"""Lists that come page by page, and spans of time that one call may cover."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from tidegate.venues.budget import Lane
from tidegate.venues.client import Endpoint, VenueClient
from tidegate.venues.values import MalformedError, milliseconds, rows

SPAN_MAX = timedelta(days=7)  # What one call to execution/list or account/transaction-log may cover.


def result_of(answer: Any) -> Any:
    """The object with what was asked for."""
    result = answer.get("result") if isinstance(answer, dict) else None
    if not isinstance(result, dict):
        raise MalformedError("the answer has no result")
    return result


async def listed(
    client: VenueClient, endpoint: Endpoint, where: Mapping[str, Any], lane: Lane = Lane.QUERY
) -> list[Any]:
    """The rows of one page."""
    return rows(result_of(await client.call(endpoint, where, lane=lane)).get("list"))


async def pages(client: VenueClient, endpoint: Endpoint, where: Mapping[str, Any]) -> list[Any]:
    """All rows: each page names the cursor of the next, and the last one names none."""
    params, found, seen = dict(where), [], set()
    while True:
        result = result_of(await client.call(endpoint, params))
        page = rows(result.get("list"))
        found += page
        cursor = result.get("nextPageCursor")
        if not cursor or not page:
            return found
        if cursor in seen:
            raise MalformedError("a page names one that came before as the next")
        seen.add(cursor)
        params = {**where, "cursor": cursor}


def spans(since: datetime, now: datetime) -> Iterator[dict[str, int]]:
    """The time from `since` until now, in parts that one call may ask for."""
    start = since
    while start < now:
        end = start + SPAN_MAX
        yield {"startTime": milliseconds(start), "endTime": milliseconds(end) - 1}
        start = end
