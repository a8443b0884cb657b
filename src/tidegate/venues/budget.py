"""Rate budgets: what may be sent now, in which order, and how long to wait otherwise.

Windows slide, which never lets through more than a venue's fixed window of the same length. Orders leave a reserve to
cancels, prices leave one to orders, and queries one to prices: prices come however many accounts are compared. Windows
that count per address are shared by all sessions of a venue.
"""

import asyncio
import heapq
import itertools
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from enum import IntEnum
from typing import Any, NamedTuple


class Lane(IntEnum):
    """Who goes first: a smaller number."""

    CANCEL = 0
    PROTECTIVE = 1
    ORDER = 2
    PRICE = 3
    QUERY = 4


SHARES: Mapping[Lane, float] = {
    Lane.CANCEL: 1.0,
    Lane.PROTECTIVE: 0.95,
    Lane.ORDER: 0.9,
    Lane.PRICE: 0.85,
    Lane.QUERY: 0.7,
}
"""The part of each window that a lane may fill."""


class Limit(NamedTuple):
    """So many units in so many seconds, as a venue documents it."""

    units_max: int
    seconds: float


class Cost(NamedTuple):
    """What one call takes out of one window."""

    window: str
    units: int = 1


class BudgetExceededError(Exception):
    """The call would have to wait beyond its deadline; nothing was sent."""

    def __init__(self, message: str, retry_after_seconds: float) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class WithdrawnError(Exception):
    """The call is not to be made any more; nothing was sent."""


class Window:
    """What was spent in the last so many seconds."""

    def __init__(self, limit: Limit) -> None:
        self.limit = limit
        self._spent: deque[tuple[float, int]] = deque()
        self._used = 0

    def used(self, now: float) -> int:
        """Units spent within the window's length before now."""
        while self._spent and self._spent[0][0] <= now - self.limit.seconds:
            self._used -= self._spent.popleft()[1]
        return self._used

    def spend(self, units: int, now: float) -> None:
        """Count units as spent now."""
        if units:
            self._spent.append((now, units))
            self._used += units

    def observe(self, used: int, now: float) -> None:
        """Take over the venue's own count when it is higher: somebody else spends from the same account."""
        self.spend(max(0, used - self.used(now)), now)

    def seconds_until(self, units: int, share: float, now: float) -> float:
        """How long until so many units fit into a share of the window; zero when they fit now."""
        room_needed = self.used(now) + units - max(units, int(self.limit.units_max * share))
        if room_needed <= 0:
            return 0.0
        for at, spent in self._spent:
            room_needed -= spent
            if room_needed <= 0:
                return max(0.0, at + self.limit.seconds - now)
        return self.limit.seconds


class WindowGroup:
    """Windows that are counted together, created when first used, and a pause that stops them all.

    A window's name may carry a subject: the limit `orders` governs `orders:BTC-USDT` and `orders:ETH-USDT` apart.
    """

    def __init__(self, limits: Mapping[str, Limit], *, scale: float = 1.0) -> None:
        self._limits = {
            name: Limit(max(1, int(limit.units_max * scale)), limit.seconds) for name, limit in limits.items()
        }
        self.windows: dict[str, Window] = {}
        self._pauses: dict[tuple[str, bool], float] = {}  # By the beginning of names, and whether cancels are spared.

    def window(self, name: str) -> Window | None:
        """The window of this name; None when it belongs to another group."""
        found = self.windows.get(name)
        if found is None:
            limit = self._limits.get(name.partition(":")[0])
            if limit is None:
                return None
            found = self.windows[name] = Window(limit)
        return found

    def governs(self, windows: str) -> bool:
        """Whether windows whose names begin so belong to this group; some of every group begin with nothing."""
        return any(name.startswith(windows) for name in self._limits) or not windows

    def pause(self, until: float, windows: str, *, spare_cancels: bool) -> None:
        """Stop what spends from windows whose names begin so (empty: everything) until a time."""
        key = (windows, spare_cancels)
        self._pauses[key] = max(self._pauses.get(key, 0.0), until)

    def paused_until(self, lane: Lane, costs: Iterable[Cost] | None) -> float:
        """Until when these costs are stopped; any costs, if None."""
        names = None if costs is None else [cost.window for cost in costs]
        return max(
            (
                until
                for (windows, spares_cancels), until in self._pauses.items()
                if not (spares_cancels and lane is Lane.CANCEL)
                and (names is None or not windows or any(name.startswith(windows) for name in names))
            ),
            default=0.0,
        )


class _Waiter(NamedTuple):
    lane: Lane
    sequence: int
    costs: tuple[Cost, ...]
    granted: asyncio.Future[None]
    task: asyncio.Task[Any] | None


