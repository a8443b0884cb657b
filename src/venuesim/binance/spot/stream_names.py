"""The names of market streams (WebSocket Streams page), and what each asks for."""

import re
from enum import StrEnum

import msgspec

from venuesim.binance.spot.klines import INTERVALS
from venuesim.exchange.candle import DAY_MS, HOUR_MS, Interval

WINDOWS = {"1h": HOUR_MS, "4h": 4 * HOUR_MS, "1d": DAY_MS}
"""The windows of rolling statistics."""

_OFFSET = "@+08:00"
OFFSET_MS = 8 * HOUR_MS

_ALL = re.compile(r"arr(@[0-9]+ms)?")
"""Some clients name a speed, as the venue's own pages do; it is once a second all the same."""

_DEPTH = re.compile(r"depth(5|10|20)?(@100ms|@1000ms)?")


class StreamKind(StrEnum):
    """What a stream tells."""

    TRADE = "trade"
    AGGREGATE = "aggTrade"
    KLINE = "kline"
    MINI_TICKER = "miniTicker"
    TICKER = "ticker"
    WINDOW = "window"
    AVERAGE = "avgPrice"
    BOOK_TICKER = "bookTicker"
    DEPTH = "depth"
    PARTIAL_DEPTH = "partial_depth"


class StreamName(msgspec.Struct, frozen=True, kw_only=True):
    """A stream: its name as it was asked for, the pair in capitals (None: all), and what its kind needs to know."""

    name: str
    kind: StreamKind
    symbol: str | None
    interval_name: str = ""
    interval: Interval | None = None
    offset_ms: int = 0
    window: str = ""
    levels: int = 0
    is_fast: bool = False


def parse_stream(name: str) -> StreamName | None:
    """Read a name; None for one that means nothing."""
    symbol, separator, topic = name.partition("@")
    if not separator:
        return None
    if name.startswith("!"):
        return _of_all(name, symbol.removeprefix("!")) if _ALL.fullmatch(topic) else None
    return _of_one(name, symbol.upper(), topic)


def _of_all(name: str, topic: str) -> StreamName | None:
    if topic in {StreamKind.MINI_TICKER, StreamKind.TICKER}:
        return StreamName(name=name, kind=StreamKind(topic), symbol=None)
    window = topic.removeprefix("ticker_")
    return StreamName(name=name, kind=StreamKind.WINDOW, symbol=None, window=window) if window in WINDOWS else None


def _of_one(name: str, symbol: str, topic: str) -> StreamName | None:
    if topic.startswith("kline_"):
        interval_name = topic.removeprefix("kline_").removesuffix(_OFFSET)
        interval = INTERVALS.get(interval_name)
        if interval is None:
            return None
        return StreamName(
            name=name,
            kind=StreamKind.KLINE,
            symbol=symbol,
            interval_name=interval_name,
            interval=interval,
            offset_ms=OFFSET_MS if topic.endswith(_OFFSET) else 0,
        )
    if topic.startswith("ticker_"):
        window = topic.removeprefix("ticker_")
        return (
            StreamName(name=name, kind=StreamKind.WINDOW, symbol=symbol, window=window) if window in WINDOWS else None
        )
    depth = _DEPTH.fullmatch(topic)
    if depth is not None:
        levels, speed = depth.groups()
        kind = StreamKind.DEPTH if levels is None else StreamKind.PARTIAL_DEPTH
        is_fast = speed == "@100ms"
        return StreamName(name=name, kind=kind, symbol=symbol, levels=int(levels or 0), is_fast=is_fast)
    if topic in {StreamKind.KLINE, StreamKind.WINDOW, StreamKind.PARTIAL_DEPTH}:
        return None
    try:
        return StreamName(name=name, kind=StreamKind(topic), symbol=symbol)
    except ValueError:
        return None
