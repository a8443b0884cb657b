"""Questions about orders: where each kind leaves traces, and what was executed of it."""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from tidegate.core.identifiers import ExchangeClientOrderId, ExchangeOrderId, order_of
from tidegate.core.messages.reports import ExecutionReported, OrderReported
from tidegate.core.vocabulary import RejectReason, VenueOrderStatus
from tidegate.venues.client import Endpoint
from tidegate.venues.okx import wire
from tidegate.venues.okx.algo_reading import algo_order, is_effective, placed_order_ids
from tidegate.venues.okx.algos import TRAILING
from tidegate.venues.okx.links import Links
from tidegate.venues.okx.pages import all_rows, newest_rows, only
from tidegate.venues.okx.reading import Reader, named_by
from tidegate.venues.okx.terms import INSTRUMENT_TYPES
from tidegate.venues.outcomes import CallFailed, Verdict
from tidegate.venues.reading import read_open_orders
from tidegate.venues.symbols import kind_of
from tidegate.venues.values import MalformedError, instant, milliseconds
from tidegate.venues.venue import Seat

FILLS_KEPT = timedelta(days=3) - timedelta(hours=1)  # trade/fills goes back three days; an hour is our margin.
UNFILLED_KEPT = timedelta(hours=2)  # So long OKX still shows an order that ended without a fill.
CONDITIONALS = "conditional,oco"
OURS_BY_TYPE = (CONDITIONALS, TRAILING)
ALL_BY_TYPE = (CONDITIONALS, TRAILING, "trigger")
ENDS = ("effective", "canceled", "order_failed")


