"""`tidegate account dead-man`."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import Result

from cli.fake_desk import FakeDesk, problem

Tidegate = Callable[..., Result]
PATH = "/accounts/okx-main/dead-man"


def account(seconds: int | None) -> dict[str, Any]:
    return {
        "account_id": "okx-main",
        "exchange": "okx",
        "environment": "testnet",
        "user_ids": ["alice"],
        "state": "ready",
        "message": "",
        "created_at": "2026-01-02T03:04:05.000000Z",
        "dead_man_seconds": seconds,
    }


def test_it_is_switched_on_with_its_seconds_and_off_again(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("PUT", PATH, account(30), account(None))
    told = tidegate("account", "dead-man", "okx-main", "--seconds", "30")
    assert told.exit_code == 0
    assert told.stdout == "the venue cancels orders of okx-main 30 s after the desk is gone\n"
    ended = tidegate("account", "dead-man", "okx-main", "--off", "--json")
    assert json.loads(ended.stdout) == {"account_id": "okx-main", "dead_man_seconds": None}
    assert [request.body for request in desk.requests] == [{"seconds": 30}, {"seconds": None}]


@pytest.mark.parametrize("options", [(), ("--seconds", "30", "--off")])
def test_one_of_both_has_to_be_said(desk: FakeDesk, tidegate: Tidegate, options: tuple[str, ...]) -> None:
    result = tidegate("account", "dead-man", "okx-main", *options)
    assert result.exit_code == 2
    assert "give either --seconds or --off" in result.stderr
    assert not desk.requests


def test_seconds_that_the_venue_does_not_take_are_told_with_its_range(desk: FakeDesk, tidegate: Tidegate) -> None:
    sentence = "okx waits 10 to 120 seconds: give so many"
    desk.answer("PUT", PATH, problem("parameter_not_allowed", sentence, status=422), status=422)
    result = tidegate("account", "dead-man", "okx-main", "--seconds", "5")
    assert result.exit_code == 1
    assert sentence in result.stderr


def test_the_list_of_accounts_shows_it(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("GET", "/accounts", {"items": [account(30)]})
    shown = tidegate("accounts").stdout
    assert "dead man" in shown
    assert "30 s" in shown
