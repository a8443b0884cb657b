"""Candlesticks: the bars there are and their rows (OKX "Get candlesticks", "Candlesticks channel")."""

import re
from collections.abc import Callable
from typing import NamedTuple

from venuesim.exchange.candle import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, WEEK_MS, Candle, Interval
from venuesim.exchange.instruments import Instrument
from venuesim.okx.instruments import shown_size
from venuesim.wire.calls import plain

CHINA_MS = 8 * HOUR_MS
"""Bars of six hours and more open by the clock of UTC+8, unless their name ends in `utc`."""

_UNITS = {"s": SECOND_MS, "m": MINUTE_MS, "H": HOUR_MS, "D": DAY_MS, "W": WEEK_MS}
_NAMES = (
    "1s", "1m", "3m", "5m", "15m", "30m", "1H", "2H", "4H", "6H", "12H", "1D", "2D", "3D", "5D", "1W", "1M", "3M",
)  # fmt: skip
_FIRST_WITH_UTC = _NAMES.index("6H")


class Bar(NamedTuple):
    """A length of candles, and how far its clock is ahead of UTC."""

    interval: Interval
    offset_ms: int


def _bar(name: str, offset_ms: int) -> Bar:
    count, unit = re.fullmatch(r"(\d+)(\w)", name).groups()  # type: ignore[union-attr] # The names are those above.
    if unit == "M":
        return Bar(Interval(months=int(count)), offset_ms)
    return Bar(Interval(int(count) * _UNITS[unit]), offset_ms)


BARS = {name: _bar(name, CHINA_MS if place >= _FIRST_WITH_UTC else 0) for place, name in enumerate(_NAMES)} | {
    f"{name}utc": _bar(name, 0) for name in _NAMES[_FIRST_WITH_UTC:]
}
"""The bars by their names: 1m, 4H, 1D, 1Dutc, ..."""


Row = Callable[[Instrument, Candle, bool], list[str]]


def trade_row(instrument: Instrument, candle: Candle, is_finished: bool) -> list[str]:
    """Return a candle of trades: time, prices, three volumes, state.

    The volumes are in the unit of `sz`, in base (swaps) or quote (pairs), and in quote.
    """
    currency_volume = candle.volume if instrument.is_linear else candle.quote_volume
    return [
        str(candle.open_ms),
        plain(candle.open),
        plain(candle.high),
        plain(candle.low),
        plain(candle.close),
        shown_size(instrument, candle.volume),
        plain(currency_volume),
        plain(candle.quote_volume),
        "1" if is_finished else "0",
    ]


def price_row(instrument: Instrument, candle: Candle, is_finished: bool) -> list[str]:
    """Return a candle of the mark or index price, which are assumed to have moved as the trades did."""
    row = trade_row(instrument, candle, is_finished)
    return [*row[:5], row[-1]]


def is_finished(bar: Bar, candle: Candle, now_ms: int) -> bool:
    """Whether a candle's time is over."""
    return bar.interval.after(candle.open_ms, bar.offset_ms) <= now_ms
