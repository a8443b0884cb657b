"""A market's price as it once was: trades or candles replayed from a CSV file."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from venuesim.exchange.instruments import Instrument, floor_to
from venuesim.exchange.prices import Tick, on_tick
from venuesim.exchange.replay_files import Record, RecordedCandle, RecordedTrade, read_records

TICKS_PER_CALL_MAX = 2000
"""What is due beyond that comes with the next calls, so that a leap of the clock neither blocks nor fills memory."""

CANDLE_DEFAULT_US = 60_000_000
"""The length of a candle that is alone in its file and does not tell."""

ROUND_GAP_US = 1_000_000
"""How long after its last tick a file begins anew (assumption: any pause will do)."""


class _Timed(NamedTuple):
    """A tick and when it is due, in microseconds of the file's own clock."""

    time_us: int
    tick: Tick


class Replay:
    """The ticks of a file, its first one at `start_ms`, the others as much later as in the file, divided by `speed`.

    Every format of `replay_layouts` is read, row by row, from .csv, .csv.gz and .zip. Prices are rounded to the tick,
    quantities (base units; an OKX swap's contracts are multiplied by the instrument's contract size) down to the lot.
    A candle gives four ticks of a quarter of its volume over its length: open, the extreme on the far side of its
    close, the other extreme, close. Where the file does not tell who was the taker, a falling price means a seller.
    With `loops` the file begins anew one second after its end.

    Raises ValueError, naming file, line and reason: at once if the first row is unusable, later from `advance`.
    """

    def __init__(
        self, instrument: Instrument, path: Path, *, start_ms: int, speed: Decimal = Decimal(1), loops: bool = False
    ) -> None:
        if not speed.is_finite() or speed <= 0:
            raise ValueError(f"The speed must be positive, not {speed}.")
        self._start_ms = start_ms
        self._speed = speed
        self._ticks = _endless(instrument, path) if loops else _once(instrument, path)
        self._next = next(self._ticks, None)
        if self._next is None:
            raise ValueError(f"{path.name}: no rows")
        self._first_us = self._next.time_us
        self._error: ValueError | None = None

    @property
    def is_exhausted(self) -> bool:
        """Whether the file is at its end, or unusable from here on."""
        return self._next is None and self._error is None

    def advance(self, now_ms: int) -> Sequence[Tick]:
        """Return the ticks that are due by now, at most two thousand at once.

        A row that cannot be used ends the replay: what comes before it is returned, the next call raises.
        """
        if self._error is not None:
            error, self._error = self._error, None
            raise error
        until_us = self._first_us + int((now_ms - self._start_ms) * 1000 * self._speed)
        due: list[Tick] = []
        while self._next is not None and self._next.time_us <= until_us and len(due) < TICKS_PER_CALL_MAX:
            due.append(self._next.tick)
            self._next = self._read()
        return due

    def close(self) -> None:
        """Close the file; the replay is exhausted then."""
        self._next = None
        self._ticks.close()

    def _read(self) -> _Timed | None:
        try:
            return next(self._ticks, None)
        except ValueError as error:
            self._error = error
            return None


def _once(instrument: Instrument, path: Path) -> Generator[_Timed, None, None]:
    taker = _TakerGuess()
    for record, length_us in _with_lengths(read_records(path)):
        if isinstance(record, RecordedTrade):
            yield _trade_tick(record, instrument, taker)
        else:
            yield from _candle_ticks(record, length_us, instrument, taker)


def _endless(instrument: Instrument, path: Path) -> Generator[_Timed, None, None]:
    shift_us = 0
    while True:
        first_us = last_us = None
        for time_us, tick in _once(instrument, path):
            first_us = time_us if first_us is None else first_us
            last_us = time_us
            yield _Timed(time_us + shift_us, tick)
        if first_us is None or last_us is None:
            return
        shift_us += last_us - first_us + ROUND_GAP_US


class _TakerGuess:
    """Says who took where a file does not: the seller if the price fell, and who did before if it stands still."""

    def __init__(self) -> None:
        self._price: Decimal | None = None
        self._buyer_is_maker = False

    def buyer_is_maker(self, price: Decimal) -> bool:
        if self._price is not None and price != self._price:
            self._buyer_is_maker = price < self._price
        self._price = price
        return self._buyer_is_maker


def _with_lengths(records: Iterable[Record]) -> Iterator[tuple[Record, int]]:
    """Yield each record with its length in microseconds, zero for a trade.

    A candle that does not tell its end is as long as the shortest step to a next candle so far: files have gaps.
    """
    waiting: RecordedCandle | None = None
    step_us: int | None = None
    for record in records:
        if isinstance(record, RecordedTrade):
            yield record, 0
        elif record.end_us is not None:
            yield record, record.end_us - record.time_us
        else:
            if waiting is not None:
                gap_us = record.time_us - waiting.time_us
                step_us = gap_us if step_us is None else min(step_us, gap_us)
                yield waiting, step_us - 1
            waiting = record
    if waiting is not None:
        yield waiting, (step_us or CANDLE_DEFAULT_US) - 1


def _trade_tick(trade: RecordedTrade, instrument: Instrument, taker: _TakerGuess) -> _Timed:
    guess = taker.buyer_is_maker(trade.price)
    quantity = trade.quantity * instrument.contract_size if trade.is_in_contracts else trade.quantity
    if quantity > 0:
        quantity = max(floor_to(quantity, instrument.lot_size), instrument.lot_size)
    buyer_is_maker = guess if trade.buyer_is_maker is None else trade.buyer_is_maker
    return _Timed(trade.time_us, Tick(on_tick(trade.price, instrument), quantity, buyer_is_maker))


def _candle_ticks(
    candle: RecordedCandle, length_us: int, instrument: Instrument, taker: _TakerGuess
) -> Iterator[_Timed]:
    rises = candle.close >= candle.open
    extremes = (candle.low, candle.high) if rises else (candle.high, candle.low)
    quantity = floor_to(candle.volume / 4, instrument.lot_size)
    for part, price in enumerate((candle.open, *extremes, candle.close)):
        tick = Tick(on_tick(price, instrument), quantity, taker.buyer_is_maker(price))
        yield _Timed(candle.time_us + length_us * part // 3, tick)
