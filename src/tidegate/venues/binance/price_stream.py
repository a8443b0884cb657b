"""Binance's market streams of chosen symbols: trades, best prices and mark prices as they change."""

import asyncio
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

import msgspec

from tidegate.core.instruments import Price
from tidegate.core.vocabulary import InstrumentKind
from tidegate.venues.symbols import SymbolMap, kind_of
from tidegate.venues.values import MalformedError, amount, text

STREAMS_PER_REQUEST = 100
REQUEST_SECONDS = 0.25  # Spot takes five messages a second.
HEARTBEAT_SECONDS = 20.0

Tell = Callable[[str, Price], None]


class PriceStream:
    """Keeps the newest price of each symbol, from a seed on, and tells each change. `exchange` is ccxt's."""

    def __init__(self, exchange: Any, symbols: SymbolMap, seed: dict[str, Price], tell: Tell) -> None:
        self._exchange = exchange
        self._symbols = symbols
        self._prices = dict(seed)
        self._tell = tell

    async def run(self, symbols: frozenset[str]) -> None:
        """Stream until canceled; raises when one of the connections ends or refuses."""
        for symbol, price in self._prices.items():
            self._tell(symbol, price)
        connections = [
            asyncio.create_task(self._listen(url, kind, names))
            for url, kind, names in self._subscriptions(symbols)
            if names
        ]
        try:
            await asyncio.gather(*connections)
        finally:
            for connection in connections:
                connection.cancel()
            await asyncio.gather(*connections, return_exceptions=True)

    def _subscriptions(self, symbols: frozenset[str]) -> list[tuple[str, InstrumentKind, list[str]]]:
        """Which streams come from where: futures serve books and the rest by different doors."""
        spot = self._theirs(symbols, InstrumentKind.SPOT)
        linear = self._theirs(symbols, InstrumentKind.LINEAR)
        futures = InstrumentKind.LINEAR
        return [
            (self._exchange.urls["api"]["ws"]["spot"], InstrumentKind.SPOT, _streams(spot, "trade", "bookTicker")),
            (self._exchange.get_ws_url("linear", "public"), futures, _streams(linear, "bookTicker")),
            (self._exchange.get_ws_url("linear", "market"), futures, _streams(linear, "aggTrade", "markPrice@1s")),
        ]

    def _theirs(self, symbols: Iterable[str], kind: InstrumentKind) -> list[str]:
        return sorted(self._symbols.theirs(symbol).lower() for symbol in symbols if kind_of(symbol) is kind)

    async def _listen(self, url: str, kind: InstrumentKind, names: list[str]) -> None:
        self._exchange.open()
        async with self._exchange.session.ws_connect(url, heartbeat=HEARTBEAT_SECONDS) as socket:
            asking = asyncio.create_task(_subscribe(socket, names))
            try:
                async for message in socket:
                    self._hear(kind, _decoded(message.data))
            finally:
                asking.cancel()
                await asyncio.gather(asking, return_exceptions=True)
        raise ConnectionError("a price stream ended")

    def _hear(self, kind: InstrumentKind, event: Any) -> None:
        if "error" in event:
            raise MalformedError(f"a price stream was refused: {event['error']}")
        if "s" not in event:  # The answer to a subscription.
            return
        symbol = self._symbols.ours(text(event, "s"), kind)
        before = self._prices.get(symbol)
        after = _changed(before, event)
        if after is not None and after != before:
            self._prices[symbol] = after
            self._tell(symbol, after)


def _changed(price: Price | None, event: Any) -> Price | None:
    """The price after an event; None while nobody has traded. Best prices on spot come without a name."""
    match event.get("e", "bookTicker"):
        case "trade" | "aggTrade":
            last = amount(event.get("p"))
            return Price(last=last) if price is None else msgspec.structs.replace(price, last=last)
        case _ if price is None:
            return None
        case "bookTicker":
            return msgspec.structs.replace(price, bid=_best(event.get("b")), ask=_best(event.get("a")))
        case "markPriceUpdate":
            return msgspec.structs.replace(price, mark=amount(event.get("p")))
        case _:
            return price


def _best(value: Any) -> Decimal | None:
    return amount(value) or None


def _streams(names: list[str], *kinds: str) -> list[str]:
    return [f"{name}@{kind}" for name in names for kind in kinds]


def _decoded(data: Any) -> Any:
    event = msgspec.json.decode(data)
    if not isinstance(event, dict):
        raise MalformedError("a price stream sent something else than an event")
    return event


async def _subscribe(socket: Any, names: list[str]) -> None:
    for number, start in enumerate(range(0, len(names), STREAMS_PER_REQUEST), start=1):
        wanted = names[start : start + STREAMS_PER_REQUEST]
        await socket.send_json({"method": "SUBSCRIBE", "params": wanted, "id": number})
        await asyncio.sleep(REQUEST_SECONDS)
