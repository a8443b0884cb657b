"""One crash test of the whole order life: load, faults, kills and pauses, and then the books against the venues.

The moments and the orders are drawn from a seed; `TIDEGATE_TEST_SEED` draws others.
"""

import asyncio
import os
import random
import uuid
from decimal import Decimal
from zlib import crc32

from support.crash import FAULTS
from support.desk_client import eventually
from support.life import LifeShop
from support.life_truth import arrived_twice, differences
from support.processes import DeskProcess, Simulator
from support.trading import kill_moments
from support.truth import database_problems

ORDERS = 60
PROBABILITY = 0.2
PAUSE_SECONDS = 3.0
SETTLE_SECONDS_MAX = 90.0


async def live_and_crash(kind: str, venues: Simulator, desk: DeskProcess) -> None:
    """Fails unless both sides agree at the end: orders, fills, fees, balances, positions, protection, hash chains.

    `kind` names one fault, or several that strike together, joined by "+".
    """
    seed = crc32(f"life/{kind}/{os.environ.get('TIDEGATE_TEST_SEED', '')}".encode())
    shop = LifeShop(desk, venues, api_key=f"key-{uuid.uuid4()}", seed=seed)
    try:
        await shop.open()
        await _trade_and_crash(kind, shop, random.Random(seed))
        await shop.shake("0.003")
        for symbol in shop.markets:
            await venues.control("POST", "market", json={"symbol": symbol, "frozen": True})
        await shop.until_ready()
        await eventually(lambda: differences(shop), seconds_max=SETTLE_SECONDS_MAX)
        await _is_what_it_should_be(shop)
        await _cancel_everything(shop)
        ledger = await venues.ledger(shop.api_key)
        assert arrived_twice(ledger) == []
        assert await desk.stop() == 0
        assert database_problems(desk.database_url, ledger) == []
    finally:
        await shop.client.close()
        await desk.stop()


async def _trade_and_crash(kind: str, shop: LifeShop, chance: random.Random) -> None:
    """Two kills and a pause, each at the moment of some acknowledgement, as the markets move and requests are made."""
    moments = chance.sample(range(5, ORDERS - 5), 3)
    kinds = dict(zip(moments, ("kill", "kill", "pause"), strict=True))
    for one in kind.split("+"):
        body = {"kind": one, "match": {"probability": PROBABILITY}, **FAULTS[one]}
        await shop.venues.control("POST", "faults", json=body)
    async with asyncio.TaskGroup() as group:
        group.create_task(_crash(shop, kinds))
        group.create_task(shop.trade(ORDERS))
    assert shop.desk.starts == 3
    counted = (await shop.venues.control("GET", "faults"))["faults"]
    assert all(one["fired"] > 0 for one in counted), counted
    await shop.venues.control("DELETE", "faults")


async def _crash(shop: LifeShop, kinds: dict[int, str]) -> None:
    for count, moment in zip(sorted(kinds), kill_moments(shop, list(kinds)), strict=True):
        await moment.wait()
        await shop.shake("0.003")
        if kinds[count] == "kill":
            await shop.desk.kill()
            await shop.desk.start()
        else:
            await shop.desk.pause(PAUSE_SECONDS)


async def _is_what_it_should_be(shop: LifeShop) -> None:
    """The load was one: entries were protected, conditional orders set off, orders changed in place and sent again."""
    orders = await shop.client.pages("/api/v1/orders")
    assert len(shop.order_ids) == ORDERS
    assert sum(order["parent_order_id"] is not None for order in orders) > 3, "nothing was protected"
    assert sum(order["triggered_at"] is not None for order in orders) > 1, "nothing was set off"
    assert sum(bool(Decimal(order["filled_quantity"])) for order in orders) > ORDERS // 8, "the load was no load"


async def _cancel_everything(shop: LifeShop) -> None:
    """With nothing left open nothing is reserved but what positions need, and both sides still agree."""
    answer = await shop.client.call("DELETE", "/api/v1/orders")
    assert answer.status_code == 200, answer.text

    async def problems() -> list[str]:
        still_open = await shop.client.pages("/api/v1/orders", status="open")
        found = [f"order {order['order_id']} is still {order['status']}" for order in still_open]
        balances = (await shop.client.get("/api/v1/balances"))["items"]
        found += [f"{row['reserved']} {row['asset']} is still reserved" for row in balances if row["reserved"] != "0"]
        return found

    await eventually(problems, seconds_max=SETTLE_SECONDS_MAX)
