"""Candles: of trades, of mark and index price, and of the premium of one over the other ("Get Kline" and the like)."""

from collections.abc import Callable
from decimal import Decimal

from venuesim.bybit import errors
from venuesim.bybit.listing import Instruments
from venuesim.bybit.operations import Request, Result
from venuesim.bybit.parameters import Category, Parameters
from venuesim.exchange.candle import DAY_MS, MINUTE_MS, Candle, Interval
from venuesim.exchange.engine import Exchange
from venuesim.exchange.market import Market
from venuesim.wire.calls import plain

LIMIT_DEFAULT = 200
LIMIT_MAX = 1000

INTERVALS = {
    **{str(minutes): Interval(minutes * MINUTE_MS) for minutes in (1, 3, 5, 15, 30, 60, 120, 240, 360, 720)},
    "D": Interval(DAY_MS),
    "W": Interval(7 * DAY_MS),
    "M": Interval(months=1),
}
"""The `interval` values."""

Row = list[str]


class Klines:
    """Answers the candle requests. Mark and index price have the candles of the trades (approximate)."""

    def __init__(self, exchange: Exchange, instruments: Instruments) -> None:
        self._exchange = exchange
        self._instruments = instruments

    def traded(self, request: Request) -> Result:
        """Show the candles of a pair's or a contract's trades, the newest first."""
        return self._answer(request, _traded, {Category.SPOT, Category.LINEAR})

    def marked(self, request: Request) -> Result:
        """Show the candles of a contract's mark or index price, the newest first."""
        return self._answer(request, _priced, {Category.LINEAR})

    def premium(self, request: Request) -> Result:
        """Show the candles of a contract's premium index: nothing, as the mark price follows the index."""
        return self._answer(request, _premium, {Category.LINEAR})

    def _answer(self, request: Request, row: Callable[[Candle], Row], categories: set[Category]) -> Result:
        parameters = request.parameters
        category = parameters.category_or(Category.LINEAR)
        market = self._market(parameters, category, categories)
        interval = INTERVALS.get(parameters.required("interval"))
        if interval is None:
            raise errors.parameter("Invalid period!")
        candles = market.candles.of(
            interval,
            limit=parameters.limit(default=LIMIT_DEFAULT, maximum=LIMIT_MAX),
            now_ms=request.now_ms,
            start_ms=parameters.integer("start"),
            end_ms=parameters.integer("end"),
            newest=True,
        )
        rows = [row(candle) for candle in reversed(candles)]
        return Result(result={"symbol": market.instrument.venue_id, "category": category.value, "list": rows})

    def _market(self, parameters: Parameters, category: Category, categories: set[Category]) -> Market:
        named = self._instruments.named(category, parameters.required("symbol"))
        if named is None or category not in categories:
            raise errors.parameter("Not supported symbols")
        return self._exchange.markets[named.symbol]


def _traded(candle: Candle) -> Row:
    return [*_priced(candle), plain(candle.volume), plain(candle.quote_volume)]


def _priced(candle: Candle) -> Row:
    prices = (candle.open, candle.high, candle.low, candle.close)
    return [str(candle.open_ms), *(plain(price) for price in prices)]


def _premium(candle: Candle) -> Row:
    return [str(candle.open_ms), *[plain(Decimal(0))] * 4]
