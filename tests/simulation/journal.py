"""The real SQLite journal, without its thread: commits take virtual time, and may be where the process dies."""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from random import Random

from simulation.faults import Fault, Faults
from tidegate.core.records import Batch, DeskSnapshot, Found
from tidegate.ports import OrderKeys
from tidegate.storage.journal_sqlite import SqliteFinder, SqliteStore


class CommitUnknownError(Exception):
    """The connection broke during COMMIT: it may have worked or not."""


class InlineJournal:
    """A `Journal`. `committed` hears of every batch that is durable, `kill` ends the process on the spot."""

    def __init__(
        self, path: Path, random: Random, faults: Faults, committed: Callable[[Batch], None], kill: Callable[[], None]
    ) -> None:
        self._store = SqliteStore(path)
        self._finder = SqliteFinder(path)
        self._random = random
        self._faults = faults
        self._committed = committed
        self._kill = kill

    async def load(self) -> DeskSnapshot:
        return self._store.load()

    async def find(self, keys: OrderKeys) -> Found:
        await asyncio.sleep(0)
        return self._finder.find(keys)

    async def commit(self, batch: Batch) -> None:
        await asyncio.sleep(self._random.uniform(0, 0.004))
        if self._faults.chance(Fault.KILL_AT_COMMIT, 0.0005):
            self._kill()
            await asyncio.sleep(3_600)  # Never runs: the process is gone.
        breaks = self._faults.chance(Fault.COMMIT_UNKNOWN, 0.0006)
        if not breaks or self._random.random() < 0.5:
            self._write(batch)
        if breaks:
            raise CommitUnknownError
        if self._faults.chance(Fault.KILL_AT_COMMIT, 0.0005):
            self._kill()
        await asyncio.sleep(self._random.uniform(0, 0.002))

    def _write(self, batch: Batch) -> None:
        try:
            self._store.write(batch)
        except sqlite3.IntegrityError:
            self._committed(batch)  # The database refused what must not be: the checks say which promise it was.
            raise
        self._committed(batch)

    async def close(self) -> None:
        self.release()

    def release(self) -> None:
        """Let go of the file, whoever is still using it."""
        self._store.close()
        self._finder.close()
