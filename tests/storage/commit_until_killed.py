"""A process that commits batch after batch and says so, until somebody kills it. Started by `test_crash.py`."""

import asyncio
import sys

from support import records as made
from tidegate.core.records import Batch, DeskSnapshot
from tidegate.storage.open import open_storage

ORDERS_PER_BATCH = 7


def batch_after(snapshot: DeskSnapshot, batches: int) -> Batch:
    """The next batch: orders with their history, an execution and two ledger lines each."""
    first = batches * ORDERS_PER_BATCH + 1
    numbers = range(first, first + ORDERS_PER_BATCH)
    batch = made.batch_of(snapshot, *(made.full_order(number) for number in numbers), first=first)
    for number in numbers:
        batch.executions.append(made.execution(number, sequence=number))
        batch.ledger.extend(made.ledger(number, sequence=number))
    return batch


async def main(url: str) -> None:
    storage = open_storage(url)
    snapshot = await storage.journal.load()
    batches = snapshot.sequence // ORDERS_PER_BATCH
    while True:
        await storage.journal.commit(batch_after(snapshot, batches))
        batches += 1
        print(batches, flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
