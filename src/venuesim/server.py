"""Runs the simulators: a port per venue, a control port, and the loop that moves the markets."""

import asyncio
import errno
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from venuesim.control.api import ControlApi
from venuesim.control.markets import MarketBody, Markets, ReplayBody, Step
from venuesim.control.reading import ControlError, Rooms
from venuesim.exchange.clock import Clock, SystemClock
from venuesim.exchange.engine import Exchange
from venuesim.exchange.market import STEP_SECONDS, Market
from venuesim.fault_effects import FaultEffects, SkewedClock
from venuesim.faults import FaultSet
from venuesim.tls import Certificate
from venuesim.venue import VENUES, Venue
from venuesim.wire.http import Site
from venuesim.wire.plain_http import PlainSite

HOST = "127.0.0.1"
Urls = dict[str, object]


class SimulatorError(Exception):
    """The simulator cannot do what was asked of it at the start; the message says why."""


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
        limits_scale: float = 1,
        scripts: Mapping[str, Path] | None = None,
        replays: Mapping[str, Path] | None = None,
        speed: str = "1",
        loops: bool = False,
        tls: bool = False,
    ) -> None:
        """Set up the venues.

        `walking` False leaves the markets still until the control API or a test moves them. `scripts` and `replays`
        name, by unified symbol, a JSON file of `[{"after_ms", "price"}, ...]` or a file of trades or candles, which is
        replayed `speed` times as fast as it was, for ever if it `loops`. With `tls` the venues speak https and wss, and
        `urls["certificate"]` is the path of what clients must trust. Raises SimulatorError for what cannot be.
        """
        unknown = [name for name in venues if name not in VENUES]
        if unknown or not venues:
            raise SimulatorError(f"no venue {', '.join(unknown) or 'is named'}; there are {', '.join(VENUES)}")
        if limits_scale <= 0:
            raise SimulatorError("a scale of the limits is above 0")
        self.faults = FaultSet(seed)
        clock = clock or SystemClock()
        self.venues: dict[str, Venue] = {
            name: VENUES[name](clock=SkewedClock(clock, name, self.faults), seed=seed, faults=self.faults)
            for name in venues
        }
        for venue in self.venues.values():
            venue.limits.scale = limits_scale
        self.effects = FaultEffects(self._exchanges(), self.faults)
        self._feed(scripts or {}, replays or {}, speed, loops=loops)
        self.urls: Urls = {}
        self._control_port = control_port
        self._walking = walking
        self._tls = tls
        self._certificate: Certificate | None = None
        self._sites: list[Site | PlainSite] = []
        self._walk: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException as error:
            await self._stop()
            if not isinstance(error, OSError):
                raise
            taken = error.errno == errno.EADDRINUSE
            reason = "is already in use" if taken else f"cannot be used: {error.strerror}"
            raise SimulatorError(f"port {self._control_port} {reason}") from error
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._walk is not None:
            self._walk.cancel()
            walked = (await asyncio.gather(self._walk, return_exceptions=True))[0]
        await self._stop()
        if self._walk is not None and not isinstance(walked, asyncio.CancelledError):
            raise RuntimeError("the markets had stopped") from walked

    async def _start(self) -> None:
        if self._tls:
            self._certificate = Certificate()
        control = ControlApi(self.venues, self.faults, self.effects)
        control_site = Site(control.handle)
        self._sites.append(control_site)
        self.urls = {"control": f"http://{HOST}:{await control_site.start(host=HOST, port=self._control_port)}"}
        for name, venue in self.venues.items():
            site = PlainSite(venue.http, venue.handle)
            self._sites.append(site)
            context = None if self._certificate is None else self._certificate.context
            port = await site.start(host=HOST, port=0, tls=context)
            urls = venue.urls(HOST, port)
            self.urls[name] = {kind: _secured(url) if self._tls else url for kind, url in urls.items()}
            await venue.start()
        if self._certificate is not None:
            self.urls["certificate"] = str(self._certificate.path)
        if self._walking:
            self._walk = asyncio.create_task(self._walk_markets())

    async def _stop(self) -> None:
        for venue in self.venues.values():
            await venue.stop()
        for exchange in self._exchanges():
            exchange.records.close()
        for site in self._sites:
            await site.stop()
        if self._certificate is not None:
            self._certificate.close()

    def _feed(self, scripts: Mapping[str, Path], replays: Mapping[str, Path], speed: str, *, loops: bool) -> None:
        """Let markets follow files from the start."""
        markets = Markets(Rooms(self.venues))
        bodies = [MarketBody(symbol=symbol, script=_read_script(path)) for symbol, path in scripts.items()]
        bodies += [
            MarketBody(symbol=symbol, replay=ReplayBody(path=str(path), speed=speed, loops=loops))
            for symbol, path in replays.items()
        ]
        try:
            for body in bodies:
                markets.change(body)
        except ControlError as error:
            raise SimulatorError(str(error)) from error

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
                    _step(exchange, market)
                    exchange.records.tidy_a_little()
                    await asyncio.sleep(0)  # Calls get their turn between the markets, so that none waits for long.
                exchange.pass_time()


def _step(exchange: Exchange, market: Market) -> None:
    """Step a market; a file that turns out to be unusable is given up, and the market walks on at random."""
    try:
        exchange.liquidity.step_market(market)
    except ValueError as error:
        if market.source is None:
            raise
        market.source, market.source_error = None, str(error)
        sys.stderr.write(f"venuesim: {exchange.name} {market.instrument.symbol}: {error}\n")


def _read_script(path: Path) -> tuple[Step, ...]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=tuple[Step, ...])
    except OSError as error:
        raise SimulatorError(f"{path}: {error.strerror}") from error
    except msgspec.MsgspecError as error:
        raise SimulatorError(f"{path}: {error}") from error


def _secured(url: str) -> str:
    """Return a URL with TLS: http becomes https, ws becomes wss."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}s://{rest}"
