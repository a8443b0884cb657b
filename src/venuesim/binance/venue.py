"""Puts the simulated Binance together."""

from collections.abc import Sequence

from aiohttp import web

from venuesim.binance.fault_answers import BinanceFaultAnswers
from venuesim.binance.gateway import Gateway
from venuesim.binance.limits import BinanceLimits
from venuesim.binance.rest import not_found, rest_routes
from venuesim.binance.socket_api import SocketApi
from venuesim.binance.spot.catalog import Catalog
from venuesim.binance.spot.listing import INSTRUMENTS
from venuesim.binance.spot.market_data import MarketData
from venuesim.binance.spot.placing import ClientOrderIds, Instruments, Placing
from venuesim.binance.spot.streams import MarketStreams
from venuesim.binance.spot.trading import Trading
from venuesim.exchange.clock import Clock
from venuesim.exchange.engine import Exchange
from venuesim.faults import FaultSet
from venuesim.wire.http import HttpApi
from venuesim.wire.performing import Performer
from venuesim.wire.sockets import Session, Socket
from venuesim.wire.user_streams import UserStreams
from venuesim.wire.windows import RateWindows

NAME = "binance"
FIRST_ORDER_ID = 28_000_000_001
FIRST_TRADE_ID = 3_500_000_001
SOCKET_API_PATH = "/ws-api/v3"


class BinanceVenue:
    """One Binance on one port."""

    def __init__(self, *, clock: Clock, seed: int, faults: FaultSet) -> None:
        self.exchange = Exchange(
            name=NAME,
            wallet="spot",
            instruments=INSTRUMENTS,
            clock=clock,
            seed=seed,
            first_order_id=FIRST_ORDER_ID,
            first_trade_id=FIRST_TRADE_ID,
        )
        self.exchanges: Sequence[Exchange] = (self.exchange,)
        self.limits = RateWindows()
        limits = BinanceLimits(self.limits)
        instruments = Instruments(self.exchange)
        ids = ClientOrderIds(seed)
        catalog = Catalog(
            market_data=MarketData(exchange=self.exchange, instruments=instruments, limits=limits),
            placing=Placing(
                exchange=self.exchange, instruments=instruments, limits=limits, windows=self.limits, ids=ids
            ),
            trading=Trading(exchange=self.exchange, instruments=instruments, ids=ids),
        )
        gateway = Gateway(self.exchange, limits)
        performer = Performer(exchange=NAME, clock=clock, faults=faults, answers=BinanceFaultAnswers())
        self._market_streams = MarketStreams(self.exchange)
        self._socket_api = SocketApi(
            exchange=self.exchange,
            clock=clock,
            gateway=gateway,
            limits=limits,
            catalog=catalog,
            performer=performer,
            user_streams=UserStreams(self.exchange, faults),
        )
        self._http = HttpApi(
            clock=clock,
            performer=performer,
            routes=rest_routes(catalog.rest, gateway),
            not_found=not_found,
            open_session=self._open_session,
        )

    @property
    def http(self) -> HttpApi:
        """What answers the calls on the port."""
        return self._http

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer whatever arrives on the port."""
        return await self._http.handle(request)

    def urls(self, host: str, port: int) -> dict[str, str]:
        """Return the base URLs: clients append /api/v3/... to `rest` and /ws to `ws`."""
        return {
            "rest": f"http://{host}:{port}",
            "ws": f"ws://{host}:{port}/stream",
            "ws_api": f"ws://{host}:{port}{SOCKET_API_PATH}",
        }

    async def start(self) -> None:
        """Nothing of Binance's own runs on a timer: its streams follow the market's steps."""

    async def stop(self) -> None:
        """Drop every socket."""
        self._http.close()

    def _open_session(self, path: str, socket: Socket) -> Session | None:
        if path.rstrip("/") == SOCKET_API_PATH:
            return self._socket_api.open(socket)
        if path.startswith(("/stream", "/ws/")) or path == "/ws":
            return self._market_streams.open(path, socket)
        return None
