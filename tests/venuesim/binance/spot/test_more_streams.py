"""Market streams that tell in an interval of their own, and how many a connection may have."""

import json
from decimal import Decimal

import pytest

from venuesim.binance.spot import stream_sessions
from venuesim_conformance import Row

D = Decimal
SPOT = "binance spot"


class Stream:
    """A connection to `/stream`, whose frames name their stream."""

    def __init__(self, socket) -> None:
        self.socket = socket

    async def ask(self, method: str, params: object = None) -> object:
        await self.socket.send_json({"id": 1, "method": method, **({} if params is None else {"params": params})})
        while "id" not in (frame := await self.receive()):
            pass
        return frame

    async def receive(self) -> dict:
        return json.loads((await self.socket.receive(5)).data)

    async def of(self, name: str) -> object:
        """Return the next message of a stream."""
        while (frame := await self.receive()).get("stream") != name:
            pass
        return frame["data"]


@pytest.fixture
async def stream(venues):
    async with venues.session.ws_connect(venues.url("binance", "ws") + "?streams=") as socket:
        yield Stream(socket)


@pytest.mark.conformance(Row.CANDLES, SPOT)
@pytest.mark.parametrize("name", ["btcusdt@kline_1s", "btcusdt@kline_1m", "btcusdt@kline_1d@+08:00"])
async def test_candles_are_told_as_they_grow(stream, raw, name: str) -> None:
    await stream.ask("SUBSCRIBE", [name])
    await raw.order(price="65001", quantity="0.5")
    event = await stream.of(name)
    candle = event["k"]
    assert (event["e"], event["s"]) == ("kline", "BTCUSDT")
    assert candle["i"] == name.split("_")[1].split("@", maxsplit=1)[0]
    assert candle["t"] <= event["E"]
    assert D(candle["l"]) <= D(candle["c"]) <= D(candle["h"])
    if "@+08:00" in name:
        assert (candle["t"] + 8 * 3_600_000) % 86_400_000 == 0
    if name.endswith("1s"):
        while not (closed := (await stream.of(name))["k"])["x"]:
            pass
        assert closed["T"] == closed["t"] + 999


@pytest.mark.conformance(Row.CANDLES, SPOT)
async def test_a_candle_names_its_own_trades_however_late_it_is_told(stream, raw) -> None:
    await stream.ask("SUBSCRIBE", ["btcusdt@kline_1s", "btcusdt@trade"])
    trades, closed = [], []
    while not any(candle["n"] for candle in closed[1:]):  # The first one may have begun before the subscription.
        await raw.order(price="65500", quantity="0.001")
        frame = await stream.receive()
        if frame["stream"].endswith("trade"):
            trades.append(frame["data"])
        elif frame["data"]["k"]["x"]:
            closed.append(frame["data"]["k"])
    candle = closed[-1]
    within = [trade["t"] for trade in trades if candle["t"] <= trade["T"] <= candle["T"]]
    assert (candle["f"], candle["L"], candle["n"]) == (within[0], within[-1], len(within))


@pytest.mark.conformance(Row.TICKERS, SPOT)
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("!miniTicker@arr", "24hrMiniTicker"),
        ("!ticker@arr", "24hrTicker"),
        ("!ticker_1h@arr", "1hTicker"),
        ("btcusdt@ticker_4h", "4hTicker"),
        ("btcusdt@avgPrice", "avgPrice"),
    ],
)
async def test_tickers_of_one_and_of_all(stream, raw, name: str, kind: str) -> None:
    await stream.ask("SUBSCRIBE", [name])
    await raw.order(price="65001", quantity="0.5")
    message = await stream.of(name)
    rows = message if isinstance(message, list) else [message]
    assert {row["e"] for row in rows} == {kind}
    assert "BTCUSDT" in {row["s"] for row in rows} or name.startswith("!")


@pytest.mark.conformance(Row.PUBLIC_TRADES, SPOT)
async def test_an_aggregate_trade_puts_fills_of_one_price_together(stream, raw) -> None:
    await stream.ask("SUBSCRIBE", ["btcusdt@aggTrade", "btcusdt@trade"])
    placed = (await raw.order(price="65001", quantity="0.5"))[1]
    trade_id = placed["fills"][0]["tradeId"]
    while (aggregate := await stream.of("btcusdt@aggTrade"))["f"] < trade_id:
        pass
    assert (aggregate["f"], aggregate["l"], aggregate["q"]) == (trade_id, trade_id, "0.50000000")


@pytest.mark.conformance(Row.DEPTH, SPOT)
@pytest.mark.parametrize("name", ["btcusdt@depth5@100ms", "btcusdt@depth10", "btcusdt@depth20@1000ms"])
async def test_partial_books_need_no_snapshot(stream, name: str) -> None:
    await stream.ask("SUBSCRIBE", [name])
    book = await stream.of(name)
    assert set(book) == {"lastUpdateId", "bids", "asks"}
    assert book["asks"][0] == ["65001.00000000", "1.00000000"]


async def test_properties_are_read_and_set(stream) -> None:
    assert (await stream.ask("GET_PROPERTY", ["combined"]))["result"] is True
    assert (await stream.ask("SET_PROPERTY", ["combined", False]))["result"] is None
    await stream.socket.send_json({"id": 2, "method": "SUBSCRIBE", "params": ["btcusdt@bookTicker"]})
    while "u" not in (frame := await stream.receive()):
        assert frame == {"id": 2, "result": None}
    assert frame["s"] == "BTCUSDT"


async def test_a_connection_has_so_many_streams(stream, monkeypatch) -> None:
    monkeypatch.setattr(stream_sessions, "STREAMS_MAX", 3)
    assert (await stream.ask("SUBSCRIBE", ["btcusdt@trade", "ethusdt@trade", "ethbtc@trade"]))["result"] is None
    assert "error" in await stream.ask("SUBSCRIBE", ["btcusdt@depth"])
    await stream.ask("UNSUBSCRIBE", ["ethbtc@trade"])
    assert (await stream.ask("SUBSCRIBE", ["btcusdt@depth"]))["result"] is None
