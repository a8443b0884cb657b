"""The tickers: 24 hours, trading day, rolling window, last price, best prices."""

import re
from collections.abc import Callable
from enum import StrEnum

from venuesim.binance.errors import BinanceError
from venuesim.binance.operations import Request, Result
from venuesim.binance.parameters import Parameters
from venuesim.binance.spot.figures import (
    Figures,
    day_figures,
    day_ticker,
    trading_day_figures,
    window_figures,
)
from venuesim.binance.spot.formats import Json, eight
from venuesim.binance.spot.instruments import Instruments, of_status, read_status
from venuesim.binance.spot.klines import read_time_zone
from venuesim.binance.spot.market_data import best_levels
from venuesim.exchange.candle import DAY_MS, HOUR_MS, MINUTE_MS
from venuesim.exchange.market import Market

SYMBOLS_MAX = 100
"""How many symbols a window or trading day ticker takes at once."""

_WINDOW = re.compile(r"([1-9]|[1-5][0-9])m|([1-9]|1[0-9]|2[0-3])h|([1-7])d")


class TickerType(StrEnum):
    """The `type` values."""

    FULL = "FULL"
    MINI = "MINI"


class Tickers:
    """Answers the ticker operations."""

    def __init__(self, instruments: Instruments) -> None:
        self._instruments = instruments

    def day(self, request: Request) -> Result:
        """Show the 24 hour figures."""
        is_mini = _read_type(request.parameters) is TickerType.MINI
        now_ms = request.now_ms
        return self._per_symbol(
            request, lambda market: day_figures(market, now_ms).mini() if is_mini else day_ticker(market, now_ms)
        )

    def price(self, request: Request) -> Result:
        """Show the last price."""
        return self._per_symbol(request, last_price)

    def book(self, request: Request) -> Result:
        """Show the best bid and ask."""
        return self._per_symbol(request, best_prices)

    def window(self, request: Request) -> Result:
        """Show the figures of a rolling window."""
        length_ms = _read_window(request.parameters)
        return self._stretch(request, lambda market: window_figures(market, length_ms, request.now_ms))

    def trading_day(self, request: Request) -> Result:
        """Show the figures of the day so far."""
        offset_ms = read_time_zone(request.parameters)
        return self._stretch(request, lambda market: trading_day_figures(market, offset_ms, request.now_ms))

    def _stretch(self, request: Request, figures: Callable[[Market], Figures]) -> Result:
        parameters = request.parameters
        is_mini = _read_type(parameters) is TickerType.MINI
        if not parameters.has("symbol"):
            if not parameters.has("symbols"):
                raise BinanceError(-1102, "Param 'symbol' or 'symbols' must be sent, but both were empty/null!")
            if len(parameters.names("symbols")) > SYMBOLS_MAX:
                raise BinanceError(-1101, f"Too many parameters; expected '{SYMBOLS_MAX}' and received more.")
        return self._per_symbol(request, lambda market: figures(market).mini() if is_mini else figures(market).full())

    def _per_symbol(self, request: Request, show: Callable[[Market], Json]) -> Result:
        parameters = request.parameters
        is_single = parameters.has("symbol")
        markets = of_status(self._instruments.markets(parameters), read_status(parameters), is_single=is_single)
        request.all_read()
        return Result(show(markets[0]) if is_single else [show(market) for market in markets])


def last_price(market: Market) -> Json:
    """Return the last price of a market."""
    return {"symbol": market.instrument.venue_id, "price": eight(market.statistics.last)}


def best_prices(market: Market) -> Json:
    """Return the best bid and ask of a market."""
    bid, bid_quantity, ask, ask_quantity = best_levels(market)
    return {
        "symbol": market.instrument.venue_id,
        "bidPrice": bid,
        "bidQty": bid_quantity,
        "askPrice": ask,
        "askQty": ask_quantity,
    }


def _read_type(parameters: Parameters) -> TickerType:
    if not parameters.has("type"):
        return TickerType.FULL
    try:
        return TickerType(parameters.required("type"))
    except ValueError:
        raise BinanceError(-1139, "Invalid ticker type.") from None


def _read_window(parameters: Parameters) -> int:
    text = parameters.optional("windowSize") or "1d"
    found = _WINDOW.fullmatch(text)
    if found is None:
        raise BinanceError(
            -1100, f"Illegal characters found in parameter 'windowSize'; legal range is '{_WINDOW.pattern}'."
        )
    minutes, hours, days = (int(group or 0) for group in found.groups())
    return minutes * MINUTE_MS + hours * HOUR_MS + days * DAY_MS
