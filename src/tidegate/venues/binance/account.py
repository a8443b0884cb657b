"""One account at Binance: spot and USD-M futures, told apart by the symbol."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

from tidegate.core.identifiers import ExchangeClientOrderId, ExchangeOrderId
from tidegate.core.messages.effects import SendAmend, SendCancel, SendOrder
from tidegate.core.messages.reports import CashFlowReported, ExecutionReported, LeverageReported, OrderReported, Report
from tidegate.core.messages.values import VenueBalance, VenuePosition
from tidegate.core.vocabulary import InstrumentKind, RejectReason
from tidegate.venues.binance import linear_stream
from tidegate.venues.binance.access import FuturesAccess
from tidegate.venues.binance.countdowns import Countdowns
from tidegate.venues.binance.leverage_brackets import tell_tiers
from tidegate.venues.binance.linear import BinanceLinear
from tidegate.venues.binance.spot import BinanceSpot
from tidegate.venues.binance.words import inexpressible
from tidegate.venues.outcomes import CallFailed, Verdict
from tidegate.venues.symbols import kind_of
from tidegate.venues.values import MalformedError
from tidegate.venues.venue import Placed, Seat

_GOODBYES = frozenset({"eventStreamTerminated", "serverShutdown"})
_SPOT_EVENTS = frozenset({"outboundAccountPosition", "listStatus", "externalLockUpdate"})
"""Spot's events besides the orders' own that say nothing that others do not."""


class BinanceAccount:
    """One account's calls and frames. Futures that the key does not open are left out wherever both are asked."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat
        self._spot = BinanceSpot(seat)
        self._linear = BinanceLinear(seat)
        self._countdowns = Countdowns(seat)
        self._access = FuturesAccess(seat.account_id)

    async def place(self, order: SendOrder) -> Placed:
        if self._is_spot(order.symbol):
            return await self._spot.place(order)
        return await self._linear.place(order)

    async def amend(self, amend: SendAmend) -> Sequence[Report]:
        if self._is_spot(amend.symbol):
            raise inexpressible("Binance spot changes no order in place")
        return await self._linear.amend(amend)

    async def cancel(self, cancel: SendCancel) -> Sequence[Report]:
        if self._is_spot(cancel.symbol):
            return await self._spot.cancel(cancel)
        return await self._linear.cancel(cancel)

    async def renew_dead_man(self, seconds: int, symbols: frozenset[str]) -> None:
        if seconds and self._access.closed:
            message = "Binance spot has no dead-man switch, and this API key is not permitted to use its futures"
            raise CallFailed(Verdict.REFUSED, RejectReason.PERMISSION_DENIED, message)
        await self._countdowns.renew(seconds, symbols)

    async def find_order(
        self,
        symbol: str,
        exchange_client_order_id: ExchangeClientOrderId,
        exchange_order_id: ExchangeOrderId | None,
        *,
        conditional: bool = False,
    ) -> OrderReported | None:
        if self._is_spot(symbol):
            return await self._spot.find_order(symbol, exchange_client_order_id, exchange_order_id)
        return await self._linear.find_order(
            symbol, exchange_client_order_id, exchange_order_id, conditional=conditional
        )

    async def executions_of(
        self,
        symbol: str,
        exchange_order_id: ExchangeOrderId,
        since: datetime | None,
        *,
        exchange_client_order_id: ExchangeClientOrderId | None = None,
        conditional: bool = False,
    ) -> list[ExecutionReported]:
        if self._is_spot(symbol):
            return await self._spot.executions_of(symbol, exchange_order_id)
        return await self._linear.executions_of(
            symbol, exchange_order_id, since, exchange_client_order_id, conditional=conditional
        )

    async def executions_since(self, symbol: str, since: datetime) -> list[ExecutionReported]:
        if kind_of(symbol) is InstrumentKind.SPOT:
            return await self._spot.executions_since(symbol, since)
        return await self._access.optional(lambda: self._linear.executions_since(symbol, since), [])

    async def open_orders(self) -> list[OrderReported]:
        spot = await self._spot.open_orders()
        linear: list[OrderReported] = await self._access.optional(self._linear.open_orders, [])
        return [*spot, *linear]

    async def balances(self) -> tuple[VenueBalance, ...]:
        spot = await self._spot.balances()  # First: it proves the key, which a refusal by futures alone does not.
        linear: tuple[VenueBalance, ...] = await self._access.optional(self._linear.books.balances, ())
        return (*spot, *linear)

    async def positions(self) -> tuple[VenuePosition, ...]:
        return await self._access.optional(self._linear.books.positions, ())

    async def leverages(self) -> AsyncIterator[LeverageReported]:
        nothing: list[LeverageReported] = []
        for told in await self._access.optional(self._linear.leverages, nothing):
            yield told

    async def cash_flows_since(self, since: datetime) -> list[CashFlowReported]:
        spot = await self._spot.flows.since(since)
        nothing: list[CashFlowReported] = []
        linear = await self._access.optional(lambda: self._linear.books.cash_flows_since(since), nothing)
        return [*spot, *linear]

    async def open_streams(self) -> tuple[Any, ...]:
        spot = await self._spot.open_stream()
        self._access.knock_again()
        linear = await self._access.optional(self._linear.stream.open, None)
        if linear is None:
            return (spot,)
        await tell_tiers(self._seat)
        return (spot, linear)

    def read_frame(self, connection: Any, frame: Any) -> Sequence[Report] | None:
        event = frame.get("event", frame) if isinstance(frame, dict) else None
        if not isinstance(event, dict):
            return None
        kind = event.get("e")
        if kind == "executionReport":
            return self._spot.execution_report(event)
        if kind in linear_stream.EVENTS:
            return self._linear.stream.read(connection, event)
        if kind in _GOODBYES:
            connection.on_error(ConnectionError(f"Binance sent {kind}"))
            return []
        if kind is None:
            return None
        if kind == "balanceUpdate":
            return self._spot.flows.hear(event)
        if kind not in _SPOT_EVENTS and _is_about_an_order(event):
            self._seat.client.exchange.taps.on_frame_failed(MalformedError(f"unknown event {kind!r}"))
        return []

    def _is_spot(self, symbol: str) -> bool:
        """Whether an order belongs to spot; refuses one of futures that are closed to this key."""
        if kind_of(symbol) is InstrumentKind.SPOT:
            return True
        self._access.require()
        return False


def _is_about_an_order(event: Any) -> bool:
    """Whether an event of an unknown kind may say something of an order: by its name, or by what orders have."""
    kind = str(event.get("e")).lower()
    return "order" in kind or "execution" in kind or isinstance(event.get("o"), dict) or {"i", "c"} <= event.keys()
