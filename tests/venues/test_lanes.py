"""Lanes run work by urgency and never mix their room."""

import asyncio

from tidegate.venues.budget import Lane
from tidegate.venues.lanes import Lanes


async def test_a_full_lane_waits_and_leaves_the_others_alone() -> None:
    lanes = Lanes({Lane.CANCEL: 1, Lane.ORDER: 2, Lane.QUERY: 1})
    gate = asyncio.Event()
    done: list[str] = []

    async def work(name: str) -> None:
        await gate.wait()
        done.append(name)

    async def quick() -> None:
        done.append("cancel")

    for name in ("first", "second", "third"):
        lanes.submit(Lane.ORDER, lambda name=name: work(name))
    lanes.submit(Lane.CANCEL, quick)
    await asyncio.sleep(0.01)
    assert done == ["cancel"]
    assert lanes.waiting() == {"cancel": 0, "protective": 0, "order": 3, "price": 0, "query": 0}
    gate.set()
    await asyncio.sleep(0.01)
    assert done == ["cancel", "first", "second", "third"]
    await lanes.close()


async def test_closing_cancels_what_runs_and_drops_what_waits() -> None:
    lanes = Lanes({Lane.CANCEL: 1, Lane.ORDER: 1, Lane.QUERY: 1})
    begun: list[str] = []

    async def work(name: str) -> None:
        begun.append(name)
        await asyncio.Event().wait()

    lanes.submit(Lane.ORDER, lambda: work("first"))
    lanes.submit(Lane.ORDER, lambda: work("second"))
    await asyncio.sleep(0)
    await lanes.close()
    assert begun == ["first"]
    assert lanes.waiting() == {"cancel": 0, "protective": 0, "order": 0, "price": 0, "query": 0}
