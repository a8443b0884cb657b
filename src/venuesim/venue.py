"""What a venue package gives to the server, and the list of the venues there are."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from aiohttp import web

from venuesim.exchange.clock import Clock
from venuesim.exchange.engine import Exchange
from venuesim.faults import FaultSet
from venuesim.wire.http import HttpApi
from venuesim.wire.windows import RateWindows


class Venue(Protocol):
    """One simulated venue. `exchanges` are its wallets: one for all, or spot and futures apart."""

    exchanges: Sequence[Exchange]
    limits: RateWindows

    @property
    def http(self) -> HttpApi:
        """What answers the calls on the venue's port."""
        ...

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Serve a WebSocket on the venue's port, or answer a request of an unusual form."""
        ...

    def urls(self, host: str, port: int) -> Mapping[str, str]:
        """Return the venue's base URLs by kind (rest, ws, ...) for the address it listens on."""
        ...

    async def start(self) -> None:
        """Start the venue's own timers."""
        ...

    async def stop(self) -> None:
        """Drop every socket and stop the timers."""
        ...


class VenueFactory(Protocol):
    """Creates a venue that is not yet listening."""

    def __call__(self, *, clock: Clock, seed: int, faults: FaultSet) -> Venue:
        """Return the venue."""
        ...


def _binance(*, clock: Clock, seed: int, faults: FaultSet) -> Venue:
    from venuesim.binance.venue import BinanceVenue

    return BinanceVenue(clock=clock, seed=seed, faults=faults)


def _okx(*, clock: Clock, seed: int, faults: FaultSet) -> Venue:
    from venuesim.okx.venue import OkxVenue

    return OkxVenue(clock=clock, seed=seed, faults=faults)


def _bybit(*, clock: Clock, seed: int, faults: FaultSet) -> Venue:
    from venuesim.bybit.venue import BybitVenue

    return BybitVenue(clock=clock, seed=seed, faults=faults)


VENUES: dict[str, VenueFactory] = {"binance": _binance, "okx": _okx, "bybit": _bybit}
"""Every venue by its ccxt id."""
