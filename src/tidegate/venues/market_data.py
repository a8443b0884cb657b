"""One venue's instruments and prices, for the whole desk.

Rules change while the desk runs: the listing is asked for again every few minutes, and at once when the venue refuses
an order as against rules that the desk has checked.
"""

import asyncio
import math
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import structlog

from tidegate.core.instruments import Instrument, Price, Tiers
from tidegate.core.messages.reports import InstrumentsReported, PriceReported
from tidegate.core.vocabulary import Exchange, InstrumentKind
from tidegate.ports import Clock, ReportSink
from tidegate.venues.backoff import about, backoff_seconds
from tidegate.venues.client import VenueClient
from tidegate.venues.instrument_cache import InstrumentCache
from tidegate.venues.listings import merged, tiered
from tidegate.venues.outcomes import CallFailed
from tidegate.venues.symbols import SymbolMap
from tidegate.venues.values import MalformedError
from tidegate.venues.venue import MarketSource

log = structlog.get_logger(__name__)

INSTRUMENTS_SECONDS = 300.0
TIERS_SECONDS = 3_600.0
DOUBTS_SECONDS_MIN = 10.0  # However often its rules are doubted, a venue is not asked for them more often.
PRICES_SECONDS = 2.0
UNCHANGED_SECONDS = 20.0  # So often a price is told again that stays what it is: else it would be taken for old.
STREAM_PROVEN_SECONDS = 30.0  # A stream that held so long starts its back-off anew.


