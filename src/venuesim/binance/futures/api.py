"""Puts the USDⓈ-M API together: its wallet, its operations, its streams and sockets."""

import asyncio
from collections.abc import Mapping
from itertools import count

from venuesim.binance.futures.algo_desk import AlgoDesk
from venuesim.binance.futures.algo_operations import AlgoOperations
from venuesim.binance.futures.algo_orders import AlgoBook
from venuesim.binance.futures.canceling import Canceling
from venuesim.binance.futures.candles import CandleData
from venuesim.binance.futures.catalog import Catalog
from venuesim.binance.futures.errors import unknown_method
from venuesim.binance.futures.feeds import FeedMaker
from venuesim.binance.futures.finding import Finder
from venuesim.binance.futures.funding_data import FundingData
from venuesim.binance.futures.limits import FUTURES_PLAN
from venuesim.binance.futures.listen_keys import ListenKeys
from venuesim.binance.futures.listing import INSTRUMENTS
from venuesim.binance.futures.lookups import Lookups
from venuesim.binance.futures.market_data import MarketData
from venuesim.binance.futures.modifying import Modifying
from venuesim.binance.futures.placing import Placing
from venuesim.binance.futures.price_data import PriceData
from venuesim.binance.futures.reduce_only import ReduceOnlyKeeper
from venuesim.binance.futures.settings import Settings
from venuesim.binance.futures.statements import Statements
from venuesim.binance.futures.statistics_data import StatisticsData
from venuesim.binance.futures.stream_hub import StreamHub
from venuesim.binance.futures.symbols import Symbols
from venuesim.binance.futures.user_events import UserEvents
from venuesim.binance.futures.wallet import Wallet
from venuesim.binance.futures.wallet_figures import WalletFigures
from venuesim.binance.futures.words import SETTLEMENT_ASSETS
from venuesim.binance.gateway import Gateway
from venuesim.binance.limits import BinanceLimits
from venuesim.binance.operations import Operation
from venuesim.binance.rest import rest_routes
from venuesim.binance.socket_api import SocketApi, SocketApiSession
from venuesim.binance.spot.instruments import ClientOrderIds
from venuesim.exchange.accounts import Account
from venuesim.exchange.clock import Clock
from venuesim.exchange.engine import Exchange
from venuesim.exchange.vocabulary import Origin
from venuesim.faults import Fault, FaultKind, FaultSet
from venuesim.subjects import Subject
from venuesim.wire.http import Route
from venuesim.wire.performing import Performer
from venuesim.wire.sockets import Session, Socket
from venuesim.wire.user_streams import UserStreams
from venuesim.wire.windows import RateWindows

FIRST_ORDER_ID = 8_389_765_000_000_001
FIRST_TRADE_ID = 6_500_000_001
TICK_SECONDS = 0.1
SOCKET_API_PATH = "/ws-fapi/v1"
STREAM_PREFIX = "/fstream"
STREAM_ROUTES = ("/public", "/market", "/private")

LIQUIDATION_PREFIX = "autoclose-"
DELEVERAGING_NAME = "adl_autoclose"
"""The client order ids of the venue's own orders ("Event: Order Update", `c`)."""


