"""kill -9 in the middle of commits: every acknowledged batch is there, and every batch is there whole or not at all."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

from tidegate.ports import ExecutionFilter
from tidegate.storage.open import open_storage
from tidegate.storage.verify import verify

PROGRAM = Path(__file__).with_name("commit_until_killed.py")
ORDERS_PER_BATCH = 7
KILLS = 4


def commit_until_killed(url: str, dice: random.Random) -> int:
    """Run the writer, kill it at a random moment under way, and return the last batch that it acknowledged."""
    tests = str(PROGRAM.parent.parent)
    process = subprocess.Popen(
        [sys.executable, str(PROGRAM), url], stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": tests}
    )
    assert process.stdout is not None
    try:
        for _ in range(dice.randint(1, 20)):
            assert process.stdout.readline(), "the writer ended by itself"
        time.sleep(dice.random() * 0.01)
    finally:
        process.kill()
        remaining, _ = process.communicate(timeout=30)
    complete = [line for line in remaining.splitlines(keepends=True) if line.endswith("\n")]
    return int(complete[-1]) if complete else 1


async def test_a_killed_process_leaves_whole_batches_and_all_it_acknowledged(database_url: str) -> None:
    dice = random.Random(20260301)
    for _ in range(KILLS):
        acknowledged = commit_until_killed(database_url, dice)
        storage = open_storage(database_url)
        snapshot = await storage.journal.load()
        batches, rest = divmod(snapshot.sequence, ORDERS_PER_BATCH)
        assert rest == 0
        assert batches >= acknowledged
        assert snapshot.history_id == snapshot.sequence
        assert len(snapshot.open_orders) == snapshot.sequence
        assert all(len(executions) == 1 for executions in snapshot.execution_ids.values())
        fills, _ = await storage.blotter.executions(ExecutionFilter(), limit=1_000)
        lines, _ = await storage.blotter.ledger(None, limit=1_000)
        assert len(fills) == min(snapshot.sequence, 1_000)
        assert len(lines) == min(snapshot.sequence * 2, 1_000)
        await storage.close()
        report = verify(database_url)
        assert report.findings == ()
        assert report.journal_rows == report.history_rows == snapshot.sequence
