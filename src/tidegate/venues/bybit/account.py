"""One account at Bybit: places, changes and cancels orders, and answers a session's questions."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

import structlog

from tidegate.core.identifiers import ExchangeClientOrderId, ExchangeOrderId
from tidegate.core.messages.effects import SendAmend, SendCancel, SendOrder
from tidegate.core.messages.reports import CashFlowReported, ExecutionReported, LeverageReported, OrderReported, Report
from tidegate.core.messages.values import VenueBalance, VenuePosition
from tidegate.core.money import plain
from tidegate.core.vocabulary import RejectReason, VenueOrderStatus
from tidegate.venues.budget import Lane
from tidegate.venues.bybit import wire
from tidegate.venues.bybit.books import Books
from tidegate.venues.bybit.disconnection import Disconnection
from tidegate.venues.bybit.errors import INVALID_REQUEST, UNCHANGED_SENTENCES
from tidegate.venues.bybit.lookups import Lookups
from tidegate.venues.bybit.paging import listed, result_of
from tidegate.venues.bybit.placing import amend_params, cancel_params, place_params
from tidegate.venues.bybit.reading import Reader
from tidegate.venues.bybit.settings import Settings
from tidegate.venues.bybit.streams import Streams
from tidegate.venues.bybit.wallet_watch import WalletWatch
from tidegate.venues.bybit.words import CONDITIONALS, SPOT, STOP_ORDER, category_of, is_set_off_by_a_rise
from tidegate.venues.client import Validity
from tidegate.venues.outcomes import CallFailed, Verdict
from tidegate.venues.values import amount, text
from tidegate.venues.venue import Placed, Seat

log = structlog.get_logger(__name__)

AMENDED_AFTER_SECONDS = (0.0, 0.1, 0.2, 0.4, 0.8)
"""How long after one look at an amended order comes the next: Bybit changes it some time after it has said yes."""


class BybitAccount:
    """One account's calls and frames, spot and linear."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat
        self._client = seat.client
        self._settings = Settings(seat)
        reader = Reader(seat, self._settings.hedges)
        self._lookups = Lookups(seat, reader)
        self._books = Books(seat, self._settings)
        self._wallet = WalletWatch(self._something_moved)
        self._streams = Streams(seat, reader, self._settings, self._wallet)
        self._disconnection = Disconnection(seat, self._streams)

    async def place(self, order: SendOrder) -> Placed:
        params, category = place_params(order, self._seat.symbols.theirs(order.symbol)), category_of(order.symbol)
        reports = await self._settings.prepare(order)
        if category == SPOT and order.order_type in CONDITIONALS:
            await self._refuse_if_passed(order)
        answer = await self._client.call(
            wire.PLACE[category],
            params,
            lane=_lane(order.protective),
            validity=Validity(order.intended_at, order.expires_at),
        )
        return Placed(exchange_order_id=ExchangeOrderId(text(result_of(answer), "orderId")), reports=reports)

    async def amend(self, amend: SendAmend) -> Sequence[Report]:
        """Bybit's yes means only that it will try, so the order is looked at until it is as asked."""
        try:
            await self._client.call(
                wire.AMEND[category_of(amend.symbol)],
                amend_params(amend, self._seat.symbols.theirs(amend.symbol)),
                lane=_lane(amend.protective),
                validity=Validity(amend.intended_at, amend.expires_at),
            )
        except CallFailed as failure:
            if not _is_unchanged(failure):
                raise
        return [await self._amended(amend)]

    async def cancel(self, cancel: SendCancel) -> Sequence[Report]:
        """Cancel by one name; the stream tells the end.

        Spot keeps conditional orders apart until they are set off, which may have happened unheard.
        """
        params = cancel_params(cancel, self._seat.symbols.theirs(cancel.symbol))
        if cancel.conditional and params["category"] == SPOT:
            try:
                return await self._cancel({**params, "orderFilter": STOP_ORDER})
            except CallFailed as failure:
                if failure.verdict not in (Verdict.ABSENT, Verdict.CLOSED):
                    raise
        return await self._cancel(params)

    async def renew_dead_man(self, seconds: int, symbols: frozenset[str]) -> None:  # noqa: ARG002 - It is about all.
        await self._disconnection.renew(seconds)

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
        exchange_client_order_id: ExchangeClientOrderId | None = None,  # noqa: ARG002 - Bybit's own id is enough.
        conditional: bool = False,  # noqa: ARG002 - The id stays the same.
    ) -> list[ExecutionReported]:
        """A conditional order keeps its id when it is set off, so that the id alone names the executions."""
        return await self._lookups.executions_of(symbol, exchange_order_id, since)

    async def executions_since(self, symbol: str, since: datetime) -> list[ExecutionReported]:
        return await self._lookups.executions_since(symbol, since)

    async def open_orders(self) -> list[OrderReported]:
        return await self._lookups.open_orders()

    async def balances(self) -> tuple[VenueBalance, ...]:
        balances = await self._books.balances()
        self._wallet.learn(balances)
        return balances

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

    def _something_moved(self) -> None:
        self._client.exchange.taps.on_untold()

    async def _cancel(self, params: dict[str, Any]) -> Sequence[Report]:
        answer = await self._client.call(wire.CANCEL[params["category"]], params, lane=Lane.CANCEL)
        text(result_of(answer), "orderId")  # An answer without it is no acceptance.
        return []

    async def _refuse_if_passed(self, order: SendOrder) -> None:
        """A spot trigger waits on the side of the market that it lies on, so that one which the market has passed would
        turn a stop into its opposite: look at the market once more. When that fails, the order goes all the same.
        """
        assert order.trigger_price is not None
        where = {"category": SPOT, "symbol": self._seat.symbols.theirs(order.symbol)}
        try:
            (row,) = await listed(self._client, wire.TICKERS, where, _lane(order.protective))
            last = amount(row.get("lastPrice"))
        except (CallFailed, ValueError) as error:
            log.info("the market could not be looked at before a conditional order", fault=type(error).__name__)
            return
        rises = is_set_off_by_a_rise(order.side, order.order_type)
        if last >= order.trigger_price if rises else last <= order.trigger_price:
            message = f"the market is at {plain(last)} and has passed the trigger price already"
            raise CallFailed(Verdict.REFUSED, RejectReason.IMMEDIATE_MATCH_REFUSED, message)

    async def _amended(self, amend: SendAmend) -> OrderReported:
        """The order once it is as asked. Raises `CallFailed`: closed before that, or nobody knows yet."""
        for pause in AMENDED_AFTER_SECONDS:
            await asyncio.sleep(pause)
            found = await self._look_at(amend)
            if found is not None and _is_as_asked(found, amend):
                return found
            if found is not None and found.status is not VenueOrderStatus.OPEN:
                raise CallFailed(Verdict.CLOSED, RejectReason.TOO_LATE, "the order ended before it was changed")
        message = "Bybit took the amendment, and the order is not yet seen as asked"
        raise CallFailed(Verdict.UNKNOWN, RejectReason.VENUE_ERROR, message)

    async def _look_at(self, amend: SendAmend) -> OrderReported | None:
        """The order as it stands; that it cannot be seen says nothing of the amendment, whatever the cause."""
        names = amend.exchange_client_order_id, amend.exchange_order_id
        try:
            return await self._lookups.present(amend.symbol, *names, _lane(amend.protective))
        except CallFailed as failure:
            log.info("an amended order could not be looked at", detail=failure.message)
            return None


def _lane(protective: bool) -> Lane:
    return Lane.PROTECTIVE if protective else Lane.ORDER


def _is_unchanged(failure: CallFailed) -> bool:
    """Whether Bybit says that the order is what was asked already."""
    lowered = failure.message.lower()
    return failure.venue_code == INVALID_REQUEST and any(sentence in lowered for sentence in UNCHANGED_SENTENCES)


def _is_as_asked(found: OrderReported, amend: SendAmend) -> bool:
    """Whether an order's figures are those asked for. Once it is set off, its trigger price no longer matters."""
    price_fits = amend.price is None or found.price == amend.price
    waits = amend.conditional and amend.trigger_price is not None and not found.triggered
    trigger_fits = not waits or found.trigger_price == amend.trigger_price
    return found.quantity == amend.quantity and price_fits and trigger_fits
