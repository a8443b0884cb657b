"""Reading many rows, so that one of an unforeseen shape does not hide the others."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import structlog

from tidegate.core.identifiers import order_of
from tidegate.core.messages.reports import OrderReported, Report
from tidegate.venues.values import MalformedError, UnlistedError

log = structlog.get_logger(__name__)

T = TypeVar("T")
_UNREADABLE = (MalformedError, LookupError, TypeError, AttributeError, ValueError)
"""What reading a row raises whose fields are missing or of another kind than documented."""


def read_pushed(
    rows: Iterable[Any], read: Callable[[Any], Sequence[Report]], failed: Callable[[BaseException], None]
) -> list[Report]:
    """The reports in the rows of a stream frame; `failed` hears of each row that cannot be read."""
    reports: list[Report] = []
    for row in rows:
        try:
            reports += read(row)
        except _UNREADABLE as error:
            failed(error)
    return reports


def read_open_orders(
    rows: Iterable[Any], client_order_id_key: str, read: Callable[[Any], OrderReported]
) -> list[OrderReported]:
    """A listing of open orders. One that cannot be read is passed over when it is not ours, and otherwise a fault.

    One of ours in a market that is not listed any more is passed over too: an account is not to wait for it for ever.
    """
    found: list[OrderReported] = []
    for row in rows:
        try:
            found.append(read(row))
        except UnlistedError as error:
            log.warning("an open order is in a market that the venue no longer lists", detail=str(error))
        except _UNREADABLE as error:
            if order_of(str(row.get(client_order_id_key, ""))) is not None:
                raise
            log.info("an open order of somebody else cannot be read", detail=str(error))
    return found


def read_market(rows: Iterable[Any], read: Callable[[Any], T]) -> list[T]:
    """A listing of instruments or prices, without the rows that cannot be read."""
    found: list[T] = []
    unreadable = 0
    for row in rows:
        try:
            found.append(read(row))
        except _UNREADABLE:
            unreadable += 1
    if unreadable:
        log.warning("a part of a market listing cannot be read", rows=unreadable)
    return found
