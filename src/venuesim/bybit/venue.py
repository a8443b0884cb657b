"""Puts the simulated Bybit together."""

from collections.abc import Sequence

from aiohttp import web

from venuesim.bybit.catalog import Catalog
from venuesim.bybit.gateway import Gateway
from venuesim.bybit.holdings import Holdings
from venuesim.bybit.limits import BybitLimits
from venuesim.bybit.listing import INSTRUMENTS, Instruments
from venuesim.bybit.listing_linear import INSTRUMENTS_LINEAR
from venuesim.bybit.market_data import MarketData
from venuesim.bybit.placing import Placing
from venuesim.bybit.private_socket import PrivateSockets
from venuesim.bybit.public_socket import PublicStreams
from venuesim.bybit.fault_answers import BybitFaultAnswers
from venuesim.bybit.rest import not_found, rest_routes
from venuesim.bybit.trade_socket import TradeSockets
from venuesim.bybit.trading import Trading
from venuesim.exchange.clock import Clock
from venuesim.exchange.engine import Exchange
from venuesim.faults import FaultSet
from venuesim.wire.http import HttpApi
from venuesim.wire.performing import Performer
from venuesim.wire.sockets import Session, Socket
from venuesim.wire.user_streams import UserStreams
from venuesim.wire.windows import RateWindows

NAME = "bybit"
FIRST_ORDER_ID = 1_700_000_000_000_000_001
FIRST_TRADE_ID = 2_100_000_000_000_001


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
        )
        self.exchanges: Sequence[Exchange] = (self.exchange,)
        self.limits = RateWindows()
        limits = BybitLimits(self.limits)
        instruments = Instruments(self.exchange)
        catalog = Catalog(
            market_data=MarketData(self.exchange, instruments),
            holdings=Holdings(self.exchange),
            placing=Placing(exchange=self.exchange, instruments=instruments, limits=limits),
            trading=Trading(exchange=self.exchange, instruments=instruments),
        )
        gateway = Gateway(limits)
        performer = Performer(exchange=NAME, clock=clock, faults=faults, answers=BybitFaultAnswers(clock))
        self._public = PublicStreams(exchange=self.exchange, clock=clock, instruments=instruments)
        self._private = PrivateSockets(
            exchange=self.exchange, clock=clock, user_streams=UserStreams(self.exchange, faults)
        )
        self._trade = TradeSockets(
            exchange=self.exchange, clock=clock, gateway=gateway, operations=catalog.socket, performer=performer
        )
        self._http = HttpApi(
            clock=clock,
            performer=performer,
            routes=rest_routes(catalog.rest, gateway, self.exchange),
            not_found=not_found,
            open_session=self._open_session,
        )

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer whatever arrives on the port."""
        return await self._http.handle(request)

    def urls(self, host: str, port: int) -> dict[str, str]:
        """Return the base URLs: clients append /v5/... to both."""
        return {"rest": f"http://{host}:{port}", "ws": f"ws://{host}:{port}"}

    async def start(self) -> None:
        """There are no timers."""

    async def stop(self) -> None:
        """Drop every socket."""
        self._http.close()

    def _open_session(self, path: str, socket: Socket) -> Session | None:
        match path.rstrip("/"):
            case "/v5/public/spot":
                return self._public.open(socket)
            case "/v5/private":
                return self._private.open(socket)
            case "/v5/trade":
                return self._trade.open(socket)
            case _:
                return None
