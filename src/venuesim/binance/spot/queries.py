"""Look-ups of an account's orders, executions and prevented matches."""

from collections.abc import Iterable, Iterator
from itertools import islice

from venuesim.binance import errors
from venuesim.binance.errors import BinanceError
from venuesim.binance.operations import Request, Result
from venuesim.binance.spot.canceling import Canceling, read_ids
from venuesim.binance.spot.instruments import Instruments
from venuesim.binance.spot.pages import PAGE, PAGE_MAX, read_period
from venuesim.binance.spot.prevention import PreventedMatches
from venuesim.binance.spot.rendering import queried, traded
from venuesim.exchange.engine import Exchange
from venuesim.exchange.orders import Execution, Order

ARCHIVED_MS = 90 * 86_400_000
"""How long an order that ended without a fill can be looked up (errors page, -2026)."""


class Queries:
    """Answers what an account asks about what it did."""

    def __init__(
        self, *, exchange: Exchange, instruments: Instruments, canceling: Canceling, prevented: PreventedMatches
    ) -> None:
        self._exchange = exchange
        self._instruments = instruments
        self._canceling = canceling
        self._prevented = prevented

    def query(self, request: Request) -> Result:
        """Show one order."""
        instrument = self._instruments.read(request.parameters)
        ids = read_ids(request.parameters)
        request.all_read()
        order = self._canceling.find(request.account, instrument, *ids)
        seen = None if order is None else order.as_of(request.as_of_ms)
        if seen is None:
            raise errors.no_such_order()
        if is_archived(seen, request.now_ms):
            message = "Order was canceled or expired with no executed qty over 90 days ago and has been archived."
            raise BinanceError(-2026, message)
        return Result(queried(seen))

    def open_orders(self, request: Request) -> Result:
        """Show the open orders of a symbol, or of all."""
        instrument = self._instruments.read_optional(request.parameters)
        request.all_read()
        symbol = None if instrument is None else instrument.symbol
        if request.as_of_ms is None:
            return Result([queried(order) for order in request.account.open_orders_of(symbol)])
        past = (
            order.as_of(request.as_of_ms)
            for order in self._exchange.records.orders(request.account, newest_first=False, symbol=symbol)
        )
        return Result([queried(order) for order in past if order is not None and order.is_open])

    def all_orders(self, request: Request) -> Result:
        """Show a symbol's orders, open or not: the newest, or from an order id or a time on."""
        parameters = request.parameters
        instrument = self._instruments.read(parameters)
        from_id = parameters.integer("orderId")
        start_ms, end_ms = read_period(parameters)
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
            if start_ms <= order.created_ms <= end_ms and not is_archived(order, request.now_ms)
        )
        orders = sorted(islice(wanted, limit), key=lambda order: order.order_id)
        seen = (order.as_of(request.as_of_ms) for order in orders)
        return Result([queried(order) for order in seen if order is not None])

    def my_trades(self, request: Request) -> Result:
        """Show a symbol's executions: the newest, or from a trade id or a time on, or those of one order."""
        parameters = request.parameters
        instrument = self._instruments.read(parameters)
        order_id, from_id = parameters.integer("orderId"), parameters.integer("fromId")
        has_period = parameters.has("startTime") or parameters.has("endTime")
        start_ms, end_ms = read_period(parameters)
        limit = parameters.limit(PAGE, PAGE_MAX)
        request.all_read()
        if has_period and (order_id is not None or from_id is not None):
            raise errors.bad_combination()
        if request.as_of_ms is not None:
            end_ms = min(end_ms, request.as_of_ms)

        def is_wanted(execution: Execution) -> bool:
            return (
                execution.instrument.symbol == instrument.symbol
                and (from_id is None or execution.trade_id >= from_id)
                and start_ms <= execution.time_ms <= end_ms
            )

        begins_somewhere = from_id is not None or start_ms > 0
        executions = self._executions(request, order_id, instrument.symbol, newest_first=not begins_somewhere)
        page = sorted(_page(filter(is_wanted, executions), limit), key=lambda execution: execution.sequence)
        return Result([traded(execution) for execution in page])

    def prevented_matches(self, request: Request) -> Result:
        """Show the matches of an account with itself that did not happen: one, or those of an order."""
        parameters = request.parameters
        instrument = self._instruments.read(parameters)
        match_id, order_id = parameters.integer("preventedMatchId"), parameters.integer("orderId")
        from_id = parameters.integer("fromPreventedMatchId")
        limit = parameters.limit(PAGE, PAGE_MAX)
        request.all_read()
        if (match_id is None) is (order_id is None) or (match_id is not None and from_id is not None):
            raise errors.bad_combination()
        found = (
            match
            for match in self._prevented.found(request.account.account_id, instrument.venue_id)
            if match_id in {None, match.match_id}
            and order_id in {None, match.taker_order_id, match.maker_order_id}
            and match.match_id >= (from_id or 0)
        )
        return Result([match.listed() for match in islice(found, limit)])

    def allocations(self, request: Request) -> Result:
        """Show allocations of smart order routing: there are none, because no symbol is routed."""
        parameters = request.parameters
        self._instruments.read(parameters)
        read_period(parameters)
        parameters.limit(PAGE, PAGE_MAX)
        for name in ("fromAllocationId", "orderId"):
            parameters.integer(name)
        request.all_read()
        return Result([])

    def _executions(
        self, request: Request, order_id: int | None, symbol: str, *, newest_first: bool
    ) -> Iterable[Execution]:
        records = self._exchange.records
        if order_id is None:
            return records.executions(request.account, newest_first=newest_first, symbol=symbol)
        order = records.order(request.account, order_id)
        executions = [] if order is None else order.executions
        return reversed(executions) if newest_first else executions


def _page(executions: Iterator[Execution], limit: int) -> list[Execution]:
    """Return the first so many executions, and one more if it is the other side of the last one's trade.

    Assumption: an account that trades with itself sees both sides of the trade on one page, because who asks for the
    next page from the last trade id on would miss the second.
    """
    page = list(islice(executions, limit))
    after = next(executions, None)
    if page and after is not None and after.trade_id == page[-1].trade_id:
        page.append(after)
    return page


def is_archived(order: Order, now_ms: int) -> bool:
    """Whether an order ended unfilled so long ago that look-ups do not show it any more."""
    return not order.is_open and not order.filled_quantity and order.updated_ms < now_ms - ARCHIVED_MS
