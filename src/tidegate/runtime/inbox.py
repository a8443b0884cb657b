"""The engine's inbox, in three lanes: reports and cancels first, then new orders; of prices, ticks the newest counts.

Only new orders and other commands can be refused for want of room: what a venue reports must never be lost.
"""

import asyncio
from collections import deque

from tidegate.core.engine import Input
from tidegate.core.messages.commands import CancelOrder, CancelOrders, Command, SetKillSwitch
from tidegate.core.messages.reports import ClockTicked, PriceReported, Report
from tidegate.core.vocabulary import Exchange
from tidegate.ports import DeskBusyError


class Inbox:
    """What waits to be decided."""

    def __init__(self, commands_max: int, batch_max: int) -> None:
        self._commands_max = commands_max
        self._batch_max = batch_max
        self._urgent: deque[Input] = deque()
        self._commands: deque[Command] = deque()
        self._prices: dict[tuple[Exchange, str], PriceReported] = {}
        self._tick: ClockTicked | None = None
        self._something = asyncio.Event()

    def __len__(self) -> int:
        return len(self._urgent) + len(self._commands)

    def put_command(self, command: Command) -> None:
        """Raises `DeskBusyError` when new orders arrive faster than they can be decided. Cancels are always taken."""
        if isinstance(command, CancelOrder | CancelOrders | SetKillSwitch):
            self._urgent.append(command)
        elif len(self._commands) >= self._commands_max:
            raise DeskBusyError
        else:
            self._commands.append(command)
        self._something.set()

    def put_report(self, report: Report) -> None:
        """Never refuses, never blocks."""
        if isinstance(report, PriceReported):
            self._prices[(report.exchange, report.symbol)] = report
        elif isinstance(report, ClockTicked):
            self._tick = report
        else:
            self._urgent.append(report)
        self._something.set()

    def wake(self) -> None:
        """Let `take` return even if nothing waits."""
        self._something.set()

    async def take(self) -> list[Input]:
        """All that waits, urgent things first, up to the size of a batch; nothing after a `wake`."""
        await self._something.wait()
        taken: list[Input] = list(self._prices.values())
        self._prices.clear()
        room = self._batch_max  # Prices take none of it: many markets must not keep orders waiting.
        for lane in (self._urgent, self._commands):
            for _ in range(min(room, len(lane))):
                taken.append(lane.popleft())
                room -= 1
        if self._tick is not None:  # Last, so that a client whose word waits here is not taken to be silent.
            taken.append(self._tick)
            self._tick = None
        if not self._urgent and not self._commands:
            self._something.clear()
        return taken
