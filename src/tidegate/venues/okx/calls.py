"""OKX spot: what is sent, and which answers make a report."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from tidegate.core.identifiers import ExchangeClientOrderId, ExchangeOrderId
from tidegate.core.messages.effects import SendCancel, SendOrder
from tidegate.core.messages.reports import ExecutionReported, OrderReported, Report
from tidegate.core.messages.values import VenueBalance
from tidegate.core.money import plain
from tidegate.core.vocabulary import OrderType, TimeInForce
from tidegate.venues.budget import Lane
from tidegate.venues.client import Endpoint, Validity
from tidegate.venues.okx import reading, wire
from tidegate.venues.outcomes import CallFailed, Verdict
from tidegate.venues.reading import read_open_orders, read_pushed
from tidegate.venues.values import MalformedError, milliseconds, rows, text
from tidegate.venues.venue import Placed, Seat

ROWS_PER_PAGE = 100
FILLS_KEPT = timedelta(days=3) - timedelta(hours=1)  # trade/fills goes back three days; an hour is our margin.
SUBSCRIBED = "subscribed to orders"
_ORDER_TYPES = {TimeInForce.GTC: "limit", TimeInForce.IOC: "ioc", TimeInForce.FOK: "fok"}


def place_params(order: SendOrder, instrument_id: str) -> dict[str, str]:
    """The body of POST /api/v5/trade/order. Post-only and the times in force are order types here."""
    params = {
        **order.params,
        "instId": instrument_id,
        "tdMode": "cash",
        "side": order.side.value,
        "clOrdId": str(order.exchange_client_order_id),
    }
    if order.quote_quantity is not None:
        return params | {"ordType": "market", "sz": plain(order.quote_quantity), "tgtCcy": "quote_ccy"}
    assert order.quantity is not None
    params["sz"] = plain(order.quantity)
    if order.order_type is OrderType.MARKET:
        return params | {"ordType": "market", "tgtCcy": "base_ccy"}
    assert order.order_type is OrderType.LIMIT
    assert order.price is not None
    order_type = "post_only" if order.post_only else _ORDER_TYPES[order.time_in_force]
    return params | {"ordType": order_type, "px": plain(order.price)}


class OkxSpot:
    """One account's calls."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat
        self._client = seat.client

    async def place(self, order: SendOrder) -> Placed:
        instrument_id = self._seat.symbols.theirs(order.symbol)
        answer = await self._client.call(
            wire.PLACE,
            place_params(order, instrument_id),
            lane=Lane.ORDER,
            instrument=instrument_id,
            validity=Validity(order.intended_at, order.expires_at),
        )
        return Placed(exchange_order_id=ExchangeOrderId(text(_only(answer), "ordId")))

    async def cancel(self, cancel: SendCancel) -> Sequence[Report]:
        instrument_id = self._seat.symbols.theirs(cancel.symbol)
        params = _named(instrument_id, cancel.exchange_client_order_id, cancel.exchange_order_id)
        answer = await self._client.call(wire.CANCEL, params, lane=Lane.CANCEL, instrument=instrument_id)
        text(_only(answer), "ordId")  # An answer without it is no acceptance.
        return []  # The stream tells the end.

    async def find_order(
        self,
        symbol: str,
        exchange_client_order_id: ExchangeClientOrderId,
        exchange_order_id: ExchangeOrderId | None,
    ) -> OrderReported | None:
        instrument_id = self._seat.symbols.theirs(symbol)
        try:
            params = _named(instrument_id, exchange_client_order_id, exchange_order_id)
            return self._order(_only(await self._client.call(wire.ORDER, params)))
        except CallFailed as failure:
            if failure.verdict is not Verdict.ABSENT:
                raise
        return await self._find_in_lists(instrument_id, exchange_client_order_id)

    async def _find_in_lists(self, instrument_id: str, client_order_id: ExchangeClientOrderId) -> OrderReported | None:
        """Look where a lagging order endpoint would leave traces: the open orders, the recent past and its fills."""
        where = {"instType": "SPOT", "instId": instrument_id, "limit": str(ROWS_PER_PAGE)}
        for endpoint in (wire.OPEN_ORDERS, wire.ORDERS_HISTORY):
            for row in rows((await self._client.call(endpoint, where)).get("data")):
                if row.get("clOrdId") == client_order_id:
                    return self._order(row)
        for row in rows((await self._client.call(wire.FILLS, where)).get("data")):
            if row.get("clOrdId") == client_order_id:
                raise MalformedError("OKX lists a fill of an order that it does not know")
        return None

    async def executions_of(
        self, symbol: str, exchange_order_id: ExchangeOrderId, since: datetime | None
    ) -> list[ExecutionReported]:
        where = {"instId": self._seat.symbols.theirs(symbol), "ordId": str(exchange_order_id)}
        if since is not None and self._is_old(since):
            return await self._fills(wire.FILLS_HISTORY, where)
        return await self._fills(wire.FILLS, where) or await self._fills(wire.FILLS_HISTORY, where)

    async def executions_since(self, symbol: str, since: datetime) -> list[ExecutionReported]:
        endpoint = wire.FILLS_HISTORY if self._is_old(since) else wire.FILLS
        where = {"instId": self._seat.symbols.theirs(symbol), "begin": str(milliseconds(since))}
        return await self._fills(endpoint, where)

    async def open_orders(self) -> list[OrderReported]:
        return read_open_orders(await self._pages(wire.OPEN_ORDERS, {}, "ordId"), "clOrdId", self._order)

    async def balances(self) -> tuple[VenueBalance, ...]:
        return reading.balances(await self._client.call(wire.BALANCE))

    async def open_stream(self) -> Any:
        exchange = self._client.exchange
        await exchange.authenticate({"access": "private"})
        url = exchange.get_url("orders", "private")
        wish = {"op": "subscribe", "args": [{"channel": "orders", "instType": "SPOT"}]}
        await exchange.watch(url, SUBSCRIBED, wish, SUBSCRIBED)
        return exchange.client(url)

    def read_frame(self, connection: Any, frame: Any) -> Sequence[Report] | None:
        if not isinstance(frame, dict):
            return None
        channel = frame.get("arg", {}).get("channel")
        if channel == "orders" and "data" in frame:
            return read_pushed(rows(frame["data"]), self._pushed, self._client.exchange.taps.on_frame_failed)
        if channel == "orders" and frame.get("event") == "subscribe":
            connection.resolve(frame, SUBSCRIBED)
            return []
        if frame.get("event") == "notice":  # OKX will close this connection soon; a fresh one is better now.
            connection.on_error(ConnectionError(f"OKX sent a notice {frame.get('code')}"))
            return []
        return None

    async def _fills(self, endpoint: Endpoint, where: dict[str, str]) -> list[ExecutionReported]:
        found = await self._pages(endpoint, where, "billId")
        now, account_id, ours = self._seat.clock.now(), self._seat.account_id, self._seat.symbols.ours
        fills = [reading.fill(row, account_id=account_id, symbol_of=ours, at=now) for row in found]
        return fills[::-1]  # OKX lists the newest first.

    async def _pages(self, endpoint: Endpoint, where: dict[str, str], cursor: str) -> list[Any]:
        """All rows, newest first: each page starts after (which means: older than) the last row of the one before."""
        params = {"instType": "SPOT", "limit": str(ROWS_PER_PAGE), **where}
        found: list[Any] = []
        while True:
            page = rows((await self._client.call(endpoint, params)).get("data"))
            found += page
            if len(page) < ROWS_PER_PAGE:
                return found
            params = {**params, "after": text(page[-1], cursor)}

    def _pushed(self, row: Any) -> list[Report]:
        ours, now = self._seat.symbols.ours, self._seat.clock.now()
        if not reading.knows_state(row):
            self._client.exchange.taps.on_frame_failed(MalformedError(f"unknown order state {row.get('state')!r}"))
        return reading.pushed(row, account_id=self._seat.account_id, symbol_of=ours, at=now)

    def _order(self, row: Any) -> OrderReported:
        return reading.order(
            row,
            account_id=self._seat.account_id,
            symbol_of=self._seat.symbols.ours,
            at=self._seat.clock.now(),
        )

    def _is_old(self, since: datetime) -> bool:
        return since < self._seat.clock.now() - FILLS_KEPT


def _named(
    instrument_id: str, client_order_id: ExchangeClientOrderId, order_id: ExchangeOrderId | None
) -> dict[str, str]:
    name = {"clOrdId": str(client_order_id)} if order_id is None else {"ordId": str(order_id)}
    return {"instId": instrument_id, **name}


def _only(answer: Any) -> Any:
    """The one item of an answer's data."""
    data = rows(answer.get("data") if isinstance(answer, dict) else None)
    if len(data) != 1:
        raise MalformedError(f"one item was expected, {len(data)} came")
    return data[0]
