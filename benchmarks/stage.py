"""The stage that several benchmarks play on: a simulated Binance and a desk, each in a process of its own."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

API_KEY = "benchmark-key"
SECRET = "benchmark-secret"  # noqa: S105  Of a simulator.
LIMIT_SCALE = 10_000
START_SECONDS_MAX = 120.0


class Stage:
    """Where things listen."""

    def __init__(self, urls: dict[str, Any], data: Path) -> None:
        self.urls = urls
        self.data = data

    def control(self, call: str, body: dict[str, Any]) -> Any:
        """`POST /_sim/<call>`."""
        request = urllib.request.Request(  # noqa: S310  Loopback only.
            f"{self.urls['control']}/_sim/{call}", json.dumps(body).encode(), {"content-type": "application/json"}
        )
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            return json.load(answer)

    def price(self, symbol: str) -> str:
        """The best bid of a market."""
        with urllib.request.urlopen(f"{self.urls['control']}/_sim/market?exchange=binance&symbol={symbol}") as answer:  # noqa: S310
            return str(json.load(answer)["markets"][0]["bid"])


@contextmanager
def simulated_binance(data: Path) -> Iterator[Stage]:
    """A simulated Binance whose limits do not bind, with a rich account and a still market."""
    command = [sys.executable, "-m", "venuesim", "--venue", "binance", "--json", "--stop-with-parent"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            stage = Stage(json.loads(process.stdout.readline()), data)
            stage.control("limits", {"scale": LIMIT_SCALE})
            balances = {"USDT": "100000000", "BTC": "1000"}
            stage.control("accounts", {"api_key": API_KEY, "secret": SECRET, "balances": balances})
            stage.control("market", {"symbol": "BTC/USDT", "frozen": True})
            yield stage
        finally:
            process.terminate()


class DeskProcess:
    """A desk in its own process."""

    def __init__(self, process: subprocess.Popen[bytes], announced: dict[str, Any], seconds_to_ready: float) -> None:
        self._process = process
        self.url: str = announced["url"]
        self.token: str = announced["token"]
        self.seconds_to_ready = seconds_to_ready

    def added_milliseconds(self) -> list[float]:
        """Of the orders since the last call: from the request read to the bytes on the venue's socket."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(b"added\n")
        self._process.stdin.flush()
        samples: list[float] = json.loads(self._process.stdout.readline())
        return samples


@contextmanager
def desk_process(stage: Stage) -> Iterator[DeskProcess]:
    """Start the desk of a stage's data folder; wait until it accepts orders."""
    started = time.perf_counter()
    environment = {**os.environ, "BENCHMARK_STAGE": json.dumps({"urls": stage.urls, "data": str(stage.data)})}
    command = [sys.executable, "-m", "benchmarks.desk_process"]
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        try:
            assert process.stdout is not None
            announced = json.loads(process.stdout.readline())
            _wait_until_ready(announced["url"], started + START_SECONDS_MAX)
            yield DeskProcess(process, announced, time.perf_counter() - started)
        finally:
            process.terminate()


def _wait_until_ready(url: str, deadline: float) -> None:
    while time.perf_counter() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/health/ready") as answer:  # noqa: S310
                if answer.status == 200:
                    return
        except urllib.error.HTTPError:
            pass  # Not ready yet: 503.
        time.sleep(0.01)
    raise TimeoutError("the desk did not become ready")
