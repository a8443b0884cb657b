"""Binance USD-M futures: which calls answer what is asked of an account's orders."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from tidegate.core.identifiers import ExchangeClientOrderId, ExchangeOrderId, order_of
from tidegate.core.messages.effects import SendAmend, SendCancel, SendOrder
from tidegate.core.messages.reports import ExecutionReported, LeverageReported, OrderReported, Report
from tidegate.core.vocabulary import InstrumentKind, VenueOrderStatus
from tidegate.venues.binance import endpoints
from tidegate.venues.binance.algo_reading import AlgoOrder
from tidegate.venues.binance.algos import AlgoOrders
from tidegate.venues.binance.contract_settings import ContractSettings
from tidegate.venues.binance.linear_books import LinearBooks
from tidegate.venues.binance.linear_orders import amend_params, is_conditional, place_params
from tidegate.venues.binance.linear_reading import Reader
from tidegate.venues.binance.linear_stream import LinearStream
from tidegate.venues.binance.linear_trades import LinearTrades
from tidegate.venues.binance.order_links import OrderLinks
from tidegate.venues.budget import Lane
from tidegate.venues.client import Validity
from tidegate.venues.outcomes import CallFailed, Verdict
from tidegate.venues.reading import read_open_orders
from tidegate.venues.values import MalformedError, rows, text
from tidegate.venues.venue import Placed, Seat

_AS_ASKED_ALREADY = "-5027"


class BinanceLinear:
    """One account's orders in USD-M futures."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat
        self._client = seat.client
        links = OrderLinks()
        self._reader = Reader(seat.account_id, links)
        self._algos = AlgoOrders(seat, links)
        self._settings = ContractSettings(seat)
        self._trades = LinearTrades(seat, self._reader, self._algos)
        self._links = links
        self.books = LinearBooks(seat)
        self.stream = LinearStream(seat, self._reader, links, self._algos, self._settings)

    async def place(self, order: SendOrder) -> Placed:
        """Set what the order asks of its contract, then place it."""
        changed = await self._settings.prepare(order)
        placed = await (self._algos.place(order) if is_conditional(order) else self._place(order))
        return Placed(exchange_order_id=placed.exchange_order_id, reports=[*changed, *placed.reports])

    async def leverages(self) -> list[LeverageReported]:
        """What contracts are set to. What was set or told meanwhile is newer than this answer."""
        return [told for told in await self.books.leverages() if not self._settings.knows(told.symbol)]

    async def _place(self, order: SendOrder) -> Placed:
        answer = await self._client.call(
            endpoints.LINEAR_PLACE,
            place_params(order, self._seat.symbols.theirs(order.symbol)),
            lane=Lane.PROTECTIVE if order.protective else Lane.ORDER,
            validity=Validity(order.intended_at, order.expires_at),
        )
        exchange_order_id = ExchangeOrderId(text(answer, "orderId"))
        try:
            return Placed(exchange_order_id=exchange_order_id, reports=self._told_at_once(answer, order.symbol))
        except MalformedError:  # The order rests: its stream events and the reconciliation will tell the rest.
            return Placed(exchange_order_id=exchange_order_id)

    def _told_at_once(self, answer: Any, symbol: str) -> Sequence[Report]:
        """An end without any fill. What was filled the stream tells, executions first; here they are missing."""
        state = self._order(answer, symbol)
        return [] if state.status is VenueOrderStatus.OPEN or state.filled_quantity else [state]

    async def amend(self, amend: SendAmend) -> Sequence[Report]:
        """Change a limit order in place; its id stays."""
        try:
            answer = await self._client.call(
                endpoints.LINEAR_AMEND,
                amend_params(amend, self._seat.symbols.theirs(amend.symbol)),
                lane=Lane.PROTECTIVE if amend.protective else Lane.ORDER,
                validity=Validity(amend.intended_at, amend.expires_at),
            )
        except CallFailed as failure:
            if failure.venue_code != _AS_ASKED_ALREADY:
                raise
            return []
        try:
            return [self._order(answer, amend.symbol)]
        except MalformedError:  # It was taken all the same: the stream tells the figures.
            return []

    # --- cancels ---------------------------------------------------------------------------------------------------

    async def cancel(self, cancel: SendCancel) -> Sequence[Report]:
        """Cancel an order, wherever it is."""
        if cancel.conditional:
            return await self._cancel_conditional(cancel)
        return await self._cancel(cancel.symbol, cancel.exchange_client_order_id, cancel.exchange_order_id)

    async def _cancel(
        self, symbol: str, client_order_id: ExchangeClientOrderId, order_id: ExchangeOrderId | None
    ) -> Sequence[Report]:
        params = self._named(symbol, client_order_id, order_id)
        answer = await self._client.call(endpoints.LINEAR_CANCEL, params, lane=Lane.CANCEL)
        try:
            return [self._order(answer, symbol)]
        except MalformedError:  # It was taken all the same: the stream tells the end.
            return []

    async def _cancel_conditional(self, cancel: SendCancel) -> Sequence[Report]:
        """One that waits is canceled as such; one that was set off meanwhile as the order it became."""
        symbol, client_order_id = cancel.symbol, cancel.exchange_client_order_id
        try:
            return [await self._algos.cancel(symbol, client_order_id)]
        except CallFailed as failure:
            if failure.verdict is not Verdict.ABSENT:
                raise
            algo = await self._algos.look_up(symbol, client_order_id)
            if algo is None or algo.order_id is None:
                raise
            return await self._cancel(symbol, client_order_id, ExchangeOrderId(algo.order_id))

    # --- questions -------------------------------------------------------------------------------------------------

    async def find_order(
        self,
        symbol: str,
        client_order_id: ExchangeClientOrderId,
        order_id: ExchangeOrderId | None,
        *,
        conditional: bool,
    ) -> OrderReported | None:
        """Look an order up where it was placed, and where it may have gone."""
        if not conditional:
            return await self._find(symbol, client_order_id, order_id)
        algo = await self._algos.look_up(symbol, client_order_id)
        if algo is not None:
            return await self._what_became_of(symbol, algo)
        became = await self._find(symbol, client_order_id, None)  # Kept longer, perhaps, than what it came out of.
        return None if became is None else msgspec.structs.replace(became, triggered=True)

    async def _find(
        self, symbol: str, client_order_id: ExchangeClientOrderId, order_id: ExchangeOrderId | None
    ) -> OrderReported | None:
        try:
            params = self._named(symbol, client_order_id, order_id)
            return self._order(await self._client.call(endpoints.LINEAR_ORDER, params), symbol)
        except CallFailed as failure:
            if failure.verdict is not Verdict.ABSENT:
                raise
        # A second place to look: one copy of Binance's books may lag, and absence lets an order be sent again.
        params = {"symbol": self._seat.symbols.theirs(symbol)}
        for row in rows(await self._client.call(endpoints.LINEAR_OPEN_ORDERS_OF_SYMBOL, params)):
            if row.get("clientOrderId") == client_order_id:
                return self._order(row, symbol)
        return None

    async def _what_became_of(self, symbol: str, algo: AlgoOrder) -> OrderReported:
        """The order in the book, if the algo order placed one and Binance still shows it."""
        if algo.order_id is not None:
            params = {"symbol": self._seat.symbols.theirs(symbol), "orderId": algo.order_id}
            try:
                return self._order(await self._client.call(endpoints.LINEAR_ORDER, params), symbol)
            except CallFailed as failure:
                if failure.verdict is not Verdict.ABSENT:
                    raise
        return self._algos.report(symbol, algo)

    async def executions_of(
        self,
        symbol: str,
        order_id: ExchangeOrderId,
        since: datetime | None,
        client_order_id: ExchangeClientOrderId | None,
        *,
        conditional: bool,
    ) -> list[ExecutionReported]:
        """All executions of an order, or of what it became."""
        traded = order_id
        if conditional and client_order_id is not None and not self._links.origin(symbol, order_id).was_set_off:
            algo = await self._algos.look_up(symbol, client_order_id)
            if algo is not None and algo.order_id is None:
                return []
            traded = order_id if algo is None else ExchangeOrderId(str(algo.order_id))
        return await self._trades.of_order(symbol, traded, since, client_order_id)

    async def executions_since(self, symbol: str, since: datetime) -> list[ExecutionReported]:
        """All executions of an instrument since a time."""
        return await self._trades.since(symbol, since)

    async def open_orders(self) -> list[OrderReported]:
        """All open orders: those that wait for their price, and those in the book."""
        waiting = await self._algos.waiting()
        listed = rows(await self._client.call(endpoints.LINEAR_OPEN_ORDERS))
        for row in listed:
            await self._learn_origin(row)
        in_book = read_open_orders(listed, "clientOrderId", lambda row: self._order(row, self._ours(row)))
        return [*waiting, *in_book]

    async def _learn_origin(self, row: Any) -> None:
        """Ask where an order came from that is not ours by its name, while any of ours may have become it."""
        name = str(row.get("symbol", ""))
        if order_of(str(row.get("clientOrderId", ""))) is None and self._seat.symbols.knows(
            name, InstrumentKind.LINEAR
        ):
            symbol, order_id = self._ours(row), text(row, "orderId")
            if self._links.is_open_question(symbol, order_id, text(row, "clientOrderId")):
                await self._algos.learn_origins(symbol, [order_id])

    # --- small things ----------------------------------------------------------------------------------------------

    def _ours(self, row: Any) -> str:
        return self._seat.symbols.ours(text(row, "symbol"), InstrumentKind.LINEAR)

    def _order(self, row: Any, symbol: str) -> OrderReported:
        return self._reader.order(row, symbol, self._seat.clock.now())

    def _named(
        self, symbol: str, client_order_id: ExchangeClientOrderId, order_id: ExchangeOrderId | None
    ) -> dict[str, str]:
        name = {"origClientOrderId": str(client_order_id)} if order_id is None else {"orderId": str(order_id)}
        return {"symbol": self._seat.symbols.theirs(symbol), **name}
