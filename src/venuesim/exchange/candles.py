"""The candles of one instrument, of every interval: its trades as they come, and an invented past before the first."""

from collections.abc import Iterator
from decimal import Decimal

from venuesim.exchange.candle import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, Candle, Interval
from venuesim.exchange.candle_history import History
from venuesim.exchange.candle_tiers import Sum, Tier
from venuesim.exchange.instruments import Instrument, floor_to

__all__ = ["Candle", "Candles", "Interval"]

RETENTIONS_MS = (
    (SECOND_MS, 40 * MINUTE_MS),
    (MINUTE_MS, 102 * HOUR_MS),
    (5 * MINUTE_MS, 7 * DAY_MS),
    (15 * MINUTE_MS, 42 * DAY_MS),
    (HOUR_MS, 730 * DAY_MS),
)
"""Lengths in which trades are kept, and for how long: enough for 2000 candles of all that is shorter than a day."""


class Candles:
    """The candles of one instrument.

    Before `start_ms` they are invented from `seed` (see `candle_history`) back to the instrument's listing; the last of
    every interval ends at `start_price`, cut to the tick. From then on they follow `count`. A time without trades gives
    a flat candle at the last price. A candle opens with its first trade, or with the last close if
    `opens_at_last_close` (assumption: the former; no venue documents it). Trades are kept by the second for forty
    minutes, by the minute for four days, by five minutes for a week, by fifteen for six weeks, by the hour for two
    years; shorter candles of older times are not answered.
    """

    def __init__(
        self,
        instrument: Instrument,
        *,
        seed: str,
        start_price: Decimal,
        start_ms: int,
        quote_volume_per_minute: Decimal,
        opens_at_last_close: bool = False,
    ) -> None:
        price = max(floor_to(start_price, instrument.tick_size), instrument.tick_size)
        self._history = History(instrument, seed, price, start_ms, quote_volume_per_minute)
        self._history_start_ms = min(instrument.listed_ms, start_ms)
        self._start_ms = start_ms
        self._opens_at_last_close = opens_at_last_close
        self._last_price = price
        self._tiers = [Tier(length_ms, retention_ms, price) for length_ms, retention_ms in RETENTIONS_MS]
        self._second: Sum | None = None
        self._second_end_ms = start_ms

    def count(self, price: Decimal, quantity: Decimal, buyer_is_maker: bool, time_ms: int) -> None:
        """Take in a trade at `time_ms`; one from before the running second counts as if it were from it."""
        second = self._second
        if second is None or time_ms >= self._second_end_ms:
            second = self._turn(max(time_ms, self._start_ms), price)
        second.count(price, quantity, buyer_is_maker=buyer_is_maker)
        self._last_price = price

    def of(
        self,
        interval: Interval,
        *,
        limit: int,
        now_ms: int,
        start_ms: int | None = None,
        end_ms: int | None = None,
        newest: bool = False,
        offset_ms: int = 0,
    ) -> list[Candle]:
        """Return up to `limit` candles that open within `start_ms` and `end_ms` (both inclusive), the oldest first.

        The running candle is among them. Of too many, those next to `start_ms` are returned if it is given and
        `newest` is false, and else the newest. `offset_ms` is how far the clock of the bars is ahead of UTC
        (see `Interval`); it must be whole seconds, as must the interval.
        """
        tier_number = self._tier_number(interval, offset_ms)
        first_ms = self._first_open_ms(interval, offset_ms, self._tiers[tier_number])
        until_ms = now_ms if end_ms is None else min(now_ms, end_ms)
        if until_ms < first_ms or (start_ms is not None and start_ms > until_ms):
            return []
        if start_ms is not None and start_ms > first_ms:
            first_ms = interval.ceil(start_ms, offset_ms)
        last_ms = interval.floor(until_ms, offset_ms)
        from_start = start_ms is not None and not newest
        opens = (_forward if from_start else _backward)(interval, offset_ms, first_ms, last_ms, limit)
        return self._build(interval, offset_ms, opens, tier_number) if opens else []

    def _turn(self, time_ms: int, price: Decimal) -> Sum:
        """Begin the second of `time_ms`; what it finishes moves up into the longer candles."""
        seconds = self._tiers[0]
        candle = seconds.finish()
        for tier in self._tiers[1:]:
            if candle is None:
                break
            candle = tier.add(candle)
        open_ms = time_ms - time_ms % SECOND_MS
        self._second = seconds.running = Sum(open_ms, self._last_price if self._opens_at_last_close else price)
        self._second_end_ms = open_ms + SECOND_MS
        return self._second

    def _tier_number(self, interval: Interval, offset_ms: int) -> int:
        """Return the longest kept length that the interval's candles can be put together from."""
        length_ms = interval.milliseconds or DAY_MS
        fitting = [
            number
            for number, tier in enumerate(self._tiers)
            if length_ms % tier.length_ms == 0 and offset_ms % tier.length_ms == 0
        ]
        if not fitting:
            raise ValueError("Candles last and are offset by whole seconds.")
        return fitting[-1]

    def _first_open_ms(self, interval: Interval, offset_ms: int, tier: Tier) -> int:
        if tier.dropped_until_ms is not None:
            return interval.ceil(tier.dropped_until_ms, offset_ms)
        open_ms = interval.floor(self._history_start_ms, offset_ms)
        return open_ms if open_ms >= 0 else interval.after(open_ms, offset_ms)

    def _build(self, interval: Interval, offset_ms: int, opens: list[int], tier_number: int) -> list[Candle]:
        end_ms = interval.after(opens[-1], offset_ms)
        traded, close = self._traded(interval, offset_ms, opens[0], end_ms, tier_number)
        candles = []
        for open_ms, next_ms in zip(opens, [*opens[1:], end_ms], strict=True):
            pieces = traded.get(open_ms, [])
            if open_ms < self._start_ms:
                pieces = [self._history.candle(open_ms, next_ms), *pieces]
            candle = _joined(open_ms, pieces) if pieces else _flat(open_ms, close)
            candles.append(candle)
            close = candle.close
        return candles

    def _traded(
        self, interval: Interval, offset_ms: int, first_ms: int, end_ms: int, tier_number: int
    ) -> tuple[dict[int, list[Candle]], Decimal]:
        """Return the parts of candles that had trades, by when the candle opened, and the last price before them."""
        pieces: list[Candle] = []
        close = self._tiers[tier_number].dropped_close
        for piece in self._newest_first(tier_number):
            if piece.open_ms < first_ms:
                close = piece.close
                break
            if piece.open_ms < end_ms:
                pieces.append(piece)
        traded: dict[int, list[Candle]] = {}
        for piece in reversed(pieces):
            traded.setdefault(interval.floor(piece.open_ms, offset_ms), []).append(piece)
        return traded, close

    def _newest_first(self, tier_number: int) -> Iterator[Candle]:
        """Yield all that was traded: what still runs in the shorter lengths, and then what this one has."""
        for tier in self._tiers[: tier_number + 1]:
            if tier.running is not None:
                yield tier.running.candle()
        yield from self._tiers[tier_number].newest_first()


def _joined(open_ms: int, pieces: list[Candle]) -> Candle:
    if len(pieces) == 1 and pieces[0].open_ms == open_ms:
        return pieces[0]
    joined = Sum(open_ms, pieces[0].open)
    for piece in pieces:
        joined.merge(piece)
    return joined.candle()


def _flat(open_ms: int, price: Decimal) -> Candle:
    return Candle(open_ms=open_ms, open=price, high=price, low=price, close=price)


def _forward(interval: Interval, offset_ms: int, first_ms: int, last_ms: int, limit: int) -> list[int]:
    opens: list[int] = []
    open_ms = first_ms
    while open_ms <= last_ms and len(opens) < limit:
        opens.append(open_ms)
        open_ms = interval.after(open_ms, offset_ms)
    return opens


def _backward(interval: Interval, offset_ms: int, first_ms: int, last_ms: int, limit: int) -> list[int]:
    opens: list[int] = []
    open_ms = last_ms
    while open_ms >= first_ms and len(opens) < limit:
        opens.append(open_ms)
        open_ms = interval.before(open_ms, offset_ms)
    return opens[::-1]
