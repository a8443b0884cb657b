"""The database fails under the journal: nothing half-written stays, and the journal says that it is over."""

import psycopg
import pytest

from support import records as made
from tidegate.ports import OrderFilter
from tidegate.storage.errors import JournalFailedError
from tidegate.storage.journal_sqlite import SqliteJournal
from tidegate.storage.open import open_storage


async def test_a_full_disk_ends_the_journal_and_leaves_whole_batches(sqlite_url: str) -> None:
    storage = open_storage(sqlite_url)
    snapshot = await storage.journal.load()
    await storage.journal.commit(made.batch_of(snapshot, made.full_order(1)))
    assert isinstance(storage.journal, SqliteJournal)
    [(pages,)] = storage.journal._store._connection.execute("PRAGMA page_count").fetchall()
    storage.journal._store._connection.execute(f"PRAGMA max_page_count = {pages + 4}")
    with pytest.raises(JournalFailedError, match="disk is full"):
        await storage.journal.commit(
            made.batch_of(snapshot, *(made.full_order(number) for number in range(2, 500)), first=2)
        )
    with pytest.raises(JournalFailedError):
        await storage.journal.commit(made.batch_of(snapshot, made.full_order(2), first=2))
    orders, _ = await storage.blotter.orders(OrderFilter(), limit=10)
    assert [order.order_id for order in orders] == [made.order_id(1)]
    await storage.close()


async def test_a_database_that_hangs_up_ends_the_journal(postgresql_url: str) -> None:
    storage = open_storage(postgresql_url)
    snapshot = await storage.journal.load()
    await storage.journal.commit(made.batch_of(snapshot, made.full_order(1)))
    with psycopg.connect(postgresql_url, autocommit=True) as administrator:
        administrator.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
    with pytest.raises(JournalFailedError):
        await storage.journal.commit(made.batch_of(snapshot, made.full_order(2), first=2))
    with pytest.raises(JournalFailedError):
        await storage.journal.commit(made.batch_of(snapshot, made.full_order(2), first=2))
    orders, _ = await storage.blotter.orders(OrderFilter(), limit=10)  # Queries connect again by themselves.
    assert [order.order_id for order in orders] == [made.order_id(1)]
    await storage.close()

    reopened = open_storage(postgresql_url)
    assert (await reopened.journal.load()).sequence == 1
    await reopened.close()
