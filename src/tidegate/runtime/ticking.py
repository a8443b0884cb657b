"""Tells the desk that time passes, also while nothing else happens."""

import asyncio
from collections.abc import Callable

from tidegate.core.messages.reports import ClockTicked
from tidegate.ports import Clock

TICK_SECONDS = 1.0


async def tick(clock: Clock, report: Callable[[ClockTicked], None], every_seconds: float = TICK_SECONDS) -> None:
    """Report a tick again and again, until canceled."""
    while True:
        await asyncio.sleep(every_seconds)
        report(ClockTicked(at=clock.now()))
