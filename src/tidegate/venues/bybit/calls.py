"""Bybit spot: what is sent, and which answers make a report."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from tidegate.core.identifiers import ExchangeClientOrderId, ExchangeOrderId
from tidegate.core.messages.effects import SendCancel, SendOrder
from tidegate.core.messages.reports import ExecutionReported, OrderReported, Report
from tidegate.core.messages.values import VenueBalance
from tidegate.core.money import plain
from tidegate.core.vocabulary import OrderType, Side, TimeInForce, VenueOrderStatus
from tidegate.venues.budget import Lane
from tidegate.venues.bybit import reading, wire
from tidegate.venues.client import Endpoint, Validity
from tidegate.venues.reading import read_open_orders, read_pushed
from tidegate.venues.values import MalformedError, milliseconds, rows, text
from tidegate.venues.venue import Placed, Seat

ORDERS_PER_PAGE = 50
EXECUTIONS_PER_PAGE = 100
SPAN_MAX = timedelta(days=7)  # What one call to execution/list may cover.
TOPICS = ["order", "execution"]
SUBSCRIBED = "subscribed to orders and executions"
_SIDES = {Side.BUY: "Buy", Side.SELL: "Sell"}
_TIMES_IN_FORCE = {TimeInForce.GTC: "GTC", TimeInForce.IOC: "IOC", TimeInForce.FOK: "FOK"}


def place_params(order: SendOrder, exchange_symbol: str) -> dict[str, str]:
    """The body of POST /v5/order/create. Market buys count in the quote asset unless `marketUnit` says otherwise."""
    params = {
        **order.params,
        "category": "spot",
        "symbol": exchange_symbol,
        "side": _SIDES[order.side],
        "orderLinkId": str(order.exchange_client_order_id),
    }
    if order.quote_quantity is not None:
        return params | {"orderType": "Market", "qty": plain(order.quote_quantity), "marketUnit": "quoteCoin"}
    assert order.quantity is not None
    params["qty"] = plain(order.quantity)
    if order.order_type is OrderType.MARKET:
        return params | {"orderType": "Market", "marketUnit": "baseCoin"}
    assert order.order_type is OrderType.LIMIT
    assert order.price is not None
    time_in_force = "PostOnly" if order.post_only else _TIMES_IN_FORCE[order.time_in_force]
    return params | {"orderType": "Limit", "price": plain(order.price), "timeInForce": time_in_force}


class BybitSpot:
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
        return Placed(exchange_order_id=ExchangeOrderId(text(_result(answer), "orderId")))

    async def cancel(self, cancel: SendCancel) -> Sequence[Report]:
        named = _named(cancel.exchange_client_order_id, cancel.exchange_order_id)
        answer = await self._client.call(wire.CANCEL, self._where(cancel.symbol) | named, lane=Lane.CANCEL)
        text(_result(answer), "orderId")  # An answer without it is no acceptance.
        return []  # The stream tells the end.

    async def find_order(
        self,
        symbol: str,
        exchange_client_order_id: ExchangeClientOrderId,
        exchange_order_id: ExchangeOrderId | None,
    ) -> OrderReported | None:
        where = self._where(symbol) | _named(exchange_client_order_id, exchange_order_id)
        for endpoint in (wire.ORDERS, wire.ORDERS_HISTORY):
            found = rows(_result(await self._client.call(endpoint, where)).get("list"))
            if found:
                return self._order(found[0])
        if rows(_result(await self._client.call(wire.EXECUTIONS, where)).get("list")):
            raise MalformedError("Bybit lists an execution of an order that it does not know")
        return None

    async def executions_of(
        self, symbol: str, exchange_order_id: ExchangeOrderId, since: datetime | None
    ) -> list[ExecutionReported]:
        named = {"orderId": str(exchange_order_id)}
        if since is None or self._seat.clock.now() - since <= SPAN_MAX:
            return await self._executions(symbol, named)
        return await self._executions_in_spans(symbol, since, named)

    async def executions_since(self, symbol: str, since: datetime) -> list[ExecutionReported]:
        return await self._executions_in_spans(symbol, since, {})

    async def open_orders(self) -> list[OrderReported]:
        # `openOnly` 0 lists what is open; the status is looked at all the same, for 1 and 2 would list the past.
        where = {"category": "spot", "openOnly": 0, "limit": ORDERS_PER_PAGE}
        listed = read_open_orders(await self._pages(wire.ORDERS, where), "orderLinkId", self._order)
        return [order for order in listed if order.status is VenueOrderStatus.OPEN]

    async def balances(self) -> tuple[VenueBalance, ...]:
        return reading.balances(await self._client.call(wire.BALANCE, {"accountType": "UNIFIED"}))

    async def open_stream(self) -> Any:
        exchange = self._client.exchange
        url = exchange.urls["api"]["ws"]["private"]["spot"]["unified"].replace("{hostname}", exchange.hostname)
        await exchange.authenticate(url)
        wish = {"op": "subscribe", "req_id": str(exchange.request_id()), "args": TOPICS}
        await exchange.watch(url, SUBSCRIBED, wish, SUBSCRIBED)
        return exchange.client(url)

    def read_frame(self, connection: Any, frame: Any) -> Sequence[Report] | None:
        if not isinstance(frame, dict):
            return None
        if frame.get("op") == "subscribe" and frame.get("success") is True:
            connection.resolve(frame, SUBSCRIBED)
            return []
        topic = str(frame.get("topic", "")).partition(".")[0]
        if topic not in TOPICS:
            return None
        spot = [row for row in rows(frame.get("data")) if row.get("category") == "spot"]
        read = self._pushed_execution if topic == "execution" else self._pushed_order
        return read_pushed(spot, read, self._client.exchange.taps.on_frame_failed)

    async def _executions_in_spans(
        self, symbol: str, since: datetime, named: dict[str, str]
    ) -> list[ExecutionReported]:
        found: list[ExecutionReported] = []
        start, now = since, self._seat.clock.now()
        while start < now:
            end = start + SPAN_MAX
            span = {"startTime": milliseconds(start), "endTime": milliseconds(end) - 1}
            found += await self._executions(symbol, {**named, **span})
            start = end
        return found

    async def _executions(self, symbol: str, which: dict[str, Any]) -> list[ExecutionReported]:
        where = {**self._where(symbol), "execType": "Trade", "limit": EXECUTIONS_PER_PAGE, **which}
        told = [self._execution(row) for row in await self._pages(wire.EXECUTIONS, where)]
        return [execution for execution in told if execution is not None][::-1]  # Bybit lists the newest first.

    async def _pages(self, endpoint: Endpoint, where: dict[str, Any]) -> list[Any]:
        """All rows: each page names the cursor of the next, and the last one names none."""
        params, found = where, []
        while True:
            result = _result(await self._client.call(endpoint, params))
            page = rows(result.get("list"))
            found += page
            cursor = result.get("nextPageCursor")
            if not cursor or not page:
                return found
            params = {**where, "cursor": cursor}

    def _where(self, symbol: str) -> dict[str, Any]:
        return {"category": "spot", "symbol": self._seat.symbols.theirs(symbol)}

    def _pushed_order(self, row: Any) -> list[Report]:
        """A partial fill tells nothing that its execution does not tell better, a moment later."""
        told = self._order(row)
        return [] if row.get("orderStatus") == "PartiallyFilled" else [told]

    def _pushed_execution(self, row: Any) -> list[Report]:
        told = self._execution(row)
        return [] if told is None else [told]

    def _order(self, row: Any) -> OrderReported:
        return reading.order(
            row,
            account_id=self._seat.account_id,
            symbol_of=self._seat.symbols.ours,
            at=self._seat.clock.now(),
        )

    def _execution(self, row: Any) -> ExecutionReported | None:
        return reading.execution(
            row,
            account_id=self._seat.account_id,
            symbol_of=self._seat.symbols.ours,
            at=self._seat.clock.now(),
        )


def _named(client_order_id: ExchangeClientOrderId, order_id: ExchangeOrderId | None) -> dict[str, str]:
    return {"orderLinkId": str(client_order_id)} if order_id is None else {"orderId": str(order_id)}


def _result(answer: Any) -> Any:
    """The object with what was asked for."""
    result = answer.get("result") if isinstance(answer, dict) else None
    if not isinstance(result, dict):
        raise MalformedError("the answer has no result")
    return result
