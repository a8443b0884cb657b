"""Cancels: of an order, or of one that waits to be set off and may just have been."""

from collections.abc import Sequence

from tidegate.core.messages.effects import SendCancel
from tidegate.core.messages.reports import OrderReported, Report
from tidegate.core.vocabulary import VenueOrderStatus
from tidegate.venues.budget import Lane
from tidegate.venues.okx import wire
from tidegate.venues.okx.lookups import Lookups, named
from tidegate.venues.okx.pages import only
from tidegate.venues.outcomes import CallFailed, Verdict
from tidegate.venues.values import text
from tidegate.venues.venue import Seat


class Canceling:
    """Cancels for one account. The end itself is told by the streams."""

    def __init__(self, seat: Seat, lookups: Lookups) -> None:
        self._seat = seat
        self._lookups = lookups

    async def cancel(self, cancel: SendCancel) -> Sequence[Report]:
        """Cancel an order; returns what came of it where it had been set off."""
        instrument_id = self._seat.symbols.theirs(cancel.symbol)
        if not cancel.conditional:
            await self._cancel_order(
                instrument_id, named(instrument_id, cancel.exchange_client_order_id, cancel.exchange_order_id)
            )
            return []
        try:
            params = [{"instId": instrument_id, "algoClOrdId": str(cancel.exchange_client_order_id)}]
            call = self._seat.client.call(wire.CANCEL_ALGO, params, lane=Lane.CANCEL, instrument=instrument_id)
            text(only(await call), "algoId")  # An answer without it is no acceptance.
        except CallFailed as failure:
            if failure.verdict not in (Verdict.ABSENT, Verdict.CLOSED):
                raise
            return [await self._cancel_what_it_placed(cancel, instrument_id, failure)]
        return []

    async def _cancel_order(self, instrument_id: str, params: dict[str, str]) -> None:
        call = self._seat.client.call(wire.CANCEL, params, lane=Lane.CANCEL, instrument=instrument_id)
        text(only(await call), "ordId")  # An answer without it is no acceptance.

    async def _cancel_what_it_placed(
        self, cancel: SendCancel, instrument_id: str, failure: CallFailed
    ) -> OrderReported:
        """The algo order waits no longer: if it was set off and its order is open, cancel that one."""
        ours = cancel.exchange_client_order_id
        found = await self._lookups.find(cancel.symbol, ours, None, conditional=True)
        if found is None or not found.triggered or found.status is not VenueOrderStatus.OPEN:
            raise failure
        await self._cancel_order(instrument_id, named(instrument_id, ours, found.exchange_order_id))
        return found
