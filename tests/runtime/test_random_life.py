"""Random orders, repeats, cancels, partial fills and late executions, with commits that drag or fly: seeded."""

import asyncio
import random

import pytest

from support.memory_journal import MemoryJournal
from support.running_desk import BALANCES, RunningDesk, limit_order, trading_desk
from support.scripted_venue import ScriptedVenue
from support.virtual_time import LoopClock, on_virtual_time
from tidegate.core.messages.effects import SendOrder
from tidegate.core.order import Order
from tidegate.core.vocabulary import Side, VenueOrderStatus
from tidegate.ports import WaitFor
from tidegate.runtime.loop import LoopSettings

KEYS = 40
REQUESTS = 120


class RandomLife:
    """Everything that happens to a desk here, drawn from one seed."""

    def __init__(self, seed: int, running: RunningDesk, venue: ScriptedVenue, journal: MemoryJournal) -> None:
        self.chance = random.Random(seed)
        self.running, self.venue, self.journal = running, venue, journal
        self.known: dict[str, Order] = {}
        venue.script = self._answer

    async def live(self) -> None:
        """Half a virtual minute of it, then peace."""
        noise = [asyncio.create_task(self._drag()), asyncio.create_task(self._trade())]
        await asyncio.gather(*(self._request(number) for number in range(REQUESTS)))
        await asyncio.sleep(30)
        for task in noise:
            task.cancel()
        await asyncio.wait(noise)
        self.journal.let_go()
        await self.running.catch_up()

    def _answer(self, send: SendOrder) -> None:
        venue = self.venue
        self.chance.choice([venue.accept, venue.fill, venue.refuse, venue.lose_reply, venue.lose_request])(send)

    async def _request(self, number: int) -> None:
        await asyncio.sleep(self.chance.random())
        key = f"key-{number % KEYS}"
        command = limit_order(self.running.clock, key=key, side=self.chance.choice(list(Side)))
        [order] = (await self.running.place(command, WaitFor(timeout_seconds=1))).orders
        assert self.known.setdefault(key, order).order_id == order.order_id, "one order per key"
        if self.chance.random() < 0.5:
            await self.running.cancel(order.order_id)

    async def _drag(self) -> None:
        while True:
            self.journal.hold()
            await asyncio.sleep(self.chance.random() * 0.05)
            self.journal.let_go()
            await asyncio.sleep(self.chance.random() * 0.05)

    async def _trade(self) -> None:
        while True:
            await asyncio.sleep(0.02)
            resting = [order for order in self.venue.orders.values() if order.status is VenueOrderStatus.OPEN]
            if resting:
                self.venue.execute(self.chance.choice(resting).send.order_id, times=self.chance.choice([1, 2]))


@pytest.mark.parametrize("seed", range(20))
def test_memory_storage_and_venue_never_tell_different_stories(seed: int) -> None:
    @on_virtual_time
    async def scenario() -> None:
        journal = MemoryJournal()
        settings = LoopSettings(closed_orders_kept=seed % 3, batch_size_max=(1, 3, 64)[seed // 3 % 3])
        async with trading_desk(journal, LoopClock(), settings) as (running, venue):
            life = RandomLife(seed, running, venue, journal)
            await life.live()
            assert len(journal.orders) == len(life.known) == KEYS
            assert all(order.is_closed for order in journal.orders.values())
            for order_id, order in running.desk.orders.items():
                assert journal.orders[order_id] == order
            assert journal.executions, "something traded"
            assert sum(len(order.trades) for order in venue.orders.values()) == len(journal.executions)
            for asset in BALANCES:
                assert running.holding(asset) == venue.balances[asset]
            assert all(holding.reserved == 0 for holding in running.desk.holdings.values())
            assert len(running.loop._timers) == 0

    scenario()
