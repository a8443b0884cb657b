"""`tidegate approvals`."""

import json
from collections.abc import Callable

import pytest
from typer.testing import Result

from cli.fake_desk import FakeDesk, problem
from cli.risk_answers import LIMIT, LIMITS, approval

Tidegate = Callable[..., Result]


@pytest.mark.parametrize("words", [("approvals",), ("approvals", "list")])
def test_what_waits_is_listed(desk: FakeDesk, tidegate: Tidegate, words: tuple[str, ...]) -> None:
    desk.answer("GET", "/approvals", {"items": [approval()], "next_cursor": "more"})
    result = tidegate(*words)
    assert desk.requests[0].query == {"state": "pending", "limit": "50"}
    for word in ("01APPROVAL", "rita", "release of user bob", "calm again"):
        assert word in result.stdout
    assert "--limit" in result.stderr


def test_what_was_decided_is_listed_with_all(desk: FakeDesk, tidegate: Tidegate) -> None:
    decided = approval(state="approved", decided_by="rosa")
    desk.answer("GET", "/approvals", {"items": [decided], "next_cursor": None})
    assert "rosa" in tidegate("approvals", "list", "--all", "--limit", "5").stdout
    assert desk.requests[0].query == {"limit": "5"}
    assert json.loads(tidegate("approvals", "list", "--json").stdout)["items"][0]["decided_by"] == "rosa"


def test_what_would_be_other_than_now_is_shown(desk: FakeDesk, tidegate: Tidegate) -> None:
    looser = {**LIMIT, "value": "8000", "action": "halt"}
    added = {**LIMIT, "limit_id": "throttle", "kind": "orders_per_interval", "value": "5", "interval_seconds": 10}
    asked = approval(kind="risk_limits", scope=None, limits=[looser, added], expected_version=3)
    desk.answer("GET", "/approvals/01APPROVAL", asked)
    kept = {**LIMIT, "limit_id": "gone"}
    desk.answer("GET", "/risk/limits", {**LIMITS, "limits": [LIMIT, kept]})
    result = tidegate("approvals", "show", "01APPROVAL")
    lines = {line.partition(" ")[0]: line for line in result.stdout.splitlines()}
    scope = "(user bob, symbol BTC/USDT)"
    assert lines["small-orders"].split() == [
        *f"small-orders order notional 5000.5 {scope} refuse".split(),
        *f"order notional 8000 {scope} halt".split(),
    ]
    assert lines["throttle"].endswith(f"orders per interval 5 in 10 s {scope} refuse")
    assert lines["gone"].endswith("refuse  -")
    assert json.loads(tidegate("approvals", "show", "01APPROVAL", "--json").stdout)["expected_version"] == 3


def test_a_release_that_waits_is_shown_without_limits(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("GET", "/approvals/01APPROVAL", approval())
    assert "release of user bob" in tidegate("approvals", "show", "01APPROVAL").stdout
    assert [request.path for request in desk.requests] == ["/api/v1/approvals/01APPROVAL"]


@pytest.mark.parametrize("word", ["approve", "reject"])
def test_a_second_persons_word_is_sent(desk: FakeDesk, tidegate: Tidegate, word: str) -> None:
    asked = approval(kind="risk_limits", scope=None, limits=[LIMIT], expected_version=3, state=f"{word}ed")
    desk.answer("POST", f"/approvals/01APPROVAL/{word}", asked)
    result = tidegate("approvals", word, "01APPROVAL", "--message", "seen")
    assert result.exit_code == 0, result.stderr
    assert desk.requests[0].body == {"message": "seen"}
    assert "small-orders" in result.stdout
    assert "1 limit in place of version 3" in result.stdout


def test_ones_own_request_cannot_be_approved(desk: FakeDesk, tidegate: Tidegate) -> None:
    refusal = problem("approval_not_allowed", "you asked for it yourself", status=403)
    desk.answer("POST", "/approvals/01APPROVAL/approve", refusal, status=403)
    result = tidegate("approvals", "approve", "01APPROVAL")
    assert result.exit_code == 1
    assert "yourself" in result.stderr
