"""`tidegate portfolio` and `tidegate accounts`."""

import json
from collections.abc import Callable
from typing import Any

from typer.testing import Result

from cli.fake_desk import FakeDesk

Tidegate = Callable[..., Result]


def _row(**changes: Any) -> dict[str, Any]:
    return {
        "user_id": "alice",
        "account_id": "okx-main",
        "asset": "BTC",
        "quantity": "1.00000001",
        "reserved": "0.25",
        "average_price": "64000.123456789012",
        "realized_pnl": "-12.345",
        "price": "65000",
        "value": "65000.00065",
        "unrealized_pnl": "999.87",
        **changes,
    }


PORTFOLIO = {
    "reporting_currency": "USDT",
    "total_value": "65000.00065",
    "realized_pnl": "-12.345",
    "unrealized_pnl": "999.87",
    "unpriced": ["okx-main:DOGE"],
    "items": [_row(), _row(asset="DOGE", price=None, value=None, unrealized_pnl=None, average_price=None)],
}


def test_the_portfolio_shows_holdings_value_and_what_has_no_price(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("GET", "/portfolio", PORTFOLIO)
    result = tidegate("portfolio", "--user", "alice")
    assert result.exit_code == 0
    assert desk.requests[0].query == {"user_id": "alice"}
    for text in ("1.00000001", "0.25", "64,000.12", "+999.87", "-12.34", "total 65,000.00 USDT", "okx-main:DOGE"):
        assert text in result.stdout
    assert all(line == line.rstrip() for line in result.stdout.splitlines())


def test_the_portfolio_as_json_keeps_every_digit(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("GET", "/portfolio", PORTFOLIO)
    document = json.loads(tidegate("portfolio", "--json").stdout)
    assert document["items"][0]["average_price"] == "64000.123456789012"
    assert document["items"][1]["price"] is None


def test_accounts_say_why_they_take_no_orders(desk: FakeDesk, tidegate: Tidegate) -> None:
    account = {
        "account_id": "okx-main",
        "exchange": "okx",
        "environment": "live",
        "user_ids": ["alice", "bob"],
        "state": "offline",
        "message": "the venue cannot be reached",
        "created_at": "2026-01-02T03:04:05.000000Z",
    }
    desk.answer("GET", "/accounts", {"items": [account]})
    result = tidegate("accounts")
    assert "alice, bob" in result.stdout
    assert "the venue cannot be reached" in result.stdout
    assert json.loads(tidegate("accounts", "--json").stdout)["items"][0]["state"] == "offline"


def test_nothing_is_said_to_be_nothing(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("GET", "/accounts", {"items": []})
    desk.answer("GET", "/portfolio", {**PORTFOLIO, "items": [], "unpriced": [], "total_value": "0"})
    assert tidegate("accounts").stdout == "no accounts\n"
    assert tidegate("portfolio").stdout.startswith("nothing is held\n")
