"""A simulator in a process of its own, on a core of its own, watched from outside."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import psutil  # type: ignore[import-untyped]

from benchmarks.venue_dialects import API_KEY, PASSPHRASE, SECRET, Dialect

LIMIT_SCALE = 1_000_000
BALANCES = {"USDT": "1000000000", "BTC": "100000"}
SYMBOLS = ("BTC/USDT", "BTC/USDT:USDT")
LEVEL_QUANTITY = "100000000"
MEBIBYTE = 1024 * 1024
CAN_PIN = hasattr(os, "sched_setaffinity")
"""Not every system lets a process choose its core; figures from one that does not are rougher."""


class ServerProcess:
    """Something that serves, and what it costs."""

    def __init__(self, process: subprocess.Popen[bytes], core: int) -> None:
        assert process.stdout is not None
        self.urls: dict[str, Any] = json.loads(process.stdout.readline())
        self._watched = psutil.Process(process.pid)
        if CAN_PIN:
            self._watched.cpu_affinity([core])

    def cpu_seconds(self) -> float:
        """The processor time that it has used."""
        times = self._watched.cpu_times()
        return float(times.user + times.system)

    def memory_mb(self) -> float:
        """The memory that it holds."""
        return float(self._watched.memory_info().rss) / MEBIBYTE


class SimulatorProcess(ServerProcess):
    """A simulator whose limits do not bind, with a rich account, and still markets that no order can exhaust."""

    def prepare(self, dialects: Sequence[Dialect]) -> None:
        """Create the account, still the markets, and give the dialects a price just below the market's."""
        self._control("limits", {"scale": LIMIT_SCALE})
        account = {"api_key": API_KEY, "secret": SECRET, "passphrase": PASSPHRASE, "balances": BALANCES}
        self._control("accounts", account)
        for dialect in dialects:
            wanted = {"symbol": dialect.symbol, "exchange": dialect.exchange, "frozen": True}
            shown = self._control("market", {**wanted, "level_quantity": LEVEL_QUANTITY})
            dialect.price = str(int(Decimal(shown["markets"][0]["bid"]) * Decimal("0.99")))

    def _control(self, call: str, body: dict[str, Any]) -> Any:
        request = urllib.request.Request(  # noqa: S310  Loopback only.
            f"{self.urls['control']}/_sim/{call}", json.dumps(body).encode(), {"content-type": "application/json"}
        )
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            return json.load(answer)


@contextmanager
def simulator_process(dialects: Sequence[Dialect], *, core: int) -> Iterator[SimulatorProcess]:
    """Serve the venues of some dialects."""
    venues = [
        word for exchange in dict.fromkeys(dialect.exchange for dialect in dialects) for word in ("--venue", exchange)
    ]
    command = [sys.executable, "-m", "venuesim", *venues, "--json", "--stop-with-parent"]
    with _started(command) as process:
        simulator = SimulatorProcess(process, core)
        simulator.prepare(dialects)
        yield simulator


@contextmanager
def peer_process(*, core: int) -> Iterator[ServerProcess]:
    """Serve the peer: aiohttp alone, which only echoes."""
    with _started([sys.executable, "-m", "benchmarks.echo_process"]) as process:
        yield ServerProcess(process, core)


@contextmanager
def _started(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.terminate()


@contextmanager
def pinned_to(core: int) -> Iterator[None]:
    """Keep this process on one core meanwhile."""
    if not CAN_PIN:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def server_and_client_core() -> tuple[int, int]:
    """The cores to pin to: the first and the last of those allowed."""
    cores = sorted(os.sched_getaffinity(0)) if CAN_PIN else [0]
    return cores[0], cores[-1]
