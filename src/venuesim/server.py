"""Runs the simulators: a port per venue, a control port, and the loop that moves the markets."""

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from venuesim.control.api import ControlApi
from venuesim.exchange.clock import Clock, SystemClock
from venuesim.exchange.engine import Exchange
from venuesim.exchange.market import STEP_SECONDS
from venuesim.fault_effects import FaultEffects, SkewedClock
from venuesim.faults import FaultSet
from venuesim.venue import VENUES, Venue
from venuesim.wire.http import Site

HOST = "127.0.0.1"
Urls = dict[str, object]


class Simulator:
    """All venues in this process, from `async with` to its end.

    >>> async with Simulator(venues=["binance"], seed=7) as simulator:
    ...     print(simulator.urls["control"], simulator.urls["binance"])
    """

    def __init__(
        self,
        *,
        venues: Sequence[str] = tuple(VENUES),
        seed: int = 1,
        control_port: int = 0,
        clock: Clock | None = None,
        walking: bool = True,
    ) -> None:
        """Set up the venues; `walking` False leaves the markets still until the control API or a test moves them."""
        self.faults = FaultSet(seed)
        clock = clock or SystemClock()
        self.venues: dict[str, Venue] = {
            name: VENUES[name](clock=SkewedClock(clock, name, self.faults), seed=seed, faults=self.faults)
            for name in venues
        }
        self.effects = FaultEffects(self._exchanges(), self.faults)
        self.urls: Urls = {}
        self._control_port = control_port
        self._walking = walking
        self._sites: list[Site] = []
        self._walk: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        control = ControlApi(self.venues, self.faults, self.effects)
        self.urls = {"control": f"http://{HOST}:{await self._listen(Site(control.handle), self._control_port)}"}
        for name, venue in self.venues.items():
            port = await self._listen(Site(venue.handle), 0)
            self.urls[name] = dict(venue.urls(HOST, port))
            await venue.start()
        if self._walking:
            self._walk = asyncio.create_task(self._walk_markets())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._walk is not None:
            self._walk.cancel()
            walked = (await asyncio.gather(self._walk, return_exceptions=True))[0]
        for venue in self.venues.values():
            await venue.stop()
        for exchange in self._exchanges():
            exchange.records.close()
        for site in self._sites:
            await site.stop()
        if self._walk is not None and not isinstance(walked, asyncio.CancelledError):
            raise RuntimeError("the markets had stopped") from walked

    async def _listen(self, site: Site, port: int) -> int:
        self._sites.append(site)
        return await site.start(host=HOST, port=port)

    def _exchanges(self) -> list[Exchange]:
        return [exchange for venue in self.venues.values() for exchange in venue.exchanges]

    async def _walk_markets(self) -> None:
        """Step every market at a fixed pace: the n-th step of a seed is the same however late it comes."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            due += STEP_SECONDS
            await asyncio.sleep(max(0.0, due - loop.time()))
            for exchange in self._exchanges():
                for market in exchange.markets.values():
                    exchange.liquidity.step_market(market)
                    await asyncio.sleep(0)  # Calls get their turn between the markets, so that none waits for long.
                exchange.pass_time()