class FuturesApi:
    """The USDⓈ-M futures of one Binance: a wallet of its own beside the spot wallet."""

    def __init__(
        self,
        *,
        name: str,
        clock: Clock,
        seed: int,
        faults: FaultSet,
        windows: RateWindows,
        performer: Performer,
    ) -> None:
        self.exchange = exchange = Exchange(
            name=name,
            wallet="futures",
            instruments=INSTRUMENTS,
            clock=clock,
            seed=seed,
            first_order_id=FIRST_ORDER_ID,
            first_trade_id=FIRST_TRADE_ID,
            assets=SETTLEMENT_ASSETS,
        )
        exchange.clearing.client_order_id_of = self._forced_name
        exchange.clearing.counts_open_loss = True
        self._clock = clock
        self._forced = count(1)
        self._faults = faults
        self._listen_keys = ListenKeys(seed)
        user_events = UserEvents(exchange)
        symbols = Symbols(exchange)
        self._hub = StreamHub(
            exchange=exchange,
            clock=clock,
            feeds=FeedMaker(symbols),
            user_streams=UserStreams(exchange, faults),
            user_events=user_events,
            listen_keys=self._listen_keys,
        )
        limits = BinanceLimits(windows, FUTURES_PLAN)
        ids = ClientOrderIds(seed)
        algos = AlgoBook()
        algos.changed.append(self._hub.algo_changed)
        self._desk = AlgoDesk(exchange, algos)
        self._reduce_only = ReduceOnlyKeeper(exchange)
        finder = Finder(exchange, symbols)
        self._canceling = Canceling(exchange=exchange, symbols=symbols, finder=finder)
        settings = Settings(exchange=exchange, symbols=symbols, algos=algos)
        settings.asset_mode_changed.append(self._hub.asset_mode_changed)
        catalog = Catalog(
            market_data=MarketData(symbols=symbols, limits=limits),
            prices=PriceData(exchange=exchange, symbols=symbols),
            funding=FundingData(exchange=exchange, symbols=symbols),
            candles=CandleData(symbols),
            statistics=StatisticsData(symbols),
            placing=Placing(exchange=exchange, symbols=symbols, limits=limits, windows=windows, ids=ids),
            modifying=Modifying(exchange=exchange, symbols=symbols, finder=finder, limits=limits),
            canceling=self._canceling,
            lookups=Lookups(exchange=exchange, symbols=symbols, finder=finder),
            algos=AlgoOperations(
                exchange=exchange,
                symbols=symbols,
                limits=limits,
                windows=windows,
                ids=ids,
                book=algos,
                desk=self._desk,
            ),
            wallet=Wallet(exchange=exchange, symbols=symbols, figures=WalletFigures(exchange)),
            settings=settings,
            statements=Statements(exchange=exchange, symbols=symbols, limits=limits),
            listen_keys=self._listen_keys,
        )
        gateway = Gateway(exchange, limits)
        self.routes: Mapping[tuple[str, str], Route] = rest_routes(catalog.rest, gateway)
        self._socket_api = SocketApi(
            exchange=exchange,
            clock=clock,
            gateway=gateway,
            limits=limits,
            operations=catalog.socket,
            performer=performer,
            extend=NoExtension,
            unknown_method=unknown_method,
        )
        self._ticker: asyncio.Task[None] | None = None
        faults.added.append(self._fault_added)

    def urls(self, host: str, port: int) -> dict[str, str]:
        """Return the base URLs: clients append /fapi/v1/... to `fapi` and /ws, /stream, /market/ws, ... to `fws`."""
        return {
            "fapi": f"http://{host}:{port}",
            "fws": f"ws://{host}:{port}{STREAM_PREFIX}",
            "fws_api": f"ws://{host}:{port}{SOCKET_API_PATH}",
        }

    def open_session(self, path: str, socket: Socket) -> Session | None:
        """Return the session of a WebSocket path, or None if it is not one of these."""
        if path.rstrip("/") == SOCKET_API_PATH:
            return self._socket_api.open(socket)
        if path.startswith((f"{STREAM_PREFIX}/", *(f"{route}/" for route in STREAM_ROUTES))):
            return self._hub.open(path, socket)
        # The venue's SDK appends nothing to an address that ends in "stream".
        return self._hub.open(path, socket) if path == STREAM_PREFIX else None

    async def start(self) -> None:
        """Start what runs on time."""
        self._ticker = asyncio.create_task(self._tick())

    async def stop(self) -> None:
        """Stop what runs on time."""
        if self._ticker is not None:
            self._ticker.cancel()
            ended = (await asyncio.gather(self._ticker, return_exceptions=True))[0]
            if not isinstance(ended, asyncio.CancelledError):
                raise RuntimeError("the futures' timers had stopped") from ended

    def pass_time(self) -> None:
        """Do what is due by now: feeds, countdowns, listen keys, good-till dates of algo orders."""
        now_ms = self._clock.now_ms()
        self._reduce_only.pass_time()
        self._canceling.pass_time(now_ms)
        self._desk.pass_time(now_ms)
        self._listen_keys.pass_time(now_ms)
        self._hub.pass_time(now_ms)

    async def _tick(self) -> None:
        while True:
            self.pass_time()
            await asyncio.sleep(TICK_SECONDS)

    def _forced_name(self, origin: Origin) -> str:
        if origin is Origin.AUTO_DELEVERAGING:
            return DELEVERAGING_NAME
        return f"{LIQUIDATION_PREFIX}{self._clock.now_ms()}{next(self._forced):06d}"

    def _fault_added(self, fault: Fault) -> None:
        """Let listen keys expire when a fault says so."""
        if fault.kind is not FaultKind.EXPIRE_LISTEN_KEY:
            return
        for account in list(self.exchange.accounts.values()):
            self._expire_by_fault(account)

    def _expire_by_fault(self, account: Account) -> None:
        kind, name = FaultKind.EXPIRE_LISTEN_KEY, self.exchange.name
        if self._faults.draw(kind, name, None, lambda: Subject(account.api_key)) is not None:
            self._listen_keys.expire(account)


class NoExtension:
    """Sessions of `ws-fapi` carry no user stream: it has a socket of its own, named by the listen key."""

    operations: Mapping[str, Operation] = {}
    is_streaming = False

    def __init__(self, session: SocketApiSession) -> None:
        """Take nothing from the session."""

    def logged_out(self) -> None:
        """Nothing hangs on the log-on."""

    def closed(self) -> None:
        """Nothing was subscribed."""
