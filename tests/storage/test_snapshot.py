"""Recovery's cost grows with what is open, not with history: no statement of it walks a table that only grows."""

import sqlite3
from pathlib import Path

import pytest

from support import records as made
from tidegate.core import identifiers as ids
from tidegate.ports import OrderFilter
from tidegate.storage import engines, journal_sqlite, snapshot
from tidegate.storage.blotter import StoredBlotter
from tidegate.storage.journal_postgresql import connect
from tidegate.storage.open import open_storage
from tidegate.storage.urls import PostgresqlDatabase, parse

STATEMENTS = {
    name: getattr(snapshot, name)
    for name in (
        "LAST_JOURNAL_ENTRY",
        "LAST_HISTORY_ENTRY",
        "OPEN_ORDERS",
        "GUARDING_ORDERS",
        "EXECUTIONS_OF_OPEN_ORDERS",
        "EXECUTIONS_OF_GUARDING_ORDERS",
        "LAST_EXECUTION_TIMES",
        "RECENT_ENDS",
        "WAITING_RULES",
        "UNRESOLVED_BREAKS",
    )
}
CLOSED_ORDERS = 3_000


class StepCounter:
    """Counts SQLite's virtual machine steps in tens: a measure of work that no clock disturbs."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.tens = 0
        connection.set_progress_handler(self._count, 10)

    def _count(self) -> int:
        self.tens += 1
        return 0


def load_steps(path: Path) -> int:
    store = journal_sqlite.SqliteStore(path)
    counter = StepCounter(store._connection)
    store.load()
    store.close()
    return counter.tens


async def commit_closed_orders(url: str, *, open_number: int | None = None) -> None:
    """Thousands of closed orders, each with an execution, history and journal; one stays open if asked."""
    storage = open_storage(url)
    loaded = await storage.journal.load()
    numbers = range(1, CLOSED_ORDERS + 1)
    batch = made.batch_of(loaded, *(made.full_order(number, is_open=number == open_number) for number in numbers))
    batch.accounts = {made.ACCOUNT: made.account(), ids.AccountId("idle"): made.account(ids.AccountId("idle"))}
    batch.executions = [made.execution(number, sequence=number) for number in numbers]
    await storage.journal.commit(batch)
    await storage.close()


async def test_thousands_of_closed_orders_cost_recovery_nothing_on_sqlite(sqlite_url: str) -> None:
    database = parse(sqlite_url)
    assert not isinstance(database, PostgresqlDatabase)
    before = load_steps(database.path)
    await commit_closed_orders(sqlite_url)
    after = load_steps(database.path)
    # A few thousand steps, most of them for a look back that is bounded; walking the closed orders takes many more.
    assert 0 < before <= after < before + 500


@pytest.mark.parametrize("name", STATEMENTS)
async def test_on_postgresql_each_statement_of_recovery_goes_by_an_index(postgresql_url: str, name: str) -> None:
    await commit_closed_orders(postgresql_url, open_number=7)
    database = parse(postgresql_url)
    assert isinstance(database, PostgresqlDatabase)
    with connect(database) as connection:
        connection.execute("ANALYZE")
        plan = "\n".join(line for (line,) in connection.execute(f"EXPLAIN {STATEMENTS[name]}"))
    for table in ("journal", "order_history", "orders", "executions"):
        assert f"Seq Scan on {table}" not in plan, plan


async def test_the_last_execution_time_of_each_account_is_loaded(database_url: str) -> None:
    await commit_closed_orders(database_url, open_number=7)
    storage = open_storage(database_url)
    loaded = await storage.journal.load()
    await storage.close()
    last = made.execution(CLOSED_ORDERS, sequence=CLOSED_ORDERS)
    assert loaded.execution_times == {made.ACCOUNT: last.executed_at}
    assert [order.order_id for order in loaded.open_orders] == [made.order_id(7)]
    assert loaded.execution_ids == {made.order_id(7): [made.execution(7, sequence=7).execution_id]}


async def test_a_users_open_orders_are_looked_for_among_the_open_ones_only(sqlite_url: str) -> None:
    await commit_closed_orders(sqlite_url, open_number=7)
    engine = engines.create(parse(sqlite_url))
    blotter = StoredBlotter(engine)
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        counter = StepCounter(raw)
    orders, _ = await blotter.orders(OrderFilter(user_id=made.USER, is_open=True), limit=50)
    blotter.close()
    engine.dispose()
    assert [order.order_id for order in orders] == [made.order_id(7)]
    assert 0 < counter.tens < 100
