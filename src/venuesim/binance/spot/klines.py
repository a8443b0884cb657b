"""Candles as the Spot API names, reads and writes them."""

import re

from venuesim.binance.errors import BinanceError
from venuesim.binance.operations import Request, Result
from venuesim.binance.parameters import Parameters
from venuesim.binance.spot.formats import eight
from venuesim.binance.spot.instruments import Instruments
from venuesim.binance.spot.pages import PAGE, PAGE_MAX
from venuesim.exchange.candle import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, WEEK_MS, Candle, Interval

INTERVALS = {
    "1s": Interval(SECOND_MS),
    "1m": Interval(MINUTE_MS),
    "3m": Interval(3 * MINUTE_MS),
    "5m": Interval(5 * MINUTE_MS),
    "15m": Interval(15 * MINUTE_MS),
    "30m": Interval(30 * MINUTE_MS),
    "1h": Interval(HOUR_MS),
    "2h": Interval(2 * HOUR_MS),
    "4h": Interval(4 * HOUR_MS),
    "6h": Interval(6 * HOUR_MS),
    "8h": Interval(8 * HOUR_MS),
    "12h": Interval(12 * HOUR_MS),
    "1d": Interval(DAY_MS),
    "3d": Interval(3 * DAY_MS),
    "1w": Interval(WEEK_MS),
    "1M": Interval(months=1),
}
"""The supported intervals ("Kline/Candlestick data"); their letters' case matters."""

_TIME_ZONE = re.compile(r"([+-]?)(\d{1,2})(?::([0-5]\d))?")
TIME_ZONE_MIN_MS = -12 * HOUR_MS
TIME_ZONE_MAX_MS = 14 * HOUR_MS


class Klines:
    """Answers klines and uiKlines, which here are the same."""

    def __init__(self, instruments: Instruments) -> None:
        self._instruments = instruments

    def klines(self, request: Request) -> Result:
        """Show candles: the newest, or those within some time."""
        parameters = request.parameters
        market = self._instruments.market(parameters)
        interval = read_interval(parameters)
        start_ms, end_ms = parameters.time_ms("startTime"), parameters.time_ms("endTime")
        offset_ms = read_time_zone(parameters)
        limit = parameters.limit(PAGE, PAGE_MAX)
        request.all_read()
        candles = market.candles.of(
            interval, limit=limit, now_ms=request.now_ms, start_ms=start_ms, end_ms=end_ms, offset_ms=offset_ms
        )
        return Result([kline(candle, interval, offset_ms) for candle in candles])


def read_interval(parameters: Parameters) -> Interval:
    """Return the interval that a request names."""
    interval = INTERVALS.get(parameters.required("interval"))
    if interval is None:
        raise BinanceError(-1120, "Invalid interval.")
    return interval


def read_time_zone(parameters: Parameters) -> int:
    """Return how far a request's clock is ahead of UTC, in milliseconds."""
    text = parameters.optional("timeZone")
    if text is None:
        return 0
    found = _TIME_ZONE.fullmatch(text)
    if found is not None:
        sign, hours, minutes = found.groups()
        offset_ms = (int(hours) * HOUR_MS + int(minutes or 0) * MINUTE_MS) * (-1 if sign == "-" else 1)
        if TIME_ZONE_MIN_MS <= offset_ms <= TIME_ZONE_MAX_MS:
            return offset_ms
    raise BinanceError(-1130, "Data sent for parameter 'timeZone' is not valid.")


def kline(candle: Candle, interval: Interval, offset_ms: int) -> list[object]:
    """Return a candle as klines shows it."""
    return [
        candle.open_ms,
        eight(candle.open),
        eight(candle.high),
        eight(candle.low),
        eight(candle.close),
        eight(candle.volume),
        interval.after(candle.open_ms, offset_ms) - 1,
        eight(candle.quote_volume),
        candle.trade_count,
        eight(candle.taker_buy_volume),
        eight(candle.taker_buy_quote_volume),
        "0",
    ]
