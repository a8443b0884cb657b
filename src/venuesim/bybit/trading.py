"""Cancels and look-ups of one account's orders and executions."""

import re
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

from venuesim.bybit import errors
from venuesim.bybit.errors import BybitError
from venuesim.bybit.listing import Instruments
from venuesim.bybit.operations import Json, Request, Result
from venuesim.bybit.parameters import Category, Parameters
from venuesim.bybit.rendering import Status, fill, ids, shown, status_of
from venuesim.exchange.accounts import Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import OrderEvent
from venuesim.exchange.orders import Execution, Order
from venuesim.exchange.vocabulary import EndReason, OrderStatus

DAY_MS = 86_400_000
SPAN_MS_MAX = 7 * DAY_MS
UNFILLED_KEPT_MS = DAY_MS
"""How long an order that ended without a trade can be found in the history."""

CLOSED_SHOWN_MAX = 500
"""How many ended orders of an account order/realtime still shows."""

_CURSOR = re.compile(r"([0-9]{1,19})(?:%3A|:)[0-9]{1,19}")

Row = TypeVar("Row")


class Trading:
    """Everything about existing orders."""

    def __init__(self, *, exchange: Exchange, instruments: Instruments) -> None:
        self._exchange = exchange
        self._instruments = instruments
        self._closed: defaultdict[int, deque[int]] = defaultdict(lambda: deque(maxlen=CLOSED_SHOWN_MAX))
        exchange.listeners.orders.append(self._note_closed)

    # Cancels

    def cancel(self, request: Request) -> Result:
        """Accept the cancel of one order."""
        if request.parameters.category() is not Category.SPOT:
            raise errors.no_such_order()
        instrument = self._instruments.to_trade(request.parameters)
        order = self._find(request.account, request.parameters)
        if order is None or order.instrument.symbol != instrument.symbol:
            raise errors.no_such_order()
        if not order.is_open:
            raise _too_late(order)
        self._exchange.cancel(order)
        return Result(result=ids(order), accepted=True)

    def cancel_all(self, request: Request) -> Result:
        """Cancel every open order, of one pair or of all."""
        parameters = request.parameters
        if parameters.category() is not Category.SPOT or parameters.echo("orderFilter") not in {"", "Order"}:
            return Result(result={"list": [], "success": "1"})
        symbol = self._instruments.to_trade(parameters).symbol if parameters.has("symbol") else None
        canceled = list(request.account.open_orders_of(symbol))
        for order in canceled:
            self._exchange.cancel(order)
        return Result(result={"list": [ids(order) for order in canceled], "success": "1"}, accepted=bool(canceled))

    # Orders

    def realtime(self, request: Request) -> Result:
        """Show open orders, newest first; with `openOnly` 1, or by id, also the ended ones of late."""
        parameters = request.parameters
        category = parameters.category()
        if category is not Category.SPOT or parameters.echo("orderFilter") not in {"", "Order"}:
            return _listed(category, [])
        if names_an_order(parameters):
            orders: Iterable[Order] = self._named(request, lambda order: self._is_shown(request.account, order))
        else:
            orders = self._matching(
                parameters, self._present(request, with_closed=bool(parameters.integer("openOnly")))
            )
        return _paged(category, parameters, orders)

    def history(self, request: Request) -> Result:
        """Show ended orders, newest first."""
        parameters = request.parameters
        category = parameters.category()
        if category is not Category.SPOT:
            return _listed(category, [])
        statuses = {parameters.choice("orderStatus", Status)} if parameters.has("orderStatus") else set(Status)
        if names_an_order(parameters):
            orders: Iterable[Order] = self._named(request, lambda order: not order.is_open)
        else:
            begin_ms, end_ms = _period(request)
            ended = (
                seen
                for order in self._exchange.records.orders(request.account, newest_first=True)
                if (seen := order.as_of(request.as_of_ms)) is not None
                and not seen.is_open
                and begin_ms <= seen.created_ms <= end_ms
            )
            orders = self._matching(parameters, ended)
        kept = (o for o in orders if status_of(o) in statuses and not _is_forgotten(o, request.now_ms))
        return _paged(category, parameters, kept)

    # Executions

    def executions(self, request: Request) -> Result:
        """Show executions, newest first."""
        parameters, account = request.parameters, request.account
        category = parameters.category()
        begin_ms, end_ms = _period(request)
        order: Order | None = None
        if names_an_order(parameters):
            order = self._find(account, parameters)
            begin_ms, end_ms = (0, end_ms) if not parameters.has("startTime") else (begin_ms, end_ms)
        is_empty = category is not Category.SPOT or parameters.echo("execType") not in {"", "Trade"}
        if is_empty or (order is None and names_an_order(parameters)):
            return _listed(category, [])
        if request.as_of_ms is not None:
            end_ms = min(end_ms, request.as_of_ms)
        instrument = None if order is not None else self._instruments.to_show(parameters)
        wanted = (
            (number, execution)
            for number, execution in self._newest_first(account, order, parameters)
            if begin_ms <= execution.time_ms <= end_ms and (instrument is None or execution.instrument.symbol == instrument.symbol)
        )
        limit = parameters.limit(default=50, maximum=100)
        page, is_last = _page(wanted, limit)
        cursor = "" if is_last else _cursor(page[-1][0], page[-1][1].time_ms)
        return _listed(category, [fill(execution) for _, execution in page], cursor)

    # Finding

    def _find(self, account: Account, parameters: Parameters) -> Order | None:
        """Return the order that a request names by `orderId` or else by `orderLinkId`; one of them must be there."""
        order_id, order_link_id = parameters.text("orderId"), parameters.text("orderLinkId")
        if order_id is None and order_link_id is None:
            raise errors.parameter("params error: orderId or orderLinkId is required")
        if order_id is None:
            return self._exchange.find_order(account, client_order_id=order_link_id or "")
        # Ids of the real Bybit can be UUIDs; here none is, so what is no number names no order.
        number = int(order_id) if re.fullmatch(r"[0-9]{1,19}", order_id) else None
        return None if number is None else self._exchange.records.order(account, number)

    def _named(self, request: Request, is_wanted: Callable[[Order], bool]) -> list[Order]:
        order = self._find(request.account, request.parameters)
        seen = None if order is None else order.as_of(request.as_of_ms)
        return [seen] if seen is not None and is_wanted(seen) else []

    def _present(self, request: Request, *, with_closed: bool) -> Iterator[Order]:
        """Yield open orders and, if wanted, the latest ended ones, newest first."""
        account = request.account
        if request.as_of_ms is None and not with_closed:
            yield from reversed(account.open_orders.values())
            return
        closed = set(self._closed[account.account_id])
        for order in self._exchange.records.orders(account, newest_first=True):
            seen = order.as_of(request.as_of_ms)
            if seen is not None and (seen.is_open or (with_closed and seen.order_id in closed)):
                yield seen

    def _matching(self, parameters: Parameters, orders: Iterable[Order]) -> Iterator[Order]:
        instrument = self._instruments.to_show(parameters)
        base = parameters.text("baseCoin")
        for order in orders:
            if (instrument is None or order.instrument.symbol == instrument.symbol) and base in {None, order.instrument.base}:
                yield order

    def _is_shown(self, account: Account, order: Order) -> bool:
        return order.is_open or order.order_id in self._closed[account.account_id]

    def _newest_first(
        self, account: Account, order: Order | None, parameters: Parameters
    ) -> Iterator[tuple[int, Execution]]:
        """Yield executions below the cursor, of an account or of one order, with their sequences."""
        below = _below(parameters, 2**63 - 1)
        executions = (
            self._exchange.records.executions(account, newest_first=True, below=below)
            if order is None
            else (execution for execution in reversed(order.executions) if execution.sequence < below)
        )
        for execution in executions:
            yield execution.sequence, execution

    def _note_closed(self, event: OrderEvent) -> None:
        if not event.order.is_open:
            self._closed[event.account.account_id].append(event.order.order_id)


