"""Starting the simulators within a process: what they can be given, and what they refuse."""

import json
import ssl
from decimal import Decimal

import aiohttp
import pytest

from venuesim.exchange.clock import ManualClock
from venuesim.server import Simulator, SimulatorError

D = Decimal


async def test_with_tls_the_venues_speak_https_and_wss_to_whoever_trusts_the_certificate() -> None:
    async with Simulator(venues=["okx"], tls=True, walking=False) as simulator:
        urls = simulator.urls["okx"]
        assert (urls["rest"].split(":")[0], urls["ws"].split(":")[0]) == ("https", "wss")
        assert list(simulator.urls) == ["control", "okx", "certificate"]
        context = ssl.create_default_context(cafile=simulator.urls["certificate"])
        connector = aiohttp.TCPConnector(ssl=context)
        async with aiohttp.ClientSession(connector=connector) as session:
            async with session.get(urls["rest"] + "/api/v5/public/time") as response:
                assert (await response.json())["code"] == "0"
            async with session.ws_connect(urls["ws"] + "/public") as socket:
                await socket.send_str("ping")
                assert (await socket.receive(5)).data == "pong"
            async with session.get(simulator.urls["control"] + "/_sim/time") as response:
                assert response.status == 200


async def test_markets_follow_files_from_the_start(tmp_path) -> None:
    script = tmp_path / "script.json"
    script.write_text(json.dumps([{"after_ms": 0, "price": "50000"}, {"after_ms": 60_000, "price": "51000.04"}]))
    trades = tmp_path / "ETHUSDT-trades.csv"
    trades.write_text("id,price,qty,quoteQty,time,isBuyerMaker\n1,2500.5,1,2500.5,1700000000000,false\n")
    clock = ManualClock()
    simulator = Simulator(
        venues=["okx"],
        clock=clock,
        walking=False,
        scripts={"BTC/USDT": script},
        replays={"ETH/USDT": trades},
    )
    async with simulator:
        exchange = simulator.venues["okx"].exchanges[0]
        exchange.step()
        markets = exchange.markets
        assert (markets["BTC/USDT"].mid, markets["ETH/USDT"].mid) == (D(50000), D("2500.5"))
        clock.advance(60_000)
        exchange.step()
        assert markets["BTC/USDT"].mid == D("51000.0")


async def test_a_file_that_breaks_off_leaves_its_market_walking(tmp_path, capsys) -> None:
    trades = tmp_path / "trades.csv"
    rows = "1700000000000,65000,0.1,buy\n1700000000100,65001,0.1,buy\n1700000000200,nonsense,0.1,buy\n"
    trades.write_text("timestamp,price,amount,side\n" + rows)
    async with Simulator(venues=["okx"], replays={"BTC/USDT": trades}) as simulator:
        market = simulator.venues["okx"].exchanges[0].markets["BTC/USDT"]
        async with aiohttp.ClientSession() as session:
            url = simulator.urls["control"] + "/_sim/market?symbol=BTC/USDT"
            while market.source is not None:
                async with session.get(url) as response:
                    row = (await response.json())["markets"][0]
            async with session.get(url) as response:
                row = (await response.json())["markets"][0]
    assert row["source"] == "walk"
    assert "nonsense" in row["source_error"]
    assert "okx BTC/USDT" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"venues": ["mtgox"]}, "no venue mtgox"),
        ({"venues": []}, "no venue is named"),
        ({"limits_scale": 0}, "above 0"),
        ({"replays": {"BTC/USDT": "/nowhere/trades.csv"}}, "trades.csv"),
        ({"replays": {"NO/SUCH": "/nowhere/trades.csv"}}, "lists NO/SUCH"),
        ({"replays": {"BTC/USDT": "/nowhere/trades.csv"}, "speed": "fast"}, "fast"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(settings: dict, words: str) -> None:
    with pytest.raises(SimulatorError, match=words):
        Simulator(**{"venues": ["okx"], **settings})


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[1]", '[{"after_ms": 1}]', '[{"after_ms": 5, "price": "1"}, {"after_ms": 1, "price": "1"}]', "[]"],
)
def test_a_script_that_is_none_is_refused(tmp_path, text: str) -> None:
    script = tmp_path / "script.json"
    script.write_text(text)
    with pytest.raises(SimulatorError):
        Simulator(venues=["okx"], scripts={"BTC/USDT": script})


async def test_a_port_that_is_taken_is_named_and_nothing_stays_open() -> None:
    async with Simulator(venues=["okx"], walking=False) as first:
        port = int(first.urls["control"].rpartition(":")[2])
        with pytest.raises(SimulatorError, match=f"port {port} is already in use"):
            await Simulator(venues=["okx"], control_port=port).__aenter__()
