"""`tidegate user add`, `token add`, `account add`, `account rekey`."""

import json
from collections.abc import Callable

import pytest
from typer.testing import Result

from cli.fake_desk import FakeDesk, problem

Tidegate = Callable[..., Result]
SECRET = "tg_" + "s" * 43
ACCOUNT = {
    "account_id": "okx-main",
    "exchange": "okx",
    "environment": "testnet",
    "user_ids": ["alice"],
    "state": "offline",
    "message": "",
    "created_at": "2026-01-02T03:04:05.000000Z",
}
ADD_OKX = ("account", "add", "okx-main", "--exchange", "okx", "--user", "alice", "--user", "bob")


def _registered(desk: FakeDesk) -> None:
    desk.answer("POST", "/users", {"user_id": "alice", "name": "Alice", "role": "trader"}, status=201)
    token = {"token_id": "01K", "user_id": "alice", "label": "x", "token": SECRET}
    desk.answer("POST", "/tokens", token, status=201)


def test_a_new_user_gets_a_token_that_is_printed_once(desk: FakeDesk, tidegate: Tidegate) -> None:
    _registered(desk)
    result = tidegate("user", "add", "alice", "--role", "trader", "--full-name", "Alice")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == SECRET
    assert desk.requests[0].body == {"user_id": "alice", "name": "Alice", "role": "trader"}
    assert desk.requests[1].body["user_id"] == "alice"
    assert json.loads(tidegate("user", "add", "alice", "--role", "trader", "--json").stdout)["token"] == SECRET


def test_a_user_may_have_more_tokens(desk: FakeDesk, tidegate: Tidegate) -> None:
    _registered(desk)
    assert tidegate("token", "add", "alice", "--label", "bot").stdout.splitlines()[-1] == SECRET
    assert desk.requests[0].body == {"user_id": "alice", "label": "bot"}


