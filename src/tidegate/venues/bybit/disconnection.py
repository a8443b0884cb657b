"""Bybit's dead-man switch ("DCP"): orders go once no private connection that guards them has been there for so long.

v5 API, "Set Disconnect Cancel All" and "Dcp": a time window for each product, and topics of the private stream. It is
in force only for accounts that Bybit has enabled it for.
"""

from datetime import datetime, timedelta
from typing import Any

from tidegate.core.vocabulary import RejectReason
from tidegate.venues.budget import Lane
from tidegate.venues.bybit import wire
from tidegate.venues.bybit.paging import result_of
from tidegate.venues.bybit.streams import Streams
from tidegate.venues.outcomes import CallFailed, Verdict
from tidegate.venues.values import rows
from tidegate.venues.venue import Seat

PRODUCTS = ("SPOT", "DERIVATIVES")
EFFECT_AFTER = timedelta(seconds=30)
"""How long a window that was set may not show: Bybit says that it takes some ten seconds."""


class Disconnection:
    """One account's windows, and its private stream as the guard."""

    def __init__(self, seat: Seat, streams: Streams) -> None:
        self._seat = seat
        self._streams = streams
        self._waiting: tuple[int, datetime] | None = None  # Seconds that do not show yet, and since when.

    async def renew(self, seconds: int) -> None:
        """See that the windows are so long and that the stream guards; zero: the stream guards no more."""
        if not seconds:
            self._waiting = None
            await self._streams.stop_guarding()
            return
        if missing := await self._missing(seconds):
            await self._set(missing, seconds)
        else:
            self._waiting = None
        await self._streams.guard()

    async def _missing(self, seconds: int) -> list[str]:
        """The products whose window is not in force as wanted."""
        answer = await self._seat.client.call(wire.DEAD_MAN_WINDOWS, lane=Lane.CANCEL)
        in_force = {row.get("product"): _seconds(row) for row in rows(result_of(answer).get("dcpInfos"))}
        return [product for product in PRODUCTS if in_force.get(product) != str(seconds)]

    async def _set(self, products: list[str], seconds: int) -> None:
        """Set them, once more where that has not shown. Raises `CallFailed` when it has not shown for long."""
        for product in products:
            params = {"product": product, "timeWindow": seconds}
            await self._seat.client.call(wire.DEAD_MAN, params, lane=Lane.CANCEL)
        now = self._seat.clock.now()
        if self._waiting is None or self._waiting[0] != seconds:
            self._waiting = (seconds, now)
        elif now - self._waiting[1] > EFFECT_AFTER:
            message = "Bybit does not put it in force: ask it to enable DCP for this account"
            raise CallFailed(Verdict.REFUSED, RejectReason.PERMISSION_DENIED, message)


def _seconds(row: Any) -> str | None:
    return str(row.get("timeWindow")) if row.get("dcpStatus") == "ON" else None
