"""Binance spot: which calls answer what is asked of an account."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tidegate.core.identifiers import ExchangeClientOrderId, ExchangeOrderId
from tidegate.core.messages.effects import SendCancel, SendOrder
from tidegate.core.messages.reports import ExecutionReported, OrderReported, Report
from tidegate.core.messages.values import VenueBalance
from tidegate.core.vocabulary import InstrumentKind, VenueOrderStatus
from tidegate.venues.binance import endpoints, spot_reading
from tidegate.venues.binance.spot_flows import SpotFlows
from tidegate.venues.binance.spot_orders import place_params
from tidegate.venues.binance.words import STATUSES
from tidegate.venues.budget import Lane
from tidegate.venues.client import Endpoint, Validity
from tidegate.venues.outcomes import CallFailed, Verdict
from tidegate.venues.reading import read_open_orders
from tidegate.venues.values import MalformedError, milliseconds, rows, text
from tidegate.venues.venue import Placed, Seat

TRADES_PER_PAGE = 1000


class BinanceSpot:
    """One account's spot orders. Conditional ones are orders like others here: their id stays when they are set off."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat
        self._client = seat.client
        self.flows = SpotFlows(seat)

    async def place(self, order: SendOrder) -> Placed:
        """Place an order; its answer tells what was filled at once."""
        answer = await self._client.call(
            endpoints.PLACE,
            place_params(order, self._seat.symbols.theirs(order.symbol)),
            lane=Lane.PROTECTIVE if order.protective else Lane.ORDER,
            validity=Validity(order.intended_at, order.expires_at),
        )
        exchange_order_id = ExchangeOrderId(text(answer, "orderId"))
        try:
            return Placed(exchange_order_id=exchange_order_id, reports=self._told_at_once(answer, order))
        except MalformedError:  # The order rests: its stream events and the reconciliation will tell the rest.
            return Placed(exchange_order_id=exchange_order_id)

    async def cancel(self, cancel: SendCancel) -> Sequence[Report]:
        """Cancel an order."""
        params = self._named(cancel.symbol, cancel.exchange_client_order_id, cancel.exchange_order_id)
        answer = await self._client.call(endpoints.CANCEL, params, lane=Lane.CANCEL)
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
        """Look an order up, and if it is not found among the open ones too."""
        try:
            answer = await self._client.call(
                endpoints.ORDER, self._named(symbol, exchange_client_order_id, exchange_order_id)
            )
        except CallFailed as failure:
            if failure.verdict is not Verdict.ABSENT:
                raise
        else:
            return self._order(answer, symbol)
        return await self._find_open(symbol, exchange_client_order_id)

    async def _find_open(self, symbol: str, client_order_id: ExchangeClientOrderId) -> OrderReported | None:
        """A second place to look: one copy of Binance's books may lag, and absence lets an order be sent again."""
        params = {"symbol": self._seat.symbols.theirs(symbol)}
        for row in rows(await self._client.call(endpoints.OPEN_ORDERS_OF_SYMBOL, params)):
            if row.get("clientOrderId") == client_order_id:
                return self._order(row, symbol)
        return None

    async def executions_of(self, symbol: str, exchange_order_id: ExchangeOrderId) -> list[ExecutionReported]:
        """All executions of an order, however old they are."""
        order = {"orderId": str(exchange_order_id)}
        return await self._trades(endpoints.TRADES_OF_ORDER, symbol, order, {"fromId": 0})

    async def executions_since(self, symbol: str, since: datetime) -> list[ExecutionReported]:
        """All executions of an instrument since a time."""
        return await self._trades(endpoints.TRADES, symbol, {}, {"startTime": milliseconds(since)})

    async def open_orders(self) -> list[OrderReported]:
        """All open orders, conditional ones included."""
        found = rows(await self._client.call(endpoints.OPEN_ORDERS))
        return read_open_orders(found, "clientOrderId", lambda row: self._order(row, self._ours(row)))

    async def balances(self) -> tuple[VenueBalance, ...]:
        """The spot wallet."""
        return spot_reading.balances(await self._client.call(endpoints.ACCOUNT, {"omitZeroBalances": "true"}))

    async def open_stream(self) -> Any:
        """Subscribe the user stream, which comes by the WebSocket API."""
        self.flows.reopened()
        exchange = self._client.exchange
        await exchange.ensure_user_data_stream_ws_subscribe_signature("spot")
        return exchange.client(exchange.urls["api"]["ws"]["ws-api"]["spot"])

    def execution_report(self, event: Any) -> Sequence[Report]:
        """The reports in an `executionReport` event."""
        if event.get("X") not in STATUSES:
            unknown = MalformedError(f"unknown order status {event.get('X')!r}")
            self._client.exchange.taps.on_frame_failed(unknown)
        return spot_reading.execution_report(
            event,
            account_id=self._seat.account_id,
            symbol_of=lambda symbol: self._seat.symbols.ours(symbol, InstrumentKind.SPOT),
            at=self._seat.clock.now(),
        )

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
            *spot_reading.fills(answer, account_id=self._seat.account_id, symbol=order.symbol, side=order.side, at=now)
        ]
        state = self._order(answer, order.symbol)
        return told if state.status is VenueOrderStatus.OPEN else [*told, state]

    def _ours(self, row: Any) -> str:
        return self._seat.symbols.ours(text(row, "symbol"), InstrumentKind.SPOT)

    def _order(self, row: Any, symbol: str) -> OrderReported:
        return spot_reading.order(row, account_id=self._seat.account_id, symbol=symbol, at=self._seat.clock.now())

    def _trade(self, row: Any, symbol: str) -> ExecutionReported:
        return spot_reading.trade(row, account_id=self._seat.account_id, symbol=symbol, at=self._seat.clock.now())

    def _named(
        self, symbol: str, client_order_id: ExchangeClientOrderId, order_id: ExchangeOrderId | None
    ) -> dict[str, str]:
        name = {"origClientOrderId": str(client_order_id)} if order_id is None else {"orderId": str(order_id)}
        return {"symbol": self._seat.symbols.theirs(symbol), **name}
