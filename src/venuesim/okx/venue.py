"""Puts the simulated OKX together."""

from collections.abc import Sequence

from aiohttp import web

from venuesim.exchange.clock import Clock
from venuesim.exchange.engine import Exchange
from venuesim.exchange.vocabulary import MarginMode
from venuesim.faults import FaultSet
from venuesim.okx.account_catalog import account_gets, account_posts
from venuesim.okx.algo_orders import AlgoEvent
from venuesim.okx.algo_rendering import ADVANCED, algo_pushed
from venuesim.okx.catalog import Catalog
from venuesim.okx.channel_frames import View
from venuesim.okx.connections import Connections
from venuesim.okx.contract_data import ContractData
from venuesim.okx.fault_answers import OkxFaultAnswers
from venuesim.okx.feeds import World
from venuesim.okx.funding_account import FundingAccounts
from venuesim.okx.gateway import Gateway
from venuesim.okx.holdings import Holdings
from venuesim.okx.instruments import Instruments
from venuesim.okx.limits import OkxLimits
from venuesim.okx.listing import INSTRUMENTS
from venuesim.okx.listing_linear import INSTRUMENTS_LINEAR
from venuesim.okx.market_data import MarketData
from venuesim.okx.positions import position_shown
from venuesim.okx.private_streams import PrivateStreams
from venuesim.okx.public_catalog import public_operations
from venuesim.okx.public_streams import PublicStreams
from venuesim.okx.rest import rest_routes
from venuesim.okx.sessions import SocketKind, SocketServices
from venuesim.okx.trade_desk import TradeDesk
from venuesim.okx.trade_terms import LEVERAGE
from venuesim.okx.unsimulated import unknown_paths
from venuesim.wire.http import HttpApi
from venuesim.wire.performing import Performer
from venuesim.wire.sockets import Session, Socket
from venuesim.wire.user_streams import UserStreams
from venuesim.wire.windows import RateWindows

NAME = "okx"
FIRST_ORDER_ID = 2_000_000_000_000_000_001
FIRST_TRADE_ID = 800_000_001
SOCKET_PATH = "/ws/v5"
SOCKETS = {f"{SOCKET_PATH}/{kind.value}": kind for kind in SocketKind}


class OkxVenue:
    """One OKX on one port."""

    def __init__(self, *, clock: Clock, seed: int, faults: FaultSet) -> None:
        self.exchange = Exchange(
            name=NAME,
            instruments=[*INSTRUMENTS, *INSTRUMENTS_LINEAR],
            clock=clock,
            seed=seed,
            first_order_id=FIRST_ORDER_ID,
            first_trade_id=FIRST_TRADE_ID,
            flows_of_trades=True,
            leverage=LEVERAGE,
            liquidates_by_tiers=True,
            pocket=MarginMode.CROSS.value,
        )
        self.exchanges: Sequence[Exchange] = (self.exchange,)
        self.limits = RateWindows()
        self.connections = Connections()
        limits = OkxLimits(self.limits)
        instruments = Instruments(self.exchange)
        holdings, funding = Holdings(self.exchange), FundingAccounts(self.exchange)
        desk = TradeDesk(exchange=self.exchange, instruments=instruments, limits=limits)
        self.algos = desk.algos
        contract_data = ContractData(self.exchange, instruments)
        market_data = MarketData(self.exchange, instruments, first_trade_id=FIRST_TRADE_ID)
        catalog = Catalog(
            data_gets={
                **public_operations(market_data, contract_data),
                **account_gets(holdings, funding, contract_data),
            },
            data_posts=account_posts(funding),
            trade=desk.operations,
        )
        gateway = Gateway(limits, instruments.names())
        performer = Performer(exchange=NAME, clock=clock, faults=faults, answers=OkxFaultAnswers())
        view = View(
            self.exchange,
            lambda account, position: position_shown(
                account, position, self.exchange, closing=self.algos.closing_shown(account, position)
            ),
        )
        self.private_streams = PrivateStreams(
            view=view, instruments=instruments, user_streams=UserStreams(self.exchange, faults)
        )
        self.algos.listeners.append(self._tell_algo)
        self._sockets = SocketServices(
            exchange=self.exchange,
            clock=clock,
            gateway=gateway,
            limits=limits,
            operations=catalog.socket,
            performer=performer,
            connections=self.connections,
            public=PublicStreams(World(self.exchange, instruments), clock),
            private=self.private_streams,
        )
        self._http = HttpApi(
            clock=clock,
            performer=performer,
            routes=rest_routes(catalog.rest, gateway, self.exchange),
            not_found=unknown_paths(catalog.rest, self.exchange),
            open_session=self._open_session,
            refuse_socket=self._sockets.refusal,
        )

    @property
    def http(self) -> HttpApi:
        """What answers the calls on the port."""
        return self._http

    def _tell_algo(self, event: AlgoEvent) -> None:
        instrument = self.exchange.markets[event.algo.symbol].instrument
        channel = "algo-advance" if event.algo.algo_type in ADVANCED else "orders-algo"
        self.private_streams.tell_algo(event.account, channel, instrument, algo_pushed(event, self.exchange))

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer whatever arrives on the port."""
        return await self._http.handle(request)

    def urls(self, host: str, port: int) -> dict[str, str]:
        """Return the base URLs: clients append /api/v5/... to `rest`, and /public, /private or /business to `ws`."""
        return {"rest": f"http://{host}:{port}", "ws": f"ws://{host}:{port}{SOCKET_PATH}"}

    async def start(self) -> None:
        """Start to close idle sockets."""
        self.connections.start()

    async def stop(self) -> None:
        """Drop every socket."""
        await self.connections.stop()
        self._http.close()

    def _open_session(self, path: str, socket: Socket) -> Session | None:
        kind = SOCKETS.get(path.rstrip("/"))
        return None if kind is None else self._sockets.open(kind, socket)
