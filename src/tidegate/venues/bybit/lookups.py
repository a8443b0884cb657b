"""Questions about one account's orders and executions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import structlog

from tidegate.core.identifiers import ExchangeClientOrderId, ExchangeOrderId
from tidegate.core.messages.reports import ExecutionReported, OrderReported
from tidegate.core.vocabulary import InstrumentKind, VenueOrderStatus
from tidegate.venues.budget import Lane
from tidegate.venues.bybit import wire
from tidegate.venues.bybit.endings import knows_status
from tidegate.venues.bybit.paging import SPAN_MAX, listed, pages, spans
from tidegate.venues.bybit.placing import named
from tidegate.venues.bybit.reading import Reader
from tidegate.venues.bybit.settled import with_settled
from tidegate.venues.bybit.words import LINEAR, SETTLE_COINS, SPOT, STOP_ORDER, category_of
from tidegate.venues.reading import read_open_orders
from tidegate.venues.symbols import kind_of
from tidegate.venues.values import MalformedError
from tidegate.venues.venue import Seat

log = structlog.get_logger(__name__)

ORDERS_PER_PAGE = 50
EXECUTIONS_PER_PAGE = 100
EVERY_FILTER: Sequence[dict[str, str]] = ({}, {"orderFilter": STOP_ORDER})
"""No filter lists every kind of order; the other one makes sure that conditional orders are among them."""


class Lookups:
    """One account's questions."""

    def __init__(self, seat: Seat, reader: Reader) -> None:
        self._seat = seat
        self._client = seat.client
        self._reader = reader

    async def find(
        self,
        symbol: str,
        exchange_client_order_id: ExchangeClientOrderId,
        exchange_order_id: ExchangeOrderId | None,
        *,
        conditional: bool,
    ) -> OrderReported | None:
        """Look in the open and the latest ended orders, in the history and in the executions.

        A conditional order keeps its ids when it is set off, so that the same places know it before and after.
        """
        where = self._where(symbol) | named(exchange_client_order_id, exchange_order_id)
        for endpoint in (wire.ORDERS, wire.ORDERS_HISTORY):
            for kinds in EVERY_FILTER if conditional else EVERY_FILTER[:1]:
                found = await listed(self._client, endpoint, where | kinds)
                if found:
                    return self._reader.order(found[0], kind_of(symbol))
        if await listed(self._client, wire.EXECUTIONS, where):
            raise MalformedError("Bybit lists an execution of an order that it does not know")
        return None

    async def present(
        self, symbol: str, client_order_id: ExchangeClientOrderId, order_id: ExchangeOrderId | None, lane: Lane
    ) -> OrderReported | None:
        """The order as it stands now, as far as the list of the open and the latest ended orders knows it."""
        where = self._where(symbol) | named(client_order_id, order_id)
        found = await listed(self._client, wire.ORDERS, where, lane)
        return self._reader.order(found[0], kind_of(symbol)) if found else None

    async def executions_of(
        self, symbol: str, exchange_order_id: ExchangeOrderId, since: datetime | None
    ) -> list[ExecutionReported]:
        """All executions of one order; one that cannot be read is a fault."""
        kind, now = kind_of(symbol), self._seat.clock.now()
        where = self._where(symbol) | {"orderId": str(exchange_order_id)}
        is_recent = since is None or now - since <= SPAN_MAX  # Bybit looks a week back unless it is told otherwise.
        found: list[Any] = []
        for span in [{}] if since is None or is_recent else spans(since, now):
            found += (await self._executions(where | span))[::-1]
        return [told for row in found if (told := self._reader.execution(row, kind)) is not None]

    async def executions_since(self, symbol: str, since: datetime) -> list[ExecutionReported]:
        """All executions of one instrument since a time; one that cannot be read does not hide the others."""
        found: list[ExecutionReported] = []
        for span in spans(since, self._seat.clock.now()):
            for row in (await self._executions(self._where(symbol) | span))[::-1]:
                try:
                    told = self._reader.execution(row, kind_of(symbol))
                except MalformedError as error:
                    log.warning("an execution cannot be read", symbol=symbol, detail=str(error))
                    continue
                if told is not None:
                    found.append(told)
        return found

    async def open_orders(self) -> list[OrderReported]:
        """All open orders: of spot at once, of contracts by the coin that they settle in."""
        found = {}
        for kinds in EVERY_FILTER:
            for order in await self._open(SPOT, InstrumentKind.SPOT, kinds):
                found[order.exchange_order_id] = order
        for coin in SETTLE_COINS:
            for order in await self._open(LINEAR, InstrumentKind.LINEAR, {"settleCoin": coin}):
                found[order.exchange_order_id] = order
        return list(found.values())

    async def _open(self, category: str, kind: InstrumentKind, narrowed: dict[str, str]) -> list[OrderReported]:
        # `openOnly` 0 lists what is open; the status is looked at all the same, for 1 and 2 would list the past.
        where = {"category": category, "openOnly": 0, "limit": ORDERS_PER_PAGE, **narrowed}
        told = [_listed_as_open(row) for row in await pages(self._client, wire.ORDERS, where)]
        read = read_open_orders(told, "orderLinkId", lambda row: self._reader.order(row, kind))
        return [order for order in read if order.status is VenueOrderStatus.OPEN]

    async def _executions(self, where: dict[str, Any]) -> list[Any]:
        """The rows of executions, the newest first, as Bybit lists them, and what contracts' settled."""
        found = await pages(self._client, wire.EXECUTIONS, {**where, "limit": EXECUTIONS_PER_PAGE})
        return found if where["category"] == SPOT else await with_settled(self._client, found)

    def _where(self, symbol: str) -> dict[str, Any]:
        return {"category": category_of(symbol), "symbol": self._seat.symbols.theirs(symbol)}


def _listed_as_open(row: Any) -> Any:
    """An order in the list of the open ones is open, whatever its status is called: it must not hide the others."""
    if knows_status(row):
        return row
    log.warning("an open order has an unknown status", status=str(row.get("orderStatus")))
    return {**row, "orderStatus": "New"}
