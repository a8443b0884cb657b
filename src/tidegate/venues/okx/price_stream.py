"""Prices as they change: trades, the best of the book, and mark prices of swaps."""

import asyncio
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import msgspec
import structlog

from tidegate.core.instruments import Price
from tidegate.core.vocabulary import InstrumentKind
from tidegate.venues.okx.subscribing import Arg, Subscriptions
from tidegate.venues.symbols import SymbolMap, kind_of
from tidegate.venues.values import amount, amount_or_zero, rows, text

log = structlog.get_logger(__name__)

TRADES, BEST, MARK = "trades", "bbo-tbt", "mark-price"
_LINEAR_ENDING = "-SWAP"


class PriceStream:
    """One subscription on the public URL. `known` are the prices that it starts from."""

    def __init__(
        self, exchange: Any, symbols: SymbolMap, known: Mapping[str, Price], tell: Callable[[str, Price], None]
    ) -> None:
        self._exchange = exchange
        self._symbols = symbols
        self._prices = dict(known)
        self._tell = tell
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
            await self._exchange.close_ws_clients()

    def _args(self, symbols: frozenset[str]) -> list[Arg]:
        args: list[Arg] = []
        for symbol in sorted(symbols):
            channels = [TRADES, BEST] if kind_of(symbol) is InstrumentKind.SPOT else [TRADES, BEST, MARK]
            args += [{"channel": channel, "instId": self._symbols.theirs(symbol)} for channel in channels]
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
        symbol = self._symbols.ours(name, kind)
        known = self._prices.get(symbol)
        news = _news(arg.get("channel"), row)
        if known is None:
            if "last" not in news or news["last"] is None:
                return  # Until something has traded there is no price.
            known = Price(last=news["last"])
        changed = msgspec.structs.replace(known, **news)
        if changed != self._prices.get(symbol):
            self._prices[symbol] = changed
            self._tell(symbol, changed)


def _news(channel: Any, row: Any) -> dict[str, Decimal | None]:
    """What a row says of a price."""
    if channel == TRADES:
        return {"last": amount(row.get("px"))}
    if channel == BEST:
        return {"bid": _best(row.get("bids")), "ask": _best(row.get("asks"))}
    return {"mark": amount_or_zero(row.get("markPx")) or None}


def _best(levels: Any) -> Decimal | None:
    """The price of the first level; None while that side is empty."""
    return amount(levels[0][0]) if levels else None