def test_a_user_that_exists_is_said_to_exist(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("POST", "/users", problem("already_exists", "there is a user alice already", status=409), status=409)
    result = tidegate("user", "add", "alice", "--role", "trader")
    assert result.exit_code == 1
    assert "there is a user alice already" in result.stderr
    assert len(desk.requests) == 1


def test_credentials_come_from_standard_input_and_show_nowhere(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("POST", "/accounts", ACCOUNT, status=201)
    result = tidegate(*ADD_OKX, typed="the-key\nthe-secret\nthe-phrase\n")
    assert result.exit_code == 0
    assert desk.requests[0].body == {
        "account_id": "okx-main",
        "exchange": "okx",
        "environment": "testnet",
        "user_ids": ["alice", "bob"],
        "api_key": "the-key",
        "secret": "the-secret",
        "passphrase": "the-phrase",
    }
    for secret in ("the-key", "the-secret", "the-phrase"):
        assert secret not in result.output


def test_credentials_come_from_the_environment(
    desk: FakeDesk, tidegate: Tidegate, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.answer("POST", "/accounts", ACCOUNT, status=201)
    monkeypatch.setenv("TIDEGATE_VENUE_API_KEY", "the-key")
    monkeypatch.setenv("TIDEGATE_VENUE_SECRET", "the-secret")
    result = tidegate("account", "add", "main", "--exchange", "binance", "--user", "alice", "--json")
    assert result.exit_code == 0
    assert desk.requests[0].body["secret"] == "the-secret"
    assert "passphrase" not in desk.requests[0].body
    assert json.loads(result.stdout)["account_id"] == "main"


@pytest.mark.parametrize("typed", ["", "the-key\n", "the-key\n\n", "the-key\nthe-secret\n"])
def test_credentials_that_are_not_all_there_are_not_sent(desk: FakeDesk, tidegate: Tidegate, typed: str) -> None:
    result = tidegate(*ADD_OKX, typed=typed)
    assert result.exit_code == 2
    assert "TIDEGATE_VENUE_" in result.stderr
    assert desk.requests == []


def _rekeyable(desk: FakeDesk) -> None:
    other = {**ACCOUNT, "account_id": "binance-main", "exchange": "binance"}
    desk.answer("GET", "/accounts", {"items": [other, ACCOUNT], "next_cursor": None})
    for account in (other, ACCOUNT):
        path = f"/accounts/{account['account_id']}/credentials"
        desk.answer("PUT", path, {**account, "state": "recovering"})


def test_other_credentials_come_from_standard_input_and_show_nowhere(desk: FakeDesk, tidegate: Tidegate) -> None:
    _rekeyable(desk)
    result = tidegate("account", "rekey", "okx-main", typed="the-key\nthe-secret\nthe-phrase\n")
    assert result.exit_code == 0
    assert [(request.method, request.path) for request in desk.requests] == [
        ("GET", "/api/v1/accounts"),
        ("PUT", "/api/v1/accounts/okx-main/credentials"),
    ]
    assert desk.requests[1].body == {"api_key": "the-key", "secret": "the-secret", "passphrase": "the-phrase"}
    assert "okx-main has other credentials now" in result.stdout
    for secret in ("the-key", "the-secret", "the-phrase"):
        assert secret not in result.output


def test_other_credentials_come_from_the_environment(
    desk: FakeDesk, tidegate: Tidegate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The desk knows that this account is no OKX one: a passphrase is not looked for."""
    _rekeyable(desk)
    monkeypatch.setenv("TIDEGATE_VENUE_API_KEY", "the-key")
    monkeypatch.setenv("TIDEGATE_VENUE_SECRET", "the-secret")
    result = tidegate("account", "rekey", "binance-main", "--json")
    assert result.exit_code == 0
    assert desk.requests[1].body == {"api_key": "the-key", "secret": "the-secret"}
    assert json.loads(result.stdout) == {
        "account_id": "binance-main",
        "exchange": "binance",
        "environment": "testnet",
        "state": "recovering",
    }


@pytest.mark.parametrize("typed", ["", "the-key\n", "the-key\n\n", "the-key\nthe-secret\n"])
def test_other_credentials_that_are_not_all_there_replace_nothing(
    desk: FakeDesk, tidegate: Tidegate, typed: str
) -> None:
    _rekeyable(desk)
    result = tidegate("account", "rekey", "okx-main", typed=typed)
    assert result.exit_code == 2
    assert "TIDEGATE_VENUE_" in result.stderr
    assert [request.method for request in desk.requests] == ["GET"]


def test_an_account_that_is_not_there_is_named_before_any_secret_is_asked(desk: FakeDesk, tidegate: Tidegate) -> None:
    _rekeyable(desk)
    result = tidegate("account", "rekey", "okx-mian", "--json", typed="the-key\nthe-secret\nthe-phrase\n")
    assert result.exit_code == 1
    assert "there is no account okx-mian" in result.stderr
    assert json.loads(result.stdout)["code"] == "account_not_found"
    assert [request.method for request in desk.requests] == ["GET"]


def test_who_may_not_replace_credentials_is_told(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("GET", "/accounts", {"items": [ACCOUNT], "next_cursor": None})
    refusal = problem("forbidden", "this needs the role admin", status=403)
    desk.answer("PUT", "/accounts/okx-main/credentials", refusal, status=403)
    result = tidegate("account", "rekey", "okx-main", typed="the-key\nthe-secret\nthe-phrase\n")
    assert result.exit_code == 1
    assert "this needs the role admin" in result.stderr
    assert "the-secret" not in result.output


@pytest.mark.parametrize("command", ["add", "rekey"])
def test_there_is_no_option_that_takes_a_secret(tidegate: Tidegate, command: str) -> None:
    """Arguments can be read by every user of the machine."""
    shown = tidegate("account", command, "--help").stdout
    assert "--secret" not in shown
    assert "--api-key" not in shown
