"""Which column of a CSV file of trades or candles means what: by its header, or by the shape of its first row.

Known exports, besides plain `time,price[,quantity[,side]]` and `time,open,high,low,close[,volume]`:

- Binance (github.com/binance/binance-public-data, README "Trades", "AggTrades", "Klines"): without a header or with
  one (`id,price,qty,quote_qty,time,is_buyer_maker`), spot files since 2025 in microseconds.
- OKX (okx.com "Historical market data"): trades `instrument_name,trade_id,side,price,size,created_time`, candles
  `instrument_name,open,high,low,close,vol,vol_ccy,vol_quote,open_time,confirm`; trades from before 2022 have no
  header (id, side, size, price, time). Sizes of swaps are contracts; `vol_ccy` is taken to be base units.
- Bybit (public.bybit.com): contracts `timestamp,symbol,side,size,price,...` in seconds with a fraction, spot
  `id,timestamp,price,volume,side`.
"""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

TIME_NAMES = (
    "time", "timestamp", "createdtime", "transacttime", "opentime", "tradetime", "date", "datetime", "ts", "timems",
    "timestampms",
)  # fmt: skip
PRICE_NAMES = ("price", "px", "tradeprice")
QUANTITY_NAMES = ("qty", "quantity", "size", "amount", "volume", "vol", "sz")
VOLUME_NAMES = ("volccy", "volume", "vol", "qty", "quantity", "amount")
SIDE_NAMES = ("side", "takerside")
MAKER_NAMES = ("isbuyermaker", "buyerismaker", "wasthebuyerthemaker")
CLOSE_TIME_NAMES = ("closetime",)
INSTRUMENT_NAMES = ("instrumentname",)

BOOLEANS = {"true": True, "false": False, "1": True, "0": False}
SIDES = {"buy": False, "b": False, "sell": True, "s": True}
"""The taker's side, as whether the buyer is the maker."""


class TradeLayout(NamedTuple):
    """The columns of a file of trades, counted from zero; None is absent."""

    time: int
    price: int
    quantity: int | None = None
    side: int | None = None
    maker: int | None = None
    instrument: int | None = None


class CandleLayout(NamedTuple):
    """The columns of a file of candles, counted from zero; None is absent."""

    time: int
    open: int
    high: int
    low: int
    close: int
    volume: int | None = None
    close_time: int | None = None


Layout = TradeLayout | CandleLayout


def is_header(row: Sequence[str]) -> bool:
    """Whether a first row names its columns: not one of its cells is a number."""
    return not any(_is_number(cell) for cell in row)


def layout_of_header(header: Sequence[str]) -> Layout:
    """Return the columns that a header names. Raises ValueError if time or price are not among them."""
    # OKX's older files name columns in two languages: `created_time/...`.
    names = ["".join(letter for letter in cell.split("/")[0].lower() if letter.isalnum()) for cell in header]

    def find(known: Sequence[str]) -> int | None:
        return next((names.index(name) for name in known if name in names), None)

    time = find(TIME_NAMES)
    if time is None:
        raise ValueError(f"no column of times among {', '.join(header)}")
    if {"open", "high", "low", "close"} <= set(names):
        opened, high, low, close = (names.index(name) for name in ("open", "high", "low", "close"))
        volume, close_time = find(VOLUME_NAMES), find(CLOSE_TIME_NAMES)
        return CandleLayout(time, opened, high, low, close, volume=volume, close_time=close_time)
    price = find(PRICE_NAMES)
    if price is None:
        raise ValueError(f"neither a column of prices nor open, high, low and close among {', '.join(header)}")
    return TradeLayout(
        time,
        price,
        quantity=find(QUANTITY_NAMES),
        side=find(SIDE_NAMES),
        maker=find(MAKER_NAMES),
        instrument=find(INSTRUMENT_NAMES),
    )


def layout_of_row(row: Sequence[str]) -> Layout:
    """Return the columns of a file without a header by its first row. Raises ValueError for an unknown shape."""
    width = len(row)
    if width == 12:
        return CandleLayout(0, 1, 2, 3, 4, volume=5, close_time=6)
    if width in {6, 7} and _is_boolean(row[5]):
        return TradeLayout(4, 1, quantity=2, maker=5)
    if width in {7, 8} and _is_boolean(row[6]):
        return TradeLayout(5, 1, quantity=2, maker=6)
    if width == 5 and row[1].strip().lower() in SIDES:
        return TradeLayout(4, 3, quantity=2, side=1)
    if width in {5, 6}:
        return CandleLayout(0, 1, 2, 3, 4, volume=5 if width == 6 else None)
    if 2 <= width <= 4:
        return TradeLayout(0, 1, quantity=2 if width > 2 else None, side=3 if width > 3 else None)
    raise ValueError(f"no header, and no known kind of file has {width} columns like these")


def _is_number(cell: str) -> bool:
    try:
        return Decimal(cell.strip()).is_finite()
    except InvalidOperation:
        return False


def _is_boolean(cell: str) -> bool:
    return cell.strip().lower() in {"true", "false"}
