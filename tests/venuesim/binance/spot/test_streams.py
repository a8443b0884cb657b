"""The market streams, frame by frame."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise

import aiohttp
import pytest

from venuesim_conformance import Row

BOOK_TICKER = "btcusdt@bookTicker"


@asynccontextmanager
async def stream(venues, path: str) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    base = venues.url("binance", "ws").removesuffix("/stream")
    async with venues.session.ws_connect(base + path) as socket:
        yield socket


async def receive(socket: aiohttp.ClientWebSocketResponse) -> dict:
    return json.loads((await socket.receive(5)).data)


async def receive_until(socket: aiohttp.ClientWebSocketResponse, event: str) -> dict:
    while True:
        frame = await receive(socket)
        if frame.get("e") == event:
            return frame


async def test_a_subscription_is_acknowledged_listed_and_ended(venues) -> None:
    async with stream(venues, "/ws") as socket:
        await socket.send_json({"method": "SUBSCRIBE", "params": ["ethbtc@kline_1m", "noise"], "id": 1})
        assert await receive(socket) == {"result": None, "id": 1}
        await socket.send_json({"method": "UNSUBSCRIBE", "params": ["noise"], "id": "b"})
        assert await receive(socket) == {"result": None, "id": "b"}
        await socket.send_json({"method": "LIST_SUBSCRIPTIONS", "id": 3})
        assert await receive(socket) == {"result": ["ethbtc@kline_1m"], "id": 3}


@pytest.mark.parametrize(
    ("frame", "code"),
    [('{"method": "DANCE", "id": 9}', 2), ("{", 3), ("[]", 3), ('{"method": "SUBSCRIBE", "params": [1]}', 3)],
)
async def test_nonsense_is_answered_with_an_error_and_the_socket_lives(venues, frame: str, code: int) -> None:
    async with stream(venues, "/ws") as socket:
        await socket.send_str(frame)
        assert (await receive(socket))["error"]["code"] == code
        await socket.send_json({"method": "LIST_SUBSCRIPTIONS", "id": 3})
        assert await receive(socket) == {"result": [], "id": 3}


@pytest.mark.parametrize("path", [f"/ws/{BOOK_TICKER}", f"/stream?streams={BOOK_TICKER}"])
async def test_streams_may_be_named_in_the_address(venues, path: str) -> None:
    async with stream(venues, path) as socket:
        frame = await receive(socket)
        if path.startswith("/stream"):
            assert frame["stream"] == BOOK_TICKER
            frame = frame["data"]
        assert (frame["s"], frame["b"], frame["a"]) == ("BTCUSDT", "64999.00000000", "65001.00000000")


async def test_an_unknown_socket_path_is_not_found(venues) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        async with stream(venues, "/dstream/ws"):
            pass
    assert refused.value.status == 404


@pytest.mark.conformance(Row.PUBLIC_TRADES, "binance spot")
async def test_trades_are_told_as_they_happen(venues, raw) -> None:
    async with stream(venues, "/ws/btcusdt@trade") as socket:
        order = (await raw.order(price="65100"))[1]
        trade = await receive_until(socket, "trade")
        assert (trade["p"], trade["q"], trade["m"]) == ("65001.00000000", "0.01000000", False)
        assert trade["t"] == order["fills"][0]["tradeId"]


@pytest.mark.conformance(Row.DEPTH, "binance spot")
async def test_depth_updates_lead_from_one_snapshot_to_the_next(venues, raw) -> None:
    async def snapshot() -> dict:
        return (await raw.request("GET", "/api/v3/depth", "symbol=BTCUSDT&limit=100", signed=False))[1]

    async with stream(venues, "/ws/btcusdt@depth") as socket:
        before = await snapshot()
        book = {side: dict(before[side]) for side in ("bids", "asks")}
        for _ in range(3):
            assert (await raw.order())[0] == 200
            assert (await raw.order(side="SELL", price="66000"))[0] == 200
        updates = []
        while sum(float(quantity) for side in book.values() for quantity in side.values()) < 6.06 - 1e-9:
            update = await receive_until(socket, "depthUpdate")
            updates.append(update)
            for side, name in (("bids", "b"), ("asks", "a")):
                for price, quantity in update[name]:
                    book[side][price] = quantity
        after = await snapshot()
        assert {side: dict(after[side]) for side in book} == book
        assert all(earlier["u"] + 1 == later["U"] for earlier, later in pairwise(updates))
        assert updates[0]["U"] <= before["lastUpdateId"] + 1 <= updates[-1]["u"]


@pytest.mark.conformance(Row.DEPTH, "binance spot")
async def test_a_level_that_only_a_snapshot_has_shown_is_told_as_gone(venues, raw) -> None:
    async with stream(venues, "/ws/btcusdt@depth") as socket:
        order = (await raw.order(price="64000.5"))[1]
        shown = (await raw.request("GET", "/api/v3/depth", "symbol=BTCUSDT&limit=500", signed=False))[1]
        assert ["64000.50000000", "0.01000000"] in shown["bids"]
        await raw.call("DELETE", "/api/v3/order", symbol="BTCUSDT", orderId=order["orderId"])
        while ["64000.50000000", "0.00000000"] not in (await receive_until(socket, "depthUpdate"))["b"]:
            pass


@pytest.mark.conformance(Row.TICKERS, "binance spot")
@pytest.mark.conformance(Row.DEPTH, "binance spot")
async def test_partial_depth_and_tickers_follow_the_steps(venues) -> None:
    async with stream(venues, "/ws/btcusdt@depth5") as socket:
        frame = await receive(socket)
        assert [len(frame[side]) for side in ("bids", "asks")] == [3, 3]
    async with stream(venues, "/ws/btcusdt@miniTicker") as socket:
        mini = await receive_until(socket, "24hrMiniTicker")
        assert (mini["s"], mini["c"]) == ("BTCUSDT", "65000.00000000")
    async with stream(venues, "/ws/btcusdt@ticker") as socket:
        full = await receive_until(socket, "24hrTicker")
        assert (full["b"], full["a"], full["c"]) == ("64999.00000000", "65001.00000000", "65000.00000000")
