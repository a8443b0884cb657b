"""`tidegate rules`."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import Result

from cli.fake_desk import FakeDesk

Tidegate = Callable[..., Result]
PLACE = {"account": "okx-main", "symbol": "BTC/USDT", "side": "sell", "order_type": "limit", "quantity": "1"}


def rule(**changes: Any) -> dict[str, Any]:
    return {
        "rule_id": "01R",
        "user_id": "alice",
        "order_id": "01J",
        "status": "filled",
        "place": {**PLACE, "price": "70000"},
        "place_order_id": "01P",
        "cancel_order_id": None,
        "created_at": "2026-01-02T03:04:05Z",
        "ended_at": None,
        "fired": False,
        "message": "",
        **changes,
    }


def test_the_rules_that_wait_are_listed(desk: FakeDesk, tidegate: Tidegate) -> None:
    ended = rule(rule_id="01S", place=None, cancel_order_id="01K", ended_at="2026-01-02T03:04:06Z", fired=True)
    desk.answer("GET", "/rules", {"items": [rule(), ended], "next_cursor": "c"})
    result = tidegate("rules", "--limit", "2")
    assert desk.requests[0].query == {"open": "true", "limit": "2"}
    for text in ("01R", "sell 1 BTC/USDT limit at 70000", "waiting", "cancel 01K", "fired"):
        assert text in result.stdout
    assert "more" in result.stderr
    tidegate("rules", "--all", "--user", "bob")
    assert desk.requests[1].query == {"user_id": "bob", "limit": "50"}
    assert json.loads(tidegate("rules", "--json").stdout)["items"][0]["place"]["price"] == "70000"


def test_a_rule_is_made_of_an_order_or_of_a_cancel(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("POST", "/rules", rule(), status=201)
    assert tidegate("rules", "add", "01J", "filled", "--place", json.dumps(PLACE)).exit_code == 0
    assert tidegate("rules", "add", "01J", "canceled", "--cancel", "01K").exit_code == 0
    first, second = desk.requests
    assert first.body == {"order_id": "01J", "status": "filled", "place": PLACE}
    assert second.body == {"order_id": "01J", "status": "canceled", "cancel_order_id": "01K"}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "--place or --cancel"),
        (("--place", "{}", "--cancel", "01K"), "--place or --cancel"),
        (("--place", "{"), "no JSON"),
        (("--place", "[]"), "one JSON object"),
    ],
)
def test_a_rule_that_says_nothing_is_wrong_usage(
    desk: FakeDesk, tidegate: Tidegate, arguments: tuple[str, ...], told: str
) -> None:
    result = tidegate("rules", "add", "01J", "filled", *arguments)
    assert result.exit_code == 2
    assert told in result.stderr
    assert desk.requests == []


def test_a_rule_is_deleted(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("DELETE", "/rules/01R", rule(ended_at="2026-01-02T03:04:06Z", message="deleted by alice"))
    result = tidegate("rules", "delete", "01R")
    assert "ended" in result.stdout
    assert "deleted by alice" in result.stdout


def test_options_that_would_not_count_are_refused(desk: FakeDesk, tidegate: Tidegate) -> None:
    result = tidegate("rules", "--url", "http://elsewhere", "delete", "01R")
    assert result.exit_code == 2
    assert result.stderr == "tidegate: put --url behind delete\n"
    assert desk.requests == []


def test_no_rules_are_said_to_be_none(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("GET", "/rules", {"items": [], "next_cursor": None})
    assert tidegate("rules").stdout == "no rules\n"
