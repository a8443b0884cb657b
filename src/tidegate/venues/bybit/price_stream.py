"""Prices as they change, from the public sockets: one for each category.

Last prices come from the trades, best prices from the book of one level, mark prices from the tickers, whose frames
hold only what has changed.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import TYPE_CHECKING, Any

import msgspec
import structlog

from tidegate.core.instruments import Price
from tidegate.core.vocabulary import InstrumentKind
from tidegate.venues.bybit.words import CATEGORIES
from tidegate.venues.client import VenueClient
from tidegate.venues.symbols import SymbolMap, kind_of
from tidegate.venues.values import MalformedError, amount, amount_or_zero, rows

if TYPE_CHECKING:
    from aiohttp import ClientWebSocketResponse

log = structlog.get_logger(__name__)

STREAMS = ("tickers", "orderbook.1", "publicTrade")
PING_SECONDS = 20.0
SILENCE_SECONDS_MAX = 45.0
"""How long without a frame; a ping is answered by one."""


class PriceStream:
    """The prices of some symbols, told as they change."""

    def __init__(self, client: VenueClient, symbols: SymbolMap, tell: Callable[[str, Price], None]) -> None:
        self._client = client
        self._symbols = symbols
        self._tell = tell
        self._prices: dict[str, Price] = {}
        self._traded: set[str] = set()

    async def run(self, wanted: Iterable[str]) -> None:
        """Listen until canceled; raises when one of the sockets ends."""
        by_kind: dict[InstrumentKind, list[str]] = {}
        for symbol in sorted(wanted):
            by_kind.setdefault(kind_of(symbol), []).append(symbol)
        await _until_one_ends(self._listen(kind, symbols) for kind, symbols in by_kind.items())

    async def _listen(self, kind: InstrumentKind, symbols: list[str]) -> None:
        exchange = self._client.exchange
        url = exchange.urls["api"]["ws"]["public"][CATEGORIES[kind]].replace("{hostname}", exchange.hostname)
        exchange.open()
        async with exchange.session.ws_connect(url) as socket:
            for symbol in symbols:
                await socket.send_str(_frame(_subscription(self._symbols.theirs(symbol))))
            await _until_one_ends([self._hear_all(socket, kind), _ping(socket)])

    async def _hear_all(self, socket: "ClientWebSocketResponse", kind: InstrumentKind) -> None:
        while True:
            self.hear(await _receive(socket), kind)

    def hear(self, frame: dict[str, Any], kind: InstrumentKind) -> None:
        """Take one frame of a category's socket."""
        if frame.get("success") is False:  # One market's topics: it may have gone. Its price is still asked for.
            log.warning("a market's prices are not streamed", exchange_symbol=frame.get("req_id"))
            return
        topic, data = str(frame.get("topic", "")), frame.get("data")
        name = topic.rpartition(".")[2]
        if not self._symbols.knows(name, kind):
            return
        symbol = self._symbols.ours(name, kind)
        match topic.partition(".")[0]:
            case "publicTrade":
                self._trades(symbol, rows(data))
            case "tickers":
                self._ticker(symbol, data)
            case "orderbook":
                self._book(symbol, data, whole=frame.get("type") == "snapshot")

    def _trades(self, symbol: str, trades: list[Any]) -> None:
        """Each trade is told, for each may set an order off. Block trades have prices of their own."""
        for trade in trades:
            if trade.get("BT") is not True:
                self._traded.add(symbol)
                self._change(symbol, last=amount(trade.get("p")))

    def _ticker(self, symbol: str, data: Any) -> None:
        """The last price counts only until a trade was heard: tickers come later than trades."""
        changes = {}
        if data.get("lastPrice") and symbol not in self._traded:
            changes["last"] = amount(data["lastPrice"])
        if data.get("markPrice"):
            changes["mark"] = amount(data["markPrice"])
        self._change(symbol, **changes)

    def _book(self, symbol: str, data: Any, *, whole: bool) -> None:
        """The best price of each side; a side that is empty has none, and one that is not told is as before."""
        changes = {}
        for name, key in (("bid", "b"), ("ask", "a")):
            levels = data.get(key) or []
            best = [amount(price) for price, quantity in levels if amount_or_zero(quantity)]
            if levels or whole:
                changes[name] = best[0] if best else None
        self._change(symbol, **changes)

    def _change(self, symbol: str, **changes: Any) -> None:
        """Take over what changed; nothing is told before the last price is known."""
        before = self._prices.get(symbol) or Price(last=amount("0"))
        told = self._prices[symbol] = msgspec.structs.replace(before, **changes)
        if told.last:
            self._tell(symbol, told)


def _subscription(name: str) -> dict[str, Any]:
    """What asks for one market's topics: a request of its own, for one that is refused is refused whole."""
    return {"op": "subscribe", "req_id": name, "args": [f"{stream}.{name}" for stream in STREAMS]}


async def _until_one_ends(runs: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Run side by side until one ends; the others end with it, and what ended it is raised."""
    tasks = [asyncio.create_task(run) for run in runs]
    try:
        ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _receive(socket: "ClientWebSocketResponse") -> dict[str, Any]:
    """The next frame; raises when the socket has ended or is silent for too long."""
    message = await socket.receive(timeout=SILENCE_SECONDS_MAX)
    if message.type.name != "TEXT":
        raise ConnectionError(f"the price stream ended: {message.type.name}")
    frame = msgspec.json.decode(message.data)
    if not isinstance(frame, dict):
        raise MalformedError("a frame is no object")
    return frame


async def _ping(socket: "ClientWebSocketResponse") -> None:
    """Say something now and then: Bybit closes a socket that does not."""
    while True:
        await asyncio.sleep(PING_SECONDS)
        await socket.send_str(_frame({"op": "ping"}))


def _frame(payload: dict[str, Any]) -> str:
    return msgspec.json.encode(payload).decode()
