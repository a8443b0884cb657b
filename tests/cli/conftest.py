"""The command line, pointed at a desk that answers as it is told."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.fake_desk import TOKEN, FakeDesk
from tidegate.cli.app import app

Tidegate = Callable[..., Result]


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test reads the settings of whoever runs it."""
    for name in ("URL", "TOKEN", "DATA", "HOST", "PORT", "DATABASE_URL", "PASSPHRASE"):
        monkeypatch.delenv(f"TIDEGATE_{name}", raising=False)
    for name in ("API_KEY", "SECRET", "PASSPHRASE"):
        monkeypatch.delenv(f"TIDEGATE_VENUE_{name}", raising=False)
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def desk() -> Iterator[FakeDesk]:
    with FakeDesk() as running:
        yield running


@pytest.fixture
def tidegate(desk: FakeDesk, monkeypatch: pytest.MonkeyPatch) -> Tidegate:
    """`tidegate("order", "list")`: run the command line against the desk."""
    monkeypatch.setenv("TIDEGATE_URL", desk.url)
    monkeypatch.setenv("TIDEGATE_TOKEN", TOKEN)

    def run(*arguments: str, typed: str | None = None) -> Result:
        return CliRunner().invoke(app, arguments, input=typed)

    return run
