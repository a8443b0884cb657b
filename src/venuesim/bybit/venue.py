"""Puts the simulated Bybit together."""

import asyncio
from collections.abc import Sequence
from itertools import count

from aiohttp import web

from venuesim.bybit.assets import Assets
from venuesim.bybit.catalog import Catalog
from venuesim.bybit.catalog_data import DataHalf
from venuesim.bybit.connections import Connections
from venuesim.bybit.contract_data import ContractData
from venuesim.bybit.depth import Depths
from venuesim.bybit.disconnects import Disconnects
from venuesim.bybit.fault_answers import BybitFaultAnswers
from venuesim.bybit.fee_groups import FeeGroups
from venuesim.bybit.gateway import Gateway
from venuesim.bybit.holdings import Holdings
from venuesim.bybit.instruments_info import InstrumentsInfo
from venuesim.bybit.klines import Klines
from venuesim.bybit.limits import BybitLimits
from venuesim.bybit.listing import INSTRUMENTS, Instruments
from venuesim.bybit.listing_linear import INSTRUMENTS_LINEAR
from venuesim.bybit.market_data import MarketData
from venuesim.bybit.parameters import Category
from venuesim.bybit.price_index import PriceIndex
from venuesim.bybit.private_socket import PrivateSockets
from venuesim.bybit.private_topics import PrivateTopics
from venuesim.bybit.public_socket import PublicSockets
from venuesim.bybit.public_streams import PublicStreams
from venuesim.bybit.rest import not_found, rest_routes
from venuesim.bybit.tickers import TickDirections, Tickers
from venuesim.bybit.topics import Topics
from venuesim.bybit.trade_operations import TradeOperations
from venuesim.bybit.trade_socket import TradeSockets
from venuesim.bybit.transaction_log import TransactionLog
from venuesim.bybit.wallets import Wallets
from venuesim.exchange.clock import Clock
from venuesim.exchange.engine import Exchange
from venuesim.faults import FaultSet
from venuesim.wire.http import HttpApi
from venuesim.wire.performing import Performer
from venuesim.wire.sockets import Session, Socket
from venuesim.wire.user_streams import UserStreams
from venuesim.wire.windows import RateWindows

NAME = "bybit"
LEVERAGE = 10
"""What the contracts of a new account begin with."""

FIRST_ORDER_ID = 1_700_000_000_000_000_001
FIRST_TRADE_ID = 2_100_000_000_000_001

WATCH_SECONDS = 0.25
WATCHES_PER_SCAN = 120
"""The venue looks for silent connections every half minute ("Connect")."""


class BybitVenue:
    """One Bybit on one port."""

    def __init__(self, *, clock: Clock, seed: int, faults: FaultSet) -> None:
        self.exchange = Exchange(
            name=NAME,
            instruments=[*INSTRUMENTS, *INSTRUMENTS_LINEAR],
            clock=clock,
            seed=seed,
            first_order_id=FIRST_ORDER_ID,
            first_trade_id=FIRST_TRADE_ID,
            trade_ids_per_symbol=False,
            flows_of_trades=True,
            leverage=LEVERAGE,
            tells_awakening=True,
        )
        self.exchanges: Sequence[Exchange] = (self.exchange,)
        self.limits = RateWindows()
        self._clock = clock
        self._watch: asyncio.Task[None] | None = None
        self._limits = BybitLimits(self.limits)
        self._connections = Connections(clock)
        self._disconnects = Disconnects(self.exchange, clock)
        instruments = Instruments(self.exchange)
        directions = TickDirections(self.exchange)
        tickers = Tickers(self.exchange, clock, directions)
        depths = Depths(self.exchange, clock)
        wallets = Wallets(self.exchange)
        instruments_info = InstrumentsInfo(self.exchange, instruments)
        data = DataHalf(
            market_data=MarketData(
                exchange=self.exchange,
                instruments=instruments,
                tickers=tickers,
                depths=depths,
                first_trade_id=FIRST_TRADE_ID,
            ),
            instruments_info=instruments_info,
            klines=Klines(self.exchange, instruments),
            contract_data=ContractData(self.exchange, instruments, tickers),
            price_index=PriceIndex(self.exchange, instruments),
            fee_groups=FeeGroups(self.exchange),
            holdings=Holdings(exchange=self.exchange, instruments_info=instruments_info, wallets=wallets),
            transaction_log=TransactionLog(self.exchange),
            assets=Assets(self.exchange, wallets),
        )
        trading = TradeOperations(exchange=self.exchange, instruments=instruments, limits=self._limits)
        catalog = Catalog(data=data, trading=trading)
        gateway = Gateway(self._limits)
        performer = Performer(exchange=NAME, clock=clock, faults=faults, answers=BybitFaultAnswers(clock))
        streams = PublicStreams(
            exchange=self.exchange, clock=clock, tickers=tickers, depths=depths, directions=directions
        )
        self._public = PublicSockets(streams=streams, topics=Topics(instruments), connections=self._connections)
        self._private = PrivateSockets(
            exchange=self.exchange,
            clock=clock,
            user_streams=UserStreams(self.exchange, faults),
            topics=PrivateTopics(clock=clock, wallets=wallets, renderers=trading.renderers()),
            disconnects=self._disconnects,
            connections=self._connections,
        )
        trading.look_after_positions()
        self._trade = TradeSockets(
            exchange=self.exchange,
            clock=clock,
            gateway=gateway,
            operations=catalog.socket,
            performer=performer,
            connections=self._connections,
        )
        self._http = HttpApi(
            clock=clock,
            performer=performer,
            routes=rest_routes(catalog.rest, gateway, self.exchange),
            not_found=not_found,
            open_session=self._open_session,
        )

    @property
    def http(self) -> HttpApi:
        """What answers the calls on the port."""
        return self._http

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer whatever arrives on the port."""
        is_socket = request.headers.get("Upgrade", "").lower() == "websocket"
        if is_socket and not self._limits.spend_connection(request.remote or "", self._clock.now_ms()):
            return web.Response(status=403, text="access too frequent")
        return await self._http.handle(request)

    def urls(self, host: str, port: int) -> dict[str, str]:
        """Return the base URLs: clients append /v5/... to both."""
        return {"rest": f"http://{host}:{port}", "ws": f"ws://{host}:{port}"}

    async def start(self) -> None:
        """Start looking for silent connections and for orders that their owner's disconnection ends."""
        self._watch = asyncio.create_task(self._watching())

    async def stop(self) -> None:
        """Drop every socket."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        self._http.close()

    def look_after_connections(self, *, scans: bool = True) -> None:
        """Cancel the orders whose owners stay away; with `scans`, close the connections that have been silent."""
        self._disconnects.cancel_due()
        if scans:
            self._connections.close_silent()

    async def _watching(self) -> None:
        for number in count(1):
            await asyncio.sleep(WATCH_SECONDS)
            self.look_after_connections(scans=number % WATCHES_PER_SCAN == 0)

    def _open_session(self, path: str, socket: Socket) -> Session | None:
        match path.rstrip("/"):
            case "/v5/public/spot":
                return self._public.open(Category.SPOT, socket)
            case "/v5/public/linear":
                return self._public.open(Category.LINEAR, socket)
            case "/v5/public/inverse":
                return self._public.open(Category.INVERSE, socket)
            case "/v5/private":
                return self._private.open(socket)
            case "/v5/trade":
                return self._trade.open(socket)
            case _:
                return None