def _too_late(order: Order) -> BybitError:
    """Return the refusal to cancel an order that has ended."""
    if order.status is OrderStatus.FILLED:
        return BybitError(170139, "Order has been filled.")
    if order.end_reason is EndReason.USER:
        return BybitError(170142, "Order has been canceled.")
    return BybitError(170143, "Cannot be found on order book.")


def names_an_order(parameters: Parameters) -> bool:
    """Whether a look-up is for one order."""
    return parameters.text("orderId") is not None or parameters.text("orderLinkId") is not None


def _is_forgotten(order: Order, now_ms: int) -> bool:
    return not order.filled_quantity and order.updated_ms < now_ms - UNFILLED_KEPT_MS


def _period(request: Request) -> tuple[int, int]:
    """Return (begin, end) in milliseconds: seven days from the one, to the other, or until now."""
    begin_ms, end_ms = request.parameters.integer("startTime"), request.parameters.integer("endTime")
    if begin_ms is None:
        end_ms = request.now_ms if end_ms is None else end_ms
        return end_ms - SPAN_MS_MAX, end_ms
    if end_ms is None:
        return begin_ms, begin_ms + SPAN_MS_MAX
    if not 0 <= end_ms - begin_ms <= SPAN_MS_MAX:
        raise errors.parameter("The time range between startTime and endTime cannot exceed 7 days")
    return begin_ms, end_ms


def _paged(category: Category, parameters: Parameters, orders: Iterable[Order]) -> Result:
    below = _below(parameters, 2**63)
    wanted = (order for order in orders if order.order_id < below)
    page, is_last = _page(wanted, parameters.limit(default=20, maximum=50))
    cursor = "" if is_last else _cursor(page[-1].order_id, page[-1].created_ms)
    return _listed(category, [shown(order) for order in page], cursor)


def _page(rows: Iterable[Row], limit: int) -> tuple[list[Row], bool]:
    """Return up to `limit` rows, and whether there are no more."""
    page = list(islice(rows, limit + 1))
    return page[:limit], len(page) <= limit


def _cursor(number: int, time_ms: int) -> str:
    return f"{number}%3A{time_ms}"  # Bybit gives cursors already escaped for a URL.


def _below(parameters: Parameters, otherwise: int) -> int:
    """Return the number that the rows of the next page stay below."""
    cursor = parameters.text("cursor")
    if cursor is None:
        return otherwise
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        raise errors.parameter("params error: cursor invalid")
    return int(match[1])


def _listed(category: Category, rows: list[Json], cursor: str = "") -> Result:
    return Result(result={"list": rows, "nextPageCursor": cursor, "category": category.value})
