"""Binance's listing and prices, of spot and of USD-M perpetuals."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tidegate.core.instruments import Instrument, Price
from tidegate.core.vocabulary import Exchange, InstrumentKind, OrderType, Wallet
from tidegate.venues.binance.market import BinanceMarket
from tidegate.venues.binance.price_stream import PriceStream
from tidegate.venues.symbols import SymbolMap
from tidegate.venues.values import MalformedError
from venue_binance_rows import LINEAR
from venue_unit_helpers import ScriptedClient, pair, perpetual

SPOT = "BTC/USDT"


def symbols() -> SymbolMap:
    """The names of a pair and of its perpetual."""
    made = SymbolMap(Exchange.BINANCE)
    made.learn([pair(Exchange.BINANCE), perpetual(Exchange.BINANCE)])
    return made


async def listed(spot: list[Any], linear: list[Any]) -> dict[str, Instrument]:
    """The listing by our symbols."""
    client = ScriptedClient({"symbols": spot}, {"symbols": linear})
    found = await BinanceMarket(client, symbols()).instruments()  # type: ignore[arg-type]
    return {each.symbol: each for each in found}


SPOT_ROW: dict[str, Any] = {
    "symbol": "BTCUSDT", "status": "TRADING", "baseAsset": "BTC", "quoteAsset": "USDT", "allowTrailingStop": True,
    "orderTypes": ["LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT",
                   "TAKE_PROFIT_LIMIT", "PEGGED"],
    "filters": [
        {"filterType": "PRICE_FILTER", "minPrice": "0.01", "maxPrice": "1000000", "tickSize": "0.01000000"},
        {"filterType": "LOT_SIZE", "minQty": "0.00001000", "maxQty": "9000", "stepSize": "0.00001000"},
        {"filterType": "MARKET_LOT_SIZE", "minQty": "0", "maxQty": "120.5", "stepSize": "0"},
        {"filterType": "NOTIONAL", "minNotional": "5.00", "maxNotional": "9000000.00"},
        {"filterType": "TRAILING_DELTA", "minTrailingAboveDelta": 10, "maxTrailingAboveDelta": 2000,
         "minTrailingBelowDelta": 20, "maxTrailingBelowDelta": 1000},
        {"filterType": "PERCENT_PRICE_BY_SIDE", "bidMultiplierUp": "5", "bidMultiplierDown": "0.2",
         "askMultiplierUp": "4", "askMultiplierDown": "0.3"},
    ],
}  # fmt: skip

LINEAR_ROW: dict[str, Any] = {
    "symbol": "BTCUSDT", "pair": "BTCUSDT", "contractType": "PERPETUAL", "status": "TRADING", "baseAsset": "BTC",
    "quoteAsset": "USDT", "marginAsset": "USDT",
    "orderTypes": ["LIMIT", "MARKET", "STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET",
                   "TRAILING_STOP_MARKET"],
    "filters": [
        {"filterType": "PRICE_FILTER", "minPrice": "556.80", "maxPrice": "4529764", "tickSize": "0.10"},
        {"filterType": "LOT_SIZE", "minQty": "0.001", "maxQty": "1000", "stepSize": "0.001"},
        {"filterType": "MARKET_LOT_SIZE", "minQty": "0.001", "maxQty": "120", "stepSize": "0.001"},
        {"filterType": "MIN_NOTIONAL", "notional": "100"},
        {"filterType": "PERCENT_PRICE", "multiplierUp": "1.0500", "multiplierDown": "0.9500"},
    ],
}  # fmt: skip

BUYS, SELLS = (Decimal("0.2"), Decimal(5)), (Decimal("0.3"), Decimal(4))


async def test_pairs_keep_binances_limits_exactly_and_what_cannot_be_read_is_skipped() -> None:
    broken = SPOT_ROW | {"symbol": "BROKEN", "baseAsset": None}
    halted = SPOT_ROW | {"symbol": "ETHUSDT", "baseAsset": "ETH", "status": "BREAK"}
    found = await listed([SPOT_ROW, broken, halted, {"symbol": "TEST", "filters": []}], [])
    assert set(found) == {SPOT, "ETH/USDT"}
    bitcoin = found[SPOT]
    assert (bitcoin.exchange_symbol, bitcoin.trading, found["ETH/USDT"].trading) == ("BTCUSDT", True, False)
    assert (bitcoin.price_tick, bitcoin.quantity_step) == (Decimal("0.01"), Decimal("0.00001"))
    assert (bitcoin.market_quantity_max, bitcoin.notional_min) == (Decimal("120.5"), Decimal(5))
    assert (bitcoin.price_ratio_min, bitcoin.price_ratio_max) == (None, None)
    assert (bitcoin.buy_price_ratio_min, bitcoin.buy_price_ratio_max) == BUYS
    assert (bitcoin.sell_price_ratio_min, bitcoin.sell_price_ratio_max) == SELLS
    assert bitcoin.order_types == frozenset(OrderType)
    assert (bitcoin.trailing_percent_min, bitcoin.trailing_percent_max) == (Decimal("0.2"), Decimal(10))
    assert bitcoin.trailing_percent_step == Decimal("0.01")


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"allowTrailingStop": False}, {OrderType.TRAILING_STOP}),
        ({"filters": [each for each in SPOT_ROW["filters"] if each["filterType"] != "TRAILING_DELTA"]},
         {OrderType.TRAILING_STOP}),
        ({"orderTypes": ["LIMIT", "MARKET", "STOP_LOSS_LIMIT"]},
         {OrderType.TRAILING_STOP, OrderType.STOP_LOSS, OrderType.TAKE_PROFIT, OrderType.TAKE_PROFIT_LIMIT}),
    ],
)  # fmt: skip
async def test_a_pair_offers_the_order_types_that_it_lists(changes: dict[str, Any], missing: set[OrderType]) -> None:
    found = await listed([SPOT_ROW | changes], [])
    assert found[SPOT].order_types == frozenset(OrderType) - missing


async def test_perpetuals_settle_in_the_stablecoin_that_they_are_quoted_in() -> None:
    others = [
        LINEAR_ROW | {"symbol": "BTCUSDT_260925", "contractType": "CURRENT_QUARTER"},
        LINEAR_ROW | {"symbol": "ETHBTC", "quoteAsset": "BTC", "marginAsset": "BTC"},
        LINEAR_ROW | {"symbol": "BTCUSDX", "marginAsset": "BNB"},
    ]
    dollars = LINEAR_ROW | {"symbol": "BTCUSDC", "quoteAsset": "USDC", "marginAsset": "USDC", "status": "SETTLING"}
    found = await listed([], [LINEAR_ROW, dollars, *others])
    assert set(found) == {LINEAR, "BTC/USDC:USDC"}
    bitcoin = found[LINEAR]
    assert (bitcoin.kind, bitcoin.settle, bitcoin.wallet) == (InstrumentKind.LINEAR, "USDT", Wallet.FUTURES)
    assert (bitcoin.contract_size, bitcoin.price_tick, bitcoin.quantity_step) == (
        Decimal(1),
        Decimal("0.1"),
        Decimal("0.001"),
    )
    assert (bitcoin.market_quantity_max, bitcoin.notional_min) == (Decimal(120), Decimal(100))
    assert (bitcoin.price_ratio_min, bitcoin.price_ratio_max) == (Decimal("0.95"), Decimal("1.05"))
    assert bitcoin.order_types == frozenset(OrderType)
    assert (bitcoin.trailing_percent_min, bitcoin.trailing_percent_step) == (Decimal("0.1"), Decimal("0.1"))
    assert not found["BTC/USDC:USDC"].trading


class ByPath(ScriptedClient):
    """Answers by the call's path, for calls that are made side by side."""

    def __init__(self, **answers: Any) -> None:
        super().__init__()
        self.by_path = answers

    async def call(self, endpoint: Any, params: Any = None, **_: Any) -> Any:
        """Give the answer of the market's path."""
        market = "linear" if endpoint.api.startswith("fapi") else "spot"
        return self.by_path[f"{market}_{endpoint.path.rpartition('/')[2]}"]


