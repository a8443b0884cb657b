"""One crash test: load, a fault, kills at seeded moments, restarts, and then the books against the venues' ledger.

The moments and the orders are drawn from a seed; `TIDEGATE_TEST_SEED` draws others.
"""

import asyncio
import os
import random
import uuid
from zlib import crc32

from support.desk_client import eventually
from support.processes import DeskProcess, Simulator
from support.trading import SYMBOLS, Shop, kill_and_restart, kill_moments
from support.truth import database_problems, differences, sent_twice

PROBABILITY = 0.3
FAULTS: dict[str, dict[str, object]] = {
    "lose_request": {},
    "lose_reply": {},
    "http_503_after_accept": {},
    "status_unknown_after_accept": {},
    "drop_stream": {},
    "duplicate_events": {},
    "fill_before_ack": {"delay_ms": 300},
    "stale_query": {"seconds": 2},
    "rate_limit": {"match": {"probability": PROBABILITY / 2}},  # Each one silences an account for a second.
    "delay": {"delay_ms": 400},
}
ORDERS = 60
SETTLE_SECONDS_MAX = 25.0


async def crash_under_load(kind: str, venues: Simulator, desk: DeskProcess) -> None:
    """Fails unless no order is missing, none is there twice, and all balances are equal.

    `kind` names one fault, or several that strike together, joined by "+".
    """
    seed = crc32(f"{kind}/{desk.database_url.partition(':')[0]}/{os.environ.get('TIDEGATE_TEST_SEED', '')}".encode())
    shop = Shop(desk, venues, api_key=f"key-{uuid.uuid4()}", seed=seed)
    try:
        await shop.open()
        await _trade_and_kill(kind, shop, random.Random(seed))
        await _freeze(venues)
        await shop.until_ready()
        await eventually(lambda: differences(shop), seconds_max=SETTLE_SECONDS_MAX)
        await _cancel_the_rest(shop)
        ledger = await venues.ledger(shop.api_key)
        assert len(shop.order_ids) == ORDERS
        assert len(ledger["orders"]) > ORDERS // 6, "the load was no load"
        assert sent_twice(ledger) == []
        assert await desk.stop() == 0
        assert database_problems(desk.database_url, ledger) == []
    finally:
        await shop.client.close()
        await desk.stop()


async def _trade_and_kill(kind: str, shop: Shop, chance: random.Random) -> None:
    """One to three kills, each at the moment of some acknowledgement, while the others' requests are under way."""
    kills = sorted(chance.sample(range(5, ORDERS - 5), chance.randint(1, 3)))
    for one in kind.split("+"):
        fault = {"kind": one, "match": {"probability": PROBABILITY}, **FAULTS[one]}
        await shop.venues.control("POST", "faults", json=fault)
    async with asyncio.TaskGroup() as group:
        group.create_task(kill_and_restart(shop.desk, kill_moments(shop, kills)))
        group.create_task(shop.trade(ORDERS))
    assert shop.desk.starts == 1 + len(kills)
    counted = (await shop.venues.control("GET", "faults"))["faults"]
    assert all(one["fired"] > 0 for one in counted), counted
    await shop.venues.control("DELETE", "faults")


async def _cancel_the_rest(shop: Shop) -> None:
    """With nothing left open nothing is reserved, and both sides still agree."""
    answer = await shop.client.call("DELETE", "/api/v1/orders")
    assert answer.status_code == 200, answer.text

    async def problems() -> list[str]:
        still_open = await shop.client.pages("/api/v1/orders", status="open")
        balances = (await shop.client.get("/api/v1/balances"))["items"]
        found = [f"order {order['order_id']} is still {order['status']}" for order in still_open]
        found += [f"{row['reserved']} {row['asset']} is still reserved" for row in balances if row["reserved"] != "0"]
        return found + await differences(shop)

    await eventually(problems, seconds_max=SETTLE_SECONDS_MAX)


async def _freeze(venues: Simulator) -> None:
    """No trade can come between two looks any more."""
    for symbol in SYMBOLS:
        await venues.control("POST", "market", json={"symbol": symbol, "frozen": True})
