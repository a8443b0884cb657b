"""Binance's market streams of chosen symbols: trades, best prices and mark prices as they change."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from tidegate.core.instruments import Price
from tidegate.core.vocabulary import InstrumentKind
from tidegate.venues.symbols import SymbolMap, kind_of
from tidegate.venues.values import MalformedError, amount, text

STREAMS_PER_REQUEST = 100
REQUEST_SECONDS = 0.25  # Spot takes five messages a second.
HEARTBEAT_SECONDS = 20.0

Tell = Callable[[str, Price], None]
Seed = Callable[[InstrumentKind], Awaitable[dict[str, Price]]]


class Door(NamedTuple):
    """A connection: what comes from it, and whether all of it is subscribed."""

    url: str
    kind: InstrumentKind
    names: list[str]
    is_open: asyncio.Event


class PriceStream:
    """Keeps the newest price of each symbol and tells each change. `exchange` is ccxt's.

    Where prices begin is asked for (`seed`) once everything is subscribed, so that no trade falls between the two;
    until then nothing is told.
    """

    def __init__(self, exchange: Any, symbols: SymbolMap, seed: Seed, tell: Tell) -> None:
        self._exchange = exchange
        self._symbols = symbols
        self._seed = seed
        self._prices: dict[str, Price] = {}
        self._seeded: set[InstrumentKind] = set()
        self._tell = tell

    async def run(self, symbols: frozenset[str]) -> None:
        """Stream until canceled; raises when one of the connections ends or refuses."""
        doors = [door for door in self._doors(symbols) if door.names]
        tasks = [asyncio.create_task(self._listen(door)) for door in doors]
        tasks += [asyncio.create_task(self._begin(kind, doors, symbols)) for kind in {door.kind for door in doors}]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _begin(self, kind: InstrumentKind, doors: list[Door], symbols: frozenset[str]) -> None:
        """Take what was there before the streams, where they have not told more yet, and tell all of it."""
        await asyncio.gather(*(door.is_open.wait() for door in doors if door.kind is kind))
        for symbol, price in (await self._seed(kind)).items():
            if symbol in symbols:
                self._prices[symbol] = _completed(self._prices.get(symbol), price)
        self._seeded.add(kind)
        for symbol, price in self._prices.items():
            if kind_of(symbol) is kind:
                self._tell(symbol, price)

    def _doors(self, symbols: frozenset[str]) -> list[Door]:
        """Which streams come from where: futures serve books and the rest by different doors."""
        spot = self._theirs(symbols, InstrumentKind.SPOT)
        linear = self._theirs(symbols, InstrumentKind.LINEAR)
        futures = InstrumentKind.LINEAR
        wanted = [
            (self._exchange.urls["api"]["ws"]["spot"], InstrumentKind.SPOT, _streams(spot, "trade", "bookTicker")),
            (self._exchange.get_ws_url("linear", "public"), futures, _streams(linear, "bookTicker")),
            (self._exchange.get_ws_url("linear", "market"), futures, _streams(linear, "aggTrade", "markPrice@1s")),
        ]
        return [Door(url, kind, names, asyncio.Event()) for url, kind, names in wanted]

    def _theirs(self, symbols: Iterable[str], kind: InstrumentKind) -> list[str]:
        return sorted(self._symbols.theirs(symbol).lower() for symbol in symbols if kind_of(symbol) is kind)

    async def _listen(self, door: Door) -> None:
        self._exchange.open()
        confirmed, requests = 0, len(range(0, len(door.names), STREAMS_PER_REQUEST))
        async with self._exchange.session.ws_connect(door.url, heartbeat=HEARTBEAT_SECONDS) as socket:
            asking = asyncio.create_task(_subscribe(socket, door.names))
            try:
                async for message in socket:
                    event = _decoded(message.data)
                    confirmed += self._is_confirmation(door.kind, event)
                    if confirmed == requests:
                        door.is_open.set()
            finally:
                asking.cancel()
                await asyncio.gather(asking, return_exceptions=True)
        raise ConnectionError("a price stream ended")

    def _is_confirmation(self, kind: InstrumentKind, event: Any) -> bool:
        """Whether an event answers a subscription; others are heard."""
        if "error" in event:
            raise MalformedError(f"a price stream was refused: {event['error']}")
        if "s" not in event:
            return True
        self._hear(kind, event)
        return False

    def _hear(self, kind: InstrumentKind, event: Any) -> None:
        symbol = self._symbols.ours(text(event, "s"), kind)
        before = self._prices.get(symbol)
        after = _changed(before, event)
        if after is not None and after != before:
            self._prices[symbol] = after
            if kind in self._seeded:
                self._tell(symbol, after)


def _completed(heard: Price | None, seed: Price) -> Price:
    """What streams have told already is newer."""
    if heard is None:
        return seed
    return msgspec.structs.replace(
        seed, last=heard.last, bid=heard.bid or seed.bid, ask=heard.ask or seed.ask, mark=heard.mark or seed.mark
    )


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
