"""Cancels and look-ups of one account's orders, executions and balances."""

from collections.abc import Iterable
from enum import StrEnum
from itertools import islice

from venuesim.binance import errors
from venuesim.binance.errors import BinanceError
from venuesim.binance.operations import Request, Result
from venuesim.binance.parameters import Parameters
from venuesim.binance.spot.placing import ClientOrderIds, Instruments
from venuesim.binance.spot.rendering import CANCEL_ID, account_status, canceled, queried, traded
from venuesim.exchange.engine import Exchange
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.orders import Execution, Order
from venuesim.exchange.vocabulary import OrderStatus

PAGE = 500
PAGE_MAX = 1000


class CancelRestriction(StrEnum):
    """The `cancelRestrictions` values."""

    ONLY_NEW = "ONLY_NEW"
    ONLY_PARTIALLY_FILLED = "ONLY_PARTIALLY_FILLED"


_REQUIRED_STATUS = {
    CancelRestriction.ONLY_NEW: OrderStatus.NEW,
    CancelRestriction.ONLY_PARTIALLY_FILLED: OrderStatus.PARTIALLY_FILLED,
}


class Trading:
    """Everything about existing orders."""

    def __init__(self, *, exchange: Exchange, instruments: Instruments, ids: ClientOrderIds) -> None:
        self._exchange = exchange
        self._instruments = instruments
        self._ids = ids

    def cancel(self, request: Request) -> Result:
        """Cancel one order."""
        parameters = request.parameters
        instrument = self._instruments.read(parameters)
        cancel_id = parameters.client_order_id("newClientOrderId") or self._ids.new()
        restriction = None
        if parameters.has("cancelRestrictions"):
            invalid = BinanceError(-1145, "Invalid cancelRestrictions")
            restriction = parameters.choice("cancelRestrictions", CancelRestriction, invalid)
        order = self._find(request, instrument)
        request.all_read()
        if order is None or not order.is_open:
            raise errors.unknown_order_to_cancel()
        if restriction is not None and order.status is not _REQUIRED_STATUS[restriction]:
            raise BinanceError(-2011, "Order was not canceled due to cancel restrictions.")
        return Result(self._cancel(order, cancel_id), accepted=True)

    def cancel_all(self, request: Request) -> Result:
        """Cancel every open order of a symbol; -2011 when there is none."""
        instrument = self._instruments.read(request.parameters)
        request.all_read()
        orders = list(request.account.open_orders_of(instrument.symbol))
        if not orders:
            raise errors.unknown_order_to_cancel()
        return Result([self._cancel(order, self._ids.new()) for order in orders], accepted=True)

    def query(self, request: Request) -> Result:
        """Show one order."""
        order = self._find(request, self._instruments.read(request.parameters))
        request.all_read()
        seen = None if order is None else order.as_of(request.as_of_ms)
        if seen is None:
            raise errors.no_such_order()
        return Result(queried(seen))

    def open_orders(self, request: Request) -> Result:
        """Show the open orders of a symbol, or of all."""
        instrument = self._instruments.read_optional(request.parameters)
        request.all_read()
        if request.as_of_ms is None:
            symbol = None if instrument is None else instrument.symbol
            return Result([queried(order) for order in request.account.open_orders_of(symbol)])
        past = (
            order.as_of(request.as_of_ms)
            for order in self._exchange.records.orders(request.account, newest_first=False)
        )
        return Result(
            [
                queried(order)
                for order in past
                if order is not None and order.is_open and (instrument is None or order.instrument is instrument)
            ]
        )

    def all_orders(self, request: Request) -> Result:
        """Show a symbol's orders, open or not: the newest, or from an order id or a time on."""
        parameters = request.parameters
        instrument = self._instruments.read(parameters)
        from_id = parameters.integer("orderId")
        start_ms, end_ms = _period(parameters)
        limit = parameters.limit(PAGE, PAGE_MAX)
        request.all_read()
        begins_somewhere = from_id is not None or start_ms > 0
        wanted = (
            order
            for order in self._exchange.records.orders(
                request.account,
                newest_first=not begins_somewhere,
                above=-1 if from_id is None else from_id - 1,
                symbol=instrument.symbol,
            )
            if start_ms <= order.created_ms <= end_ms
        )
        orders = sorted(islice(wanted, limit), key=lambda order: order.order_id)
        seen = (order.as_of(request.as_of_ms) for order in orders)
        return Result([queried(order) for order in seen if order is not None])

    def my_trades(self, request: Request) -> Result:
        """Show a symbol's executions: the newest, or from a trade id or a time on, or those of one order."""
        parameters = request.parameters
        instrument = self._instruments.read(parameters)
        order_id = parameters.integer("orderId")
        from_id = parameters.integer("fromId")
        start_ms, end_ms = _period(parameters)
        limit = parameters.limit(PAGE, PAGE_MAX)
        request.all_read()
        if request.as_of_ms is not None:
            end_ms = min(end_ms, request.as_of_ms)

        def is_wanted(execution: Execution) -> bool:
            return (
                execution.instrument is instrument
                and (from_id is None or execution.trade_id >= from_id)
                and start_ms <= execution.time_ms <= end_ms
            )

        begins_somewhere = from_id is not None or start_ms > 0
        executions = self._executions(request, order_id, newest_first=not begins_somewhere)
        page = sorted(islice(filter(is_wanted, executions), limit), key=lambda execution: execution.sequence)
        return Result([traded(execution) for execution in page])

    def account(self, request: Request) -> Result:
        """Show the account and its balances."""
        omit_zero = request.parameters.optional("omitZeroBalances") == "true"
        request.all_read()
        return Result(account_status(request.account, omit_zero=omit_zero))

    def _executions(self, request: Request, order_id: int | None, *, newest_first: bool) -> Iterable[Execution]:
        records = self._exchange.records
        if order_id is None:
            return records.executions(request.account, newest_first=newest_first)
        order = records.order(request.account, order_id)
        executions = [] if order is None else order.executions
        return reversed(executions) if newest_first else executions

    def _find(self, request: Request, instrument: Instrument) -> Order | None:
        parameters = request.parameters
        order_id = parameters.integer("orderId")
        client_order_id = parameters.client_order_id("origClientOrderId")
        if order_id is None and client_order_id is None:
            message = "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!"
            raise BinanceError(-1102, message)
        order = self._exchange.find_order(request.account, order_id=order_id, client_order_id=client_order_id)
        if order is None or order.instrument is not instrument:
            return None
        # With both ids sent, both must name the same order.
        return order if client_order_id in {None, order.client_order_id} else None

    def _cancel(self, order: Order, cancel_id: str) -> dict[str, object]:
        order.extra = {**order.extra, CANCEL_ID: cancel_id}
        self._exchange.cancel(order)
        return canceled(order)


def _period(parameters: Parameters) -> tuple[int, int]:
    """Return (start, end) in milliseconds, open where not sent."""
    start_ms = parameters.integer("startTime")
    end_ms = parameters.integer("endTime")
    return (start_ms or 0), (2**63 if end_ms is None else end_ms)
