"""`tidegate risk`."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from cli.fake_desk import FakeDesk, problem
from cli.risk_answers import LIMIT, LIMITS, RISK, approval, state

Tidegate = Callable[..., Result]


def test_limits_are_shown_as_a_table_or_as_a_file(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("GET", "/risk/limits", LIMITS)
    shown = tidegate("risk", "limits", "show", "--version", "3")
    assert desk.requests[0].query == {"version": "3"}
    for word in ("version 3", "rosa", "calm days", "small-orders", "user bob, symbol BTC/USDT", "5000.5", "80 %"):
        assert word in shown.stdout
    assert json.loads(tidegate("risk", "limits", "show", "--json").stdout)["limits"][0]["value"] == "5000.5"


def test_before_the_first_set_that_is_said(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("GET", "/risk/limits", {"version": 0, "limits": []})
    assert "no limits" in tidegate("risk", "limits", "show").stdout


def test_what_was_shown_can_be_set(desk: FakeDesk, tidegate: Tidegate, tmp_path: Path) -> None:
    desk.answer("GET", "/risk/limits", LIMITS)
    desk.answer("PUT", "/risk/limits", {**LIMITS, "version": 4})
    path = tmp_path / "limits.json"
    path.write_text(tidegate("risk", "limits", "show", "--json").stdout)
    result = tidegate("risk", "limits", "set", str(path), "--message", "as it was")
    assert result.exit_code == 0, result.stderr
    assert "version 4" in result.stdout
    sent = desk.requests[-1].body
    assert (sent["version"], sent["message"]) == (3, "as it was")
    assert sent["limits"] == [{name: value for name, value in LIMIT.items() if value is not None}]


def test_a_set_that_waits_says_how_it_goes_on(desk: FakeDesk, tidegate: Tidegate, tmp_path: Path) -> None:
    asked = approval(kind="risk_limits", scope=None, limits=[LIMIT], expected_version=3)
    desk.answer("PUT", "/risk/limits", asked, status=202)
    path = tmp_path / "limits.toml"
    path.write_text('[[limits]]\nlimit_id = "a"\nkind = "open_orders"\nvalue = 5\n')
    result = tidegate("risk", "limits", "set", str(path))
    assert result.exit_code == 0
    assert "small-orders" in result.stdout
    assert "tidegate approvals approve 01APPROVAL" in result.stderr
    assert desk.requests[0].body["limits"] == [{"limit_id": "a", "kind": "open_orders", "value": "5"}]


def test_a_set_that_another_has_replaced_is_refused_with_both_versions(
    desk: FakeDesk, tidegate: Tidegate, tmp_path: Path
) -> None:
    conflict = problem("limits_version_conflict", "read it again", status=409, limit="4", actual="3")
    desk.answer("PUT", "/risk/limits", conflict, status=409)
    path = tmp_path / "limits.toml"
    path.write_text("version = 3\nlimits = []\n")
    result = tidegate("risk", "limits", "set", str(path))
    assert result.exit_code == 1
    assert "limit 4, actual 3" in result.stderr


def test_a_file_without_limits_never_leaves(desk: FakeDesk, tidegate: Tidegate, tmp_path: Path) -> None:
    path = tmp_path / "limits.toml"
    path.write_text("limit = 5\n")
    result = tidegate("risk", "limits", "set", str(path))
    assert result.exit_code == 2
    assert "holds no limits" in result.stderr
    assert desk.requests == []


def test_the_fullest_limit_comes_first_and_what_is_stopped_above_all(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("GET", "/risk/utilization", RISK)
    result = tidegate("risk", "utilization", "--user", "bob")
    assert desk.requests[0].query == {"user_id": "bob"}
    lines = result.stdout.splitlines()
    order = [next(place for place, line in enumerate(lines) if word in line) for word in ("runaway", "full", "half")]
    assert order == sorted(order)
    for word in ("96.3 %", "123,456.79", "-1,250.50", "stale", "60000", "33.3 %", "0.07x"):
        assert word in result.stdout
    assert json.loads(tidegate("risk", "utilization", "--json").stdout)["limits_version"] == 3


def test_a_desk_without_limits_says_so(desk: FakeDesk, tidegate: Tidegate) -> None:
    empty = {name: [] for name in ("limits", "uses", "accounts", "positions", "states")}
    desk.answer("GET", "/risk/utilization", {**RISK, **empty, "limits_version": 0})
    assert tidegate("risk", "utilization").stdout == "no limits are in force\n"


def test_the_kill_switch_is_thrown_with_one_line(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("PUT", "/risk/kill-switch", state())
    result = tidegate("risk", "kill", "--user", "bob", "--close-positions", "--message", "runaway")
    assert result.exit_code == 0, result.stderr
    assert desk.requests[0].body == {
        "user_id": "bob",
        "state": "halted",
        "close_positions": True,
        "cancel_protection": False,
        "message": "runaway",
    }
    assert "user bob" in result.stdout
    assert "halted" in result.stdout
    tidegate("risk", "kill", "--exchange", "okx", "--symbol", "BTC/USDT", "--account", "a", "--reducing")
    told = desk.requests[1].body
    assert (told["exchange"], told["symbol"], told["account"], told["state"]) == ("okx", "BTC/USDT", "a", "reducing")


def test_a_kill_says_what_it_ends(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("PUT", "/risk/kill-switch", state(close_positions=True, protection_too=True))
    assert "orders, stops and targets, positions" in tidegate("risk", "kill", "--user", "bob").stdout


def test_a_kill_of_everything_names_nothing(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("PUT", "/risk/kill-switch", state(scope={}, scope_key="desk"))
    assert "desk" in tidegate("risk", "kill", "--cancel-protection").stdout
    assert desk.requests[0].body == {
        "state": "halted",
        "close_positions": False,
        "cancel_protection": True,
        "message": "",
    }


@pytest.mark.parametrize("as_json", [False, True])
def test_a_release_waits_for_a_second_person(desk: FakeDesk, tidegate: Tidegate, as_json: bool) -> None:
    desk.answer("DELETE", "/risk/kill-switch", approval(), status=202)
    result = tidegate("risk", "release", "--user", "bob", *(["--json"] if as_json else []))
    assert result.exit_code == 0
    assert desk.requests[0].query == {"user_id": "bob"}
    assert "01APPROVAL" in result.stdout
    assert ("approve 01APPROVAL" in result.stderr) is not as_json


def test_a_desk_of_one_releases_at_once(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("DELETE", "/risk/kill-switch", state(state="active"))
    assert "active" in tidegate("risk", "release", "--user", "bob", "--message", "calm").stdout
    assert desk.requests[0].query == {"user_id": "bob", "message": "calm"}


def test_what_is_stopped_is_listed(desk: FakeDesk, tidegate: Tidegate) -> None:
    automatic = state(automatic=True, set_by="daily-loss", message="\x1b[31mred")
    desk.answer("GET", "/risk/kill-switch", {"items": [state(), automatic]})
    result = tidegate("risk", "states")
    assert "limit daily-loss" in result.stdout
    assert "\x1b" not in result.stdout
    assert len(json.loads(tidegate("risk", "states", "--json").stdout)["items"]) == 2
