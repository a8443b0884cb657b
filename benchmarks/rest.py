"""REST order entry against a simulated Binance, durable, beside bare ccxt sending the same orders in the same run."""

import asyncio
import time
from decimal import Decimal
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
import uvloop

from benchmarks.stage import API_KEY, SECRET, DeskProcess, Stage, desk_process, simulated_binance

WARM_UP = 200
ROUNDS = 8
ORDERS_PER_ROUND = 125
CLIENTS = 32
ORDERS_OF_MANY = 4_000


def measure() -> dict[str, float]:
    """`rest.*`: orders per second, milliseconds added, and the ratio of the time to acknowledgement to bare ccxt's."""
    with TemporaryDirectory() as folder, simulated_binance(Path(folder)) as stage, desk_process(stage) as desk:
        return uvloop.run(_measure(stage, desk))


async def _measure(stage: Stage, desk: DeskProcess) -> dict[str, float]:
    price = (Decimal(stage.price("BTC/USDT")) * Decimal("0.9")).quantize(Decimal("0.01"))
    body = {
        "account": "bench",
        "symbol": "BTC/USDT",
        "side": "buy",
        "order_type": "limit",
        "price": f"{price:f}",
        "quantity": "0.001",
    }
    headers = {"Authorization": f"Bearer {desk.token}"}
    peer = _bare_ccxt(stage)
    try:
        async with aiohttp.ClientSession(desk.url, headers=headers) as session:
            for _ in range(WARM_UP):
                await _place(session, body)
                await _place_bare(peer, body)
            desk.added_milliseconds()
            ours, theirs = await _in_turn(session, peer, body)
            added = desk.added_milliseconds()
            many_seconds = await _from_many(session, body)
    finally:
        await peer.close()
    return {
        "rest.orders_per_second_1": len(ours) / sum(ours),
        "rest.orders_per_second_32": ORDERS_OF_MANY / many_seconds,
        "rest.added_ms_p50": median(added),
        "rest.added_ms_p99": quantiles(added, n=100)[98],
        "rest.acknowledged_ms_p50": median(ours) * 1000,
        "rest.ccxt_acknowledged_ms_p50": median(theirs) * 1000,
        "rest.ratio_to_ccxt_p50": median(ours) / median(theirs),
    }


async def _in_turn(session: aiohttp.ClientSession, peer: Any, body: dict[str, str]) -> tuple[list[float], list[float]]:
    """Rounds of ours and theirs, so that a noisy machine disturbs both."""
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(ROUNDS):
        ours += [await _timed(_place(session, body)) for _ in range(ORDERS_PER_ROUND)]
        theirs += [await _timed(_place_bare(peer, body)) for _ in range(ORDERS_PER_ROUND)]
    return ours, theirs


async def _timed(call: Any) -> float:
    started = time.perf_counter()
    await call
    return time.perf_counter() - started


async def _from_many(session: aiohttp.ClientSession, body: dict[str, str]) -> float:
    async def one_client() -> None:
        for _ in range(ORDERS_OF_MANY // CLIENTS):
            await _place(session, body)

    return await _timed(asyncio.gather(*(one_client() for _ in range(CLIENTS))))


async def _place(session: aiohttp.ClientSession, body: dict[str, str]) -> None:
    async with session.post("/api/v1/orders", json=body) as answer:
        order = await answer.json()
        if order["status"] != "submitted":
            raise RuntimeError(f"the order was not acknowledged: {order}")


def _bare_ccxt(stage: Stage) -> Any:
    import ccxt.async_support as ccxt

    rest = stage.urls["binance"]["rest"]
    peer = ccxt.binance({"apiKey": API_KEY, "secret": SECRET, "enableRateLimit": False})
    for name, url in list(peer.urls["api"].items()):
        if isinstance(url, str):
            peer.urls["api"][name] = rest + url.partition(".com")[2]
    peer.options["fetchCurrencies"] = False
    peer.options["fetchMargins"] = False
    peer.options["fetchMarkets"] = {"types": ["spot"]}
    peer.has["fetchCurrencies"] = False
    return peer


async def _place_bare(peer: Any, body: dict[str, str]) -> None:
    order = await peer.create_order(body["symbol"], body["order_type"], body["side"], body["quantity"], body["price"])
    if not order["id"]:
        raise RuntimeError("ccxt's order was not acknowledged")
