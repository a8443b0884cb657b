"""Time passes for the desk also while nothing else happens."""

import asyncio
from datetime import timedelta

from support.virtual_time import START, LoopClock, on_virtual_time
from tidegate.core.messages.reports import ClockTicked
from tidegate.runtime.inbox import Inbox
from tidegate.runtime.ticking import tick


@on_virtual_time
async def test_the_desk_hears_of_every_second_until_the_clock_is_stopped() -> None:
    heard: list[ClockTicked] = []
    ticking = asyncio.create_task(tick(LoopClock(), heard.append))
    await asyncio.sleep(3.5)
    ticking.cancel()
    await asyncio.sleep(3)
    assert [report.at for report in heard] == [START + timedelta(seconds=second) for second in (1, 2, 3)]


@on_virtual_time
async def test_of_ticks_only_the_newest_counts() -> None:
    inbox = Inbox(commands_max=1, batch_max=1)
    for second in range(3):
        inbox.put_report(ClockTicked(at=START + timedelta(seconds=second)))
    assert len(inbox) == 0, "ticks are not counted as waiting"
    assert await inbox.take() == [ClockTicked(at=START + timedelta(seconds=2))]
