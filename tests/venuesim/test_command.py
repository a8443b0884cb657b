"""The console command, as a process of its own."""

import asyncio
import json
import signal
import sys

import aiohttp
import pytest

COMMAND = [sys.executable, "-m", "venuesim", "--json", "--venue", "binance"]


async def started(*arguments: str) -> tuple[asyncio.subprocess.Process, dict]:
    process = await asyncio.create_subprocess_exec(
        *COMMAND, *arguments, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    line = await asyncio.wait_for(process.stdout.readline(), timeout=30)
    return process, json.loads(line)


async def ended(process: asyncio.subprocess.Process) -> int:
    code = await asyncio.wait_for(process.wait(), timeout=15)
    process.stdin.close()
    return code


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_prints_its_urls_first_and_stops_on_a_signal(number: signal.Signals) -> None:
    process, urls = await started()
    try:
        assert list(urls) == ["control", "binance"]
        assert set(urls["binance"]) == {"rest", "ws", "ws_api"}
        assert "/stream" in urls["binance"]["ws"]
        async with aiohttp.ClientSession() as session, session.ws_connect(urls["binance"]["ws_api"]) as socket:
            async with session.get(urls["binance"]["rest"] + "/api/v3/ping") as response:
                assert await response.json() == {}
            process.send_signal(number)
            assert await ended(process) == 0
            assert (await socket.receive()).type in {aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR}
    finally:
        if process.returncode is None:
            process.kill()


async def test_it_stops_with_its_parent_when_asked_to() -> None:
    process, _ = await started("--stop-with-parent")
    process.stdin.close()
    assert await ended(process) == 0


async def test_the_same_seed_gives_the_same_first_prices() -> None:
    async def prices(seed: str) -> dict:
        process, urls = await started("--seed", seed)
        try:
            async with aiohttp.ClientSession() as session, session.get(urls["control"] + "/_sim/market") as response:
                rows = (await response.json())["markets"]
        finally:
            process.terminate()
            await ended(process)
        return {row["symbol"]: float(row["price"]) for row in rows}

    one, same, other = await asyncio.gather(prices("5"), prices("5"), prices("6"))
    assert one["BTC/USDT"] == pytest.approx(same["BTC/USDT"], rel=0.002)
    assert one["BTC/USDT"] != pytest.approx(other["BTC/USDT"], rel=0.002)