async def test_prices_are_told_apart_by_market_and_skip_what_never_traded_or_is_not_listed() -> None:
    client = ByPath(
        spot_price=[{"symbol": "BTCUSDT", "price": "65000.10"}, {"symbol": "DEADUSDT", "price": "0.00"}],
        spot_bookTicker=[{"symbol": "BTCUSDT", "bidPrice": "65000.00", "askPrice": "0.00"}],
        linear_price=[{"symbol": "BTCUSDT", "price": "65010.0"}, {"symbol": "BTCUSDT_260925", "price": "66000"}],
        linear_bookTicker=[{"symbol": "BTCUSDT", "bidPrice": "65009.9", "askPrice": "65010.0"}],
        linear_premiumIndex=[{"symbol": "BTCUSDT", "markPrice": "65005.12345678"}],
    )
    market = BinanceMarket(client, symbols())  # type: ignore[arg-type]
    assert await market.prices(InstrumentKind.SPOT) == {SPOT: Price(last=Decimal("65000.10"), bid=Decimal(65_000))}
    assert await market.prices(InstrumentKind.LINEAR) == {
        LINEAR: Price(
            last=Decimal(65_010), bid=Decimal("65009.9"), ask=Decimal(65_010), mark=Decimal("65005.12345678")
        ),
    }