class MarketData:
    """Reports a listing at start (from disk) and whenever it is refreshed, and prices: as they change, and now and
    then those that do not, as long as the venue goes on telling them."""

    def __init__(
        self,
        exchange: Exchange,
        source: MarketSource,
        client: VenueClient,
        symbols: SymbolMap,
        cache: InstrumentCache,
        report: ReportSink,
        clock: Clock,
        *,
        prices_seconds: float = PRICES_SECONDS,
        instruments_seconds: float = INSTRUMENTS_SECONDS,
    ) -> None:
        self._exchange = exchange
        self._source = source
        self._client = client
        self._symbols = symbols
        self._cache = cache
        self._report = report
        self._clock = clock
        self._prices_seconds = prices_seconds
        self._instruments_seconds = instruments_seconds
        self._known: dict[str, Instrument] = {}
        self._tiers: dict[str, Tiers] = {}
        self._doubted = asyncio.Event()
        self._prices: dict[str, tuple[Price, float]] = {}  # As told last, and when.
        self._heard_at: dict[str, float] = {}  # When a stream told the price last.
        self._listed = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._watched: frozenset[str] = frozenset()
        self._in_listing: frozenset[str] = frozenset()
        self._watching: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Read the cache at once and keep everything fresh in the background."""
        cached = self._cache.read()
        if cached:
            self._take(cached, frozenset(rules.symbol for rules in cached if rules.trading))
        self._tasks = [
            asyncio.create_task(self._keep_fresh(self._refresh_instruments, self._until_doubted)),
            asyncio.create_task(self._keep_fresh(self._refresh_tiers, self._until_tiers)),
            *(
                asyncio.create_task(self._keep_fresh(partial(self._refresh_prices, kind), self._until_prices))
                for kind in InstrumentKind  # Apart: where one waits for its rate budget, the other is as fresh as ever.
            ),
        ]

    def watched(self) -> frozenset[str]:
        """The symbols whose prices are told as they change."""
        return self._watched

    def watch(self, symbols: frozenset[str]) -> None:
        """Tell these symbols' prices as they change, not every now and then; replaces what was watched before."""
        if symbols == self._watched:
            return
        self._watched = symbols
        if self._watching is not None:
            self._watching.cancel()
        self._watching = asyncio.create_task(self._watch(symbols)) if symbols else None

    def doubt_rules(self) -> None:
        """The venue refused what its rules, as they are known here, allow: ask for them anew."""
        self._doubted.set()

    def learn_tiers(self, tiers: dict[str, Tiers]) -> None:
        """Leverage tiers, whoever was told them: from now on they are a part of the listing."""
        self._tiers |= tiers
        if tiers and self._known:
            known = list(self._known.values())
            self._take(merged(self._known, tiered(known, self._tiers, self._known)), self._in_listing)

    async def listed(self) -> None:
        """Wait until a listing is known, from disk or from the venue."""
        await self._listed.wait()

    async def close(self) -> None:
        """Stop refreshing and let go of connections."""
        try:
            tasks = self._tasks if self._watching is None else [*self._tasks, self._watching]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            await self._client.close()

    async def _keep_fresh(
        self, refresh: Callable[[], Coroutine[Any, Any, None]], pause: Callable[[], Coroutine[Any, Any, None]]
    ) -> None:
        failures = 0
        while True:
            wait = 0.0
            try:
                await refresh()
                if failures:
                    log.info("market data is fresh again", exchange=self._exchange, failures=failures)
                failures = 0
            except (CallFailed, MalformedError, LookupError, TypeError, AttributeError) as error:
                # The last three are what a listing of an unforeseen shape raises while it is read.
                failures += 1
                at_least = error.retry_after_seconds if isinstance(error, CallFailed) else None
                wait = backoff_seconds(failures, at_least=at_least)
                if failures == 1:  # Told once, until it is fresh again.
                    log.warning("market data could not be refreshed", exchange=self._exchange, fault=str(error))
            await (asyncio.sleep(wait) if wait else pause())

    async def _until_prices(self) -> None:
        await asyncio.sleep(self._prices_seconds)

    async def _until_tiers(self) -> None:
        await asyncio.sleep(about(TIERS_SECONDS))

    async def _until_doubted(self) -> None:
        """Until the listing is old, or sooner when its rules are doubted."""
        seconds = about(self._instruments_seconds)
        soonest = min(seconds, DOUBTS_SECONDS_MIN)
        await asyncio.sleep(soonest)
        try:
            async with asyncio.timeout(seconds - soonest):
                await self._doubted.wait()
        except TimeoutError:
            return
        log.info("the venue's rules are doubted", exchange=self._exchange)

    async def _refresh_instruments(self) -> None:
        self._doubted.clear()
        listed = await self._source.instruments()
        if not listed:
            raise MalformedError("the listing is empty")
        instruments = await asyncio.to_thread(merged, self._known, tiered(listed, self._tiers, self._known))
        self._take(instruments, frozenset(rules.symbol for rules in listed), complete=True)
        await asyncio.to_thread(self._cache.write, instruments)

    def _take(self, instruments: list[Instrument], in_listing: frozenset[str], *, complete: bool = False) -> None:
        self._symbols.learn(instruments)
        self._known = {rules.symbol: rules for rules in instruments}
        self._in_listing = in_listing
        at, rules = self._clock.now(), tuple(instruments)
        self._report(InstrumentsReported(at=at, exchange=self._exchange, instruments=rules, complete=complete))
        self._listed.set()

    async def _refresh_tiers(self) -> None:
        """They are many calls and change rarely, so they come after the listing, and less often."""
        await self._listed.wait()
        self.learn_tiers(await self._source.leverage_tiers())

    async def _refresh_prices(self, kind: InstrumentKind) -> None:
        """What a stream has told meanwhile is newer than the answer."""
        await self._listed.wait()
        asked_at = asyncio.get_running_loop().time()
        for symbol, price in (await self._source.prices(kind)).items():
            if self._heard_at.get(symbol, -math.inf) < asked_at:
                self._tell_price(symbol, price)

    async def _watch(self, symbols: frozenset[str]) -> None:
        """Stream until canceled. While the stream is down, the prices that are asked for now and then still come."""
        failures = 0
        while True:
            await self._listed.wait()
            began = asyncio.get_running_loop().time()
            try:
                await self._stream(symbols)
            except Exception as error:  # noqa: BLE001 - Whatever ended the stream, the answer is to open it again.
                log.info("the price stream ended", exchange=self._exchange, fault=type(error).__name__)
            lasted = asyncio.get_running_loop().time() - began
            failures = 1 if lasted > STREAM_PROVEN_SECONDS else failures + 1
            await asyncio.sleep(backoff_seconds(failures))

    async def _stream(self, symbols: frozenset[str]) -> None:
        """A market that is gone, or was never here, would end the stream of all the others."""
        if listed := symbols & self._in_listing:
            await self._source.stream_prices(listed, self._hear_price)

    def _hear_price(self, symbol: str, price: Price) -> None:
        self._heard_at[symbol] = asyncio.get_running_loop().time()
        self._tell_price(symbol, price)

    def _tell_price(self, symbol: str, price: Price) -> None:
        now = asyncio.get_running_loop().time()
        told, told_at = self._prices.get(symbol, (None, 0.0))
        if told == price and now - told_at < UNCHANGED_SECONDS:
            return
        self._prices[symbol] = (price, now)
        self._report(
            PriceReported(
                at=self._clock.now(),
                exchange=self._exchange,
                symbol=symbol,
                last=price.last,
                bid=price.bid,
                ask=price.ask,
                mark=price.mark,
                buy_max=price.buy_max,
                sell_min=price.sell_min,
            )
        )
