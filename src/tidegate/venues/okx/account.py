"""One OKX account, whole: what is sent, what is asked, what is heard."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

from tidegate.core.identifiers import ExchangeClientOrderId, ExchangeOrderId
from tidegate.core.instruments import Instrument
from tidegate.core.messages.effects import SendAmend, SendCancel, SendOrder
from tidegate.core.messages.reports import CashFlowReported, ExecutionReported, LeverageReported, OrderReported, Report
from tidegate.core.messages.values import VenueBalance, VenuePosition
from tidegate.core.vocabulary import InstrumentKind, RejectReason
from tidegate.venues.budget import Lane
from tidegate.venues.client import Validity
from tidegate.venues.okx import wire
from tidegate.venues.okx.algos import algo_params, is_algo
from tidegate.venues.okx.amending import Amending
from tidegate.venues.okx.books import Books
from tidegate.venues.okx.canceling import Canceling
from tidegate.venues.okx.links import Links
from tidegate.venues.okx.lookups import Lookups
from tidegate.venues.okx.pages import only
from tidegate.venues.okx.placing import place_params
from tidegate.venues.okx.reading import Reader
from tidegate.venues.okx.settings import Settings
from tidegate.venues.okx.streams import Streams
from tidegate.venues.okx.terms import listed
from tidegate.venues.outcomes import CallFailed, Verdict
from tidegate.venues.values import MalformedError, text
from tidegate.venues.venue import Placed, Seat

_PROVES_REFUSED = (Verdict.NOT_SENT, Verdict.REFUSED, Verdict.REFUSED_FOR_NOW)
_PARAMETER_ERROR = "51000"


class OkxAccount:
    """Answers a session for one account, spot and swaps."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat
        links = Links()
        reader = Reader(seat, links)
        self._settings = Settings(seat)
        self._lookups = Lookups(seat, reader, links)
        self._canceling = Canceling(seat, self._lookups)
        self._amending = Amending(seat, self._lookups)
        self._books = Books(seat, reader)
        self._streams = Streams(seat, reader, self._settings, self._amending)

    async def place(self, order: SendOrder) -> Placed:
        instrument = listed(self._seat, order.symbol)
        is_hedged = await self._prepare(order, instrument)
        endpoint, name = (wire.PLACE_ALGO, "algoId") if is_algo(order) else (wire.PLACE, "ordId")
        params_of = algo_params if is_algo(order) else place_params
        try:
            answer = await self._seat.client.call(
                endpoint,
                params_of(order, instrument, is_hedged=is_hedged),
                lane=Lane.PROTECTIVE if order.protective else Lane.ORDER,
                instrument=instrument.exchange_symbol,
                validity=Validity(order.intended_at, order.expires_at),
            )
        except CallFailed as failure:
            if failure.venue_code == _PARAMETER_ERROR and "posSide" in failure.message:
                self._settings.doubt_mode()
            raise
        exchange_order_id = ExchangeOrderId(text(only(answer), name))
        return Placed(exchange_order_id=exchange_order_id, reports=self._settings.take_news())

    async def amend(self, amend: SendAmend) -> Sequence[Report]:
        return await self._amending.amend(amend)

    async def cancel(self, cancel: SendCancel) -> Sequence[Report]:
        return await self._canceling.cancel(cancel)

    async def renew_dead_man(self, seconds: int, symbols: frozenset[str]) -> None:  # noqa: ARG002 - It is about all.
        answer = await self._seat.client.call(wire.CANCEL_ALL_AFTER, {"timeOut": str(seconds)}, lane=Lane.CANCEL)
        text(only(answer), "triggerTime")  # An answer without it is no acceptance.

    async def find_order(
        self,
        symbol: str,
        exchange_client_order_id: ExchangeClientOrderId,
        exchange_order_id: ExchangeOrderId | None,
        *,
        conditional: bool = False,
    ) -> OrderReported | None:
        return await self._lookups.find(symbol, exchange_client_order_id, exchange_order_id, conditional=conditional)

    async def executions_of(
        self,
        symbol: str,
        exchange_order_id: ExchangeOrderId,
        since: datetime | None,
        *,
        exchange_client_order_id: ExchangeClientOrderId | None = None,
        conditional: bool = False,
    ) -> list[ExecutionReported]:
        return await self._lookups.executions_of(
            symbol, exchange_order_id, since, ours=exchange_client_order_id, conditional=conditional
        )

    async def executions_since(self, symbol: str, since: datetime) -> list[ExecutionReported]:
        return await self._lookups.executions_since(symbol, since)

    async def open_orders(self) -> list[OrderReported]:
        return await self._lookups.open_orders()

    async def balances(self) -> tuple[VenueBalance, ...]:
        return await self._books.balances()

    async def positions(self) -> tuple[VenuePosition, ...]:
        return await self._books.positions()

    def leverages(self) -> AsyncIterator[LeverageReported]:
        return self._settings.leverages()

    async def cash_flows_since(self, since: datetime) -> list[CashFlowReported]:
        return await self._books.cash_flows_since(since)

    async def open_streams(self) -> tuple[Any, ...]:
        return await self._streams.open()

    def read_frame(self, connection: Any, frame: Any) -> Sequence[Report] | None:
        return self._streams.read(connection, frame)

    async def _prepare(self, order: SendOrder, instrument: Instrument) -> bool:
        """Ask and set what must stand before a swap's order; returns whether the account is in long/short mode.

        Whatever fails here, the order itself has not been sent.
        """
        if instrument.kind is InstrumentKind.SPOT:
            return False
        try:
            is_hedged = await self._settings.is_hedged()
            await self._settings.set_leverage(order, instrument)
        except CallFailed as failure:
            if failure.verdict in _PROVES_REFUSED:
                raise
            raise CallFailed(Verdict.REFUSED_FOR_NOW, failure.reason, failure.message) from None
        except (MalformedError, LookupError, ValueError) as error:
            message = f"the account's settings could not be read: {error}"
            raise CallFailed(Verdict.REFUSED_FOR_NOW, RejectReason.VENUE_ERROR, message) from None
        return is_hedged
