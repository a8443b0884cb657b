"""Builds sessions and market data: the one place that knows which code belongs to which venue."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from tidegate.core.identifiers import AccountId
from tidegate.core.vocabulary import Environment, Exchange
from tidegate.ports import Clock, ReportSink, VenueCredentials
from tidegate.venues.binance.account import BinanceAccount
from tidegate.venues.binance.market import BinanceMarket
from tidegate.venues.binance.wire import ACCOUNT_LIMITS as BINANCE_ACCOUNT_LIMITS
from tidegate.venues.binance.wire import ADDRESS_LIMITS as BINANCE_ADDRESS_LIMITS
from tidegate.venues.binance.wire import WIRE as BINANCE_WIRE
from tidegate.venues.binance.wire import ccxt_urls as binance_urls
from tidegate.venues.budget import Limit, RateBudget, WindowGroup
from tidegate.venues.bybit.account import BybitAccount
from tidegate.venues.bybit.market import BybitMarket
from tidegate.venues.bybit.wire import ACCOUNT_LIMITS as BYBIT_ACCOUNT_LIMITS
from tidegate.venues.bybit.wire import ADDRESS_LIMITS as BYBIT_ADDRESS_LIMITS
from tidegate.venues.bybit.wire import WIRE as BYBIT_WIRE
from tidegate.venues.bybit.wire import ccxt_urls as bybit_urls
from tidegate.venues.client import VenueClient, Wire
from tidegate.venues.instrument_cache import InstrumentCache
from tidegate.venues.market_data import INSTRUMENTS_SECONDS, MarketData
from tidegate.venues.okx.account import OkxAccount
from tidegate.venues.okx.market import OkxMarket
from tidegate.venues.okx.wire import ACCOUNT_LIMITS as OKX_ACCOUNT_LIMITS
from tidegate.venues.okx.wire import ADDRESS_LIMITS as OKX_ADDRESS_LIMITS
from tidegate.venues.okx.wire import WIRE as OKX_WIRE
from tidegate.venues.okx.wire import ccxt_urls as okx_urls
from tidegate.venues.session import CcxtVenueSession
from tidegate.venues.symbols import SymbolMap
from tidegate.venues.transport import Taps, open_exchange
from tidegate.venues.venue import AccountVenue, MarketSource, Seat


class _Parts(NamedTuple):
    """One venue's code."""

    wire: Wire
    account_limits: Mapping[str, Limit]
    address_limits: Mapping[str, Limit]
    ccxt_urls: Callable[[dict[str, str]], dict[str, Any]]
    account: Callable[[Seat], AccountVenue]
    market: Callable[[VenueClient, SymbolMap], MarketSource]


_PARTS: Mapping[Exchange, _Parts] = {
    Exchange.BINANCE: _Parts(
        BINANCE_WIRE, BINANCE_ACCOUNT_LIMITS, BINANCE_ADDRESS_LIMITS, binance_urls, BinanceAccount, BinanceMarket
    ),
    Exchange.OKX: _Parts(OKX_WIRE, OKX_ACCOUNT_LIMITS, OKX_ADDRESS_LIMITS, okx_urls, OkxAccount, OkxMarket),
    Exchange.BYBIT: _Parts(
        BYBIT_WIRE, BYBIT_ACCOUNT_LIMITS, BYBIT_ADDRESS_LIMITS, bybit_urls, BybitAccount, BybitMarket
    ),
}


class VenueSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where venues are and how fast they may be asked.

    `endpoints` replaces base URLs per venue, with the keys that `venuesim --json` prints (`rest`, `ws`, `ws_api`); a
    venue that is not in it is reached where ccxt says. `rate_limit_scale` multiplies every limit, for simulators.
    """

    cache_folder: Path
    endpoints: dict[str, dict[str, str]] = {}
    rate_limit_scale: float = 1.0
    prices_seconds: float = 2.0
    instruments_seconds: float = INSTRUMENTS_SECONDS


class Venues:
    """Makes sessions that share what must be shared: names, and the budgets that count per address."""

    def __init__(self, settings: VenueSettings, clock: Clock, report: ReportSink) -> None:
        self._settings = settings
        self._clock = clock
        self._report = report
        self._address_windows: dict[tuple[Exchange, Environment], WindowGroup] = {}
        self._symbols: dict[Exchange, SymbolMap] = {}
        self._market_data: dict[Exchange, MarketData] = {}

    def market_data(self, exchange: Exchange, environment: Environment) -> MarketData:
        """A venue's instruments and prices; made once per venue, by the first environment asked for."""
        made = self._market_data.get(exchange)
        if made is None:
            client = self._client(exchange, environment, None)
            made = self._market_data[exchange] = MarketData(
                exchange,
                _PARTS[exchange].market(client, self._symbols_of(exchange)),
                client,
                self._symbols_of(exchange),
                InstrumentCache(self._settings.cache_folder, exchange, environment),
                self._report,
                self._clock,
                prices_seconds=self._settings.prices_seconds,
                instruments_seconds=self._settings.instruments_seconds,
            )
        return made

    def session(
        self, account_id: AccountId, exchange: Exchange, environment: Environment, credentials: VenueCredentials
    ) -> CcxtVenueSession:
        """One account's session. Its market data must be started too: names come from there."""
        client, market_data = self._client(exchange, environment, credentials), self.market_data(exchange, environment)
        seat = Seat(
            account_id=account_id,
            client=client,
            symbols=self._symbols_of(exchange),
            clock=self._clock,
            tell_tiers=market_data.learn_tiers,
            watched=market_data.watched,
        )
        return CcxtVenueSession(
            account_id,
            exchange,
            _PARTS[exchange].account(seat),
            client,
            self._report,
            self._clock,
            market_data.listed,
            doubt_rules=market_data.doubt_rules,
        )

    def _client(
        self, exchange: Exchange, environment: Environment, credentials: VenueCredentials | None
    ) -> VenueClient:
        parts = _PARTS[exchange]
        base = self._settings.endpoints.get(exchange.value)
        if base is None and environment is Environment.SIMULATED:
            raise ValueError(f"a simulated {exchange} needs its base URLs in the settings")
        connected = open_exchange(
            exchange,
            Taps(),
            credentials=credentials,
            urls=None if base is None else parts.ccxt_urls(base),
            testnet=base is None and environment is Environment.TESTNET,
        )
        scale = self._settings.rate_limit_scale
        shared = self._address_windows.setdefault(
            (exchange, environment), WindowGroup(parts.address_limits, scale=scale)
        )
        budget = RateBudget([WindowGroup(parts.account_limits, scale=scale), shared])
        return VenueClient(connected, parts.wire, budget, self._clock, credentials)

    def _symbols_of(self, exchange: Exchange) -> SymbolMap:
        return self._symbols.setdefault(exchange, SymbolMap(exchange))
