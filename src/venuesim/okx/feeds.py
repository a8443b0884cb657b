"""The public channels that tell a state: what it is, how often its changes are told, and when it is told unchanged."""

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from venuesim.exchange.engine import Exchange
from venuesim.okx import figures
from venuesim.okx.bars import BARS, Bar, Row, is_finished, price_row, trade_row
from venuesim.okx.contract_data import held
from venuesim.okx.figures import Json
from venuesim.okx.instrument_data import shown_instrument
from venuesim.okx.instruments import Instruments, InstrumentType, instrument_id, instrument_type
from venuesim.okx.market_data import index_market

SECOND_MS = 1000
MINUTE_MS = 60 * SECOND_MS


class World(NamedTuple):
    """Where the states are read."""

    exchange: Exchange
    instruments: Instruments


class Scope(StrEnum):
    """What a channel is subscribed by: the name in its argument."""

    INSTRUMENT = "instId"
    SWAP = "instId of a swap"
    INDEX = "instId of an index"
    TYPE = "instType"
    NOTHING = ""


class Feed(NamedTuple):
    """One channel of states. `render` gives its data for a scope's value, as of a time in milliseconds.

    Changes are told at most every `every_ms`, an unchanged state again after `again_ms` (0: never).
    """

    scope: Scope
    render: Callable[[World, str, int], list[object]]
    every_ms: int = 0
    again_ms: int = 0


def _ticker(world: World, symbol: str, now_ms: int) -> list[object]:
    return [figures.ticker(world.exchange.markets[symbol], now_ms)]


def _best(world: World, symbol: str, now_ms: int) -> list[object]:
    market = world.exchange.markets[symbol]
    return [{**figures.book(market, 1), "ts": str(now_ms), "seqId": market.update_id}]


def _five(world: World, symbol: str, now_ms: int) -> list[object]:
    market = world.exchange.markets[symbol]
    named = {"instId": instrument_id(market.instrument)}
    return [{**figures.book(market, 5), **named, "ts": str(now_ms), "seqId": market.update_id}]


def _mark_price(world: World, symbol: str, now_ms: int) -> list[object]:
    market = world.exchange.markets[symbol]
    kind = InstrumentType.SWAP if market.instrument.is_linear else InstrumentType.MARGIN
    return [figures.mark_price(market, kind.value, now_ms)]


def _index(world: World, family: str, now_ms: int) -> list[object]:
    return [figures.index_ticker(index_market(world.exchange, family), now_ms)]


def _price_limit(world: World, symbol: str, now_ms: int) -> list[object]:
    return [figures.price_limit(world.exchange.markets[symbol], now_ms)]


def _funding(world: World, symbol: str, now_ms: int) -> list[object]:
    return [figures.funding_rate(world.exchange.markets[symbol], now_ms)]


def _open_interest(world: World, symbol: str, now_ms: int) -> list[object]:
    market = world.exchange.markets[symbol]
    return [figures.open_interest(market, held(world.exchange, market), now_ms)]


def _instruments(world: World, kind: str, now_ms: int) -> list[object]:
    del now_ms
    listed = (i for i in world.instruments.all() if instrument_type(i).value == kind)
    return [shown_instrument(instrument, world.instruments.codes[instrument.symbol]) for instrument in listed]


def _nothing(world: World, value: str, now_ms: int) -> list[object]:
    del world, value, now_ms
    return []


def _candles(bar: Bar, row: Row, *, by_index: bool) -> Callable[[World, str, int], list[object]]:
    def render(world: World, value: str, now_ms: int) -> list[object]:
        market = index_market(world.exchange, value) if by_index else world.exchange.markets[value]
        candles = market.candles.of(bar.interval, limit=2, now_ms=now_ms, newest=True, offset_ms=bar.offset_ms)
        return [row(market.instrument, candle, is_finished(bar, candle, now_ms)) for candle in candles]

    return render


PUBLIC_FEEDS = {
    "tickers": Feed(Scope.INSTRUMENT, _ticker),
    "bbo-tbt": Feed(Scope.INSTRUMENT, _best, again_ms=MINUTE_MS),
    "books5": Feed(Scope.INSTRUMENT, _five, again_ms=MINUTE_MS),
    "mark-price": Feed(Scope.INSTRUMENT, _mark_price, every_ms=200, again_ms=10 * SECOND_MS),
    "index-tickers": Feed(Scope.INDEX, _index, every_ms=100, again_ms=MINUTE_MS),
    "price-limit": Feed(Scope.INSTRUMENT, _price_limit, every_ms=200),
    "funding-rate": Feed(Scope.SWAP, _funding, every_ms=MINUTE_MS, again_ms=MINUTE_MS),
    "open-interest": Feed(Scope.SWAP, _open_interest, every_ms=3 * SECOND_MS),
    "instruments": Feed(Scope.TYPE, _instruments, every_ms=SECOND_MS),
    "status": Feed(Scope.NOTHING, _nothing),
    "adl-warning": Feed(Scope.TYPE, _nothing),
    "estimated-price": Feed(Scope.TYPE, _nothing),
    "opt-summary": Feed(Scope.NOTHING, _nothing),
}
"""The channels of the public URL; the last four have nothing to tell here."""


def _candle_feeds() -> dict[str, Feed]:
    feeds: dict[str, Feed] = {}
    for name, bar in BARS.items():
        by_trades = _candles(bar, trade_row, by_index=False)
        by_mark = _candles(bar, price_row, by_index=False)
        by_index = _candles(bar, price_row, by_index=True)
        feeds[f"candle{name}"] = Feed(Scope.INSTRUMENT, by_trades, every_ms=SECOND_MS)
        feeds[f"mark-price-candle{name}"] = Feed(Scope.INSTRUMENT, by_mark, every_ms=SECOND_MS)
        feeds[f"index-candle{name}"] = Feed(Scope.INDEX, by_index, every_ms=SECOND_MS)
    return feeds


CANDLE_FEEDS = _candle_feeds()
"""The candlestick channels of the business URL."""

UNTIMED = frozenset({"ts", "seqId"})
"""What does not count as a change of a state."""


def known(data: list[object]) -> list[object]:
    """Return what counts of a state: all but when it was told."""
    return [_known_row(row) if isinstance(row, dict) else row for row in data]


def _known_row(row: Json) -> Json:
    return {name: value for name, value in row.items() if name not in UNTIMED}
