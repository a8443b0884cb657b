"""What a candle is, and when it opens."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec

SECOND_MS = 1000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
WEEK_MS = 7 * DAY_MS

FIRST_MONDAY_MS = 4 * DAY_MS
"""1970-01-05, the first Monday after the Unix epoch."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


class Candle(msgspec.Struct, frozen=True, kw_only=True, array_like=True, gc=False):
    """The trades of one stretch of time: prices in quote per base, volumes in base unless they say quote.

    `taker_buy_*` are the parts of the volumes in which the buyer was the taker.
    """

    open_ms: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal = Decimal(0)
    quote_volume: Decimal = Decimal(0)
    trade_count: int = 0
    taker_buy_volume: Decimal = Decimal(0)
    taker_buy_quote_volume: Decimal = Decimal(0)


class Interval(msgspec.Struct, frozen=True):
    """The length of a candle: either fixed, in milliseconds, or a number of calendar months.

    Multiples of a week open on a Monday, months on the 1st, everything else on a multiple of its length since the Unix
    epoch, all by a clock that is `offset_ms` ahead of UTC: 0 for Binance and Bybit, eight hours for OKX's bars
    without the suffix `utc` (OKX "Get candlesticks"), whose days therefore open at 16:00 UTC.
    Assumption: so do three-day candles; no venue documents where they are anchored.

    Raises ValueError unless exactly one of the two lengths is given and positive.
    """

    milliseconds: int = 0
    months: int = 0

    def __post_init__(self) -> None:
        if min(self.milliseconds, self.months) < 0 or (self.milliseconds > 0) == (self.months > 0):
            raise ValueError("An interval is a positive number of either milliseconds or months.")

    def floor(self, time_ms: int, offset_ms: int = 0) -> int:
        """Return when the candle opened (Unix milliseconds) that `time_ms` belongs to."""
        local_ms = time_ms + offset_ms
        if self.months:
            month = _month_of(local_ms)
            return _month_start_ms(month - month % self.months) - offset_ms
        anchor_ms = FIRST_MONDAY_MS if self.milliseconds % WEEK_MS == 0 else 0
        return local_ms - (local_ms - anchor_ms) % self.milliseconds - offset_ms

    def ceil(self, time_ms: int, offset_ms: int = 0) -> int:
        """Return the first opening at or after `time_ms`."""
        open_ms = self.floor(time_ms, offset_ms)
        return open_ms if open_ms == time_ms else self.after(open_ms, offset_ms)

    def after(self, open_ms: int, offset_ms: int = 0) -> int:
        """Return when the candle opens that follows the one opened at `open_ms`."""
        if self.months:
            return _month_start_ms(_month_of(open_ms + offset_ms) + self.months) - offset_ms
        return open_ms + self.milliseconds

    def before(self, open_ms: int, offset_ms: int = 0) -> int:
        """Return when the candle opens that comes before the one opened at `open_ms`."""
        return self.floor(open_ms - 1, offset_ms)


def _month_of(time_ms: int) -> int:
    """Return the number of months since the year 0."""
    date = _EPOCH + timedelta(milliseconds=time_ms)
    return date.year * 12 + date.month - 1


def _month_start_ms(month: int) -> int:
    return (datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC) - _EPOCH) // _MILLISECOND
