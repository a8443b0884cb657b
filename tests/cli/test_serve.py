"""`tidegate serve`, as a process."""

import json
import shutil
import signal
import socket
import sqlite3
import stat
from pathlib import Path

import pytest

from cli.processes import run, running
from tidegate.client import AuthenticationError, Client

SERVE = ("serve", "--port", "0")


def _client_file(folder: Path) -> dict[str, str]:
    found: dict[str, str] = json.loads((folder / ".tidegate" / "client.json").read_text())
    return found


@pytest.fixture(scope="module")
def first_start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where a desk has been started once, and stopped."""
    folder = tmp_path_factory.mktemp("first")
    with running(*SERVE, folder=folder) as desk:
        desk.line()
        assert desk.stop()[0] == 0
    return folder


@pytest.fixture
def started(tmp_path: Path, first_start: Path) -> Path:
    """Such a folder of the test's own."""
    return Path(shutil.copytree(first_start, tmp_path, dirs_exist_ok=True))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_first_start_lets_an_administrator_in_and_a_signal_ends_it_well(tmp_path: Path, number: int) -> None:
    with running(*SERVE, folder=tmp_path) as desk:
        started = desk.line()
        assert set(started) == {"url", "data", "client_file"}
        assert stat.S_IMODE((tmp_path / started["client_file"]).stat().st_mode) == 0o600
        assert set(_client_file(tmp_path)) == {"url", "token"}
        added = run("user", "add", "alice", "--role", "trader", "--json", folder=tmp_path)
        assert added.returncode == 0
        token = json.loads(added.stdout)["token"]
        assert run("order", "list", "--token", token, folder=tmp_path).stdout == "no orders\n"
        code, told = desk.stop(number)
    assert code == 0
    assert token not in told
    assert _client_file(tmp_path)["token"] not in told


def test_the_second_start_keeps_the_token_and_says_where_it_listens_now(started: Path) -> None:
    first = _client_file(started)
    with running(*SERVE, folder=started) as desk:
        told = desk.line()
        assert "client_file" not in told
        second = _client_file(started)
        assert second == {"url": told["url"], "token": first["token"]}
        assert run("accounts", folder=started).returncode == 0
        desk.stop()


def test_a_first_start_that_was_killed_half_way_is_finished_by_the_next_one(started: Path) -> None:
    """The file is written first: here as if the process had died before the desk learned the token."""
    token = "tg_" + "x" * 43
    path = started / ".tidegate" / "client.json"
    path.write_text(json.dumps({"url": "http://127.0.0.1:1", "token": token, "unfinished": True}))
    with running(*SERVE, folder=started) as desk:
        url = desk.line()["url"]
        assert _client_file(started) == {"url": url, "token": token}
        with Client(url, token) as client:
            assert client.accounts() == []
        desk.stop()


def test_a_token_that_a_stranger_wrote_into_the_file_opens_nothing(started: Path) -> None:
    token = "tg_" + "x" * 43
    (started / ".tidegate" / "client.json").write_text(json.dumps({"url": "http://127.0.0.1:1", "token": token}))
    with running(*SERVE, folder=started) as desk:
        url = desk.line()["url"]
        with Client(url, token) as client, pytest.raises(AuthenticationError):
            client.accounts()
        desk.stop()


def test_a_port_that_is_taken_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run("serve", "--port", str(port), folder=tmp_path)
    assert result.returncode == 78
    assert result.stderr.count("\n") == 1
    assert f"port {port}" in result.stderr
    assert "--port" in result.stderr


def test_a_database_that_another_desk_has_is_said_in_one_line(tmp_path: Path) -> None:
    with running(*SERVE, folder=tmp_path) as desk:
        desk.line()
        result = run(*SERVE, folder=tmp_path)
        assert result.returncode == 78
        assert result.stderr.count("\n") == 1
        assert f"process {desk.process.pid}" in result.stderr
        assert desk.stop()[0] == 0


def test_a_schema_that_is_newer_is_said_in_one_line(tmp_path: Path) -> None:
    assert run("db", "upgrade", folder=tmp_path).returncode == 0
    with sqlite3.connect(tmp_path / ".tidegate" / "desk.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    result = run(*SERVE, folder=tmp_path)
    assert result.returncode == 78
    assert result.stderr.count("\n") == 1
    assert "9999" in result.stderr


@pytest.mark.parametrize(
    ("setting", "hint"),
    [
        ("port = 'many'", "port"),
        ("prot = 1", "prot"),
        ("port =", "tidegate.toml"),
        ("port = 70000", "65535"),
        ("database_url = 'mysql://x'", "mysql"),
    ],
)
def test_settings_that_make_no_sense_are_said_in_one_line(tmp_path: Path, setting: str, hint: str) -> None:
    (tmp_path / ".tidegate").mkdir()
    (tmp_path / ".tidegate" / "tidegate.toml").write_text(setting)
    result = run("serve", folder=tmp_path)
    assert result.returncode == 78
    assert result.stderr.count("\n") == 1
    assert hint in result.stderr


def test_an_engine_that_fails_ends_the_process_with_70(tmp_path: Path) -> None:
    """Here the lease says that another engine has taken the desk over."""
    with running(*SERVE, folder=tmp_path) as desk:
        desk.line()
        with sqlite3.connect(tmp_path / ".tidegate" / "desk.db") as database:
            database.execute("UPDATE lease SET epoch = epoch + 1")
        database.close()
        refused = run("user", "add", "alice", "--role", "trader", folder=tmp_path)
        assert refused.returncode == 3
        code, told = desk.ended()
    assert code == 70
    assert "the engine has ended" in told
    with running(*SERVE, folder=tmp_path) as desk:
        desk.line()
        assert run("user", "add", "alice", "--role", "trader", folder=tmp_path).returncode == 0
        assert desk.stop()[0] == 0
