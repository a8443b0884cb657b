"""Where ccxt is pointed in each world, without connecting anywhere."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import ccxt
import pytest
from aiohttp import web

from tidegate.core.vocabulary import Exchange
from tidegate.ports import VenueCredentials
from tidegate.venues.binance import endpoints as binance_endpoints
from tidegate.venues.binance import wire as binance_wire
from tidegate.venues.bybit import wire as bybit_wire
from tidegate.venues.okx import wire as okx_wire
from tidegate.venues.transport import Taps, open_exchange

CREDENTIALS = VenueCredentials(api_key="key", secret="secret", passphrase="passphrase")


SPOT, FUTURES = binance_endpoints.PLACE, binance_endpoints.LINEAR_PLACE
OKX, BYBIT = okx_wire.PLACE, bybit_wire.PLACE["linear"]


@pytest.mark.parametrize(
    ("exchange", "wire", "endpoint", "testnet", "url"),
    [
        (Exchange.BINANCE, binance_wire, SPOT, False, "https://api.binance.com/api/v3/order"),
        (Exchange.BINANCE, binance_wire, SPOT, True, "https://testnet.binance.vision/api/v3/order"),
        (Exchange.BINANCE, binance_wire, FUTURES, False, "https://fapi.binance.com/fapi/v1/order"),
        (Exchange.BINANCE, binance_wire, FUTURES, True, "https://testnet.binancefuture.com/fapi/v1/order"),
        (Exchange.OKX, okx_wire, OKX, False, "https://www.okx.com/api/v5/trade/order"),
        (Exchange.OKX, okx_wire, OKX, True, "https://www.okx.com/api/v5/trade/order"),
        (Exchange.BYBIT, bybit_wire, BYBIT, False, "https://api.bybit.com/v5/order/create"),
        (Exchange.BYBIT, bybit_wire, BYBIT, True, "https://api-testnet.bybit.com/v5/order/create"),
    ],
)
async def test_orders_go_to_the_world_that_was_chosen(
    exchange: Exchange, wire: Any, endpoint: Any, testnet: bool, url: str
) -> None:
    opened = open_exchange(exchange, Taps(), credentials=CREDENTIALS, testnet=testnet)
    assert wire.sign(opened, endpoint, {"x": "y"}, None)["url"] == url
    assert (opened.headers.get("x-simulated-trading") == "1") == (testnet and exchange is Exchange.OKX)
    assert not opened.enableRateLimit
    await opened.close()


@pytest.mark.parametrize("method", ["PUT", "DELETE", "POST"])
async def test_a_change_leaves_once_even_if_its_connection_breaks(method: str) -> None:
    """On a connection that has served before: there aiohttp would send what it takes for harmless again, unasked."""
    async with _cut_at_the_second_request() as (url, arrived), _opened() as opened:
        assert await opened.fetch(url) == {}
        with pytest.raises(ccxt.NetworkError):
            await opened.fetch(url, method)
    assert arrived == ["GET", method]


async def test_a_question_is_asked_again_if_its_connection_breaks() -> None:
    async with _cut_at_the_second_request() as (url, arrived), _opened() as opened:
        assert [await opened.fetch(url), await opened.fetch(url)] == [{}, {}]
    assert arrived == ["GET", "GET", "GET"]


async def test_a_question_to_nobody_is_not_asked_again() -> None:
    async with _opened() as opened:
        with pytest.raises(ccxt.NetworkError):
            await opened.fetch("http://127.0.0.1:1/")


@asynccontextmanager
async def _cut_at_the_second_request() -> AsyncIterator[tuple[str, list[str]]]:
    """A server that answers one request of each connection; its URL, and the methods of what arrived."""
    arrived: list[str] = []

    async def answer_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError):  # The other side hung up first.
            arrived.append((await reader.readuntil(b"\r\n\r\n")).decode().split(" ")[0])
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}")
            arrived.append((await reader.readuntil(b"\r\n\r\n")).decode().split(" ")[0])
        writer.close()

    async with await asyncio.start_server(answer_once, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", arrived


@asynccontextmanager
async def _opened() -> AsyncIterator[Any]:
    opened = open_exchange(Exchange.BINANCE, Taps(), credentials=CREDENTIALS)
    try:
        yield opened
    finally:
        await opened.close()


@pytest.mark.parametrize("exchange", list(Exchange))
async def test_a_frame_that_is_cut_short_is_told_and_the_next_one_heard(exchange: Exchange) -> None:
    async def speak(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str('{"cut": "sho')
        await socket.send_str('{"whole": 1}')
        await socket.receive()
        return socket

    heard: asyncio.Queue[Any] = asyncio.Queue()
    failed: list[BaseException] = []
    taps = Taps()
    taps.on_frame = lambda _client, frame: heard.put_nowait(frame) is None
    taps.on_frame_failed = failed.append
    opened = open_exchange(exchange, taps, credentials=CREDENTIALS)
    app = web.Application()
    app.router.add_get("/", speak)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    watching = asyncio.ensure_future(opened.watch(f"ws://127.0.0.1:{runner.addresses[0][1]}/", "never"))
    try:
        assert await asyncio.wait_for(heard.get(), 10) == {"whole": 1}
        assert len(failed) == 1
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await opened.close()
        await runner.cleanup()
