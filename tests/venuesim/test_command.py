"""The console command, as a process of its own."""

import asyncio
import importlib.metadata
import json
import signal
import ssl
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

import venuesim
from venuesim.__main__ import main
from venuesim.venue import VENUES

COMMAND = [sys.executable, "-m", "venuesim"]
KINDS = {
    "binance": ["rest", "ws", "ws_api", "fapi", "fws", "fws_api"],
    "okx": ["rest", "ws"],
    "bybit": ["rest", "ws"],
}


@asynccontextmanager
async def running(*arguments: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """Give the process and its first line of output."""
    process = await asyncio.create_subprocess_exec(
        *COMMAND, *arguments, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    try:
        line = await asyncio.wait_for(process.stdout.readline(), timeout=30)
        yield process, line.decode()
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def ended(process: asyncio.subprocess.Process) -> int:
    return await asyncio.wait_for(process.wait(), timeout=15)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_prints_its_urls_first_and_stops_on_a_signal(number: signal.Signals) -> None:
    async with running("--json") as (process, line):
        urls = json.loads(line)
        assert list(urls) == ["control", "binance", "okx", "bybit"]
        assert {name: list(urls[name]) for name in VENUES} == KINDS
        async with aiohttp.ClientSession() as session, session.ws_connect(urls["binance"]["ws_api"]) as socket:
            async with session.get(urls["binance"]["rest"] + "/api/v3/ping") as response:
                assert await response.json() == {}
            process.send_signal(number)
            assert await ended(process) == 0
            assert (await socket.receive()).type in {
                aiohttp.WSMsgType.CLOSE,
                aiohttp.WSMsgType.CLOSED,
                aiohttp.WSMsgType.ERROR,
            }


async def test_it_stops_with_its_parent_when_asked_to() -> None:
    async with running("--json", "--venue", "okx", "--stop-with-parent") as (process, _):
        process.stdin.close()
        assert await ended(process) == 0


async def test_people_get_a_table() -> None:
    async with running("--venue", "bybit", "--venue", "bybit") as (process, line):
        rest = [(await process.stdout.readline()).decode().split() for _ in range(3)]
    assert line.split()[0] == "control"
    assert line.split()[1].endswith("/_sim")
    assert [row[:2] for row in rest] == [["bybit", "rest"], ["bybit", "ws"], ["Stop", "with"]]


async def test_the_same_seed_gives_the_same_first_prices() -> None:
    async def prices(seed: str) -> dict:
        async with running("--json", "--venue", "okx", "--seed", seed) as (_, line):
            url = json.loads(line)["control"] + "/_sim/market"
            async with aiohttp.ClientSession() as session, session.get(url) as response:
                rows = (await response.json())["markets"]
        return {row["symbol"]: float(row["price"]) for row in rows}

    one, same, other = await asyncio.gather(prices("5"), prices("5"), prices("6"))
    assert one["BTC/USDT"] == pytest.approx(same["BTC/USDT"], rel=0.002)
    assert one["BTC/USDT"] != pytest.approx(other["BTC/USDT"], rel=0.002)


async def test_scripts_limits_and_certificates_come_by_the_command_line(tmp_path) -> None:
    script = tmp_path / "steps.json"
    script.write_text('[{"after_ms": 0, "price": "50000"}, {"after_ms": 3600000, "price": "50001"}]')
    arguments = ("--json", "--tls", "--venue", "okx", "--limits-scale", "100", "--script", f"BTC/USDT={script}")
    async with running(*arguments) as (_, line):
        urls = json.loads(line)
        context = ssl.create_default_context(cafile=urls["certificate"])
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context)) as session:
            deadline = time.monotonic() + 20
            price = None
            while price != "50000" and time.monotonic() < deadline:
                async with session.get(urls["okx"]["rest"] + "/api/v5/market/ticker?instId=BTC-USDT") as response:
                    price = (await response.json())["data"][0]["last"]
    assert price == "50000"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--venue", "mtgox"], "invalid choice: 'mtgox'"),
        (["--port", "70000"], "not a port"),
        (["--port", "one"], "not a port"),
        (["--seed", "one"], "invalid int value"),
        (["--script", "BTC/USDT"], "not SYMBOL=FILE"),
        (["--script", "BTC/USDT=/nowhere.json"], "/nowhere.json: No such file or directory"),
        (["--replay", "BTC/USDT=/nowhere.csv"], "nowhere.csv"),
        (["--replay", "NO/SUCH=/nowhere.csv"], "no venue lists NO/SUCH"),
        (["--limits-scale", "0"], "above 0"),
    ],
)
def test_what_cannot_be_ends_with_a_sentence_and_code_2(arguments: list[str], words: str, capsys) -> None:
    try:
        code = main(["--venue", "okx", *arguments])
    except SystemExit as exit_:
        code = exit_.code
    output = capsys.readouterr()
    assert (code, output.out) == (2, "")
    assert words in output.err
    assert "Traceback" not in output.err


async def test_a_port_that_is_taken_is_named() -> None:
    async with running("--json", "--venue", "okx") as (_, line):
        port = json.loads(line)["control"].rpartition(":")[2]
        process = await asyncio.create_subprocess_exec(
            *COMMAND, "--venue", "okx", "--port", port, stderr=asyncio.subprocess.PIPE
        )
        _, errors = await process.communicate()
    assert (process.returncode, errors.decode()) == (2, f"venuesim: port {port} is already in use\n")


def test_it_knows_its_version(capsys) -> None:
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"venuesim {venuesim.__version__}\n"
    assert venuesim.__version__ == importlib.metadata.version("tidegate")
