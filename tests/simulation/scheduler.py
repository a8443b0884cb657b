"""An event loop of our own: virtual time, a seeded choice among what is ready, and processes that die or freeze.

Everything that happens comes from one seed: which of the ready callbacks runs next is drawn, time passes only when
nothing is ready. Callbacks carry the process they belong to in their context, so that a process can be killed between
any two of them, as SIGKILL does, or held back and let go again, as SIGSTOP and SIGCONT do.
"""

import asyncio
import contextvars
import heapq
import selectors
from collections.abc import Callable
from random import Random
from typing import Any

PROCESS: contextvars.ContextVar[int] = contextvars.ContextVar("process", default=0)
"""Whose callback it is. Process 0 is the world outside: venues, wires, users."""
STEPS_MAX = 2_000_000


class EndlessError(AssertionError):
    """So many steps without an end are a livelock."""


class _Selector(selectors.DefaultSelector):
    """Instead of waiting it moves the time on to the next timer."""

    now_seconds = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("everybody waits, and no timer is set: this would hang for ever")
        self.now_seconds += max(timeout, 0.0)
        return super().select(0)


class SeededLoop(asyncio.SelectorEventLoop):
    """One step runs one callback, drawn from those that are ready; `after_step` is called behind each."""

    def __init__(self, random: Random) -> None:
        self._virtual = _Selector()
        super().__init__(self._virtual)
        self._random = random
        self._dead: dict[int, list[asyncio.Handle]] = {}
        self._frozen: dict[int, list[asyncio.Handle]] = {}
        self.steps = 0
        self.after_step: Callable[[], None] = lambda: None

    def time(self) -> float:
        return self._virtual.now_seconds

    def kill(self, process: int) -> None:
        """Nothing of this process ever runs again: no handler, no clean-up."""
        self._dead[process] = self._frozen.pop(process, [])

    def freeze(self, process: int) -> None:
        """Nothing of this process runs until it is thawed."""
        self._frozen.setdefault(process, [])

    def thaw(self, process: int) -> None:
        """Let what was held back run."""
        self._ready.extend(self._frozen.pop(process, []))

    def bury(self, process: int) -> None:
        """At the very end: what a killed process would still have run may run, so that its tasks can be swept up."""
        self._ready.extend(self._dead.pop(process, []))

    def _run_once(self) -> None:
        ready = self._ready
        if not ready:
            self._pass_time()
            return
        if len(ready) > 1:
            ready.rotate(-self._random.randrange(len(ready)))
        self._step(ready.popleft())
        self.after_step()

    def _pass_time(self) -> None:
        """Nothing is ready: on to the next timer."""
        scheduled = self._scheduled
        while scheduled and scheduled[0]._cancelled:
            heapq.heappop(scheduled)._scheduled = False
        wait = max(0.0, scheduled[0]._when - self.time()) if scheduled else None
        self._process_events(self._virtual.select(wait))
        while scheduled and scheduled[0]._when <= self.time() + self._clock_resolution:
            timer = heapq.heappop(scheduled)
            timer._scheduled = False
            self._ready.append(timer)

    def _step(self, handle: Any) -> None:
        process = handle._context.get(PROCESS, 0)
        if handle._cancelled:
            return
        if process in self._dead:
            self._dead[process].append(handle)
            return
        if process in self._frozen:
            self._frozen[process].append(handle)
            return
        self.steps += 1
        if self.steps > STEPS_MAX:
            raise EndlessError(f"still busy after {STEPS_MAX} steps")
        handle._run()

    _ready: Any
    _scheduled: Any
    _clock_resolution: float
    _process_events: Any
