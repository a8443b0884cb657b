"""`tidegate positions`, `accounts` and `venues`."""

import json
from collections.abc import Callable

from typer.testing import Result

from cli.fake_desk import FakeDesk

Tidegate = Callable[..., Result]


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


POSITION = {
    "account_id": "okx-main",
    "user_id": "alice",
    "exchange": "okx",
    "symbol": "BTC/USDT:USDT",
    "position_side": "net",
    "quantity": "-0.5",
    "average_price": "65000.123456",
    "price": "64000",
    "value": "32000",
    "unrealized_pnl": "500.06",
    "realized_pnl": "-1.5",
    "leverage": "5",
    "margin_mode": "cross",
    "updated_at": "2026-01-02T03:04:05Z",
}


def test_positions_show_their_worth(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("GET", "/positions", {"items": [POSITION, {**POSITION, "price": None, "value": None}]})
    result = tidegate("positions", "--user", "alice")
    assert result.exit_code == 0
    assert desk.requests[0].query == {"user_id": "alice"}
    for text in ("BTC/USDT:USDT", "-0.5", "65000.123456", "5x", "+500.06", "-1.50", "32,000.00"):
        assert text in result.stdout
    document = json.loads(tidegate("positions", "--json").stdout)
    assert document["items"][0]["unrealized_pnl"] == "500.06"


def test_venues_show_what_waits_and_why(desk: FakeDesk, tidegate: Tidegate) -> None:
    venue = {
        "account_id": "okx-main",
        "exchange": "okx",
        "state": "ready",
        "connected": True,
        "streaming": False,
        "message": "the stream is down",
        "waiting": {"cancel": 0, "order": 3},
        "blocked": {"order": "orders is full for 1.5 s"},
        "budget": {"orders": "60/60"},
        "counts": {},
        "latency_ms": 12.34,
    }
    desk.answer("GET", "/system/venues", {"items": [venue]})
    text = tidegate("venues").stdout
    for told in ("okx-main", "ready", "down", "12 ms", "order 3", "orders 60/60", "order: orders is full for 1.5 s"):
        assert told in text
    assert "cancel 0" not in text
    assert json.loads(tidegate("venues", "--json").stdout)["items"][0]["blocked"] == venue["blocked"]


def test_nothing_is_said_to_be_nothing(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("GET", "/accounts", {"items": []})
    desk.answer("GET", "/positions", {"items": []})
    assert tidegate("accounts").stdout == "no accounts\n"
    assert tidegate("positions").stdout == "no positions\n"
