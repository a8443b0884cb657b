"""The benchmark's clients still speak the simulators' languages, and read what comes back byte by byte."""

import asyncio
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest

LANES = 2
CYCLES = 3


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The modules of the benchmark, which are not installed."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2]))
    names = ("raw_client", "simulator_process", "venue_dialects", "venuesim")
    return SimpleNamespace(**{name: import_module(f"benchmarks.{name}") for name in names})


def test_every_venue_takes_the_mix_by_rest_and_by_socket(bench: SimpleNamespace) -> None:
    venues = bench.venue_dialects.dialects()

    async def trade() -> None:
        for dialect in venues:
            for transport in ("rest", "socket"):
                lanes = await bench.venuesim._open_lanes(dialect, transport, simulator, LANES)
                run = await bench.venuesim._run(dialect, transport, lanes, CYCLES, simulator)
                assert (run.orders, len(run.each)) == (LANES * CYCLES * 2, LANES * CYCLES * 3)
                placed = await bench.venuesim._place(dialect, transport, lanes, simulator)
                assert placed.orders == len(placed.each) == LANES * bench.venuesim.CYCLES_PER_LANE * 2
                dialect.price = "-1"
                with pytest.raises(bench.raw_client.RefusedError):
                    await bench.venuesim._run(dialect, transport, lanes[:1], 1, simulator)
                simulator.prepare([dialect])
                for lane in lanes:
                    lane.close()

    core, _ = bench.simulator_process.server_and_client_core()
    with bench.simulator_process.simulator_process(venues, core=core) as simulator:
        asyncio.run(trade())


def test_a_response_ends_where_its_length_says(bench: SimpleNamespace) -> None:
    split_response = bench.raw_client.split_response
    data = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP"
    assert split_response(data) == (data[:-4], b"HTTP")
    assert split_response(data[:-5]) == (None, data[:-5])
    assert split_response(data[:20]) == (None, data[:20])


@pytest.mark.parametrize(
    ("size", "head"),
    [
        (0, b"\x81\x00"),
        (125, b"\x81\x7d"),
        (126, b"\x81\x7e\x00\x7e"),
        (65_535, b"\x81\x7e\xff\xff"),
        (65_536, b"\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00"),
    ],
)
def test_a_frame_ends_where_its_length_says(bench: SimpleNamespace, size: int, head: bytes) -> None:
    data = head + b"x" * size
    assert bench.raw_client.split_frame(data + b"\x89\x00") == (1, b"x" * size, b"\x89\x00")
    assert bench.raw_client.split_frame(data[:-1]) is None


def test_a_clients_frame_has_a_mask_that_changes_nothing(bench: SimpleNamespace) -> None:
    assert bench.raw_client.frame(b"ab") == b"\x81\x82\x00\x00\x00\x00ab"
    assert bench.raw_client.frame(b"a" * 200) == b"\x81\xfe\x00\xc8\x00\x00\x00\x00" + b"a" * 200
    assert bench.raw_client.frame(b"", bench.raw_client.PONG) == b"\x8a\x80\x00\x00\x00\x00"


def test_a_ping_is_answered_before_the_frame_behind_it(bench: SimpleNamespace) -> None:
    written: list[bytes] = []
    lane = bench.raw_client.Lane()
    lane._transport, lane._is_socket = SimpleNamespace(write=written.append), True
    lane._buffer = b"\x89\x02hi\x81\x02ok"
    assert lane._next_frame() == b"ok"
    assert written == [b"\x8a\x82\x00\x00\x00\x00hi"]