# --- streams ---------------------------------------------------------------------------------------------------------

Serve = Callable[[str, web.WebSocketResponse], Awaitable[None]]


async def nothing(_: InstrumentKind) -> dict[str, Price]:
    """No market has traded."""
    return {}


class Venue:
    """A server of price streams that does as the test says, and keeps what was subscribed."""

    def __init__(self) -> None:
        self.subscribed: dict[str, list[str]] = {}
        self.serve: Serve = self.wait
        self.base = ""

    @staticmethod
    async def wait(_: str, socket: web.WebSocketResponse) -> None:
        """Say nothing until the client goes."""
        await socket.receive()

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Take a subscription, then serve."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        asked = await socket.receive_json()
        self.subscribed[request.path] = asked["params"]
        await socket.send_json({"result": None, "id": asked["id"]})
        await self.serve(request.path, socket)
        return socket


@pytest.fixture
async def venue() -> AsyncIterator[Venue]:
    made = Venue()
    runner = web.ServerRunner(web.Server(made.handle), shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.base = f"ws://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


@pytest.fixture
async def exchange(venue: Venue) -> AsyncIterator[Any]:
    """What of ccxt a stream needs."""
    async with aiohttp.ClientSession() as session:
        yield SimpleNamespace(
            session=session,
            open=lambda: None,
            urls={"api": {"ws": {"spot": f"{venue.base}/ws"}}},
            get_ws_url=lambda _, door: f"{venue.base}/{door}/ws",
        )


async def test_each_door_gets_its_streams_and_each_change_is_told_once(venue: Venue, exchange: Any) -> None:
    events = {
        "/ws": [
            {"u": 1, "s": "BTCUSDT", "b": "65000", "B": "1", "a": "65001", "A": "1"},
            {"e": "trade", "s": "BTCUSDT", "p": "65001"},
            {"e": "trade", "s": "BTCUSDT", "p": "65001"},
        ],
        "/public/ws": [{"e": "bookTicker", "s": "BTCUSDT", "b": "65010", "a": "0"}],
        "/market/ws": [
            {"e": "markPriceUpdate", "s": "BTCUSDT", "p": "65009.5"},
            {"e": "aggTrade", "s": "BTCUSDT", "p": "65012"},
        ],
    }
    begun = {LINEAR: asyncio.Event(), SPOT: asyncio.Event()}

    async def serve(path: str, socket: web.WebSocketResponse) -> None:
        await begun[SPOT if path == "/ws" else LINEAR].wait()
        for event in events[path]:
            await socket.send_json(event)
        await socket.receive()

    def tell(symbol: str, price: Price) -> None:
        told.append((symbol, price))
        begun[symbol].set()

    async def seed(kind: InstrumentKind) -> dict[str, Price]:
        symbol = SPOT if kind is InstrumentKind.SPOT else LINEAR
        return {symbol: Price(last=Decimal(65_000)), "ETH/USDT": Price(last=Decimal(1))}

    venue.serve = serve
    told: list[tuple[str, Price]] = []
    running = asyncio.create_task(PriceStream(exchange, symbols(), seed, tell).run(frozenset({SPOT, LINEAR})))
    async with asyncio.timeout(5):
        while len(told) < 7:
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert venue.subscribed == {
        "/ws": ["btcusdt@trade", "btcusdt@bookTicker"],
        "/public/ws": ["btcusdt@bookTicker"],
        "/market/ws": ["btcusdt@aggTrade", "btcusdt@markPrice@1s"],
    }
    bid, ask = Decimal(65_000), Decimal(65_001)
    assert [price for symbol, price in told if symbol == SPOT] == [
        Price(last=Decimal(65_000)),
        Price(last=Decimal(65_000), bid=bid, ask=ask),
        Price(last=Decimal(65_001), bid=bid, ask=ask),
    ]
    latest = [price for symbol, price in told if symbol == LINEAR][-1]
    assert latest == Price(last=Decimal(65_012), bid=Decimal(65_010), ask=None, mark=Decimal("65009.5"))


async def test_prices_are_asked_for_behind_the_subscription_and_what_was_heard_meanwhile_is_newer(
    venue: Venue, exchange: Any
) -> None:
    async def serve(_: str, socket: web.WebSocketResponse) -> None:
        await socket.send_json({"e": "trade", "s": "BTCUSDT", "p": "65001"})
        await socket.receive()

    async def seed(_: InstrumentKind) -> dict[str, Price]:
        assert venue.subscribed, "a trade between the question and the subscription would never be heard"
        while SPOT not in stream._prices:
            await asyncio.sleep(0.01)
        return {SPOT: Price(last=Decimal(64_000), bid=Decimal(63_999))}

    venue.serve = serve
    told: asyncio.Queue[Price] = asyncio.Queue()
    stream = PriceStream(exchange, symbols(), seed, lambda _, price: told.put_nowait(price))
    running = asyncio.create_task(stream.run(frozenset({SPOT})))
    first = await asyncio.wait_for(told.get(), 5)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert first == Price(last=Decimal(65_001), bid=Decimal(63_999))


async def test_a_stream_that_ends_raises_and_ends_the_others(venue: Venue, exchange: Any) -> None:
    async def serve(path: str, socket: web.WebSocketResponse) -> None:
        if path == "/public/ws":
            await socket.close()
        else:
            await socket.receive()

    venue.serve = serve
    stream = PriceStream(exchange, symbols(), nothing, lambda _symbol, _price: None)
    with pytest.raises(ConnectionError):
        await asyncio.wait_for(stream.run(frozenset({SPOT, LINEAR})), 5)


async def test_a_stream_that_is_refused_raises(venue: Venue, exchange: Any) -> None:
    async def serve(_: str, socket: web.WebSocketResponse) -> None:
        await socket.send_json({"error": {"code": 2, "msg": "Invalid request"}, "id": 1})
        await socket.receive()

    venue.serve = serve
    stream = PriceStream(exchange, symbols(), nothing, lambda _symbol, _price: None)
    with pytest.raises(MalformedError, match="Invalid request"):
        await asyncio.wait_for(stream.run(frozenset({SPOT})), 5)
