"""The operations on algo orders: place, amend, cancel, look up.

Source: "Algo trading" of the v5 documentation.
"""

from collections.abc import Iterable
from itertools import islice

from venuesim.exchange.engine import Exchange
from venuesim.okx import errors
from venuesim.okx.algo_amending import amend
from venuesim.okx.algo_orders import AlgoBook, AlgoOrder, AlgoState, AlgoType
from venuesim.okx.algo_reading import AlgoReader
from venuesim.okx.algo_rendering import algo_shown
from venuesim.okx.algo_running import AlgoDesk
from venuesim.okx.errors import OkxError
from venuesim.okx.instruments import Instruments, InstrumentType, instrument_type
from venuesim.okx.limits import OkxLimits
from venuesim.okx.operations import Request, Result, summarize
from venuesim.okx.parameters import Parameters
from venuesim.okx.placing import check_expiry
from venuesim.okx.resting_targets import rest_target
from venuesim.wire.windows import Window

CANCELS_MAX = 10
TRIGGERS_MAX = 500
TRAILING_MAX = 50
KEPT_MS = 90 * 86_400_000
UNTRIGGERED_KEPT_MS = 2 * 3_600_000
"""How long a canceled algo order stays in the history."""

PLACE_ALGO = Window("place_algo", 20, 2)
CANCEL_ALGO = Window("cancel_algo", 20, 2)
AMEND_ALGO = Window("amend_algo", 20, 2)


