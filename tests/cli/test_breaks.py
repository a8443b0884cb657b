"""`tidegate breaks`."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import Result

from cli.fake_desk import FakeDesk

Tidegate = Callable[..., Result]
BREAK_ID = "okx-main|position|BTC-USDT:USDT net"


def found(**changes: Any) -> dict[str, Any]:
    return {
        "break_id": BREAK_ID,
        "account_id": "okx-main",
        "kind": "position",
        "subject": "BTC/USDT:USDT net",
        "message": "the venue holds 0.5 more",
        "found_at": "2026-01-02T03:04:05Z",
        "resolved_at": None,
        "resolved_by": None,
        "resolution": "",
        **changes,
    }


def test_the_breaks_that_stand_are_listed(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("GET", "/reconciliation/breaks", {"items": [found()], "next_cursor": None})
    result = tidegate("breaks", "--account", "okx-main", "--kind", "position")
    assert desk.requests[0].query == {"open": "true", "account": "okx-main", "kind": "position", "limit": "50"}
    assert BREAK_ID in result.stdout
    assert "0.5 more" in result.stdout
    tidegate("breaks", "--all")
    assert desk.requests[1].query == {"limit": "50"}
    assert json.loads(tidegate("breaks", "--json").stdout)["items"][0]["break_id"] == BREAK_ID


def test_a_break_is_resolved_by_the_venues_figure(desk: FakeDesk, tidegate: Tidegate) -> None:
    path = "/reconciliation/breaks/okx-main%7Cposition%7CBTC-USDT%3AUSDT%20net/resolve"
    resolved = found(resolved_at="2026-01-02T03:05:05Z", resolved_by="rita", resolution="by hand")
    desk.answer("POST", path, resolved)
    result = tidegate("breaks", "resolve", BREAK_ID, "--accept", "--message", "by hand", "--owner", "alice")
    assert result.exit_code == 0, result.stderr
    assert desk.requests[0].body == {"accept": True, "message": "by hand", "owner_id": "alice"}
    assert "rita" in result.stdout
    tidegate("breaks", "resolve", BREAK_ID, "--close", "--message", "known")
    assert desk.requests[1].body == {"accept": False, "message": "known"}


@pytest.mark.parametrize("how", [(), ("--accept", "--close"), ("--close", "--owner", "alice")])
def test_a_break_ends_in_one_way(desk: FakeDesk, tidegate: Tidegate, how: tuple[str, ...]) -> None:
    result = tidegate("breaks", "resolve", BREAK_ID, "--message", "why", *how)
    assert result.exit_code == 2
    assert "--accept" in result.stderr
    assert desk.requests == []


def test_a_break_is_not_resolved_without_a_word(desk: FakeDesk, tidegate: Tidegate) -> None:
    assert tidegate("breaks", "resolve", BREAK_ID, "--accept").exit_code == 2
    assert desk.requests == []