class RateBudget:
    """One session's budget: windows of its own and windows that it shares."""

    def __init__(self, groups: Iterable[WindowGroup], *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._groups = tuple(groups)
        self._monotonic = monotonic
        self._waiters: list[_Waiter] = []
        self._sequence = itertools.count()
        self._timer: asyncio.TimerHandle | None = None
        self._withdrawn: weakref.WeakSet[asyncio.Task[Any]] = weakref.WeakSet()

    async def acquire(self, lane: Lane, costs: tuple[Cost, ...], *, timeout_seconds: float | None = None) -> None:
        """Wait until the costs fit, more urgent lanes first.

        Raises:
            BudgetExceededError: the time-out has passed, or would.
            WithdrawnError: the calling task is to make no more calls.
        """
        task = asyncio.current_task()
        if task in self._withdrawn:
            raise WithdrawnError
        now = self._monotonic()
        paused = self._paused_seconds(lane, costs, now)
        if timeout_seconds is not None and paused >= timeout_seconds:
            raise BudgetExceededError("the venue asked to pause", paused)
        if not self._waiters and not paused and not self._delay(lane, costs, now):
            self._spend(costs, now)
            return
        waiter = _Waiter(lane, next(self._sequence), costs, asyncio.get_running_loop().create_future(), task)
        heapq.heappush(self._waiters, waiter)
        self.pump()
        try:
            async with asyncio.timeout(timeout_seconds):
                await waiter.granted
        except TimeoutError:
            raise BudgetExceededError(
                "the rate budget left no room in time", max(0.05, self._delay(lane, costs, self._monotonic()))
            ) from None

    def withdraw(self, task: asyncio.Task[Any]) -> None:
        """Grant nothing to a task any more: neither what it waits for now nor what it asks for later."""
        self._withdrawn.add(task)
        for waiter in self._waiters:
            if waiter.task is task and not waiter.granted.done():
                waiter.granted.set_exception(WithdrawnError())
        self.pump()

    def pump(self) -> None:
        """Grant what fits now and set the timer for the next time something may fit.

        A window that an urgent caller waits for is closed to less urgent ones, so that nobody overtakes; windows of
        other instruments stay open.
        """
        now = self._monotonic()
        delay_next = 0.0
        remaining: list[_Waiter] = []
        claimed: set[str] = set()
        for waiter in sorted(self._waiters):
            if waiter.granted.done():
                continue
            delay = self._paused_seconds(waiter.lane, waiter.costs, now) or self._delay(waiter.lane, waiter.costs, now)
            if delay or any(cost.window in claimed for cost in waiter.costs):
                claimed.update(cost.window for cost in waiter.costs if self._delay(waiter.lane, (cost,), now))
                remaining.append(waiter)
                delay_next = min(delay_next or delay, delay) if delay else delay_next
            else:
                self._spend(waiter.costs, now)
                waiter.granted.set_result(None)
        self._waiters = remaining  # Sorted, hence a heap.
        self._set_timer(delay_next)

    def pause(self, seconds: float, *, spare_cancels: bool = False, windows: str = "") -> None:
        """Send nothing for so long, in every session that shares these windows; cancels alone may be spared.

        `windows`: only what spends from windows whose names begin so.
        """
        until = self._monotonic() + seconds
        for group in self._groups:
            if group.governs(windows):
                group.pause(until, windows, spare_cancels=spare_cancels)

    def observe(self, window: str, used: int) -> None:
        """Take over the venue's own count of a window."""
        found = self._window(window)
        if found is not None:
            found.observe(used, self._monotonic())

    def observe_left(self, window: str, left: int) -> None:
        """The same, where the venue says how much is left."""
        found = self._window(window)
        if found is not None:
            found.observe(found.limit.units_max - left, self._monotonic())

    def describe(self) -> dict[str, str]:
        """Each window's use, as `used/limit`, and the pause if there is one."""
        now = self._monotonic()
        shown = {
            name: f"{window.used(now)}/{window.limit.units_max}"
            for group in self._groups
            for name, window in group.windows.items()
            if window.used(now)
        }
        paused = self._paused_seconds(Lane.QUERY, None, now)
        return {**shown, "paused_seconds": f"{paused:.1f}"} if paused else shown

    def blocked(self) -> dict[str, str]:
        """Per lane, why its first caller waits: a pause that the venue asked for, or windows without room."""
        now = self._monotonic()
        first: dict[str, str] = {}
        for waiter in sorted(self._waiters):
            if not waiter.granted.done():
                first.setdefault(waiter.lane.name.lower(), self._why(waiter, now))
        return first

    def _why(self, waiter: _Waiter, now: float) -> str:
        paused = self._paused_seconds(waiter.lane, waiter.costs, now)
        if paused:
            return f"the venue asked for a pause: {paused:.1f} s left"
        full = {cost.window: self._delay(waiter.lane, (cost,), now) for cost in waiter.costs}
        waits = [f"{window} is full for {delay:.1f} s" for window, delay in full.items() if delay]
        return ", ".join(waits) or "more urgent calls go first"

    def close(self) -> None:
        """Stop the timer; whoever still waits is canceled by its own task."""
        if self._timer is not None:
            self._timer.cancel()

    def _window(self, name: str) -> Window | None:
        return next((window for group in self._groups if (window := group.window(name)) is not None), None)

    def _delay(self, lane: Lane, costs: tuple[Cost, ...], now: float) -> float:
        delay = 0.0
        for cost in costs:
            window = self._window(cost.window)
            if window is not None:
                delay = max(delay, window.seconds_until(cost.units, SHARES[lane], now))
        return delay

    def _spend(self, costs: tuple[Cost, ...], now: float) -> None:
        for cost in costs:
            window = self._window(cost.window)
            if window is not None:
                window.spend(cost.units, now)

    def _paused_seconds(self, lane: Lane, costs: tuple[Cost, ...] | None, now: float) -> float:
        return max(0.0, max(group.paused_until(lane, costs) for group in self._groups) - now)

    def _set_timer(self, delay: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._waiters:
            self._timer = asyncio.get_running_loop().call_later(max(delay, 0.001), self.pump)
