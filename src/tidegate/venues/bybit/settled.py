"""What contracts' trades settled: the list of executions does not tell it, the transaction log does.

The execution topic says `execPnl`, and that it is the log's `cashFlow`, which holds neither fees nor funding.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from tidegate.core.money import plain
from tidegate.venues.bybit import wire
from tidegate.venues.bybit.paging import SPAN_MAX, pages
from tidegate.venues.bybit.words import LINEAR
from tidegate.venues.client import VenueClient
from tidegate.venues.values import MalformedError, amount, amount_or_zero, instant, milliseconds

TRANSACTIONS_PER_PAGE = 50
_LATER = timedelta(seconds=2)  # How much later the log may date a trade than its execution.


async def with_settled(client: VenueClient, executions: Sequence[Any]) -> list[Any]:
    """The same rows of contracts' executions, with what each settled as far as it is known.

    Only what closes a position settles anything. What the log does not have yet stays without a figure.
    """
    closing = [milliseconds(instant(row.get("execTime"))) for row in executions if _closes(row)]
    settled = await _settled_between(client, min(closing), max(closing)) if closing else {}
    return [{**row, **_figure(row, settled)} for row in executions]


async def _settled_between(client: VenueClient, begin_ms: int, end_ms: int) -> dict[str, Any]:
    """What the log says that trades settled, by the trade's id."""
    last_ms = min(end_ms + _LATER // timedelta(milliseconds=1), begin_ms + SPAN_MAX // timedelta(milliseconds=1) - 1)
    span = {"startTime": begin_ms, "endTime": last_ms}
    where = {"accountType": "UNIFIED", "category": LINEAR, "limit": TRANSACTIONS_PER_PAGE, **span}
    found = await pages(client, wire.TRANSACTIONS, where)
    return {str(row["tradeId"]): row.get("cashFlow") for row in found if row.get("tradeId")}


def _figure(row: Any, settled: dict[str, Any]) -> dict[str, str]:
    if not _tells_size(row):
        return {}
    told = settled.get(str(row.get("execId"))) if _closes(row) else "0"
    return {} if told is None else {"execPnl": plain(amount(told))}


def _closes(row: Any) -> bool:
    return _tells_size(row) and bool(amount_or_zero(row.get("closedSize"))) and _is_readable(row)


def _tells_size(row: Any) -> bool:
    return row.get("closedSize") not in (None, "") and "execPnl" not in row


def _is_readable(row: Any) -> bool:
    try:
        instant(row.get("execTime"))
    except MalformedError:  # Whoever reads the row says so.
        return False
    return True
