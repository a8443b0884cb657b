"""Look-ups of one account's orders and executions."""

from collections.abc import Iterable
from enum import StrEnum
from itertools import islice

from venuesim.binance.futures.errors import Code, invalid_data, refused
from venuesim.binance.futures.fields import Fields
from venuesim.binance.futures.finding import Finder, is_kept
from venuesim.binance.futures.rendering import forced, queried, traded
from venuesim.binance.futures.symbols import Symbols
from venuesim.binance.operations import Request, Result
from venuesim.exchange.engine import Exchange
from venuesim.exchange.orders import Execution, Order
from venuesim.exchange.vocabulary import Origin

PAGE = 500
PAGE_MAX = 1000
FORCED_PAGE = 50
FORCED_PAGE_MAX = 100
PERIOD_DAYS = 7


class AutoCloseType(StrEnum):
    """The `autoCloseType` values."""

    LIQUIDATION = "LIQUIDATION"
    ADL = "ADL"


_ORIGINS = {
    AutoCloseType.LIQUIDATION: {Origin.LIQUIDATION},
    AutoCloseType.ADL: {Origin.AUTO_DELEVERAGING},
    None: {Origin.LIQUIDATION, Origin.AUTO_DELEVERAGING},
}


class Lookups:
    """Shows orders and executions."""

    def __init__(self, *, exchange: Exchange, symbols: Symbols, finder: Finder) -> None:
        self._exchange = exchange
        self._symbols = symbols
        self._finder = finder

    def query(self, request: Request) -> Result:
        """Show one order."""
        order = self._finder.find(Fields(request.parameters), request.account)
        seen = None if order is None else order.as_of(request.as_of_ms)
        if seen is None or not is_kept(seen, request.now_ms):
            raise refused(Code.NO_SUCH_ORDER)
        return Result(queried(seen))

    def open_order(self, request: Request) -> Result:
        """Show one order, if it is open."""
        order = self._finder.find(Fields(request.parameters), request.account)
        seen = None if order is None else order.as_of(request.as_of_ms)
        if seen is None or not seen.is_open:
            raise refused(Code.NO_SUCH_ORDER)
        return Result(queried(seen))

    def open_orders(self, request: Request) -> Result:
        """Show the open orders of a contract, or of all."""
        market = self._symbols.read_optional(request.parameters)
        symbol = None if market is None else market.instrument.symbol
        if request.as_of_ms is None:
            return Result([queried(order) for order in request.account.open_orders_of(symbol)])
        past = (
            order.as_of(request.as_of_ms)
            for order in self._exchange.records.orders(request.account, newest_first=False, symbol=symbol)
        )
        return Result([queried(order) for order in past if order is not None and order.is_open])

    def all_orders(self, request: Request) -> Result:
        """Show a contract's orders of the last seven days, or of a period, or from an order id on."""
        fields = Fields(request.parameters)
        symbol = self._symbols.read(fields.parameters).instrument.symbol
        from_id = fields.whole("orderId")
        start_ms, end_ms = fields.period(days_max=PERIOD_DAYS, now_ms=request.now_ms)
        limit = fields.limit(PAGE, PAGE_MAX)
        begins_somewhere = from_id is not None or fields.has("startTime")
        orders = self._exchange.records.orders(
            request.account,
            newest_first=not begins_somewhere,
            above=-1 if from_id is None else from_id - 1,
            symbol=symbol,
        )
        wanted = (
            order for order in orders if start_ms <= order.created_ms <= end_ms and is_kept(order, request.now_ms)
        )
        page = sorted(islice(wanted, limit), key=lambda order: order.order_id)
        seen = (order.as_of(request.as_of_ms) for order in page)
        return Result([queried(order) for order in seen if order is not None])

    def user_trades(self, request: Request) -> Result:
        """Show a contract's executions of the last seven days, or of a period, or from a trade id on."""
        fields = Fields(request.parameters)
        symbol = self._symbols.read(fields.parameters).instrument.symbol
        order_id, from_id = fields.whole("orderId"), fields.whole("fromId")
        if from_id is not None and (fields.has("startTime") or fields.has("endTime")):
            raise refused(Code.OPTIONAL_PARAMS_BAD_COMBO)
        start_ms, end_ms = fields.period(days_max=PERIOD_DAYS, now_ms=request.now_ms)
        if request.as_of_ms is not None:
            end_ms = min(end_ms, request.as_of_ms)
        limit = fields.limit(PAGE, PAGE_MAX)
        begins_somewhere = from_id is not None or fields.has("startTime")
        executions = self._executions(request, symbol, order_id, newest_first=not begins_somewhere)
        wanted = (
            execution
            for execution in executions
            if execution.instrument.symbol == symbol
            and (from_id is None or execution.trade_id >= from_id)
            and (from_id is not None or start_ms <= execution.time_ms <= end_ms)
        )
        page = sorted(islice(wanted, limit), key=lambda execution: execution.sequence)
        return Result([traded(execution) for execution in page])

    def force_orders(self, request: Request) -> Result:
        """Show the orders that the venue made to close positions."""
        fields = Fields(request.parameters)
        market = self._symbols.read_optional(fields.parameters)
        kind: AutoCloseType | None = None
        if fields.has("autoCloseType"):
            try:
                kind = AutoCloseType(fields.text("autoCloseType"))
            except ValueError:
                raise invalid_data("autoCloseType") from None
        start_ms, end_ms = fields.period(days_max=PERIOD_DAYS, now_ms=request.now_ms)
        limit = fields.limit(FORCED_PAGE, FORCED_PAGE_MAX)
        symbol = None if market is None else market.instrument.symbol
        wanted = (
            order
            for order in self._exchange.records.orders(request.account, newest_first=True, symbol=symbol)
            if order.origin in _ORIGINS[kind] and start_ms <= order.created_ms <= end_ms
        )
        return Result([forced(order) for order in _oldest_first(islice(wanted, limit))])

    def _executions(
        self, request: Request, symbol: str, order_id: int | None, *, newest_first: bool
    ) -> Iterable[Execution]:
        records = self._exchange.records
        if order_id is None:
            return records.executions(request.account, newest_first=newest_first, symbol=symbol)
        order = records.order(request.account, order_id)
        executions = [] if order is None else order.executions
        return reversed(executions) if newest_first else executions


def _oldest_first(orders: Iterable[Order]) -> list[Order]:
    return sorted(orders, key=lambda order: order.order_id)
