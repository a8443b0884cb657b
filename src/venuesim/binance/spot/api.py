"""Puts the Spot API together: its wallet, its operations, its streams and sockets."""

from collections.abc import Mapping

from venuesim.binance.connections import Connections, RefusedSession
from venuesim.binance.gateway import Gateway
from venuesim.binance.limits import BinanceLimits
from venuesim.binance.rest import gone, rest_routes
from venuesim.binance.socket_api import SocketApi
from venuesim.binance.spot.account_data import AccountData
from venuesim.binance.spot.aggregates import AggregateTrades
from venuesim.binance.spot.amending import Amending
from venuesim.binance.spot.averages import AveragePrices
from venuesim.binance.spot.cancel_replace import CancelReplace
from venuesim.binance.spot.canceling import Canceling
from venuesim.binance.spot.catalog import Catalog
from venuesim.binance.spot.commission import Commissions
from venuesim.binance.spot.events import EventWriter, ExecutionLog
from venuesim.binance.spot.instruments import ClientOrderIds, Instruments
from venuesim.binance.spot.klines import Klines
from venuesim.binance.spot.list_operations import ListOperations
from venuesim.binance.spot.listing import INSTRUMENTS
from venuesim.binance.spot.market_data import MarketData
from venuesim.binance.spot.order_lists import OrderLists
from venuesim.binance.spot.placing import Placing
from venuesim.binance.spot.prevention import PreventedMatches
from venuesim.binance.spot.queries import Queries
from venuesim.binance.spot.streams import MarketStreams
from venuesim.binance.spot.symbols import Symbols
from venuesim.binance.spot.tickers import Tickers
from venuesim.binance.spot.trailing import TrailingTimes
from venuesim.binance.spot.user_stream import UserStreamHub
from venuesim.binance.spot.wallet import Wallet
from venuesim.binance.transfers import Transfers
from venuesim.exchange.clock import Clock
from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import OrderEvent
from venuesim.faults import FaultSet
from venuesim.wire.http import Route
from venuesim.wire.performing import Performer
from venuesim.wire.sockets import Session, Socket
from venuesim.wire.user_streams import UserStreams
from venuesim.wire.windows import RateWindows

FIRST_ORDER_ID = 28_000_000_001
FIRST_TRADE_ID = 3_500_000_001
SOCKET_API_PATH = "/ws-api/v3"

LISTEN_KEY_PATH = "/api/v3/userDataStream"
"""Listen keys went out of service on 2026-02-20 (changelog of 2026-01-21): user data comes by the WebSocket API."""


class SpotApi:
    """The spot market of one Binance."""

    def __init__(
        self,
        *,
        name: str,
        clock: Clock,
        seed: int,
        faults: FaultSet,
        windows: RateWindows,
        performer: Performer,
        futures: Exchange,
    ) -> None:
        self.exchange = exchange = Exchange(
            name=name,
            wallet="spot",
            instruments=INSTRUMENTS,
            clock=clock,
            seed=seed,
            first_order_id=FIRST_ORDER_ID,
            first_trade_id=FIRST_TRADE_ID,
        )
        self._clock = clock
        self._limits = limits = BinanceLimits(windows)
        self._connections = Connections(windows, clock)
        averages, aggregates = AveragePrices(exchange), AggregateTrades(exchange)
        # These hear of an event in this order: numbers and facts first, then who tells it, then who acts on it.
        log, prevented, _ = ExecutionLog(exchange), PreventedMatches(exchange), TrailingTimes(exchange)
        exchange.listeners.orders.append(self._count_fill)
        hub = UserStreamHub(UserStreams(exchange, faults), EventWriter(log, prevented), clock)
        self.user_streams = hub.user_streams
        self.order_lists = OrderLists(exchange, hub.tell)

        instruments, ids = Instruments(exchange), ClientOrderIds(seed)
        commissions = Commissions(instruments)
        placing = Placing(
            exchange=exchange,
            instruments=instruments,
            limits=limits,
            windows=windows,
            ids=ids,
            averages=averages,
            prevented=prevented,
            commissions=commissions,
        )
        lists = ListOperations(placing, self.order_lists)
        canceling = Canceling(
            exchange=exchange, instruments=instruments, ids=ids, lists=self.order_lists, list_operations=lists
        )
        market_data = MarketData(instruments, averages, aggregates)
        self.catalog = Catalog(
            market_data=market_data,
            symbols=Symbols(instruments, limits),
            klines=Klines(instruments),
            tickers=Tickers(instruments),
            placing=placing,
            canceling=canceling,
            cancel_replace=CancelReplace(placing, canceling),
            amending=Amending(placing, canceling, self.order_lists, log),
            lists=lists,
            queries=Queries(exchange=exchange, instruments=instruments, canceling=canceling, prevented=prevented),
            account_data=AccountData(exchange=exchange, instruments=instruments, limits=limits),
            commissions=commissions,
            wallet=Wallet(exchange, instruments),
            transfers=Transfers(exchange, futures),
        )
        gateway = Gateway(exchange, limits)
        self.routes: Mapping[tuple[str, str], Route] = {
            **rest_routes(self.catalog.rest, gateway),
            **{(method, LISTEN_KEY_PATH): gone() for method in ("POST", "PUT", "DELETE")},
        }
        self._market_streams = MarketStreams(
            exchange=exchange, clock=clock, windows=windows, averages=averages, aggregates=aggregates
        )
        market_data.shown.append(self._market_streams.book_shown)
        self._socket_api = SocketApi(
            exchange=exchange,
            clock=clock,
            gateway=gateway,
            limits=limits,
            operations=self.catalog.socket,
            performer=performer,
            extend=hub.extend,
        )

    def urls(self, host: str, port: int) -> dict[str, str]:
        """Return the base URLs: clients append /api/v3/... to `rest` and /ws to `ws`."""
        return {
            "rest": f"http://{host}:{port}",
            "ws": f"ws://{host}:{port}/stream",
            "ws_api": f"ws://{host}:{port}{SOCKET_API_PATH}",
        }

    def open_session(self, path: str, socket: Socket) -> Session | None:
        """Return the session of a WebSocket path, or None if it is not one of these."""
        is_api = path.rstrip("/") == SOCKET_API_PATH
        if not is_api and path != "/ws" and not path.startswith(("/stream", "/ws/")):
            return None
        if not self._connections.admits(socket):
            return RefusedSession(socket)
        return self._socket_api.open(socket) if is_api else self._market_streams.open(path, socket)

    def _count_fill(self, event: OrderEvent) -> None:
        """Take an order off the unfilled order count with its first fill."""
        if event.execution is not None and len(event.order.executions) == 1:
            self._limits.order_filled(event.account, event.time_ms, is_maker=event.execution.is_maker)
