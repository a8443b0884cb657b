"""Listings of many rows: OKX gives them a hundred at a time, newest first."""

from typing import Any

from tidegate.venues.client import Endpoint, VenueClient
from tidegate.venues.values import MalformedError, rows, text

ROWS_PER_PAGE = 100
PAGES_MAX = 1_000


async def all_rows(client: VenueClient, endpoint: Endpoint, where: dict[str, str], cursor: str) -> list[Any]:
    """All rows, newest first: each page starts after (which means: older than) the last row of the one before."""
    params = {"limit": str(ROWS_PER_PAGE), **where}
    found: list[Any] = []
    for _ in range(PAGES_MAX):
        page = rows((await client.call(endpoint, params)).get("data"))
        found += page
        if len(page) < ROWS_PER_PAGE:
            return found
        params = {**params, "after": text(page[-1], cursor)}
    raise MalformedError(f"{endpoint.path} has no end")


async def newest_rows(client: VenueClient, endpoint: Endpoint, where: dict[str, str]) -> list[Any]:
    """The first page alone."""
    return rows((await client.call(endpoint, {"limit": str(ROWS_PER_PAGE), **where})).get("data"))


def only(answer: Any) -> Any:
    """The one item of an answer's data."""
    data = rows(answer.get("data") if isinstance(answer, dict) else None)
    if len(data) != 1:
        raise MalformedError(f"one item was expected, {len(data)} came")
    return data[0]
