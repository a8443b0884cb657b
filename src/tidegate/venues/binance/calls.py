"""Binance spot: what is sent, and which answers make a report."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tidegate.core.identifiers import ExchangeClientOrderId, ExchangeOrderId
from tidegate.core.messages.effects import SendCancel, SendOrder
from tidegate.core.messages.reports import ExecutionReported, OrderReported, Report
from tidegate.core.messages.values import VenueBalance
from tidegate.core.money import plain
from tidegate.core.vocabulary import OrderType, Side, TimeInForce, VenueOrderStatus
from tidegate.venues.binance import reading, wire
from tidegate.venues.budget import Lane
from tidegate.venues.client import Endpoint, Validity
from tidegate.venues.outcomes import CallFailed, Verdict
from tidegate.venues.reading import read_open_orders
from tidegate.venues.values import MalformedError, milliseconds, rows, text
from tidegate.venues.venue import Placed, Seat

TRADES_PER_PAGE = 1000
_SIDES = {Side.BUY: "BUY", Side.SELL: "SELL"}
_TIMES_IN_FORCE = {TimeInForce.GTC: "GTC", TimeInForce.IOC: "IOC", TimeInForce.FOK: "FOK"}


def place_params(order: SendOrder, exchange_symbol: str) -> dict[str, str]:
    """The parameters of POST /api/v3/order. Post-only is a type of its own, LIMIT_MAKER."""
    params = {
        **order.params,
        "symbol": exchange_symbol,
        "side": _SIDES[order.side],
        "newClientOrderId": str(order.exchange_client_order_id),
        "newOrderRespType": "FULL",
    }
    if order.quote_quantity is not None:
        return params | {"type": "MARKET", "quoteOrderQty": plain(order.quote_quantity)}
    assert order.quantity is not None
    params["quantity"] = plain(order.quantity)
    if order.order_type is OrderType.MARKET:
        return params | {"type": "MARKET"}
    assert order.order_type is OrderType.LIMIT
    assert order.price is not None
    params["price"] = plain(order.price)
    if order.post_only:
        return params | {"type": "LIMIT_MAKER"}
    return params | {"type": "LIMIT", "timeInForce": _TIMES_IN_FORCE[order.time_in_force]}


class BinanceSpot:
    """One account's calls."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat
        self._client = seat.client

    async def place(self, order: SendOrder) -> Placed:
        answer = await self._client.call(
            wire.PLACE,
            place_params(order, self._seat.symbols.theirs(order.symbol)),
            lane=Lane.ORDER,
            validity=Validity(order.intended_at, order.expires_at),
        )
        exchange_order_id = ExchangeOrderId(text(answer, "orderId"))
        try:
            return Placed(exchange_order_id=exchange_order_id, reports=self._told_at_once(answer, order))
        except MalformedError:  # The order rests: its stream events and the reconciliation will tell the rest.
            return Placed(exchange_order_id=exchange_order_id)

    async def cancel(self, cancel: SendCancel) -> Sequence[Report]:
        params = self._named(cancel.symbol, cancel.exchange_client_order_id, cancel.exchange_order_id)
        answer = await self._client.call(wire.CANCEL, params, lane=Lane.CANCEL)
        try:
            return [self._order(answer, cancel.symbol)]
        except MalformedError:  # It was taken all the same: the stream tells the end.
            return []

    async def find_order(
        self,
        symbol: str,
        exchange_client_order_id: ExchangeClientOrderId,
        exchange_order_id: ExchangeOrderId | None,
    ) -> OrderReported | None:
        try:
            answer = await self._client.call(
                wire.ORDER, self._named(symbol, exchange_client_order_id, exchange_order_id)
            )
        except CallFailed as failure:
            if failure.verdict is not Verdict.ABSENT:
                raise
        else:
            return self._order(answer, symbol)
        return await self._find_open(symbol, exchange_client_order_id)

    async def _find_open(self, symbol: str, client_order_id: ExchangeClientOrderId) -> OrderReported | None:
        """A second place to look: one copy of Binance's books may lag, and absence lets an order be sent again."""
        listed = await self._client.call(wire.OPEN_ORDERS_OF_SYMBOL, {"symbol": self._seat.symbols.theirs(symbol)})
        for row in rows(listed):
            if row.get("clientOrderId") == client_order_id:
                return self._order(row, symbol)
        return None

    async def executions_of(
        self,
        symbol: str,
        exchange_order_id: ExchangeOrderId,
        since: datetime | None,  # noqa: ARG002 - Found by the order's id, however old they are.
    ) -> list[ExecutionReported]:
        return await self._trades(wire.TRADES_OF_ORDER, symbol, {"orderId": str(exchange_order_id)}, {"fromId": 0})

    async def executions_since(self, symbol: str, since: datetime) -> list[ExecutionReported]:
        return await self._trades(wire.TRADES, symbol, {}, {"startTime": milliseconds(since)})

    async def open_orders(self) -> list[OrderReported]:
        found = rows(await self._client.call(wire.OPEN_ORDERS))
        ours = self._seat.symbols.ours
        return read_open_orders(found, "clientOrderId", lambda row: self._order(row, ours(text(row, "symbol"))))

    async def balances(self) -> tuple[VenueBalance, ...]:
        return reading.balances(await self._client.call(wire.ACCOUNT, {"omitZeroBalances": "true"}))

    async def open_stream(self) -> Any:
        exchange = self._client.exchange
        await exchange.ensure_user_data_stream_ws_subscribe_signature("spot")
        return exchange.client(exchange.urls["api"]["ws"]["ws-api"]["spot"])

    def read_frame(self, connection: Any, frame: Any) -> Sequence[Report] | None:
        event = frame.get("event", frame) if isinstance(frame, dict) else None
        if not isinstance(event, dict):
            return None
        kind = event.get("e")
        if kind == "executionReport":
            if event.get("X") not in reading.STATUSES:
                unknown = MalformedError(f"unknown order status {event.get('X')!r}")
                self._client.exchange.taps.on_frame_failed(unknown)
            return reading.execution_report(
                event,
                account_id=self._seat.account_id,
                symbol_of=self._seat.symbols.ours,
                at=self._seat.clock.now(),
            )
        if kind in ("eventStreamTerminated", "serverShutdown"):
            connection.on_error(ConnectionError(f"Binance sent {kind}"))
            return []
        return None if kind is None else []

    async def _trades(
        self, endpoint: Endpoint, symbol: str, always: dict[str, Any], at_first: dict[str, Any]
    ) -> list[ExecutionReported]:
        """All pages: the first from `at_first`, each next from the trade after the last, oldest first."""
        where = {"symbol": self._seat.symbols.theirs(symbol), "limit": TRADES_PER_PAGE, **always}
        found: list[ExecutionReported] = []
        start = at_first
        while True:
            page = rows(await self._client.call(endpoint, {**where, **start}))
            found += [self._trade(row, symbol) for row in page]
            if len(page) < TRADES_PER_PAGE:
                return found
            start = {"fromId": int(text(page[-1], "id")) + 1}

    def _told_at_once(self, answer: Any, order: SendOrder) -> list[Report]:
        now = self._seat.clock.now()
        told: list[Report] = [
            *reading.fills(answer, account_id=self._seat.account_id, symbol=order.symbol, side=order.side, at=now)
        ]
        state = self._order(answer, order.symbol)
        return told if state.status is VenueOrderStatus.OPEN else [*told, state]

    def _order(self, row: Any, symbol: str) -> OrderReported:
        return reading.order(row, account_id=self._seat.account_id, symbol=symbol, at=self._seat.clock.now())

    def _trade(self, row: Any, symbol: str) -> ExecutionReported:
        return reading.trade(row, account_id=self._seat.account_id, symbol=symbol, at=self._seat.clock.now())

    def _named(
        self, symbol: str, client_order_id: ExchangeClientOrderId, order_id: ExchangeOrderId | None
    ) -> dict[str, str]:
        name = {"origClientOrderId": str(client_order_id)} if order_id is None else {"orderId": str(order_id)}
        return {"symbol": self._seat.symbols.theirs(symbol), **name}
