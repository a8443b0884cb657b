"""The private stream of Binance USD-M futures: its listen key, and what its events say."""

import asyncio
from collections.abc import Sequence
from typing import Any

import structlog

from tidegate.core.identifiers import order_of
from tidegate.core.messages.reports import Report
from tidegate.core.vocabulary import InstrumentKind
from tidegate.venues.binance import algo_reading, endpoints
from tidegate.venues.binance.algos import AlgoOrders, learn
from tidegate.venues.binance.contract_settings import ContractSettings
from tidegate.venues.binance.linear_reading import Reader
from tidegate.venues.binance.order_links import OrderLinks
from tidegate.venues.binance.words import STATUSES
from tidegate.venues.outcomes import CallFailed, Verdict
from tidegate.venues.values import MalformedError, amount, text
from tidegate.venues.venue import Seat

log = structlog.get_logger(__name__)

KEEP_ALIVE_SECONDS = 1_800.0  # A key is valid for an hour.
KEEP_ALIVE_RETRY_SECONDS = 60.0
LINK_SECONDS = 0.5  # How long the event that links an order to its origin may come after the order's own.
EVENTS = frozenset(
    {
        "ORDER_TRADE_UPDATE",
        "ALGO_UPDATE",
        "ACCOUNT_UPDATE",
        "ACCOUNT_CONFIG_UPDATE",
        "listenKeyExpired",
        "TRADE_LITE",
        "MARGIN_CALL",
        "STRATEGY_UPDATE",
        "GRID_UPDATE",
        "CONDITIONAL_ORDER_TRIGGER_REJECT",
    }
)
"""The events of the stream; those without a reading of their own say nothing that others do not."""
_TOLD_BY_ORDERS = "ORDER"
_MARGIN_TYPE_CHANGE = "MARGIN_TYPE_CHANGE"


