"""The real programs, as processes of a test's own: the simulated venues, and a desk that is killed and restarted."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

START_SECONDS_MAX = 120.0  # Only a broken one takes so long; a busy machine may take half of it.


class ProcessEndedError(Exception):
    """A program ended although nobody asked it to; the message has its last words."""


class Program:
    """A child process that announces itself with one line of JSON on its standard output."""

    def __init__(self, process: asyncio.subprocess.Process, announced: Mapping[str, Any], log: Path) -> None:
        self._process = process
        self.announced = announced
        self._log = log

    @classmethod
    async def start(cls, arguments: list[str], log: Path, environment: Mapping[str, str] | None = None) -> "Program":
        """Start it and wait for its announcement. Its standard error goes to `log`."""
        with log.open("ab") as errors:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *arguments,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                env={**os.environ, **(environment or {})},
            )
        assert process.stdout is not None
        try:
            async with asyncio.timeout(START_SECONDS_MAX):
                line = await process.stdout.readline()
        except BaseException:
            await _end(process, signal.SIGKILL)
            raise
        if not line:
            code = await _end(process, signal.SIGKILL)
            raise ProcessEndedError(f"{' '.join(arguments)} ended with {code}: {_tail(log)}")
        return cls(process, json.loads(line), log)

    @property
    def is_running(self) -> bool:
        return self._process.returncode is None

    def check(self) -> None:
        """Raises `ProcessEndedError` with its last words if it has ended by itself."""
        if not self.is_running:
            raise ProcessEndedError(f"it ended with {self._process.returncode}: {_tail(self._log)}")

    async def kill(self) -> None:
        """SIGKILL: it cannot clean up anything."""
        self.check()
        await _end(self._process, signal.SIGKILL)

    async def pause(self, seconds: float) -> None:
        """SIGSTOP, and SIGCONT after a while, whatever happens meanwhile: it does not notice, but time has passed."""
        self.check()
        self._process.send_signal(signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            if self.is_running:
                self._process.send_signal(signal.SIGCONT)

    async def stop(self) -> int:
        """SIGTERM, and SIGKILL if that does not help; returns the exit code."""
        return await _end(self._process, signal.SIGTERM)


async def _end(process: asyncio.subprocess.Process, number: signal.Signals) -> int:
    if process.returncode is None:
        process.send_signal(number)
    try:
        async with asyncio.timeout(START_SECONDS_MAX):
            await process.communicate()  # Empties and closes its pipes too.
    except TimeoutError:
        process.kill()
        await process.communicate()
    assert process.returncode is not None
    return process.returncode


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-4_000:]


class Simulator:
    """The simulated venues and their control API."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self.venues = {name: urls for name, urls in program.announced.items() if name != "control"}
        self._http = httpx.AsyncClient(base_url=program.announced["control"], timeout=10, trust_env=False)

    async def control(self, method: str, path: str, **arguments: Any) -> Any:
        """A call of the control API below `/_sim/`."""
        self._program.check()
        answer = await self._http.request(method, f"/_sim/{path}", **arguments)
        answer.raise_for_status()
        return answer.json()

    async def ledger(self, api_key: str) -> dict[str, list[dict[str, Any]]]:
        """The truth about one account at all venues, all pages together."""
        kinds = ("orders", "executions", "arrivals", "balances", "futures_balances", "positions")
        rows: dict[str, list[dict[str, Any]]] = {kind: [] for kind in kinds}
        cursor = None
        while True:
            page = await self.control("GET", "ledger", params={"limit": 500} | ({"cursor": cursor} if cursor else {}))
            for kind, known in rows.items():
                known += [row for row in page[kind] if row["api_key"] == api_key]
            cursor = page["next_cursor"]
            if cursor is None:
                return rows

    async def close(self) -> None:
        await self._http.aclose()
        await self._program.stop()


@asynccontextmanager
async def simulator(folder: Path, *, seed: int = 1) -> AsyncIterator[Simulator]:
    """Start the simulated venues on free ports."""
    arguments = ["-m", "venuesim", "--port", "0", "--seed", str(seed), "--json", "--stop-with-parent"]
    running = Simulator(await Program.start(arguments, folder / "venuesim.log"))
    try:
        yield running
    finally:
        await running.close()


class DeskProcess:
    """`tidegate serve` on one data folder, through all its lives."""

    def __init__(self, folder: Path, venues: Mapping[str, Mapping[str, str]], database_url: str | None = None) -> None:
        self.folder = folder
        self.database_url = database_url or f"sqlite:///{folder / 'desk.db'}"
        self.log = folder / "desk.log"
        self.starts = 0
        self._program: Program | None = None
        folder.mkdir(parents=True, exist_ok=True)
        lines = [f"[simulated_venues.{name}]\n" + _toml(urls) for name, urls in venues.items()]
        (folder / "tidegate.toml").write_text("compare_every_seconds = 2.0\n" + "\n".join(lines))

    @property
    def url(self) -> str | None:
        """Where it listens; None while it does not run."""
        return None if self._program is None else str(self._program.announced["url"])

    @property
    def admin_token(self) -> str:
        return str(json.loads((self.folder / "client.json").read_text())["token"])

    async def start(self) -> None:
        """Returns when its API can be called."""
        arguments = ["-m", "tidegate", "serve", "--data", str(self.folder), "--port", "0"]
        arguments += ["--database", self.database_url, "--json"]
        self._program = await Program.start(arguments, self.log)
        self.starts += 1

    async def kill(self) -> None:
        """End it as a power failure would."""
        program, self._program = self._program, None
        assert program is not None
        await program.kill()

    async def pause(self, seconds: float) -> None:
        """Stop it in its tracks for a while."""
        assert self._program is not None
        await self._program.pause(seconds)

    async def stop(self) -> int | None:
        """End it in order, if it runs."""
        program, self._program = self._program, None
        return None if program is None else await program.stop()

    def check(self) -> None:
        """Raises `ProcessEndedError` if it ended by itself."""
        if self._program is not None:
            self._program.check()


def _toml(urls: Mapping[str, str]) -> str:
    return "".join(f"{name} = {json.dumps(url)}\n" for name, url in urls.items())
