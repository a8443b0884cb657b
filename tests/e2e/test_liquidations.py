"""Each venue liquidates a position that two users share: the books follow by themselves, also where nobody listened."""

from collections import defaultdict
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest_asyncio

from support.desk_client import DeskClient, eventually
from support.processes import DeskProcess, Simulator
from support.truth import balances_that_differ
from tidegate.storage.audit import Auditor
from tidegate.storage.auditing import Finding

SECONDS_MAX = 90.0
CONTRACT = "BTC/USDT:USDT"
EXCHANGES = ("binance", "okx", "bybit")
USERS = ("alice", "bob")
KEYS = {"api_key": "key-of-the-desk", "secret": "secret-of-the-desk", "passphrase": "words-of-the-desk"}


class Floor:
    """A desk with an account at each venue that Alice and Bob share, and the truth about it."""

    def __init__(self, desk: DeskProcess, venues: Simulator) -> None:
        self.desk = desk
        self.venues = venues
        self.client = DeskClient(desk, desk.admin_token)

    async def open(self) -> None:
        for user_id in USERS:
            await self.client.create("/api/v1/users", {"user_id": user_id, "name": user_id, "role": "trader"})
        for exchange in EXCHANGES:
            account = {"account_id": f"{exchange}-main", "exchange": exchange, "environment": "simulated"}
            await self.client.create("/api/v1/accounts", {**account, "user_ids": [*USERS], **KEYS})
        await eventually(self.not_ready, seconds_max=SECONDS_MAX)

    async def not_ready(self) -> list[str]:
        found = (await self.client.get("/api/v1/accounts"))["items"]
        return [str(account) for account in found if account["state"] != "ready"]

    async def by_hand(self, **order: str) -> None:
        for exchange in EXCHANGES:
            body = {"api_key": KEYS["api_key"], "exchange": exchange, "symbol": CONTRACT, **order}
            await self.venues.control("POST", "orders", json=body)

    async def liquidate(self, *exchanges: str) -> None:
        for exchange in exchanges:
            body = {"api_key": KEYS["api_key"], "exchange": exchange, "symbol": CONTRACT, "quantity": "0.2"}
            await self.venues.control("POST", "liquidations", json=body)

    async def breaks(self) -> list[dict[str, Any]]:
        return list(await self.client.pages("/api/v1/reconciliation/breaks", open="true"))

    async def positions(self) -> dict[str, dict[str, Decimal]]:
        held: dict[str, dict[str, Decimal]] = defaultdict(dict)
        for row in (await self.client.get("/api/v1/positions"))["items"]:
            held[row["exchange"]][row["user_id"]] = Decimal(row["quantity"])
        return held

    async def give_to(self, user_id: str, total: str) -> None:
        """What was traded by hand is this user's: its breaks are accepted as they come, until all agrees."""

        async def to_do() -> list[str]:
            for found in await self.breaks():
                body = {"accept": found["kind"] in ("position", "balance"), "message": "ours", "owner_id": user_id}
                path = f"/api/v1/reconciliation/breaks/{found['break_id'].replace('/', '%2F')}/resolve"
                await self.client.call("POST", path, json=body)
            held = await self.positions()
            sums = {exchange: sum(held[exchange].values()) for exchange in EXCHANGES}
            short = [f"{exchange}: {found}" for exchange, found in sums.items() if found != Decimal(total)]
            return short + await self.differences() + [str(found) for found in await self.breaks()]

        await eventually(to_do, seconds_max=SECONDS_MAX)

    async def differences(self) -> list[str]:
        """In what the books differ from the venues' ledger."""
        truth, held = await self.venues.ledger(KEYS["api_key"]), await self.positions()
        there = {row["exchange"]: Decimal(row["quantity"]) for row in truth["positions"]}
        found = [
            f"{exchange} holds {there.get(exchange, 0)}, the books {held[exchange]}"
            for exchange in EXCHANGES
            if sum(held[exchange].values()) != there.get(exchange, Decimal(0))
        ]
        balances = (await self.client.get("/api/v1/balances"))["items"]
        return found + balances_that_differ(balances, truth)


@pytest_asyncio.fixture
async def floor(venues: Simulator, tmp_path: Path) -> AsyncIterator[Floor]:
    await venues.control("POST", "accounts", json={**KEYS, "balances": {"USDT": "100000"}})
    await venues.control("POST", "market", json={"symbol": CONTRACT, "price": "50000", "frozen": True})
    desk = DeskProcess(tmp_path / "desk", venues.venues)
    await desk.start()
    opened = Floor(desk, venues)
    try:
        await opened.open()
        yield opened
    finally:
        await opened.client.close()
        await desk.stop()


async def test_a_shared_position_is_liquidated_in_the_books_as_at_the_venue(floor: Floor) -> None:
    await floor.by_hand(side="buy", quantity="0.3")
    await floor.give_to("alice", "0.3")
    await floor.by_hand(side="buy", quantity="0.1")
    await floor.give_to("bob", "0.4")
    await floor.liquidate("okx", "bybit")
    await eventually(floor.differences, seconds_max=SECONDS_MAX)
    await floor.desk.kill()
    await floor.liquidate("binance")
    await floor.desk.start()
    await eventually(floor.not_ready, seconds_max=SECONDS_MAX)
    await eventually(floor.differences, seconds_max=SECONDS_MAX)

    shared = {"alice": Decimal("0.15"), "bob": Decimal("0.05")}
    held = await floor.positions()
    assert {exchange: held[exchange] for exchange in EXCHANGES} == dict.fromkeys(EXCHANGES, shared)
    orders = await floor.client.pages("/api/v1/orders")
    made: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for order in orders:
        made[order["exchange"], order["user_id"]] += Decimal(order["filled_quantity"])
    assert made == {(exchange, user): shared[user] for exchange in EXCHANGES for user in USERS}
    assert {(order["status"], order["rule_id"]) for order in orders} == {("filled", "venue:liquidation")}
    assert sorted((found["account_id"], found["kind"]) for found in await floor.breaks()) == [
        (f"{exchange}-main", "forced_trade") for exchange in sorted(EXCHANGES)
    ]
    await floor.desk.stop()
    findings: list[Finding] = []
    Auditor(lambda _, finding: findings.append(finding), lambda _: None).audit(floor.desk.database_url)
    assert findings == []
