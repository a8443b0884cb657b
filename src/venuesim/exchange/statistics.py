"""The figures of a 24 hour ticker."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property

from venuesim.exchange.accounts import ZERO
from venuesim.exchange.candles import Candle, Candles, Interval
from venuesim.exchange.instruments import Instrument

HOUR_MS = 3_600_000
DAY_HOURS = 24


class Statistics:
    """A day's figures: those of the candles before the start, and the trades since.

    Approximate: the day before the start stays in the figures for as long as the simulator runs.
    """

    def __init__(self, instrument: Instrument, candles: Candles, last: Decimal, start_ms: int) -> None:
        self.last = last
        self.last_quantity = instrument.quantity_min
        self._candles = candles
        self._start_ms = start_ms
        self._high = self._low = last
        self._volume = self._quote_volume = ZERO
        self._count = 0

    @cached_property
    def _day(self) -> list[Candle]:
        """The hours before the start; invented only when somebody asks."""
        until_ms = self._start_ms - HOUR_MS
        return self._candles.of(Interval(HOUR_MS), limit=DAY_HOURS, now_ms=self._start_ms, end_ms=until_ms)

    @property
    def open(self) -> Decimal:
        """The price a day ago."""
        return self._day[0].open if self._day else self._low

    @property
    def high(self) -> Decimal:
        """The highest price."""
        return max([self._high, *(candle.high for candle in self._day)])

    @property
    def low(self) -> Decimal:
        """The lowest price."""
        return min([self._low, *(candle.low for candle in self._day)])

    @property
    def volume(self) -> Decimal:
        """What was traded, in base."""
        return self._volume + sum((candle.volume for candle in self._day), ZERO)

    @property
    def quote_volume(self) -> Decimal:
        """What was traded, in quote."""
        return self._quote_volume + sum((candle.quote_volume for candle in self._day), ZERO)

    @property
    def trade_count(self) -> int:
        """The number of trades."""
        return self._count + sum(candle.trade_count for candle in self._day)

    @property
    def average(self) -> Decimal:
        """The volume-weighted price."""
        volume = self.volume
        return self.quote_volume / volume if volume else self.last

    def count(self, price: Decimal, quantity: Decimal) -> None:
        """Take a trade into the figures."""
        self.last = price
        self.last_quantity = quantity
        self._high = max(self._high, price)
        self._low = min(self._low, price)
        self._volume += quantity
        self._quote_volume += price * quantity
        self._count += 1
