"""Puts the simulated Binance together: the spot market and the USDⓈ-M futures on one origin."""

from collections.abc import Sequence

from aiohttp import web

from venuesim.binance.fault_answers import BinanceFaultAnswers
from venuesim.binance.futures.api import FuturesApi
from venuesim.binance.futures.errors import unknown_path
from venuesim.binance.gateway import refusal
from venuesim.binance.rest import not_found
from venuesim.binance.spot.api import SpotApi
from venuesim.exchange.clock import Clock
from venuesim.exchange.engine import Exchange
from venuesim.exchange.vocabulary import OrderStatus
from venuesim.faults import FaultSet
from venuesim.wire.calls import Call, Reply
from venuesim.wire.http import HttpApi
from venuesim.wire.performing import Performer
from venuesim.wire.sockets import Session, Socket
from venuesim.wire.windows import RateWindows

NAME = "binance"


class BinanceVenue:
    """One Binance on one port."""

    def __init__(self, *, clock: Clock, seed: int, faults: FaultSet) -> None:
        self.limits = RateWindows()
        performer = Performer(exchange=NAME, clock=clock, faults=faults, answers=BinanceFaultAnswers())
        self.futures = FuturesApi(
            name=NAME, clock=clock, seed=seed, faults=faults, windows=self.limits, performer=performer
        )
        self.spot = SpotApi(
            name=NAME,
            clock=clock,
            seed=seed,
            faults=faults,
            windows=self.limits,
            performer=performer,
            futures=self.futures.exchange,
        )
        self.exchanges: Sequence[Exchange] = (self.spot.exchange, self.futures.exchange)
        for exchange in self.exchanges:
            # Enums, "Order status": by the exchange, as during liquidations and maintenance, an order expires.
            exchange.canceled_by_venue = OrderStatus.EXPIRED
        self._http = HttpApi(
            clock=clock,
            performer=performer,
            routes={**self.spot.routes, **self.futures.routes},
            not_found=_not_found,
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
        """Return the base URLs of both markets."""
        return {**self.spot.urls(host, port), **self.futures.urls(host, port)}

    async def start(self) -> None:
        """Start what runs on time."""
        await self.futures.start()

    async def stop(self) -> None:
        """Drop every socket and stop the timers."""
        self._http.close()
        await self.futures.stop()

    def _open_session(self, path: str, socket: Socket) -> Session | None:
        return self.spot.open_session(path, socket) or self.futures.open_session(path, socket)


def _not_found(call: Call) -> Reply:
    """Answer a path that there is not: of contracts their API does it, of Spot the front."""
    return refusal(unknown_path(call.method, call.path)) if call.path.startswith("/fapi/") else not_found(call)
