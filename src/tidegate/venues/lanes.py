"""Tasks by urgency: each lane has its own room, so that slow queries never hold up a cancel."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from tidegate.venues.budget import Lane

Work = Callable[[], Coroutine[Any, Any, None]]

ROOM: Mapping[Lane, int] = {Lane.CANCEL: 32, Lane.PROTECTIVE: 32, Lane.ORDER: 64, Lane.PRICE: 8, Lane.QUERY: 8}
"""How many tasks of a lane run at once in one session."""


class Lanes:
    """Runs each piece of work in a task of its own, first come, first served within a lane."""

    def __init__(self, room: Mapping[Lane, int] = ROOM) -> None:
        self._room = room
        self._waiting: dict[Lane, deque[Work]] = {lane: deque() for lane in Lane}
        self._running: dict[Lane, set[asyncio.Task[None]]] = {lane: set() for lane in Lane}

    def submit(self, lane: Lane, work: Work) -> None:
        """Take up a piece of work; never blocks."""
        self._waiting[lane].append(work)
        self._start(lane)

    def waiting(self) -> dict[str, int]:
        """How much waits or runs, by lane."""
        return {lane.name.lower(): len(self._waiting[lane]) + len(self._running[lane]) for lane in Lane}

    async def close(self) -> None:
        """Drop what waits, cancel what runs and wait until it has ended."""
        for waiting in self._waiting.values():
            waiting.clear()
        running = [task for tasks in self._running.values() for task in tasks]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _start(self, lane: Lane) -> None:
        waiting, running = self._waiting[lane], self._running[lane]
        while waiting and len(running) < self._room[lane]:
            task = asyncio.create_task(waiting.popleft()())
            running.add(task)
            task.add_done_callback(lambda ended: self._end(lane, ended))

    def _end(self, lane: Lane, task: asyncio.Task[None]) -> None:
        self._running[lane].discard(task)
        self._start(lane)
