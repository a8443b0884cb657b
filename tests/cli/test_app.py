"""The command as a whole."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from cli.fake_desk import FakeDesk, order
from tidegate import __version__
from tidegate.cli.output import program

Tidegate = Callable[..., Result]
PYTHON = [sys.executable, "-m", "tidegate"]


def test_help_says_what_there_is_and_what_exit_codes_mean(tidegate: Tidegate) -> None:
    result = tidegate("--help")
    assert result.exit_code == 0
    for command in (
        "demo",
        "serve",
        "sim",
        "order",
        "portfolio",
        "positions",
        "rules",
        "corrections",
        "breaks",
        "risk",
        "approvals",
        "transfer",
        "accounts",
        "venues",
        "Exit codes",
    ):
        assert command in result.stdout


def test_help_imports_nothing_heavy() -> None:
    """So that it comes at once."""
    program = (
        "import sys, tidegate.cli.app\n"
        "heavy = {'ccxt', 'litestar', 'sqlalchemy', 'uvicorn', 'httpx', 'rich', 'aiohttp', 'cryptography', 'uvloop'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert found.stdout.strip() == "[]"


def test_the_version_is_printed(tidegate: Tidegate) -> None:
    assert tidegate("--version").stdout == f"tidegate {__version__}\n"


def test_an_unknown_command_is_wrong_usage(tidegate: Tidegate) -> None:
    assert tidegate("ordre").exit_code == 2


def test_whoever_stops_reading_is_not_shown_a_traceback(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("GET", "/orders", {"items": [order()] * 400, "next_cursor": None})
    with subprocess.Popen(
        [*PYTHON, "order", "list", "--json", "--url", desk.url, "--token", "tg_test"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        told = process.stderr.read()
    assert told == b""
    assert process.returncode == 1


@pytest.mark.parametrize("name", ["NO_COLOR", None])
def test_colours_are_for_terminals(
    desk: FakeDesk, tidegate: Tidegate, monkeypatch: pytest.MonkeyPatch, name: str | None
) -> None:
    if name is not None:
        monkeypatch.setenv(name, "1")
    desk.answer("GET", "/orders", {"items": [order(status="filled")], "next_cursor": None})
    assert "\x1b" not in tidegate("order", "list").stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_full_disk_behind_the_output_is_said_in_one_line(
    desk: FakeDesk, tidegate: Tidegate, options: tuple[str, ...]
) -> None:
    desk.answer("GET", "/orders", {"items": [order()], "next_cursor": None})
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [*PYTHON, "order", "list", *options, "--url", desk.url, "--token", "tg_test"],
            check=False,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert ended.returncode == 74
    assert ended.stderr.startswith("tidegate: ")
    assert ended.stderr.count("\n") == 1


def test_hints_name_the_command_so_that_the_shell_finds_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    script = tmp_path / "tidegate"
    script.write_text("#!/bin/sh\n")
    script.chmod(0o700)
    monkeypatch.setattr(sys, "argv", [str(script), "demo"])
    monkeypatch.setenv("PATH", "/nowhere")
    assert program() == str(script)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert program() == "tidegate"
    monkeypatch.setattr(sys, "argv", ["/somewhere/tidegate/__main__.py", "demo"])
    assert program() == "tidegate"
