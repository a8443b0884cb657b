"""Look-ups of one account's orders and executions."""

from collections.abc import Callable, Iterable, Iterator
from heapq import merge
from typing import NamedTuple

from venuesim.bybit import errors
from venuesim.bybit.finding import TRADED, OrderFinder, names_an_order
from venuesim.bybit.operations import Json, Request, Result
from venuesim.bybit.pages import DAY_MS, below, cursor, listed, page, period
from venuesim.bybit.parameters import Category, Parameters
from venuesim.bybit.rendering import fill, funding_fill, shown
from venuesim.bybit.statuses import Status, status_of
from venuesim.exchange.engine import Exchange
from venuesim.exchange.flows import Flow
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.orders import Execution, Order
from venuesim.exchange.vocabulary import FlowKind

UNFILLED_KEPT_MS = DAY_MS
"""How long an order that ended without a trade can be found in the history."""

FILLED_KEPT_MS = 730 * DAY_MS
EXECUTION_TYPES = frozenset({"Trade", "AdlTrade", "BustTrade", "Funding"})


class Moment(NamedTuple):
    """One row of the execution list, with what it is sorted by; exactly one of the two is set."""

    time_ms: int
    number: int
    execution: Execution | None
    flow: Flow | None


class Lookups:
    """Everything that is asked about orders."""

    def __init__(self, *, exchange: Exchange, finder: OrderFinder) -> None:
        self._exchange = exchange
        self._finder = finder

    # Orders

    def realtime(self, request: Request) -> Result:
        """Show open orders, newest first; with `openOnly` 1, or by id, also the ended ones of late."""
        parameters, account = request.parameters, request.account
        category = parameters.category()
        if category not in TRADED:
            return listed(category, [])
        if names_an_order(parameters):
            return _paged(
                category, parameters, self._named(request, lambda order: self._finder.is_shown(account, order))
            )
        needed = ("symbol", "baseCoin", "settleCoin")
        if category is Category.LINEAR and not any(parameters.text(name) for name in needed):
            raise errors.parameter("params error: symbol, baseCoin or settleCoin is required")
        with_closed = bool(parameters.integer("openOnly"))
        present = self._finder.present(account, request.as_of_ms, with_closed=with_closed)
        return _paged(category, parameters, self._finder.matching(parameters, present))

    def history(self, request: Request) -> Result:
        """Show ended orders, newest first."""
        parameters = request.parameters
        category = parameters.category()
        if category not in TRADED:
            return listed(category, [])
        statuses = {parameters.choice("orderStatus", Status)} if parameters.has("orderStatus") else set(Status)
        if names_an_order(parameters):
            orders: Iterable[Order] = self._named(request, lambda order: not order.is_open)
        else:
            begin_ms, end_ms = period(request)
            ended = (
                seen
                for order in self._exchange.records.orders(request.account, newest_first=True)
                if (seen := order.as_of(request.as_of_ms)) is not None
                and not seen.is_open
                and begin_ms <= seen.created_ms <= end_ms
            )
            orders = self._finder.matching(parameters, ended)
        kept = (o for o in orders if status_of(o) in statuses and not _is_forgotten(o, request.now_ms))
        return _paged(category, parameters, kept)

    # Executions

    def executions(self, request: Request) -> Result:
        """Show executions, newest first: trades, what liquidation and deleveraging closed, and funding."""
        parameters, account = request.parameters, request.account
        category = parameters.category()
        begin_ms, end_ms = period(request)
        order: Order | None = None
        if names_an_order(parameters):
            order = self._finder.named(account, parameters) if category in TRADED else None
            begin_ms, end_ms = (0, end_ms) if not parameters.has("startTime") else (begin_ms, end_ms)
        if category not in TRADED or (order is None and names_an_order(parameters)):
            return listed(category, [])
        if request.as_of_ms is not None:
            end_ms = min(end_ms, request.as_of_ms)
        wanted = (
            moment
            for moment in self._moments(request, order)
            if begin_ms <= moment.time_ms <= end_ms and self._is_wanted(parameters, moment, order)
        )
        found, is_last = page(wanted, parameters.limit(default=50, maximum=100))
        following = "" if is_last else self._following(parameters, found)
        return listed(category, [self._row(moment) for moment in found], following)

    def _moments(self, request: Request, order: Order | None) -> Iterator[Moment]:
        """Yield executions and, unless one order is asked for, funding, below the cursor."""
        execution_below, flow_below = below(request.parameters)
        if order is not None:
            executions: Iterable[Execution] = reversed(order.executions)
        else:
            executions = self._exchange.records.executions(request.account, newest_first=True, below=execution_below)
        traded = (
            Moment(entry.time_ms, entry.sequence, entry, None)
            for entry in executions
            if entry.sequence < execution_below
        )
        if order is not None or request.parameters.category() is Category.SPOT:
            return traded
        funded = (
            Moment(flow.time_ms, flow.flow_id, None, flow)
            for flow in self._exchange.flows.newest_first(request.account)
            if flow.kind is FlowKind.FUNDING and flow.flow_id < flow_below
        )
        return merge(traded, funded, key=lambda moment: moment.time_ms, reverse=True)

    def _is_wanted(self, parameters: Parameters, moment: Moment, order: Order | None) -> bool:
        instrument = self._instrument(moment)
        if instrument.is_linear is not (parameters.category() is Category.LINEAR):
            return False
        kind = parameters.echo("execType")
        if kind and kind != self._row(moment)["execType"]:
            return False
        if order is not None:
            return True
        named = self._finder.instruments.to_show(parameters)
        if named is not None:
            return instrument.symbol == named.symbol
        return parameters.text("baseCoin") in {None, instrument.base}

    def _instrument(self, moment: Moment) -> Instrument:
        if moment.execution is not None:
            return moment.execution.instrument
        symbol = None if moment.flow is None else moment.flow.symbol
        assert symbol is not None, "funding is of a contract"
        return self._exchange.markets[symbol].instrument

    def _row(self, moment: Moment) -> Json:
        if moment.execution is not None:
            return fill(moment.execution)
        assert moment.flow is not None, "one of the two is set"
        return funding_fill(moment.flow, self._instrument(moment))

    @staticmethod
    def _following(parameters: Parameters, found: list[Moment]) -> str:
        """Return the cursor after a page: the numbers that the next page's executions and funding stay below."""
        execution_below, flow_below = below(parameters)
        executions = [moment.number for moment in found if moment.execution is not None]
        flows = [moment.number for moment in found if moment.flow is not None]
        return cursor(min(executions, default=execution_below), min(flows, default=flow_below))

    # Finding

    def _named(self, request: Request, is_wanted: Callable[[Order], bool]) -> list[Order]:
        order = self._finder.named(request.account, request.parameters)
        seen = None if order is None else order.as_of(request.as_of_ms)
        return [seen] if seen is not None and is_wanted(seen) else []


def _is_forgotten(order: Order, now_ms: int) -> bool:
    kept_ms = FILLED_KEPT_MS if order.filled_quantity else UNFILLED_KEPT_MS
    return order.updated_ms < now_ms - kept_ms


def _paged(category: Category, parameters: Parameters, orders: Iterable[Order]) -> Result:
    order_below, _ = below(parameters)
    wanted = (order for order in orders if order.order_id < order_below)
    found, is_last = page(wanted, parameters.limit(default=20, maximum=50))
    following = "" if is_last else cursor(found[-1].order_id, found[-1].created_ms)
    return listed(category, [shown(order) for order in found], following)
