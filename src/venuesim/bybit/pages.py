"""Pages of lists: how many rows, where the next page goes on, and from when to when."""

import re
from collections.abc import Iterable
from itertools import islice
from typing import TypeVar

from venuesim.bybit import errors
from venuesim.bybit.operations import Json, Request, Result
from venuesim.bybit.parameters import Category, Parameters

DAY_MS = 86_400_000
SPAN_MS_MAX = 7 * DAY_MS
NO_END = 2**63

_CURSOR = re.compile(r"([0-9]{1,19})(?:%3A|:)([0-9]{1,19})")

Row = TypeVar("Row")


def page(rows: Iterable[Row], limit: int) -> tuple[list[Row], bool]:
    """Return up to `limit` rows, and whether there are no more."""
    found = list(islice(rows, limit + 1))
    return found[:limit], len(found) <= limit


def cursor(first: int, second: int) -> str:
    """Write two numbers as a cursor; Bybit gives cursors already escaped for a URL."""
    return f"{first}%3A{second}"


def below(parameters: Parameters) -> tuple[int, int]:
    """Return the two numbers of the cursor that a request sends back."""
    sent = parameters.text("cursor")
    if sent is None:
        return NO_END, NO_END
    match = _CURSOR.fullmatch(sent)
    if match is None:
        raise errors.parameter("params error: cursor invalid")
    return int(match[1]), int(match[2])


def listed(category: Category, rows: list[Json], following: str = "") -> Result:
    """Return a page of a list."""
    return Result(result={"list": rows, "nextPageCursor": following, "category": category.value})


def period(request: Request) -> tuple[int, int]:
    """Return (begin, end) in milliseconds: seven days from the one, to the other, or until now."""
    begin_ms, end_ms = request.parameters.integer("startTime"), request.parameters.integer("endTime")
    if begin_ms is None:
        end_ms = request.now_ms if end_ms is None else end_ms
        return end_ms - SPAN_MS_MAX, end_ms
    if end_ms is None:
        return begin_ms, begin_ms + SPAN_MS_MAX
    if not 0 <= end_ms - begin_ms <= SPAN_MS_MAX:
        raise errors.parameter("The time range between startTime and endTime cannot exceed 7 days")
    return begin_ms, end_ms
