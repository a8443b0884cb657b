"""The topics of the public sockets: what they are called, and which category has which."""

from enum import StrEnum
from typing import NamedTuple

from venuesim.bybit.depth import FULL_DEPTH, RPI_DEPTH
from venuesim.bybit.errors import BybitError
from venuesim.bybit.klines import INTERVALS
from venuesim.bybit.listing import Instruments
from venuesim.bybit.parameters import Category

DEPTHS = frozenset({"1", "50", "200", str(FULL_DEPTH)})
RPI = "rpi"
POOL_COINS = frozenset({"USDT"})
"""What contracts settle in."""


class Stream(StrEnum):
    """The kinds of topics there are."""

    TICKERS = "tickers"
    BOOK = "orderbook"
    TRADES = "publicTrade"
    CANDLES = "kline"
    PRICE_LIMIT = "priceLimit"
    LIQUIDATIONS = "allLiquidation"
    DELEVERAGING = "adlAlert"
    INSURANCE = "insurance"


PLAIN_STREAMS = {
    Category.SPOT: {Stream.TICKERS, Stream.TRADES, Stream.PRICE_LIMIT},
    Category.LINEAR: {Stream.TICKERS, Stream.TRADES, Stream.PRICE_LIMIT, Stream.LIQUIDATIONS},
}
"""Streams whose topics name nothing but a symbol."""

POOL_STREAMS = {Stream.DELEVERAGING, Stream.INSURANCE}
"""Streams of contracts whose topics name the coin that they settle in."""


class Topic(NamedTuple):
    """One kind of data of one market (by unified symbol; none for a pool's).

    `name` is Bybit's name of it, `detail` the depth of a book or the interval of a candle.
    """

    name: str
    category: Category
    stream: Stream
    symbol: str
    detail: str = ""

    @property
    def depth(self) -> int:
        """The depth of a book."""
        return RPI_DEPTH if self.detail == RPI else int(self.detail)


class Topics:
    """Reads the names of topics."""

    def __init__(self, instruments: Instruments) -> None:
        self._instruments = instruments

    def read(self, category: Category, name: str) -> Topic:
        """Return a topic of a category's socket; raises BybitError for one that does not exist."""
        head, _, rest = name.partition(".")
        stream = next((member for member in Stream if member.value == head), None)
        if stream is None:
            raise unknown_topic(category, name)
        if category is Category.LINEAR and stream in POOL_STREAMS and rest in POOL_COINS:
            return Topic(name, category, stream, "")
        detail, _, symbol = rest.rpartition(".")
        instrument = self._instruments.named(category, symbol)
        if instrument is None or not _is_offered(category, stream, detail):
            raise unknown_topic(category, name)
        return Topic(name, category, stream, instrument.symbol, detail)


def unknown_topic(category: Category, name: str) -> BybitError:
    """Return the refusal of a topic; spot has other words for it than contracts."""
    words = f"Invalid symbol :[{name}]" if category is Category.SPOT else f"error:handler not found,topic:{name}"
    return BybitError(10001, words)


def _is_offered(category: Category, stream: Stream, detail: str) -> bool:
    match stream:
        case Stream.BOOK:
            return detail in DEPTHS or detail == RPI
        case Stream.CANDLES:
            return detail in INTERVALS
        case _:
            return not detail and stream in PLAIN_STREAMS.get(category, set())
