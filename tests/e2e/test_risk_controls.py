"""A risk officer's day on a real desk and venue: limits, a refusal with its figures, the kill switch, and a release."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio

from support.desk_client import DeskClient, eventually
from support.processes import DeskProcess, Simulator

SECONDS_MAX = 30.0
KEYS = {"api_key": "key-of-bob", "secret": "secret-of-bob"}
ROLES = {"bob": "trader", "rita": "risk", "rosa": "risk"}
LIMIT = {"limit_id": "bob-size", "kind": "order_notional", "scope": {"user_id": "bob"}, "value": "1000"}


class Floor:
    """A desk with a trader and two risk officers, and the venue that the trader's account is at."""

    def __init__(self, desk: DeskProcess, venues: Simulator) -> None:
        self.venues = venues
        self.client = DeskClient(desk, desk.admin_token)
        self.tokens: dict[str, str] = {}

    async def open(self) -> None:
        for user_id, role in ROLES.items():
            await self.client.create("/api/v1/users", {"user_id": user_id, "name": user_id, "role": role})
            issued = await self.client.create("/api/v1/tokens", {"user_id": user_id, "label": "test"})
            self.tokens[user_id] = issued["token"]
        account = {"account_id": "bob-binance", "exchange": "binance", "environment": "simulated", "user_ids": ["bob"]}
        await self.client.create("/api/v1/accounts", {**account, **KEYS})

        async def not_ready() -> list[str]:
            [found] = (await self.client.get("/api/v1/accounts"))["items"]
            return [] if found["state"] == "ready" else [str(found)]

        await eventually(not_ready, seconds_max=SECONDS_MAX)

    async def call(self, user_id: str, method: str, path: str, **arguments: Any) -> tuple[int, Any]:
        self.client.use(self.tokens[user_id])
        answer = await self.client.call(method, f"/api/v1{path}", **arguments)
        return answer.status_code, answer.json()

    async def buy(self, quantity: str) -> tuple[int, Any]:
        body = {"account": "bob-binance", "symbol": "BTC/USDT", "side": "buy", "order_type": "limit"}
        return await self.call("bob", "POST", "/orders", json={**body, "quantity": quantity, "price": "45000"})

    async def sent(self) -> int:
        """How many orders have ever reached the venue."""
        return len((await self.venues.ledger(KEYS["api_key"]))["orders"])


@pytest_asyncio.fixture
async def floor(venues: Simulator, tmp_path: Path) -> AsyncIterator[Floor]:
    await venues.control("POST", "accounts", json={**KEYS, "balances": {"USDT": "100000"}, "exchange": "binance"})
    await venues.control("POST", "market", json={"symbol": "BTC/USDT", "price": "50000"})
    await venues.control("POST", "market", json={"symbol": "BTC/USDT", "frozen": True})
    desk = DeskProcess(tmp_path / "desk", {"binance": venues.venues["binance"]})
    await desk.start()
    opened = Floor(desk, venues)
    try:
        await opened.open()
        yield opened
    finally:
        await opened.client.close()
        await desk.stop()


async def test_limits_hold_a_kill_stops_everything_and_two_people_end_it(floor: Floor) -> None:
    status, limits = await floor.call("rita", "PUT", "/risk/limits", json={"limits": [LIMIT], "version": 0})
    assert (status, limits["version"]) == (200, 1), limits

    status, refused = await floor.buy("0.1")
    assert (status, refused["code"]) == (422, "order_notional_limit"), refused
    assert (refused["limit"], refused["actual"], refused["order"]["status"]) == ("1000", "4500", "invalidated")
    status, resting = await floor.buy("0.02")
    assert (status, resting["status"]) == (201, "submitted"), resting
    assert await floor.sent() == 1

    status, halted = await floor.call("rita", "PUT", "/risk/kill-switch", json={"user_id": "bob", "message": "wild"})
    assert (status, halted["state"], halted["set_by"]) == (200, "halted", "rita"), halted

    async def still_open() -> list[Any]:
        _, found = await floor.call("bob", "GET", "/orders", params={"status": "open"})
        return list(found["items"])

    await eventually(still_open, seconds_max=SECONDS_MAX)
    _, ended = await floor.call("bob", "GET", f"/orders/{resting['order_id']}")
    assert (ended["status"], ended["reason"]) == ("canceled", "killed")
    status, refused = await floor.buy("0.02")
    assert (status, refused["code"]) == (422, "trading_halted"), refused
    assert await floor.sent() == 1

    status, waiting = await floor.call("rita", "DELETE", "/risk/kill-switch", params={"user_id": "bob"})
    assert (status, waiting["state"]) == (202, "pending"), waiting
    decide = f"/approvals/{waiting['approval_id']}/approve"
    status, refused = await floor.call("rita", "POST", decide, json={})
    assert (status, refused["code"]) == (403, "approval_not_allowed"), refused
    assert (await floor.buy("0.02"))[0] == 422
    status, approved = await floor.call("rosa", "POST", decide, json={"message": "seen"})
    assert (status, approved["state"], approved["decided_by"]) == (200, "approved", "rosa"), approved
    assert (await floor.call("bob", "GET", "/risk/kill-switch"))[1]["items"] == []

    status, again = await floor.buy("0.02")
    assert (status, again["status"]) == (201, "submitted"), again
    assert await floor.sent() == 2
    _, report = await floor.call("bob", "GET", "/risk/utilization")
    assert (report["limits_version"], report["limits"][0]["limit_id"]) == (1, "bob-size")
    [account] = report["accounts"]
    assert (account["user_id"], account["equity"]) == ("bob", "200000")  # In each of Binance's two wallets a half.
