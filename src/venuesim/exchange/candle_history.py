"""The candles from before the simulation began: invented, but always the same for the same seed.

Price and traded volume are functions of time, made of seeded noise on many time scales. A candle is what these
functions say at its two ends, so nothing has to be generated in order or kept, neighbours meet, and intervals agree
with each other: an hour opens where its first minute opens, and its volume is that of its sixty minutes. The wicks are
drawn for every candle by itself, so an hour's high is not exactly the highest of its minutes. All of it is integer
arithmetic, in ticks and lots, hence equal on every machine.
"""

import math
import zlib
from decimal import Decimal
from functools import cached_property, lru_cache

from venuesim.exchange.candle import DAY_MS, MINUTE_MS, SECOND_MS, Candle
from venuesim.exchange.instruments import Instrument

BILLION = 10**9

DAY_DEVIATION = 0.03
"""How far a price typically wanders in a day: what the live random walk does, too."""

SWING_MAX = 0.12
"""The most that one time scale moves the price, so that all together at most triple it or divide it by three."""

PRICE_PERIODS_MS = tuple(SECOND_MS * 8**power for power in range(10))
"""From a second to four years."""

VOLUME_PERIODS_MS = (4 * SECOND_MS, 64 * SECOND_MS, 4096 * SECOND_MS, 65536 * SECOND_MS)
VOLUME_SWING = 120_000_000
"""In billionths of a period. The slopes of all periods together stay below one, so that volume never runs backwards."""

TRADES_PER_MINUTE = 120
CACHED_CANDLES_MAX = 2048


def _swing(period_ms: int) -> int:
    """Return how far a price moves in `period_ms`, in billionths; it grows with the square root of time."""
    return round(min(DAY_DEVIATION * math.sqrt(period_ms / DAY_MS), SWING_MAX) * BILLION)


_PRICE_OCTAVES = tuple((period_ms, _swing(period_ms)) for period_ms in PRICE_PERIODS_MS)


class History:
    """The invented past of one instrument: it ends at `start_ms` with `start_price` (cut to the tick)."""

    def __init__(
        self, instrument: Instrument, seed: str, start_price: Decimal, start_ms: int, quote_volume_per_minute: Decimal
    ) -> None:
        self._instrument = instrument
        self._salt = zlib.crc32(f"{seed}/{instrument.symbol}/history".encode())
        self._start_ms = start_ms
        self._start_ticks = max(1, int(start_price / instrument.tick_size))
        self._lots_per_day = int(quote_volume_per_minute * (DAY_MS // MINUTE_MS) / start_price / instrument.lot_size)
        self._points: dict[int, tuple[int, int]] = {}
        self._cache: dict[tuple[int, int], Candle] = {}

    @cached_property
    def _start_level(self) -> int:
        """Most instruments' pasts are never asked about."""
        return BILLION + self._noise(self._start_ms)

    def candle(self, open_ms: int, end_ms: int) -> Candle:
        """Return the candle from `open_ms` up to, but without, `end_ms` or the start of the simulation."""
        end_ms = min(end_ms, self._start_ms)
        candle = self._cache.get((open_ms, end_ms))
        if candle is None:
            if len(self._cache) >= CACHED_CANDLES_MAX:
                self._cache.clear()
            candle = self._cache[(open_ms, end_ms)] = self._invent(open_ms, end_ms)
        return candle

    def _invent(self, open_ms: int, end_ms: int) -> Candle:
        instrument = self._instrument
        (first, lots_before), (last, lots_after) = self._point(open_ms), self._point(end_ms)
        wick = self._start_ticks * _swing(end_ms - open_ms) // BILLION
        high = max(first, last) + self._share(open_ms, end_ms, 1) * wick // BILLION // 2
        low = max(1, min(first, last) - self._share(open_ms, end_ms, 2) * wick // BILLION // 2)
        lots = lots_after - lots_before
        buy_lots = lots * (400_000_000 + self._share(open_ms, end_ms, 3) // 5) // BILLION
        average_ticks = (first + high + low + last) // 4
        lot_ticks = instrument.lot_size * instrument.tick_size
        return Candle(
            open_ms=open_ms,
            open=instrument.price_of(first),
            high=instrument.price_of(high),
            low=instrument.price_of(low),
            close=instrument.price_of(last),
            volume=instrument.lot_size * lots,
            quote_volume=lot_ticks * (lots * average_ticks),
            trade_count=max(1, (end_ms - open_ms) * TRADES_PER_MINUTE // MINUTE_MS) if lots else 0,
            taker_buy_volume=instrument.lot_size * buy_lots,
            taker_buy_quote_volume=lot_ticks * (buy_lots * average_ticks),
        )

    def _point(self, time_ms: int) -> tuple[int, int]:
        """Return the price (ticks) at a time and the lots traded until then; a candle's end is the next one's start."""
        point = self._points.get(time_ms)
        if point is None:
            if len(self._points) >= CACHED_CANDLES_MAX:
                self._points.clear()
            ticks = max(1, self._start_ticks * (BILLION + self._noise(time_ms)) // self._start_level)
            point = self._points[time_ms] = (ticks, self._lots_until(time_ms))
        return point

    def _noise(self, time_ms: int) -> int:
        return sum([swing * _value(self._salt, period, time_ms) for period, swing in _PRICE_OCTAVES]) // BILLION

    def _lots_until(self, time_ms: int) -> int:
        """Return how many lots were ever traded before `time_ms`: never less than at an earlier time."""
        waves = sum([_value(~self._salt, period, time_ms) * period for period in VOLUME_PERIODS_MS])
        return self._lots_per_day * (time_ms * BILLION**2 + VOLUME_SWING * waves) // (DAY_MS * BILLION**2)

    def _share(self, open_ms: int, end_ms: int, purpose: int) -> int:
        """Return a figure of this candle alone, between zero and a billion."""
        return (_mix(self._salt + purpose, end_ms - open_ms, open_ms) + BILLION) // 2


def _value(salt: int, period_ms: int, time_ms: int) -> int:
    """Return noise between minus and plus a billion, on a straight line between random values a period apart."""
    index, past_ms = divmod(time_ms, period_ms)
    left = _knot(salt, period_ms, index)
    return left + (_knot(salt, period_ms, index + 1) - left) * past_ms // period_ms


def _mix(salt: int, period_ms: int, index: int) -> int:
    """Return a random value between minus and plus a billion that depends on the arguments alone.

    The mixing is the finalizer of splitmix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators").
    """
    mask = 2**64 - 1
    mixed = (salt * 0x9E3779B97F4A7C15 + period_ms * 0xD1B54A32D192ED03 + index * 0x8CB92BA72F3D8DD7) & mask
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & mask
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & mask
    return ((mixed ^ (mixed >> 31)) % (2 * BILLION + 1)) - BILLION


_knot = lru_cache(maxsize=16384)(_mix)
"""Neighbouring candles share most of their knots."""
