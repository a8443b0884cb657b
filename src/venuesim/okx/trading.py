"""Look-ups of one account's orders and executions."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

from venuesim.exchange.accounts import Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.orders import Execution, Order
from venuesim.okx import errors
from venuesim.okx.finding import Finder
from venuesim.okx.instruments import Instruments, InstrumentType, instrument_type
from venuesim.okx.operations import Request, Result
from venuesim.okx.order_reading import WireType
from venuesim.okx.order_words import State, category_of, order_type_of, state_of
from venuesim.okx.parameters import Parameters
from venuesim.okx.rendering import FIRST_BILL_ID, fill, shown, sub_type

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
UNFILLED_KEPT_MS = 2 * HOUR_MS
"""How long a canceled order that never traded can be found."""

Row = TypeVar("Row")


class Trading:
    """Look-ups of existing orders."""

    def __init__(self, *, exchange: Exchange, instruments: Instruments, finder: Finder) -> None:
        self._exchange = exchange
        self._instruments = instruments
        self._finder = finder

    # Orders

    def query(self, request: Request) -> Result:
        """Show one order, by its id or else the newest with a client order id."""
        order = self._finder.find(request.account, request.query)
        seen = None if order is None else order.as_of(request.as_of_ms)
        if seen is None or _is_forgotten(seen, request.now_ms):
            raise errors.no_such_order()
        return Result(data=[shown(seen)])

    def pending(self, request: Request) -> Result:
        """List the open orders, newest first."""
        if request.as_of_ms is None:
            seen = list(request.account.open_orders.values())
        else:
            past = (
                order.as_of(request.as_of_ms)
                for order in self._exchange.records.orders(request.account, newest_first=False)
            )
            seen = [order for order in past if order is not None and order.is_open]
        return self._orders(request, reversed(seen))

    def history(self, request: Request) -> Result:
        """List the orders that ended within a week, newest first."""
        return self._ended(request, kept_ms=7 * DAY_MS)

    def archive(self, request: Request) -> Result:
        """List the orders that ended within three months, newest first."""
        return self._ended(request, kept_ms=90 * DAY_MS)

    def _ended(self, request: Request, *, kept_ms: int) -> Result:
        request.query.required("instType")
        ended = (
            order
            for order in _seen_newest_first(self._exchange, request)
            if not order.is_open
            and not _is_forgotten(order, request.now_ms)
            and order.updated_ms >= request.now_ms - kept_ms
        )
        return self._orders(request, ended)

    def _orders(self, request: Request, orders: Iterable[Order]) -> Result:
        query = request.query
        instrument = self._instruments.read_optional(query)
        types = query.choices("ordType", WireType)
        states = query.choices("state", State)
        category = query.text("category")
        kind = _kind(query)
        begin_ms, end_ms = _period(query)
        wanted = (
            order
            for order in orders
            if _is_wanted(order.instrument, query, kind, instrument)
            and (not types or order_type_of(order) in types)
            and (not states or state_of(order) in states)
            and category in {None, category_of(order)}
            and begin_ms <= order.created_ms <= end_ms
        )
        return Result(data=[shown(order) for order in _page(wanted, query, lambda order: order.order_id)])

    # Executions

    def fills(self, request: Request) -> Result:
        """List the executions of the last three days, newest first."""
        return self._executions(request, kept_ms=3 * DAY_MS)

    def fills_history(self, request: Request) -> Result:
        """List the executions of the last three months, newest first."""
        request.query.required("instType")
        return self._executions(request, kept_ms=90 * DAY_MS)

    def _executions(self, request: Request, *, kept_ms: int) -> Result:
        query = request.query
        instrument = self._instruments.read_optional(query)
        order_id = query.integer("ordId")
        begin_ms, end_ms = _period(query)
        begin_ms = max(begin_ms, request.now_ms - kept_ms)
        if request.as_of_ms is not None:
            end_ms = min(end_ms, request.as_of_ms)
        kind, wanted_type = _kind(query), query.text("subType")
        wanted = (
            (bill_id, execution)
            for bill_id, execution in _billed_newest_first(self._exchange, request.account)
            if _is_wanted(execution.instrument, query, kind, instrument)
            and wanted_type in {None, sub_type(execution)}
            and order_id in {None, execution.order_id}
            and begin_ms <= execution.time_ms <= end_ms
        )
        return Result(
            data=[fill(execution, bill_id) for bill_id, execution in _page(wanted, query, lambda row: row[0])]
        )


def _is_forgotten(order: Order, now_ms: int) -> bool:
    return not order.is_open and not order.filled_quantity and order.updated_ms < now_ms - UNFILLED_KEPT_MS


def _kind(query: Parameters) -> InstrumentType | None:
    return query.choice("instType", InstrumentType) if query.has("instType") else None


def _is_wanted(
    instrument: Instrument, query: Parameters, kind: InstrumentType | None, named: Instrument | None
) -> bool:
    """Whether an instrument is one that a query's instType, instId and instFamily (or uly) name."""
    if named is not None and instrument.symbol != named.symbol:
        return False
    family = query.text("instFamily") or query.text("uly")
    if family is not None and (not instrument.is_linear or family != f"{instrument.base}-{instrument.quote}"):
        return False
    return kind is None or instrument_type(instrument) is kind


def _period(query: Parameters) -> tuple[int, int]:
    """Return (begin, end) in milliseconds, open where not sent."""
    begin_ms, end_ms = query.integer("begin"), query.integer("end")
    return (begin_ms or 0), (2**63 if end_ms is None else end_ms)


def _seen_newest_first(exchange: Exchange, request: Request) -> Iterator[Order]:
    for order in exchange.records.orders(request.account, newest_first=True):
        seen = order.as_of(request.as_of_ms)
        if seen is not None:
            yield seen


def _billed_newest_first(exchange: Exchange, account: Account) -> Iterator[tuple[int, Execution]]:
    """Yield executions with their bill ids."""
    for execution in exchange.records.executions(account, newest_first=True):
        yield FIRST_BILL_ID + execution.sequence, execution


def _page(rows: Iterable[Row], query: Parameters, id_of: Callable[[Row], int]) -> list[Row]:
    """Return a page of rows that come newest first: `after` asks for older ids, `before` for newer ones.

    Assumption: of more than a page of newer rows, the newest are returned.
    """
    after, before = query.integer("after"), query.integer("before")
    wanted = (row for row in rows if (after is None or id_of(row) < after) and (before is None or id_of(row) > before))
    return list(islice(wanted, query.limit()))