class Lookups:
    """Asks for one account."""

    def __init__(self, seat: Seat, reader: Reader, links: Links) -> None:
        self._seat = seat
        self._client = seat.client
        self._reader = reader
        self._links = links

    async def find(
        self, symbol: str, ours: ExchangeClientOrderId, exchange_order_id: ExchangeOrderId | None, *, conditional: bool
    ) -> OrderReported | None:
        """One order, wherever it may be; None only when every place answered cleanly without it."""
        if conditional:
            return await self._find_algo(symbol, ours)
        row = await self._order_row(named(self._seat.symbols.theirs(symbol), ours, exchange_order_id))
        return await self._find_in_lists(symbol, ours) if row is None else self._reader.order(row)

    async def executions_of(
        self,
        symbol: str,
        exchange_order_id: ExchangeOrderId,
        since: datetime | None,
        *,
        ours: ExchangeClientOrderId | None,
        conditional: bool,
    ) -> list[ExecutionReported]:
        """All executions of one order, or of what an algo order placed."""
        orders = [exchange_order_id]
        if conditional and ours is not None:
            row = await self._algo_row(ours)
            orders = placed_order_ids(row) if row is not None else orders
        found: list[ExecutionReported] = []
        for each in orders:
            if ours is not None:
                self._links.learn(each, ours)
            found += await self._executions_of_one(symbol, each, since)
        return found

    async def executions_since(self, symbol: str, since: datetime) -> list[ExecutionReported]:
        """All executions of one instrument."""
        endpoint = wire.FILLS_HISTORY if self._is_old(since) else wire.FILLS
        found = await self._fill_rows(endpoint, self._where(symbol) | {"begin": str(milliseconds(since))})
        await self._link(found)
        return [self._reader.fill(row) for row in found]

    async def open_orders(self) -> list[OrderReported]:
        """All open orders. Those that wait to be set off come first: one that is set off meanwhile is in both lists."""
        algos: list[Any] = []
        for order_type in ALL_BY_TYPE:
            algos += await all_rows(self._client, wire.OPEN_ALGOS, {"ordType": order_type}, "algoId")
        orders: list[Any] = []
        for instrument_type in INSTRUMENT_TYPES.values():
            orders += await all_rows(self._client, wire.OPEN_ORDERS, {"instType": instrument_type}, "ordId")
        return [
            *read_open_orders(self._known(algos), "algoClOrdId", self._algo),
            *read_open_orders(self._known(orders), "clOrdId", self._reader.order),
        ]

    # --- one order -------------------------------------------------------------------------------------------------

    async def _order_row(self, params: dict[str, str]) -> Any | None:
        try:
            return only(await self._client.call(wire.ORDER, params, instrument=params["instId"]))
        except CallFailed as failure:
            if failure.verdict is not Verdict.ABSENT:
                raise
            return None

    async def _find_in_lists(self, symbol: str, ours: ExchangeClientOrderId) -> OrderReported | None:
        """Look where a lagging order endpoint would leave traces: the open orders, the recent past and its fills."""
        where = self._where(symbol)
        for endpoint in (wire.OPEN_ORDERS, wire.ORDERS_HISTORY):
            for row in await newest_rows(self._client, endpoint, where):
                if named_by(row) == ours:
                    return self._reader.order(row)
        for row in await newest_rows(self._client, wire.FILLS, where):
            if named_by(row) == ours:
                raise MalformedError("OKX lists a fill of an order that it does not know")
        return None

    # --- what is set off -------------------------------------------------------------------------------------------

    async def _find_algo(self, symbol: str, ours: ExchangeClientOrderId) -> OrderReported | None:
        """An algo order while it waits; once it was set off, the order that it placed."""
        row = await self._algo_row(ours)
        if row is None:
            row = await self._algo_in_lists(symbol, ours)
        if row is None:
            return await self._find_in_lists(symbol, ours)
        placed = placed_order_ids(row)
        if not is_effective(row) or not placed:
            return self._algo(row)
        self._links.learn(placed[-1], ours)
        order = await self._order_row(named(self._seat.symbols.theirs(symbol), ours, placed[-1]))
        if order is not None:
            return self._reader.order(order)
        return await self._find_in_lists(symbol, ours) or self._forgotten(row)

    async def _algo_row(self, ours: ExchangeClientOrderId) -> Any | None:
        try:
            return only(await self._client.call(wire.ALGO, {"algoClOrdId": str(ours)}))
        except CallFailed as failure:
            if failure.verdict is not Verdict.ABSENT:
                raise
            return None

    async def _algo_in_lists(self, symbol: str, ours: ExchangeClientOrderId) -> Any | None:
        where = self._where(symbol)
        places = [(wire.OPEN_ALGOS, {"ordType": kind}) for kind in OURS_BY_TYPE]
        places += [(wire.ALGOS_HISTORY, {"ordType": kind, "state": end}) for kind in OURS_BY_TYPE for end in ENDS]
        for endpoint, wanted in places:
            for row in await newest_rows(self._client, endpoint, where | wanted):
                if named_by(row) == ours:
                    return row
        return None

    def _forgotten(self, row: Any) -> OrderReported:
        """OKX set it off, and no longer knows the order. Once that is long enough ago, it ended without a fill."""
        triggered_at = instant(row.get("triggerTime") or row.get("uTime"))
        if self._reader.now() - triggered_at < UNFILLED_KEPT:
            raise MalformedError("OKX does not know the order that an algo order placed a short time ago")
        ended = {"status": VenueOrderStatus.CANCELED, "reason": RejectReason.UNRESOLVED_UNFILLED}
        return msgspec.structs.replace(self._algo(row), **ended)

    # --- executions ------------------------------------------------------------------------------------------------

    async def _executions_of_one(
        self, symbol: str, exchange_order_id: ExchangeOrderId, since: datetime | None
    ) -> list[ExecutionReported]:
        where = self._where(symbol) | {"ordId": str(exchange_order_id)}
        is_old = since is not None and self._is_old(since)
        found = [] if is_old else await self._fill_rows(wire.FILLS, where)
        return [self._reader.fill(row) for row in found or await self._fill_rows(wire.FILLS_HISTORY, where)]

    async def _fill_rows(self, endpoint: Endpoint, where: dict[str, str]) -> list[Any]:
        return (await all_rows(self._client, endpoint, where, "billId"))[::-1]  # OKX lists the newest first.

    async def _link(self, fills: list[Any]) -> None:
        """Learn whose the fills are that bear no client's id: an algo order of ours may have placed their order."""
        for row in fills:
            exchange_order_id = ExchangeOrderId(str(row.get("ordId")))
            if named_by(row) is not None or self._links.knows(exchange_order_id):
                continue
            order = await self._order_row({"instId": str(row.get("instId")), "ordId": str(exchange_order_id)})
            found = None if order is None else named_by(order)
            self._links.learn(exchange_order_id, found if found is not None and order_of(found) is not None else None)

    def _where(self, symbol: str) -> dict[str, str]:
        return {"instType": INSTRUMENT_TYPES[kind_of(symbol)], "instId": self._seat.symbols.theirs(symbol)}

    def _known(self, found: list[Any]) -> list[Any]:
        return [row for row in found if self._reader.is_listed(row)]

    def _algo(self, row: Any) -> OrderReported:
        return algo_order(row, self._reader, self._seat)

    def _is_old(self, since: datetime) -> bool:
        return since < self._seat.clock.now() - FILLS_KEPT


def named(instrument_id: str, ours: ExchangeClientOrderId, exchange_order_id: ExchangeOrderId | None) -> dict[str, str]:
    """How an order is named in a request: by the venue's id where it is known."""
    name = {"clOrdId": str(ours)} if exchange_order_id is None else {"ordId": str(exchange_order_id)}
    return {"instId": instrument_id, **name}
