"""The executions of USD-M futures, page by page: Binance gives at most seven days and a thousand rows at once."""

from datetime import datetime, timedelta
from typing import Any

from tidegate.core.identifiers import ExchangeClientOrderId, ExchangeOrderId
from tidegate.core.messages.reports import ExecutionReported
from tidegate.venues.binance import endpoints
from tidegate.venues.binance.algos import AlgoOrders
from tidegate.venues.binance.linear_reading import Reader
from tidegate.venues.outcomes import CallFailed, Verdict
from tidegate.venues.values import instant, milliseconds, rows, text
from tidegate.venues.venue import Seat

TRADES_PER_PAGE = 1000
WINDOW = timedelta(days=7)
HISTORY = timedelta(days=90)
"""How far back Binance shows an account's trades ("Account Trade List")."""
AHEAD = timedelta(minutes=1)  # The venue's clock may be ahead of ours.


class LinearTrades:
    """One account's executions."""

    def __init__(self, seat: Seat, reader: Reader, algos: AlgoOrders) -> None:
        self._seat = seat
        self._reader = reader
        self._algos = algos

    async def of_order(
        self,
        symbol: str,
        order_id: ExchangeOrderId,
        since: datetime | None,
        client_order_id: ExchangeClientOrderId | None,
    ) -> list[ExecutionReported]:
        """All executions of an order in the book; without `since` from when it was made on."""
        begin = since or await self._made_at(symbol, order_id)
        found = await self._windows(symbol, begin, {"orderId": str(order_id)})
        now = self._seat.clock.now()
        return [self._reader.trade(row, symbol, now, client_order_id) for row in found]

    async def since(self, symbol: str, since: datetime) -> list[ExecutionReported]:
        """All executions of an instrument since a time, under our ids where a conditional order became theirs."""
        found = await self._windows(symbol, since, {})
        await self._algos.learn_origins(symbol, list(dict.fromkeys(text(row, "orderId") for row in found)))
        now = self._seat.clock.now()
        return [self._reader.trade(row, symbol, now) for row in found]

    async def _made_at(self, symbol: str, order_id: ExchangeOrderId) -> datetime:
        params = {"symbol": self._seat.symbols.theirs(symbol), "orderId": str(order_id)}
        try:
            return instant((await self._seat.client.call(endpoints.LINEAR_ORDER, params)).get("time"))
        except CallFailed as failure:
            if failure.verdict is not Verdict.ABSENT:
                raise
        return self._seat.clock.now() - HISTORY

    async def _windows(self, symbol: str, begin: datetime, always: dict[str, Any]) -> list[Any]:
        now = self._seat.clock.now()
        start = max(begin, now - HISTORY)
        found: list[Any] = []
        while start <= now + AHEAD:
            end = start + WINDOW
            found += await self._pages(symbol, start, end, always)
            start = end
        return list({text(row, "id"): row for row in found}.values())  # A window's end is the next one's beginning.

    async def _pages(self, symbol: str, start: datetime, end: datetime, always: dict[str, Any]) -> list[Any]:
        """One window: each page from the time of the last row, whose fellows of that millisecond come twice.

        A page that lies within one millisecond is followed by ids, which Binance takes without times only.
        """
        where = {"symbol": self._seat.symbols.theirs(symbol), "limit": TRADES_PER_PAGE, **always}
        begin_ms, end_ms = milliseconds(start), milliseconds(end)
        found: list[Any] = []
        beginning: dict[str, Any] = {"startTime": begin_ms, "endTime": end_ms}
        while True:
            page = rows(await self._seat.client.call(endpoints.LINEAR_TRADES, {**where, **beginning}))
            found += page
            if len(page) < TRADES_PER_PAGE:
                return found
            first_ms, last_ms = (milliseconds(instant(row.get("time"))) for row in (page[0], page[-1]))
            if last_ms > end_ms:
                return found
            if first_ms == last_ms:
                beginning = {"fromId": int(text(page[-1], "id")) + 1}
            else:
                beginning = {"startTime": last_ms, "endTime": end_ms}
