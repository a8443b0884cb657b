"""The calls about algo orders."""

from itertools import islice

from venuesim.binance.futures.algo_desk import AlgoDesk
from venuesim.binance.futures.algo_orders import AlgoBook, AlgoOrder, AlgoStatus
from venuesim.binance.futures.algo_reading import AlgoReader
from venuesim.binance.futures.algo_rendering import algo_canceled, algo_listed, algo_placed, algo_queried
from venuesim.binance.futures.canceling import ALL_CANCELED
from venuesim.binance.futures.errors import Code, one_of, refused
from venuesim.binance.futures.fields import Fields
from venuesim.binance.futures.finding import KEPT_MS, UNFILLED_KEPT_MS
from venuesim.binance.futures.limits import ONE_ORDER
from venuesim.binance.futures.symbols import Symbols
from venuesim.binance.limits import BinanceLimits
from venuesim.binance.operations import Request, Result
from venuesim.binance.spot.instruments import ClientOrderIds
from venuesim.exchange.accounts import Account
from venuesim.exchange.engine import Exchange
from venuesim.wire.windows import RateWindows

PAGE = 500
PAGE_MAX = 1000
PERIOD_DAYS = 7


class AlgoOperations:
    """Places, cancels and shows algo orders."""

    def __init__(
        self,
        *,
        exchange: Exchange,
        symbols: Symbols,
        limits: BinanceLimits,
        windows: RateWindows,
        ids: ClientOrderIds,
        book: AlgoBook,
        desk: AlgoDesk,
    ) -> None:
        self._exchange = exchange
        self._symbols = symbols
        self._limits = limits
        self._windows = windows
        self._ids = ids
        self._book = book
        self._desk = desk
        self._reader = AlgoReader(symbols)

    def place(self, request: Request) -> Result:
        """Let a conditional order wait. Margin is checked only when it triggers."""
        fields, account = Fields(request.parameters), request.account
        self._limits.check_orders(account, request.now_ms)
        client_algo_id = fields.client_order_id("clientAlgoId")
        if client_algo_id is not None:
            self._exchange.records.arrived(account, client_algo_id)
        algo = self._reader.read(
            fields,
            account,
            algo_id=self._desk.new_id(),
            client_algo_id=client_algo_id or self._ids.new(),
            now_ms=request.now_ms,
        )
        self._check(algo)
        self._desk.wait(algo)
        self._limits.count_order(account, request.now_ms, ONE_ORDER)
        return Result(algo_placed(algo), accepted=True)

    def cancel(self, request: Request) -> Result:
        """Cancel one algo order that waits."""
        algo = self._find(Fields(request.parameters), request.account)
        if algo is None or not algo.is_open:
            raise refused(Code.CANCEL_REJECTED)
        self._desk.cancel(algo)
        return Result(algo_canceled(algo), accepted=True)

    def cancel_all(self, request: Request) -> Result:
        """Cancel every waiting algo order of a contract; there may be none."""
        symbol = self._symbols.read(request.parameters).instrument.symbol
        waiting = self._book.waiting(request.account, symbol)
        for algo in waiting:
            self._desk.cancel(algo)
        return Result(ALL_CANCELED, accepted=bool(waiting))

    def query(self, request: Request) -> Result:
        """Show one algo order."""
        algo = self._find(Fields(request.parameters), request.account)
        if algo is None or not _is_kept(algo, request.now_ms):
            raise refused(Code.NO_SUCH_ORDER)
        return Result(algo_queried(algo))

    def open_orders(self, request: Request) -> Result:
        """Show the algo orders that wait, of a contract or of all, or one of them."""
        fields = Fields(request.parameters)
        market = self._symbols.read_optional(fields.parameters)
        algo_id = fields.whole("algoId")
        waiting = self._book.waiting(request.account, None if market is None else market.instrument.symbol)
        return Result([algo_listed(algo) for algo in waiting if algo_id in {None, algo.algo_id}])

    def all_orders(self, request: Request) -> Result:
        """Show a contract's algo orders of the last seven days, or of a period, or from an id on."""
        fields = Fields(request.parameters)
        symbol = self._symbols.read(fields.parameters).instrument.symbol
        from_id = fields.whole("algoId")
        start_ms, end_ms = fields.period(days_max=PERIOD_DAYS, now_ms=request.now_ms)
        limit = fields.limit(PAGE, PAGE_MAX)
        wanted = [
            algo
            for algo in self._book.of(request.account)
            if algo.instrument.symbol == symbol
            and (from_id is None or algo.algo_id >= from_id)
            and start_ms <= algo.created_ms <= end_ms
            and _is_kept(algo, request.now_ms)
        ]
        begins_somewhere = from_id is not None or fields.has("startTime")
        page = list(islice(wanted, limit)) if begins_somewhere else wanted[-limit:]
        return Result([algo_listed(algo) for algo in page])

    def _find(self, fields: Fields, account: Account) -> AlgoOrder | None:
        algo_id = fields.whole("algoId")
        client_algo_id = fields.client_order_id("clientAlgoId")
        if algo_id is None and client_algo_id is None:
            raise one_of("clientAlgoId", "algoId")
        return self._book.find(account, algo_id=algo_id, client_algo_id=client_algo_id)

    def _check(self, algo: AlgoOrder) -> None:
        waiting = self._book.waiting(algo.account)
        if any(other.client_algo_id == algo.client_algo_id for other in waiting):
            raise refused(Code.DUPLICATED_CLIENT_ORDER_ID)
        same = [other for other in waiting if other.instrument.symbol == algo.instrument.symbol]
        if len(same) >= int(algo.instrument.conditional_orders_max * self._windows.scale):
            raise refused(Code.MAX_STOP_ORDER_EXCEEDED)
        if self._desk.is_met(algo):
            raise refused(Code.ORDER_WOULD_IMMEDIATELY_TRIGGER)
        if algo.close_position and any(_closes_the_same(other, algo) for other in same):
            raise refused(Code.CLOSE_POSITION_EXISTS)


def _closes_the_same(other: AlgoOrder, algo: AlgoOrder) -> bool:
    """Whether two orders would close the same position from the same side of the market."""
    return (
        other.close_position
        and other.side is algo.side
        and other.position_side is algo.position_side
        and other.wire_type is algo.wire_type
    )


def _is_kept(algo: AlgoOrder, now_ms: int) -> bool:
    unfilled = algo.status in {AlgoStatus.CANCELED, AlgoStatus.EXPIRED}
    return algo.created_ms + (UNFILLED_KEPT_MS if unfilled else KEPT_MS) >= now_ms