class AlgoTrading:
    """Algo orders of one account."""

    def __init__(
        self, *, exchange: Exchange, instruments: Instruments, limits: OkxLimits, book: AlgoBook, desk: AlgoDesk
    ) -> None:
        self._exchange = exchange
        self._instruments = instruments
        self._limits = limits
        self._book = book
        self._desk = desk
        self._reader = AlgoReader(exchange, instruments, book)

    # Changes

    def place(self, request: Request) -> Result:
        """Place an algo order."""
        item = request.items[0]
        answer = {"algoId": "", "clOrdId": "", "algoClOrdId": item.echo("algoClOrdId"), "tag": item.echo("tag")}
        self._spend(PLACE_ALGO, request, [item])
        try:
            check_expiry(request)
            algo = self._reader.read(item, request.account, request.now_ms)
            self._check_room(algo)
            if algo.resting_price is not None:
                rest_target(
                    self._exchange,
                    algo,
                    price=algo.resting_price,
                    size=algo.size,
                    client_order_id="",
                    is_linked=True,
                )
        except OkxError as error:
            return summarize([({**answer, "sCode": error.code, "sMsg": error.message}, False)])
        self._desk.accept(algo)
        return summarize([({**answer, "algoId": str(algo.algo_id), "sCode": "0", "sMsg": ""}, True)])

    def cancel(self, request: Request) -> Result:
        """Cancel algo orders, each for itself."""
        if len(request.items) > CANCELS_MAX:
            raise OkxError("50025", f"Parameter args count exceeds the limit {CANCELS_MAX}.")
        self._spend(CANCEL_ALGO, request, request.items)
        return summarize([self._cancel_one(request, item) for item in request.items])

    def _cancel_one(self, request: Request, item: Parameters) -> tuple[dict[str, str], bool]:
        answer = {"algoId": item.echo("algoId"), "algoClOrdId": item.echo("algoClOrdId"), "clOrdId": "", "tag": ""}
        try:
            algo = self._find_cancelable(request, item)
        except OkxError as error:
            return {**answer, "sCode": error.code, "sMsg": error.message}, False
        self._desk.cancel(algo)
        ids = {"algoId": str(algo.algo_id), "algoClOrdId": algo.client_id, "tag": algo.tag}
        return {**answer, **ids, "sCode": "0", "sMsg": ""}, True

    def amend(self, request: Request) -> Result:
        """Change an algo order that waits."""
        item = request.items[0]
        answer = {name: item.echo(name) for name in ("algoId", "algoClOrdId", "reqId")}
        self._spend(AMEND_ALGO, request, [item])
        algo: AlgoOrder | None = None
        try:
            algo = self._find_amendable(request, item)
            item.client_order_id("reqId")
            amend(algo, item, self._exchange, self._desk)
        except OkxError as error:
            if algo is not None and algo.is_live and item.has("cxlOnFail") and item.echo("cxlOnFail") == "true":
                self._desk.cancel(algo)
            return summarize([({**answer, "sCode": error.code, "sMsg": error.message}, False)])
        algo.updated_ms = request.now_ms
        self._book.tell(algo, amend_result="0", request_id=item.echo("reqId"))
        ids = {"algoId": str(algo.algo_id), "algoClOrdId": algo.client_id}
        return summarize([({**answer, **ids, "sCode": "0", "sMsg": ""}, True)])

    # Look-ups

    def query(self, request: Request) -> Result:
        """Show one algo order, by its id or else the newest with a client's id."""
        query = request.query
        algo_id, client_id = query.integer("algoId"), query.client_order_id("algoClOrdId")
        if algo_id is None and client_id is None:
            raise errors.either("algoId", "algoClOrdId")
        algo = self._book.find(request.account, algo_id=algo_id, client_id=client_id)
        if algo is None or _is_forgotten(algo, request.now_ms):
            raise errors.no_such_order()
        return Result(data=[algo_shown(algo, self._exchange)])

    def pending(self, request: Request) -> Result:
        """List the algo orders that wait, newest first; `ordType` must say of which types."""
        query = request.query
        types = query.choices("ordType", AlgoType)
        if not types:
            raise errors.empty("ordType")
        return self._page(request, types, reversed(self._book.live(request.account)))

    def history(self, request: Request) -> Result:
        """List the algo orders of three months that ended, newest first; by state or by id."""
        query = request.query
        types = query.choices("ordType", AlgoType)
        if not types:
            raise errors.empty("ordType")
        states, algo_id = query.choices("state", AlgoState), query.integer("algoId")
        if not states and algo_id is None:
            raise OkxError("51602", "Either order status or order ID is required.")
        if states and algo_id is not None:
            raise OkxError("51601", "Order status and order id cannot exist at the same time.")
        ended = (
            algo
            for algo in sorted(self._book.ended(request.account), key=lambda algo: algo.algo_id, reverse=True)
            if not _is_forgotten(algo, request.now_ms) and (not states or algo.state in states)
        )
        return self._page(request, types, ended)

    def _page(self, request: Request, types: list[AlgoType], algos: Iterable[AlgoOrder]) -> Result:
        query = request.query
        instrument = self._instruments.read_optional(query)
        kind = query.choice("instType", InstrumentType) if query.has("instType") else None
        algo_id, client_id = query.integer("algoId"), query.client_order_id("algoClOrdId")
        after, before = query.integer("after"), query.integer("before")
        wanted = (
            algo
            for algo in algos
            if algo.algo_type in types
            and (instrument is None or algo.symbol == instrument.symbol)
            and (kind is None or instrument_type(self._exchange.markets[algo.symbol].instrument) is kind)
            and algo_id in {None, algo.algo_id}
            and client_id in {None, algo.client_id}
            and (after is None or algo.algo_id < after)
            and (before is None or algo.algo_id > before)
        )
        return Result(data=[algo_shown(algo, self._exchange) for algo in islice(wanted, query.limit())])

    # Helpers

    def _find(self, request: Request, item: Parameters) -> AlgoOrder | None:
        instrument = self._instruments.read(item)
        algo_id, client_id = item.integer("algoId"), item.client_order_id("algoClOrdId")
        if algo_id is None and client_id is None:
            raise errors.either("algoId", "algoClOrdId")
        algo = self._book.find(request.account, algo_id=algo_id, client_id=client_id)
        return algo if algo is not None and algo.symbol == instrument.symbol else None

    def _find_cancelable(self, request: Request, item: Parameters) -> AlgoOrder:
        algo = self._find(request, item)
        if algo is not None and algo.state in {AlgoState.EFFECTIVE, AlgoState.ORDER_FAILED}:
            raise OkxError("51416", "Order has been triggered and can't be canceled")
        if algo is None or not algo.is_live:
            raise errors.not_cancelable()
        return algo

    def _find_amendable(self, request: Request, item: Parameters) -> AlgoOrder:
        algo = self._find(request, item)
        if algo is None:
            raise OkxError("51527", "Order modification unsuccessful. The stop order does not exist.")
        if not algo.is_live:
            raise errors.not_amendable()
        return algo

    def _spend(self, window: Window, request: Request, items: Iterable[Parameters]) -> None:
        for item in items:
            key = f"{request.account.api_key}/{item.echo('instId')}"
            self._limits.spend_request(window, key, request.now_ms)

    def _check_room(self, algo: AlgoOrder) -> None:
        is_trailing = algo.algo_type is AlgoType.MOVE_ORDER_STOP
        same = [
            other
            for other in self._book.live(algo.account)
            if (other.algo_type is AlgoType.MOVE_ORDER_STOP) is is_trailing
        ]
        allowed = int((TRAILING_MAX if is_trailing else TRIGGERS_MAX) * self._limits.scale)
        if len(same) < allowed:
            if algo.closes_all and any(_closes_the_same(algo, other) for other in same):
                raise OkxError("51088", "You can only place 1 TP/SL order to close an entire position")
            return
        if is_trailing:
            message = f"Maximum of {allowed} pending trailing stop orders can be held at the same time."
            raise OkxError("51260", message)
        raise OkxError("51261", f"Each user can hold up to {allowed} pending stop orders at the same time.")


def _closes_the_same(algo: AlgoOrder, other: AlgoOrder) -> bool:
    return other.closes_all and (other.symbol, other.pocket, other.position_side) == (
        algo.symbol,
        algo.pocket,
        algo.position_side,
    )


def _is_forgotten(algo: AlgoOrder, now_ms: int) -> bool:
    kept_ms = UNTRIGGERED_KEPT_MS if algo.state is AlgoState.CANCELED else KEPT_MS
    return not algo.is_live and algo.updated_ms < now_ms - kept_ms
