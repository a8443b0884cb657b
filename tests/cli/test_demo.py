"""`tidegate demo`, as a process: the whole desk against all three simulated venues."""

import json
import signal
import socket
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import pytest

from cli.processes import children, run, running
from tidegate.cli.client_file import ClientFile, write_client_file

ONCE = ("demo", "--once", "--port", "0")
ORDERS = 14


def _all_gone(processes: list[psutil.Process]) -> bool:
    gone, left = psutil.wait_procs(processes, timeout=10)
    return len(gone) == len(processes) and not left


class Run(NamedTuple):
    """What a demo told until its result, its exit code and standard error, and whether none of its processes stayed."""

    told: list[dict[str, Any]]
    ended: tuple[int, str]
    is_all_gone: bool


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A demo of its orders alone, run once for all tests that look at it."""
    with running(*ONCE, folder=tmp_path_factory.mktemp("demo")) as demo:
        demo.until("started")
        began = children(demo.process.pid)
        assert began
        told = [demo.line()]
        while told[-1]["event"] != "result":
            told.append(demo.line())
        return Run(told, demo.ended(), _all_gone(began))


def test_every_order_of_the_demo_ends_as_it_should_and_no_process_stays(once: Run) -> None:
    assert once.ended == (0, "")
    assert once.is_all_gone
    assert once.told[-1]["as_expected"] is True
    assert once.told[-1]["orders"] == ORDERS
    endings = [line for line in once.told if line["event"] == "ending"]
    statuses = [ending["order"]["status"] for ending in endings]
    assert {status: statuses.count(status) for status in set(statuses)} == {
        "filled": 9,
        "canceled": 3,
        "rejected": 1,
        "invalidated": 1,
    }
    assert all(ending["problem"] is None for ending in endings)


def test_each_orders_way_is_told_without_a_gap(once: Run) -> None:
    ways: dict[str, list[int]] = {}
    for line in once.told:
        if line["event"] == "step":
            ways.setdefault(line["order_id"], []).append(line["sequence"])
    ended = {line["order"]["order_id"] for line in once.told if line["event"] == "ending"}
    assert set(ways) == ended
    assert all(way == list(range(1, len(way) + 1)) for way in ways.values())


def test_for_people_the_demo_shows_the_portfolio_and_each_end(tmp_path: Path) -> None:
    result = run(*ONCE, folder=tmp_path)
    assert result.returncode == 0
    assert result.stderr == ""
    for text in ("binance: market order", "Portfolio", "total ", f"{ORDERS} of {ORDERS} orders ended as they should"):
        assert text in result.stdout
    assert "\x1b" not in result.stdout


def test_the_demo_keeps_serving_until_it_is_interrupted(tmp_path: Path) -> None:
    with running("demo", "--port", "0", folder=tmp_path) as demo:
        began = children(demo.process.pid)
        demo.until("serving")
        placed = run(
            *("order", "place", "binance-demo", "BTC/USDT", "buy", "market", "--quantity", "0.01"),
            *("--wait", "closed", "--json"),
            folder=tmp_path,
        )
        assert placed.returncode == 0
        assert json.loads(placed.stdout)["status"] == "filled"
        listed = json.loads(run("order", "list", "--json", folder=tmp_path).stdout)
        assert len(listed["items"]) == ORDERS + 1
        began += children(demo.process.pid)
        assert demo.stop(signal.SIGINT) == (0, "")
        assert _all_gone(began)


def test_an_interrupt_in_the_middle_leaves_nothing_behind(tmp_path: Path) -> None:
    with running(*ONCE, folder=tmp_path) as demo:
        demo.until("step")
        began = children(demo.process.pid)
        code, _ = demo.stop(signal.SIGINT)
        assert code == 130
        assert _all_gone(began)


def test_a_desk_that_is_kept_in_the_data_folder_keeps_its_token_and_its_port(tmp_path: Path) -> None:
    data = tmp_path / ".tidegate"
    data.mkdir()
    write_client_file(data, ClientFile(url="http://127.0.0.1:1", token="tg_mine"))
    before = (data / "client.json").read_text()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with running("demo", "--port", str(port), folder=tmp_path) as demo:
            started = demo.until("started")
            assert started["port_taken"] == port
            assert not started["url"].endswith(f":{port}")
            assert demo.until("serving")["options"] == "--data .tidegate/demo"
            assert run("accounts", "--data", ".tidegate/demo", folder=tmp_path).returncode == 0
            demo.stop()
    assert (data / "client.json").read_text() == before


def test_a_second_demo_in_a_folder_is_refused_and_the_first_serves_until_it_is_terminated(tmp_path: Path) -> None:
    with running("demo", "--port", "0", folder=tmp_path) as demo:
        demo.until("started")
        began = children(demo.process.pid)
        second = run(*ONCE, folder=tmp_path)
        assert second.returncode == 78
        assert second.stderr.count("\n") == 1
        assert "a demo runs in" in second.stderr
        demo.until("serving")
        assert demo.stop(signal.SIGTERM) == (0, "")
        assert _all_gone(began)
