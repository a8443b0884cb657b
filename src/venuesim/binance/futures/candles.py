"""Candles of trades, of the mark and index price, and of the premium between them ("Kline/Candlestick Data")."""

from venuesim.binance.futures.errors import Code, refused
from venuesim.binance.futures.fields import Fields
from venuesim.binance.futures.formats import eight, price_text, quantity_text, quote_text
from venuesim.binance.futures.symbols import Symbols
from venuesim.binance.operations import Request, Result
from venuesim.binance.parameters import Parameters
from venuesim.exchange.accounts import ZERO
from venuesim.exchange.candle import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, WEEK_MS, Candle, Interval
from venuesim.exchange.market import Market

PAGE = 500
PAGE_MAX = 1500

_MINUTES = (1, 3, 5, 15, 30)
_HOURS = (1, 2, 4, 6, 8, 12)
INTERVALS = {
    "1s": Interval(SECOND_MS),
    **{f"{number}m": Interval(number * MINUTE_MS) for number in _MINUTES},
    **{f"{number}h": Interval(number * HOUR_MS) for number in _HOURS},
    "1d": Interval(DAY_MS),
    "3d": Interval(3 * DAY_MS),
    "1w": Interval(WEEK_MS),
    "1M": Interval(months=1),
}
"""The `interval` values; only continuous candles have those of a second."""


class CandleData:
    """Answers the calls for candles."""

    def __init__(self, symbols: Symbols) -> None:
        self._symbols = symbols

    def klines(self, request: Request) -> Result:
        """Show the candles of a contract's trades."""
        return self._of_trades(request, self._symbols.read(request.parameters))

    def continuous(self, request: Request) -> Result:
        """Show the candles of a pair's contracts of one kind: of its perpetual, for others are not listed."""
        fields = Fields(request.parameters)
        market = self._symbols.read_pair(fields.parameters)
        if fields.text("contractType") != "PERPETUAL":
            raise refused(Code.INVALID_CONTRACT_TYPE)
        return self._of_trades(request, market)

    def index_price(self, request: Request) -> Result:
        """Show the candles of a pair's index price. Approximate: those of its trades, without volumes."""
        return self._of_price(request, self._symbols.read_pair(request.parameters))

    def mark_price(self, request: Request) -> Result:
        """Show the candles of a contract's mark price. Approximate: those of its trades, without volumes."""
        return self._of_price(request, self._symbols.read(request.parameters))

    def premium(self, request: Request) -> Result:
        """Show the candles of the premium index. Approximate: mark and index price agree, so that it is zero."""
        market = self._symbols.read(request.parameters)
        candles = _candles(request, market)
        interval = _interval(Fields(request.parameters))
        return Result([_bare(candle, interval, *[eight(ZERO)] * 4) for candle in candles])

    def _of_trades(self, request: Request, market: Market) -> Result:
        interval = _interval(Fields(request.parameters))
        return Result([_row(candle, interval, market) for candle in _candles(request, market)])

    def _of_price(self, request: Request, market: Market) -> Result:
        interval = _interval(Fields(request.parameters))
        rows = []
        for candle in _candles(request, market):
            prices = (candle.open, candle.high, candle.low, candle.close)
            rows.append(_bare(candle, interval, *(price_text(price, market.instrument) for price in prices)))
        return Result(rows)


def candles_weight(parameters: Parameters) -> int:
    """Return what a call for candles weighs, by how many are asked for."""
    limit = min(Fields(parameters).whole("limit") or PAGE, PAGE_MAX)
    return next((weight for below, weight in ((100, 1), (500, 2), (1001, 5)) if limit < below), 10)


def _interval(fields: Fields) -> Interval:
    interval = INTERVALS.get(fields.text("interval"))
    if interval is None:
        raise refused(Code.BAD_INTERVAL)
    return interval


def _candles(request: Request, market: Market) -> list[Candle]:
    fields = Fields(request.parameters)
    return market.candles.of(
        _interval(fields),
        limit=fields.limit(PAGE, PAGE_MAX),
        now_ms=request.now_ms,
        start_ms=fields.whole("startTime"),
        end_ms=fields.whole("endTime"),
    )


def _row(candle: Candle, interval: Interval, market: Market) -> list[object]:
    instrument = market.instrument
    return [
        candle.open_ms,
        price_text(candle.open, instrument),
        price_text(candle.high, instrument),
        price_text(candle.low, instrument),
        price_text(candle.close, instrument),
        quantity_text(candle.volume, instrument),
        interval.after(candle.open_ms) - 1,
        quote_text(candle.quote_volume, instrument),
        candle.trade_count,
        quantity_text(candle.taker_buy_volume, instrument),
        quote_text(candle.taker_buy_quote_volume, instrument),
        "0",
    ]


def _bare(candle: Candle, interval: Interval, *prices: str) -> list[object]:
    """Return a candle of a price: without volumes; the count is that of the price's changes."""
    return [candle.open_ms, *prices, "0", interval.after(candle.open_ms) - 1, "0", candle.trade_count, "0", "0", "0"]
