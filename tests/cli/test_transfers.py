"""`tidegate transfer` and `transfers`."""

import json
from collections.abc import Callable

from typer.testing import Result

from cli.fake_desk import FakeDesk, problem
from cli.risk_answers import TRANSFER

Tidegate = Callable[..., Result]


def test_a_transfer_is_sent_once_and_shown(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("POST", "/transfers", TRANSFER, status=201)
    give = ("transfer", "okx-main", "USDT", "1000", "--from", "unallocated", "--to", "bob")
    result = tidegate(*give, "--key", "k1", "--to-account", "okx-two", "--wallet", "main", "--message", "his part")
    assert result.exit_code == 0, result.stderr
    request = desk.requests[0]
    assert request.headers["idempotency-key"] == "k1"
    assert request.body == {
        "from_account": "okx-main",
        "from_user_id": "unallocated",
        "to_account": "okx-two",
        "to_user_id": "bob",
        "asset": "USDT",
        "quantity": "1000",
        "wallet": "main",
        "message": "his part",
    }
    assert "unallocated (okx-main)" in result.stdout
    assert "awaited" in result.stdout
    assert json.loads(tidegate(*give, "--json").stdout)["transfer_id"] == "01TRANSFER"


def test_a_transfer_of_too_much_is_refused_with_its_figures(desk: FakeDesk, tidegate: Tidegate) -> None:
    refusal = problem("transfer_not_allowed", "give less", status=422, limit="5", actual="1000")
    desk.answer("POST", "/transfers", refusal, status=422)
    result = tidegate("transfer", "okx-main", "USDT", "1000", "--from", "alice", "--to", "bob")
    assert result.exit_code == 1
    assert "limit 5, actual 1000" in result.stderr


def test_transfers_are_listed(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("GET", "/transfers", {"items": [TRANSFER], "next_cursor": None})
    assert "01TRANSFER" in tidegate("transfers", "--user", "bob").stdout
    assert desk.requests[0].query == {"user_id": "bob", "limit": "50"}
    assert len(json.loads(tidegate("transfers", "--json").stdout)["items"]) == 1
