"""Amendments in place. OKX's acknowledgement only says that it will try: its channel, or a look-up, says what came."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from tidegate.core.instruments import Instrument
from tidegate.core.messages.effects import SendAmend
from tidegate.core.messages.reports import OrderReported, Report
from tidegate.core.money import plain
from tidegate.core.vocabulary import RejectReason, VenueOrderStatus
from tidegate.venues.budget import Lane
from tidegate.venues.client import Endpoint, Validity
from tidegate.venues.okx import wire
from tidegate.venues.okx.algos import amend_algo_params
from tidegate.venues.okx.errors import ERRORS
from tidegate.venues.okx.lookups import Lookups, named
from tidegate.venues.okx.pages import only
from tidegate.venues.okx.terms import contracts, listed
from tidegate.venues.outcomes import CallFailed, Verdict
from tidegate.venues.venue import Seat

TOLD_SECONDS_MAX = 1.0
REQUEST_ID_CHARACTERS_MAX = 32
_DONE, _CANCELED = "0", "1"
_PROVES_UNCHANGED = (Verdict.REFUSED, Verdict.REFUSED_FOR_NOW, Verdict.ABSENT, Verdict.CLOSED)


class Amending:
    """Amends for one account, and hears from the streams how that ended."""

    def __init__(self, seat: Seat, lookups: Lookups) -> None:
        self._seat = seat
        self._lookups = lookups
        self._awaited: dict[str, asyncio.Future[Any]] = {}

    async def amend(self, amend: SendAmend) -> Sequence[Report]:
        """Change an order; returns once it is what was asked. Raises `CallFailed` otherwise."""
        endpoint, params = _request(amend, listed(self._seat, amend.symbol))
        request_id = _request_id(amend)
        with self._awaiting(request_id) as told:
            await self._send(amend, endpoint, params | {"reqId": request_id})
            if await self._is_told_done(told):
                return []
        return [await self._look(amend)]

    def hear(self, row: Any) -> None:
        """A row of an orders channel that may be the end of an amendment of ours."""
        told = self._awaited.get(str(row.get("reqId") or ""))
        if told is not None and not told.done() and row.get("amendResult"):
            told.set_result(row)

    async def _send(self, amend: SendAmend, endpoint: Endpoint, params: dict[str, Any]) -> None:
        try:
            only(
                await self._seat.client.call(
                    endpoint,
                    params,
                    lane=Lane.PROTECTIVE if amend.protective else Lane.ORDER,
                    instrument=params["instId"],
                    validity=Validity(amend.intended_at, amend.expires_at),
                )
            )
        except CallFailed as failure:
            if amend.conditional and failure.verdict in (Verdict.ABSENT, Verdict.CLOSED):
                await self._say_if_set_off(amend)
            raise

    async def _say_if_set_off(self, amend: SendAmend) -> None:
        """What waits no longer has not ended when it was set off: the order that it placed lives on."""
        found = await self._lookups.find(amend.symbol, amend.exchange_client_order_id, None, conditional=True)
        if found is not None and found.triggered and found.status is VenueOrderStatus.OPEN:
            raise CallFailed(Verdict.REFUSED, RejectReason.TOO_LATE, "OKX has set the order off")

    async def _is_told_done(self, told: asyncio.Future[Any]) -> bool:
        """Whether the channel tells in time that the change is made; raises when it tells of another end."""
        try:
            async with asyncio.timeout(TOLD_SECONDS_MAX):
                row = await told
        except TimeoutError:
            return False
        if row["amendResult"] == _DONE:
            # Reduce-only orders may have been made smaller in the same go: then their figures must be looked at.
            return row.get("amendSource") in (None, "", "1")
        raise _failure(row)

    async def _look(self, amend: SendAmend) -> OrderReported:
        """The order as it stands, if that is what was asked; that it cannot be seen says nothing of the change."""
        names = amend.exchange_client_order_id, amend.exchange_order_id
        try:
            found = await self._lookups.find(amend.symbol, *names, conditional=amend.conditional)
        except CallFailed as failure:
            raise CallFailed(Verdict.UNKNOWN, failure.reason, f"OKX took the change: {failure.message}") from None
        if found is None or not _is_as_asked(amend, found):
            if found is not None and found.status is not VenueOrderStatus.OPEN:
                raise CallFailed(Verdict.CLOSED, RejectReason.TOO_LATE, "the order ended before it could be changed")
            raise CallFailed(Verdict.UNKNOWN, RejectReason.VENUE_ERROR, "OKX does not show the change yet")
        return found

    @contextmanager
    def _awaiting(self, request_id: str) -> Iterator[asyncio.Future[Any]]:
        told = self._awaited[request_id] = asyncio.get_running_loop().create_future()
        try:
            yield told
        finally:
            del self._awaited[request_id]


def _request(amend: SendAmend, instrument: Instrument) -> tuple[Endpoint, dict[str, Any]]:
    if amend.conditional:
        return wire.AMEND_ALGO, amend_algo_params(amend, instrument)
    params = named(instrument.exchange_symbol, amend.exchange_client_order_id, amend.exchange_order_id)
    params["newSz"] = contracts(amend.quantity, instrument)
    if amend.price is not None:
        params["newPx"] = plain(amend.price)
    return wire.AMEND, params


def _request_id(amend: SendAmend) -> str:
    """Alphanumeric, and one for each amendment of each attempt."""
    return f"{amend.order_id}{amend.attempt}x{amend.amendment}"[-REQUEST_ID_CHARACTERS_MAX:]


def _is_as_asked(amend: SendAmend, found: OrderReported) -> bool:
    # An order that was made as small as what it had filled is complete, and shows that as its quantity.
    is_complete = found.status is VenueOrderStatus.FILLED and found.filled_quantity >= amend.quantity
    same_price = amend.price is None or found.price == amend.price
    same_trigger = not amend.conditional or found.trigger_price == amend.trigger_price
    return (is_complete or found.quantity == amend.quantity) and same_price and same_trigger


def _failure(row: Any) -> CallFailed:
    """What the channel says of an amendment that failed after it was acknowledged."""
    message = str(row.get("msg") or "OKX could not change the order")
    if row["amendResult"] == _CANCELED:
        return CallFailed(Verdict.CLOSED, RejectReason.TOO_LATE, "OKX canceled the order instead of changing it")
    code = str(row.get("code") or "")
    rule = ERRORS.find(code, message)
    if rule is None or rule.verdict not in _PROVES_UNCHANGED:
        return CallFailed(Verdict.REFUSED, RejectReason.VENUE_ERROR, message, venue_code=code or None)
    return CallFailed(rule.verdict, rule.reason, message, venue_code=code)
