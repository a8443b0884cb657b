"""A desk under load: traders that place and cancel on all venues at once and never let go of an unanswered request."""

import asyncio
import itertools
import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx

from support.desk_client import DeskClient, eventually
from support.processes import DeskProcess, Simulator

SYMBOLS = {"BTC/USDT": Decimal("0.002"), "ETH/USDT": Decimal("0.05")}
BALANCES = {"USDT": "1000000", "BTC": "10", "ETH": "100"}
TRADERS = 6
AVOID_SECONDS = 1.0
RECOVERY_SECONDS_MAX = 120.0


class Shop:
    """One desk with a trader and an account at every venue, and all that it acknowledged so far."""

    def __init__(self, desk: DeskProcess, venues: Simulator, api_key: str, seed: int) -> None:
        self.desk, self.venues, self.api_key = desk, venues, api_key
        self.chance = random.Random(seed)
        self.order_ids: dict[str, str] = {}  # By idempotency key, as acknowledged.
        self.on_acknowledged: Callable[[int], None] = lambda _: None
        self.client = DeskClient(desk, "")
        self.avoided_until: dict[str, float] = {}
        self.numbers = itertools.count(1)
        self.bids: dict[tuple[str, str], Decimal] = {}

    @property
    def accounts(self) -> dict[str, str]:
        """Exchange by account."""
        return {f"{exchange}-main": exchange for exchange in self.venues.venues}

    async def open(self) -> None:
        """Start the desk for the first time and register everybody."""
        await self.venues.control(
            "POST",
            "accounts",
            json={"api_key": self.api_key, "secret": "secret", "passphrase": "passphrase", "balances": BALANCES},
        )
        await self.desk.start()
        admin = self.client
        admin.use(self.desk.admin_token)
        await admin.create("/api/v1/users", {"user_id": "alice", "name": "Alice", "role": "trader"})
        token = await admin.create("/api/v1/tokens", {"user_id": "alice", "label": "test"})
        for account, exchange in self.accounts.items():
            body = {"account_id": account, "exchange": exchange, "environment": "simulated", "user_ids": ["alice"]}
            body |= {"api_key": self.api_key, "secret": "secret", "passphrase": "passphrase"}
            await admin.create("/api/v1/accounts", body)
        self.client.use(token["token"])
        await self.until_ready()

    async def until_ready(self) -> None:
        """Wait until every account takes new orders."""
        await eventually(self._not_ready, seconds_max=RECOVERY_SECONDS_MAX)

    async def _not_ready(self) -> list[str]:
        accounts = (await self.client.get("/api/v1/accounts"))["items"]
        return [
            f"{one['account_id']}: {one['state']} ({one['message']})" for one in accounts if one["state"] != "ready"
        ]

    @property
    def markets(self) -> set[str]:
        """Where it trades."""
        return set(SYMBOLS)

    def now(self) -> float:
        """The loop's time."""
        return asyncio.get_running_loop().time()

    async def read_market(self) -> None:
        """Where the markets are: limits are set off from here."""
        for row in (await self.venues.control("GET", "market"))["markets"]:
            if row["symbol"] in self.markets:
                self.bids[row["exchange"], row["symbol"]] = Decimal(row["bid"])

    async def trade(self, orders: int) -> None:
        """All traders together place this many orders, whatever happens to the desk meanwhile."""
        await self.read_market()
        per_trader = [orders // TRADERS + (trader < orders % TRADERS) for trader in range(TRADERS)]
        async with asyncio.TaskGroup() as group:
            for count in per_trader:
                group.create_task(self._trader(count))

    async def _trader(self, count: int) -> None:
        resting: list[str] = []
        for _ in range(count):
            order = await self._place()
            if order["status"] == "invalidated":
                await self._avoid(order["account_id"])
            elif order["order_type"] != "market" and not order["closed_at"]:
                resting.append(order["order_id"])
            await self.go_on(resting)

    async def go_on(self, resting: list[str]) -> None:
        """What a trader does between two orders: cancel the latest, or nothing."""
        if resting and self.chance.random() < 0.4:
            await self._cancel(resting.pop())

    async def _place(self) -> dict[str, Any]:
        key = f"key-{next(self.numbers)}"
        body = self.draw_order()
        wait_for = self.chance.choice(["durable", "acknowledged"])
        answer = await self.client.call(
            "POST", f"/api/v1/orders?wait_for={wait_for}&timeout_ms=1500", key=key, json=body
        )
        order = self._acknowledged(key, answer)
        if self.chance.random() < 0.1:  # A nervous trader asks again.
            again = await self.client.call("POST", "/api/v1/orders?wait_for=durable", key=key, json=body)
            assert again.headers["Idempotency-Replayed"] == "true"
            assert self._acknowledged(key, again)["order_id"] == order["order_id"]
        return order

    def _acknowledged(self, key: str, answer: httpx.Response) -> dict[str, Any]:
        document = answer.json()
        if answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY:
            document = document["order"]
        else:
            assert answer.status_code == httpx.codes.CREATED, answer.text
        known = self.order_ids.setdefault(key, document["order_id"])
        assert known == document["order_id"], "one key, one order"
        self.on_acknowledged(len(self.order_ids))
        return dict(document)

    async def _avoid(self, account: str) -> None:
        """Its venue is being asked about orders in doubt: trade elsewhere for a while, or wait if all are."""
        now = self.now()
        self.avoided_until[account] = now + AVOID_SECONDS
        if all(self.avoided_until.get(name, 0) > now for name in self.accounts):
            await eventually(self._all_unready, seconds_max=RECOVERY_SECONDS_MAX)

    async def _all_unready(self) -> list[str]:
        unready = await self._not_ready()
        return unready if len(unready) == len(self.accounts) else []

    async def _cancel(self, order_id: str) -> None:
        answer = await self.client.call("DELETE", f"/api/v1/orders/{order_id}?wait_for=durable")
        assert answer.status_code in (httpx.codes.OK, httpx.codes.CONFLICT), answer.text

    def draw_order(self) -> dict[str, Any]:
        """A market or limit order, somewhere."""
        now = self.now()
        accounts = [one for one in sorted(self.accounts.items()) if self.avoided_until.get(one[0], 0) <= now]
        account, exchange = self.chance.choice(accounts or sorted(self.accounts.items()))
        symbol, quantity = self.chance.choice(sorted(SYMBOLS.items()))
        side = self.chance.choice(["buy", "sell"])
        body: dict[str, Any] = {"account": account, "symbol": symbol, "side": side}
        if self.chance.random() < 0.4:
            return body | {"order_type": "market", "quantity": str(quantity)}
        away = self.chance.choice([Decimal("0.98"), Decimal("0.999"), Decimal("1.001"), Decimal("1.02")])
        price = (self.bids[exchange, symbol] * away).quantize(Decimal(1))
        return body | {"order_type": "limit", "quantity": str(quantity * 2), "price": str(price)}


async def kill_and_restart(desk: DeskProcess, moments: list[asyncio.Event]) -> None:
    """Kill the desk the moment each event is set, and start it again on the same data."""
    for moment in moments:
        await moment.wait()
        await desk.kill()
        await desk.start()


def kill_moments(shop: Shop, counts: list[int]) -> list[asyncio.Event]:
    """Events that are set when so many orders have been acknowledged."""
    moments = {count: asyncio.Event() for count in counts}

    def note(acknowledged: int) -> None:
        if acknowledged in moments:
            moments[acknowledged].set()

    shop.on_acknowledged = note
    return [moments[count] for count in sorted(counts)]