class LinearStream:
    """One account's futures stream."""

    def __init__(
        self, seat: Seat, reader: Reader, links: OrderLinks, algos: AlgoOrders, settings: ContractSettings
    ) -> None:
        self._seat = seat
        self._reader = reader
        self._links = links
        self._algos = algos
        self._settings = settings
        self._stream: Any = None
        self._held: dict[tuple[str, str], list[tuple[Any, Any]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> Any:
        """Get a listen key and connect; what was known of the account's settings may have changed unheard."""
        self._settings.forget()
        answer = await self._seat.client.call(endpoints.LISTEN_KEY)
        exchange = self._seat.client.exchange
        url = exchange.get_private_ws_url("linear", text(answer, "listenKey"))
        self._stream = exchange.client(url)
        await _connected(self._stream, exchange.session)
        self._renew_in(KEEP_ALIVE_SECONDS, self._stream)
        return self._stream

    def read(self, connection: Any, event: Any) -> Sequence[Report]:
        """The reports in an event."""
        match event.get("e"):
            case "ORDER_TRADE_UPDATE" if not self._is_elsewhere(event.get("o"), "c"):
                return self._order_update(connection, event)
            case "ALGO_UPDATE" if not self._is_elsewhere(event.get("o"), "caid"):
                return self._algo_update(event.get("o"))
            case "ACCOUNT_CONFIG_UPDATE":
                return self._configuration_update(event.get("ac"))
            case "ACCOUNT_UPDATE":
                self._account_update(event.get("a"))
            case "MARGIN_CALL":
                log.warning("the venue calls for margin", account_id=self._seat.account_id)
            case "listenKeyExpired":
                connection.on_error(ConnectionError("the listen key expired"))
        return []

    # --- events ----------------------------------------------------------------------------------------------------

    def _order_update(self, connection: Any, event: Any) -> Sequence[Report]:
        order = event.get("o")
        symbol, order_id = self._ours(order), text(order, "i")
        if (symbol, order_id) in self._held or self._links.is_open_question(symbol, order_id, text(order, "c")):
            self._hold(symbol, order_id, connection, event)
            return []
        if order.get("X") not in STATUSES:
            self._put_aside(f"unknown order status {order.get('X')!r}")
        return self._reader.order_update(order, symbol, self._seat.clock.now())

    def _algo_update(self, order: Any) -> Sequence[Report]:
        """What the book does with an order that was set off is told by that order's own events."""
        symbol = self._ours(order)
        algo = learn(self._links, symbol, algo_reading.from_event(order))
        has_ended_in_the_book = algo.status == "FINISHED"
        is_under_way = algo.status == "TRIGGERING"
        return [] if is_under_way or has_ended_in_the_book else [self._algos.report(symbol, algo)]

    def _configuration_update(self, change: Any) -> Sequence[Report]:
        if not isinstance(change, dict) or not self._is_listed(change):  # Another of the account's modes changed.
            return []
        return [self._settings.learn_leverage(self._ours(change), amount(change.get("l")))]

    def _account_update(self, update: Any) -> None:
        """Balances and positions are compared rather than booked from here: this tells no ids."""
        reason = update.get("m")
        if reason == _MARGIN_TYPE_CHANGE:
            for position in filter(self._is_listed, update.get("P", ())):
                self._settings.learn_margin_mode(self._ours(position), position.get("mt"))
        elif reason != _TOLD_BY_ORDERS:
            self._seat.client.exchange.taps.on_untold()

    def _is_elsewhere(self, order: Any, name: str) -> bool:
        """Whether it is somebody else's order in what the desk does not trade: delivery contracts and the like."""
        return not self._is_listed(order) and order_of(text(order, name)) is None

    def _is_listed(self, row: Any) -> bool:
        return self._seat.symbols.knows(text(row, "s"), InstrumentKind.LINEAR)

    def _ours(self, row: Any) -> str:
        return self._seat.symbols.ours(text(row, "s"), InstrumentKind.LINEAR)

    def _put_aside(self, message: str) -> None:
        self._seat.client.exchange.taps.on_frame_failed(MalformedError(message))

    # --- events of orders that may be ours under another name --------------------------------------------------------

    def _hold(self, symbol: str, order_id: str, connection: Any, event: Any) -> None:
        """Keep an order's events until it is known where it came from, and then hear them again, in their order."""
        held = self._held.setdefault((symbol, order_id), [])
        held.append((connection, event))
        if len(held) == 1:
            self._spawn(self._ask_and_hear_again(symbol, order_id))

    async def _ask_and_hear_again(self, symbol: str, order_id: str) -> None:
        """The stream itself may be about to tell."""
        try:
            await asyncio.sleep(LINK_SECONDS)
            await self._algos.learn_origins(symbol, [order_id])
        except Exception as error:  # noqa: BLE001 - Whatever it was, the comparison that follows tells the rest.
            del self._held[symbol, order_id]
            self._put_aside(f"where an order came from could not be learned ({type(error).__name__})")
            return
        for connection, event in self._held.pop((symbol, order_id)):
            self._seat.client.exchange.handle_message(connection, event)

    # --- listen key ------------------------------------------------------------------------------------------------

    def _renew_in(self, seconds: float, stream: Any) -> None:
        asyncio.get_running_loop().call_later(seconds, self._renew_soon, stream)

    def _renew_soon(self, stream: Any) -> None:
        if stream is self._stream and not stream.closed():
            self._spawn(self._renew(stream))

    async def _renew(self, stream: Any) -> None:
        try:
            await self._seat.client.call(endpoints.LISTEN_KEY_KEPT)
        except CallFailed as failure:
            log.warning("a listen key could not be renewed", account_id=self._seat.account_id, detail=failure.message)
            if failure.verdict is Verdict.REFUSED:
                stream.on_error(ConnectionError("the listen key is gone"))
            else:
                self._renew_in(KEEP_ALIVE_RETRY_SECONDS, stream)
        else:
            self._renew_in(KEEP_ALIVE_SECONDS, stream)

    def _spawn(self, work: Any) -> None:
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _connected(stream: Any, session: Any) -> None:
    """Connect. ccxt rejects what waits for messages when that fails, but not what waits for the connection."""
    failed = stream.future("connection")
    try:
        await asyncio.wait({stream.connect(session), failed}, return_when=asyncio.FIRST_COMPLETED)
        if failed.done():
            # Without ccxt's own sentence, which repeats the address and so the key.
            raise ConnectionError("the futures stream could not be opened") from failed.exception()
    finally:
        stream.futures.pop("connection", None)
        failed.cancel()
