"""Reads recorded trades and candles row by row from CSV files, plain, gzipped or zipped, of any size."""

import csv
import gzip
import io
import itertools
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import IO, NamedTuple

from venuesim.exchange.replay_layouts import (
    BOOLEANS,
    SIDES,
    CandleLayout,
    Layout,
    TradeLayout,
    is_header,
    layout_of_header,
    layout_of_row,
)

DELIMITERS = ",;\t|"
SWAP_SUFFIX = "-SWAP"
NUMBER_END = 10**16
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

DISORDER_US_MAX = 1_000_000
"""Trades in venues' files are out of order by moments here and there; they count as simultaneous."""


class RecordedTrade(NamedTuple):
    """A row of a file of trades: time in microseconds since the Unix epoch; None is what the file does not tell."""

    time_us: int
    price: Decimal
    quantity: Decimal
    buyer_is_maker: bool | None
    is_in_contracts: bool


class RecordedCandle(NamedTuple):
    """A row of a file of candles: times in microseconds since the Unix epoch, `end_us` None if the file tells none."""

    time_us: int
    end_us: int | None
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal


Record = RecordedTrade | RecordedCandle


def read_records(path: Path) -> Iterator[Record]:
    """Yield the rows of a file as they stand in it.

    Raises ValueError, naming file, line and reason, for a file that cannot be read and for a row that makes no sense.
    """
    line = 0
    time_us: int | None = None
    try:
        with _opened(path) as stream:
            first_line = stream.readline()
            delimiter = max(DELIMITERS, key=first_line.count)
            rows = csv.reader(itertools.chain([first_line], stream), delimiter=delimiter)
            layout: Layout | None = None
            for row in rows:
                line = rows.line_num
                if not any(cell.strip() for cell in row):
                    continue
                if layout is None:
                    if is_header(row):
                        layout = layout_of_header(row)
                        continue
                    layout = layout_of_row(row)
                record = _in_order(_record(layout, row), time_us)
                time_us = record.time_us
                yield record
    except (ValueError, OSError, EOFError, zlib.error, zipfile.BadZipFile, csv.Error, NotImplementedError) as error:
        raise ValueError(f"{path.name}, line {line}: {error}") from error


@contextmanager
def _opened(path: Path) -> Iterator[IO[str]]:
    """Open the text of a file, or of the only CSV file in an archive. Names in another encoding do no harm."""
    if not path.is_file():
        raise ValueError("there is no such file")
    if path.suffix == ".gz":
        with gzip.open(path, "rt", encoding="utf-8-sig", errors="replace", newline="") as stream:
            yield stream
    elif path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            members = [name for name in archive.namelist() if name.lower().endswith(".csv")]
            if len(members) != 1:
                raise ValueError(f"the archive must hold one CSV file, not {len(members)}")
            with archive.open(members[0]) as member:
                yield io.TextIOWrapper(member, encoding="utf-8-sig", errors="replace", newline="")
    else:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
            yield stream


def _in_order(record: Record, last_us: int | None) -> Record:
    """Return the record, not earlier than the last one. Raises ValueError if it is out of order for good."""
    if last_us is None or record.time_us > last_us:
        return record
    if isinstance(record, RecordedCandle) or last_us - record.time_us > DISORDER_US_MAX:
        raise ValueError("the time does not go on; rows must be in order of time, the oldest first")
    return record._replace(time_us=last_us)


def _record(layout: Layout, row: list[str]) -> Record:
    if max(column for column in layout if column is not None) >= len(row):
        raise ValueError(f"only {len(row)} columns")
    return _candle(layout, row) if isinstance(layout, CandleLayout) else _trade(layout, row)


def _trade(layout: TradeLayout, row: list[str]) -> RecordedTrade:
    return RecordedTrade(
        time_us=parse_time_us(row[layout.time]),
        price=_price(row[layout.price]),
        quantity=_amount(row, layout.quantity),
        buyer_is_maker=_buyer_is_maker(layout, row),
        is_in_contracts=layout.instrument is not None and row[layout.instrument].strip().endswith(SWAP_SUFFIX),
    )


def _candle(layout: CandleLayout, row: list[str]) -> RecordedCandle:
    prices = [_price(row[column]) for column in (layout.open, layout.high, layout.low, layout.close)]
    opened, high, low, close = prices
    if high != max(prices) or low != min(prices):
        raise ValueError(f"open {opened} and close {close} are not between low {low} and high {high}")
    time_us = parse_time_us(row[layout.time])
    end_us = None if layout.close_time is None else parse_time_us(row[layout.close_time])
    if end_us is not None and end_us <= time_us:
        raise ValueError("the candle closes before it opens")
    return RecordedCandle(time_us, end_us, opened, high, low, close, _amount(row, layout.volume))


def _buyer_is_maker(layout: TradeLayout, row: list[str]) -> bool | None:
    column, meanings = (layout.maker, BOOLEANS) if layout.maker is not None else (layout.side, SIDES)
    if column is None or not row[column].strip():
        return None
    meaning = meanings.get(row[column].strip().lower())
    if meaning is None:
        raise ValueError(f"{row[column]!r} is none of {', '.join(meanings)}")
    return meaning


def _price(text: str) -> Decimal:
    price = _number(text)
    if price <= 0:
        raise ValueError(f"the price {text!r} is not positive")
    return price


def _amount(row: list[str], column: int | None) -> Decimal:
    """Return a quantity; an absent or empty one is zero, which stands for unknown."""
    if column is None or not row[column].strip():
        return Decimal(0)
    amount = _number(row[column])
    if amount < 0:
        raise ValueError(f"the quantity {row[column]!r} is negative")
    return amount


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        raise ValueError(f"{text!r} is not a number") from None
    if not number.is_finite():
        raise ValueError(f"{text!r} is not a finite number")
    if abs(number) >= NUMBER_END:
        raise ValueError(f"{text!r} is too large")
    return number


def parse_time_us(text: str) -> int:
    """Return microseconds since the Unix epoch of a time in seconds, milli-, micro- or nanoseconds, or ISO 8601.

    A number's unit follows from its size; times are taken to lie between 1973 and 5138. Without a zone it is UTC.
    Raises ValueError for anything else.
    """
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        moment = datetime.fromisoformat(text.strip())
        moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        return (moment - EPOCH) // timedelta(microseconds=1)
    if not number.is_finite() or not 0 <= number < 10**20:
        raise ValueError(f"{text!r} is not a time")
    for bound, factor in ((10**11, Decimal(1_000_000)), (10**14, Decimal(1000)), (10**17, Decimal(1))):
        if number < bound:
            return int(number * factor)
    return int(number / 1000)
