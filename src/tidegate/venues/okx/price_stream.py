"""Prices as they change: trades, the best of the book, the prices that OKX takes, and mark prices of swaps."""

import asyncio
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple

import structlog

from tidegate.core.instruments import Price
from tidegate.core.vocabulary import InstrumentKind
from tidegate.venues.okx.price_limits import PriceLimits
from tidegate.venues.okx.subscribing import Arg, Subscriptions
from tidegate.venues.okx.terms import INSTRUMENT_TYPES
from tidegate.venues.symbols import SymbolMap, kind_of
from tidegate.venues.values import MalformedError, amount, amount_or_zero, rows, text

log = structlog.get_logger(__name__)

LIMIT_CHANNEL = "price-limit"
CHANNELS = {
    InstrumentKind.SPOT: ("tickers", "trades", "bbo-tbt", LIMIT_CHANNEL),
    InstrumentKind.LINEAR: ("tickers", "trades", "bbo-tbt", LIMIT_CHANNEL, "mark-price"),
}
"""A ticker is told at once after subscribing, later only ten times a second; the others tell each change."""
_LINEAR_ENDING = f"-{INSTRUMENT_TYPES[InstrumentKind.LINEAR]}"


class Figure(NamedTuple):
    """A part of a price, and when it was true on the venue's clock (milliseconds since 1970)."""

    value: Decimal | None
    at_ms: int


class PriceStream:
    """One subscription on the public URL."""

    def __init__(
        self, exchange: Any, symbols: SymbolMap, tell: Callable[[str, Price], None], limits: PriceLimits
    ) -> None:
        self._exchange = exchange
        self._symbols = symbols
        self._figures: dict[str, dict[str, Figure]] = {}
        self._tell = tell
        self._limits = limits
        self._subscriptions = Subscriptions(exchange)
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def run(self, symbols: frozenset[str]) -> None:
        """Tell changes until canceled; raises when the connection ends."""
        taps = self._exchange.taps
        taps.on_frame = self._frame
        taps.on_frame_failed = lambda error: log.info("a price could not be read", fault=str(error))
        taps.on_connection_ended = lambda _connection, cause: self._end(cause)
        try:
            await self._subscriptions.open("public", self._args(symbols))
            await self._ended
        finally:
            taps.on_frame = lambda _connection, _frame: False
            taps.on_connection_ended = lambda _connection, _cause: None
            if self._ended.done() and not self._ended.cancelled():
                self._ended.exception()  # Heard, also when it ended while it was still being opened.
            await self._exchange.close_ws_clients()

    def _args(self, symbols: frozenset[str]) -> list[Arg]:
        args: list[Arg] = []
        for symbol in sorted(symbols):
            name = self._symbols.theirs(symbol)
            args += [{"channel": channel, "instId": name} for channel in CHANNELS[kind_of(symbol)]]
        return args

    def _end(self, cause: object) -> None:
        if not self._ended.done():
            self._ended.set_exception(ConnectionError(f"the price stream ended: {cause}"))

    def _frame(self, connection: Any, frame: Any) -> bool:
        if not isinstance(frame, dict):
            return False
        if frame.get("event") == "subscribe":
            self._subscriptions.confirm(connection, frame)
            return True
        if "data" not in frame or "arg" not in frame:
            return False
        for row in rows(frame["data"]):
            self._take(frame["arg"], row)
        return True

    def _take(self, arg: Any, row: Any) -> None:
        name = text(arg, "instId")
        kind = InstrumentKind.LINEAR if name.endswith(_LINEAR_ENDING) else InstrumentKind.SPOT
        symbol, at_ms = self._symbols.ours(name, kind), _milliseconds(row)
        known = self._figures.setdefault(symbol, {})
        before = self._price(symbol, known)
        channel = text(arg, "channel")
        if channel == LIMIT_CHANNEL:
            self._limits.hear(symbol, row)
        else:
            _learn(known, _parts(channel, row), at_ms)
        after = self._price(symbol, known)
        if after is not None and after != before:
            self._tell(symbol, after)

    def _price(self, symbol: str, known: dict[str, Figure]) -> Price | None:
        price = _price(known)
        return None if price is None else self._limits.within(symbol, price)


def _learn(known: dict[str, Figure], parts: Iterator[tuple[str, Decimal | None]], at_ms: int) -> None:
    """Take over what is not older than what is known."""
    for part, value in parts:
        if part not in known or known[part].at_ms <= at_ms:
            known[part] = Figure(value, at_ms)


def _parts(channel: str, row: Any) -> Iterator[tuple[str, Decimal | None]]:
    """What a row says of a price."""
    match channel:
        case "trades":
            yield "last", amount(row.get("px"))
        case "bbo-tbt":
            yield "bid", _best(row.get("bids"))
            yield "ask", _best(row.get("asks"))
        case "mark-price":
            yield "mark", amount_or_zero(row.get("markPx")) or None
        case "tickers":
            yield "last", amount_or_zero(row.get("last")) or None
            yield "bid", amount_or_zero(row.get("bidPx")) or None
            yield "ask", amount_or_zero(row.get("askPx")) or None
        case _:
            raise MalformedError(f"unknown channel {channel!r}")


def _price(known: dict[str, Figure]) -> Price | None:
    """None until something has traded."""
    figures = {part: figure.value for part, figure in known.items()}
    last = figures.get("last")
    if last is None:
        return None
    return Price(last=last, bid=figures.get("bid"), ask=figures.get("ask"), mark=figures.get("mark"))


def _best(levels: Any) -> Decimal | None:
    """The price of the first level; None while that side is empty."""
    return amount(levels[0][0]) if levels else None


def _milliseconds(row: Any) -> int:
    written = text(row, "ts")
    if not written.isdecimal():
        raise MalformedError(f"{written!r} is not a time")
    return int(written)
