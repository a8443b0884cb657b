"""Runs seeds: all of them quietly, or one with a trace of everything that happened."""

import asyncio
import contextlib
import logging
import random as global_random
import tempfile
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from typing import NamedTuple

import structlog

from simulation.faults import Fault
from simulation.restraint import Deed
from simulation.scheduler import SeededLoop
from simulation.world import World
from tidegate.storage.migrate import upgrade
from tidegate.storage.verify import verify

ACTIONS = 80


class Outcome(NamedTuple):
    """What became of a seed: the problem (None: everything held), faults, deeds, events, and how much there was."""

    seed: int
    problem: str | None
    fired: Counter[Fault]
    deeds: Counter[Deed]
    events: Counter[str]
    orders: int
    steps: int
    virtual_seconds: float
    dead_man_cancels: int


def run_seed(
    seed: int,
    say: Callable[[str], None] = lambda _: None,
    *,
    actions: int = ACTIONS,
    dead_man_seconds: int | None = None,
) -> Outcome:
    """One history from its seed; with `dead_man_seconds`, venues cancel orders when they do not hear of the desk."""
    with tempfile.TemporaryDirectory(prefix="tidegate-simulation-", dir=_fast_folder()) as folder:
        path = Path(folder) / "desk.db"
        path.write_bytes(_new_database())
        return _run(seed, path, say, actions, dead_man_seconds)


def _run(seed: int, path: Path, say: Callable[[str], None], actions: int, dead_man_seconds: int | None) -> Outcome:
    random = Random(seed)
    global_random.seed(seed)  # Back-offs jitter with it.
    loop = SeededLoop(random)
    asyncio.set_event_loop(loop)
    problems: list[str] = []
    world = World(random, path, loop, lambda line: say(f"{loop.time():9.3f} {line}"), dead_man_seconds)

    def failed(_loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        problems.append(f"{context.get('message')}: {context.get('exception')!r}")

    loop.set_exception_handler(failed)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        loop.run_until_complete(world.live(actions))
        report = verify(f"sqlite:///{path}")
        if not report.is_clean:
            problems.append(f"invariant 17: {report.findings}")
    except AssertionError as broken:
        problems.append(f"{type(broken).__name__}: {broken}")
    finally:
        outcome = Outcome(
            seed,
            problems[0] if problems else None,
            world.faults.fired,
            world.ledger.restraint.deeds,
            world.ledger.events,
            len(world.ledger.orders),
            loop.steps,
            loop.time(),
            sum(account.dead_man_cancels for account in world.venues.values()),
        )
        world.sweep_up()
        structlog.reset_defaults()
        asyncio.set_event_loop(None)
    return outcome


@cache
def _new_database() -> bytes:
    """A database file with the current schema, for every seed to begin with."""
    with tempfile.TemporaryDirectory(prefix="tidegate-simulation-", dir=_fast_folder()) as folder:
        path = Path(folder) / "desk.db"
        upgrade(f"sqlite:///{path}")
        return path.read_bytes()


def _fast_folder() -> str | None:
    """Memory, where the machine has such a folder."""
    folder = Path("/dev/shm")  # noqa: S108 - Each seed makes a folder of its own in it.
    with contextlib.suppress(OSError):
        if folder.is_dir() and tempfile.TemporaryDirectory(dir=folder).cleanup() is None:
            return str(folder)
    return None
