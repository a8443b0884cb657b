"""The real command in processes of its own."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

COMMAND = [sys.executable, "-m", "tidegate"]
SECONDS_MAX = 60.0


def environment() -> dict[str, str]:
    """Ours, without what would lead the command elsewhere."""
    return {name: text for name, text in os.environ.items() if not name.startswith("TIDEGATE_")}


def run(*arguments: str, folder: Path, typed: str = "") -> subprocess.CompletedProcess[str]:
    """Run to the end, in a folder of its own."""
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=folder,
        env=environment(),
        input=typed,
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )


class Running:
    """A command that keeps running and tells JSON lines."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def line(self) -> dict[str, Any]:
        """The next line of its standard output."""
        assert self.process.stdout is not None
        text = self.process.stdout.readline()
        if not text:
            _, told = self.process.communicate(timeout=SECONDS_MAX)
            raise AssertionError(f"it ended with {self.process.returncode}: {told}")
        found: dict[str, Any] = json.loads(text)
        return found

    def until(self, event: str) -> dict[str, Any]:
        """The first line that tells this event."""
        while True:
            line = self.line()
            if line.get("event") == event:
                return line

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Send a signal; returns the exit code, and what standard error told."""
        self.process.send_signal(number)
        return self.ended()

    def ended(self) -> tuple[int, str]:
        """Wait for the end; returns the exit code, and what standard error told."""
        _, told = self.process.communicate(timeout=SECONDS_MAX)
        return self.process.returncode, told


@contextmanager
def running(*arguments: str, folder: Path) -> Iterator[Running]:
    """Start a command; when the context ends, neither it nor anything that it started is left."""
    process = subprocess.Popen(
        [*COMMAND, *arguments, "--json"],
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield Running(process)
    finally:
        if process.poll() is None:
            for child in children(process.pid):
                child.kill()
            process.kill()
        process.communicate()


def children(pid: int) -> list[psutil.Process]:
    """Everything that a process has started and that still runs."""
    return psutil.Process(pid).children(recursive=True)
