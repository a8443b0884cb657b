"""Which desk a command speaks to, as whom, and what it says when that fails."""

import json
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from cli.fake_desk import TOKEN, FakeDesk, problem
from tidegate.cli.client_file import ClientFile, read_client_file, write_client_file

Tidegate = Callable[..., Result]
NO_ACCOUNTS = {"items": []}


@pytest.fixture
def alone(tidegate: Tidegate, monkeypatch: pytest.MonkeyPatch) -> Tidegate:
    """The command line without a desk in the environment."""
    monkeypatch.delenv("TIDEGATE_URL")
    monkeypatch.delenv("TIDEGATE_TOKEN")
    return tidegate


def test_the_data_folder_leads_to_its_desk(desk: FakeDesk, alone: Tidegate, tmp_path: Path) -> None:
    desk.answer("GET", "/accounts", NO_ACCOUNTS)
    for folder in (tmp_path / ".tidegate", tmp_path / "other"):
        folder.mkdir()
        write_client_file(folder, ClientFile(url=desk.url, token=TOKEN))
    assert alone("accounts").exit_code == 0
    assert alone("accounts", "--data", str(tmp_path / "other")).exit_code == 0
    assert alone("--data", str(tmp_path / "other"), "accounts").exit_code == 0


def test_options_win_over_the_environment_and_that_over_the_file(
    desk: FakeDesk, alone: Tidegate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.answer("GET", "/accounts", NO_ACCOUNTS)
    write_client_file(tmp_path, ClientFile(url=desk.url, token="tg_of_the_file"))
    monkeypatch.setenv("TIDEGATE_DATA", str(tmp_path))
    assert alone("accounts").exit_code == 3
    monkeypatch.setenv("TIDEGATE_TOKEN", TOKEN)
    assert alone("accounts").exit_code == 0
    assert alone("accounts", "--token", "tg_wrong").exit_code == 3
    assert alone("--token", "tg_wrong", "accounts").exit_code == 3
    sent = [request.headers["authorization"] for request in desk.requests]
    assert sent == ["Bearer tg_of_the_file", f"Bearer {TOKEN}", "Bearer tg_wrong", "Bearer tg_wrong"]


def test_a_files_token_goes_to_the_files_desk_only(desk: FakeDesk, alone: Tidegate, tmp_path: Path) -> None:
    write_client_file(tmp_path, ClientFile(url="http://127.0.0.1:1", token=TOKEN))
    result = alone("accounts", "--data", str(tmp_path), "--url", desk.url)
    assert result.exit_code == 3
    assert "--token" in result.stderr
    assert desk.requests == []


def test_without_any_desk_the_command_says_what_to_do(alone: Tidegate) -> None:
    result = alone("accounts")
    assert result.exit_code == 3
    assert "tidegate serve" in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_file_that_cannot_be_read_is_named(alone: Tidegate, tmp_path: Path) -> None:
    (tmp_path / "client.json").write_text("{")
    result = alone("accounts", "--data", str(tmp_path))
    assert result.exit_code == 3
    assert "client.json" in result.stderr


def test_a_desk_that_does_not_answer_ends_with_3(alone: Tidegate) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        result = alone("accounts", "--url", url, "--token", TOKEN)
    assert result.exit_code == 3
    assert url in result.stderr
    assert "tidegate serve" in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_token_that_the_desk_does_not_know_ends_with_3(desk: FakeDesk, tidegate: Tidegate) -> None:
    result = tidegate("accounts", "--token", "tg_wrong")
    assert result.exit_code == 3
    assert "TIDEGATE_TOKEN" in result.stderr
    assert "tg_wrong" not in result.stderr


def test_a_role_that_may_not_ends_with_1(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("GET", "/accounts", problem("not_permitted", "this needs the role admin", status=403), status=403)
    result = tidegate("accounts", "--json")
    assert result.exit_code == 1
    assert "role admin" in result.stderr
    assert json.loads(result.stdout)["code"] == "not_permitted"


@pytest.mark.parametrize("url", ["nonsense", "ftp://desk", "http://desk:port"])
def test_a_url_that_is_none_is_wrong_usage(tidegate: Tidegate, url: str) -> None:
    result = tidegate("accounts", "--url", url)
    assert result.exit_code == 2
    assert url in result.stderr


def test_the_client_file_is_for_its_owner_alone_and_replaced_whole(tmp_path: Path) -> None:
    assert read_client_file(tmp_path) is None
    path = write_client_file(tmp_path, ClientFile(url="http://a", token="tg_a", unfinished=True))
    write_client_file(tmp_path, ClientFile(url="http://b", token="tg_b"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text()) == {"url": "http://b", "token": "tg_b"}
    assert [child.name for child in tmp_path.iterdir()] == ["client.json"]
    assert "tg_b" not in repr(read_client_file(tmp_path))
