"""The journal on PostgreSQL: psycopg in one writer thread, each batch's statements in one pipeline, then the COMMIT.

Rows travel as one JSON parameter per table; see `statements.postgresql_write`.
"""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import Any

import msgspec
import psycopg
from psycopg.adapt import Loader
from sqlalchemy import Table

from tidegate.core.identifiers import ExecutionId, OrderId
from tidegate.core.records import Batch, DeskSnapshot, Found
from tidegate.ports import OrderKeys
from tidegate.storage import snapshot
from tidegate.storage.engines import CONNECT_TIMEOUT_SECONDS_MAX
from tidegate.storage.errors import JournalFailedError, StorageUnavailableError
from tidegate.storage.rows import ORDERS, RecordT, Row, RowCodec
from tidegate.storage.statements import RAISE_EPOCH, SELECT_EPOCH, WRITTEN_TABLES, postgresql_write, select
from tidegate.storage.urls import PostgresqlDatabase
from tidegate.storage.writer import WriterThread
from tidegate.storage.writing import Heads, check_epoch, rows_of

_JSON = msgspec.json.Encoder()
_WRITE = {table: postgresql_write(table) for table in WRITTEN_TABLES}
_COLUMNS = {table: tuple(column.name for column in table.columns) for table in WRITTEN_TABLES}
_OPTIONS = "-c timezone=UTC -c synchronous_commit=on"

# The lock makes a take-over wait for this transaction, and this transaction see a take-over that came first.
_CHECK_EPOCH = f"{SELECT_EPOCH} FOR SHARE"

_FIND = select(
    ORDERS,
    """WHERE closed_at IS NOT NULL AND order_id IN (
        SELECT unnest(%(order_ids)s::text[])
        UNION SELECT order_id FROM orders JOIN unnest(%(key_users)s::text[], %(keys)s::text[]) AS wanted (owner, name)
            ON user_id = owner AND idempotency_key = name
        UNION SELECT order_id FROM orders JOIN unnest(%(name_users)s::text[], %(names)s::text[]) AS wanted (owner, name)
            ON user_id = owner AND client_order_id = name
        UNION SELECT order_id FROM orders
            JOIN unnest(%(accounts)s::text[], %(symbols)s::text[], %(ids)s::text[]) AS wanted (account, market, id)
            ON account_id = account AND symbol = market AND exchange_order_id = id
        UNION SELECT orders.order_id FROM attempts JOIN orders ON orders.order_id = attempts.order_id
            JOIN unnest(%(accounts)s::text[], %(symbols)s::text[], %(ids)s::text[]) AS wanted (account, market, id)
            ON attempts.account_id = account AND symbol = market AND attempts.exchange_order_id = id
    )""",
)
_EXECUTION_IDS = "SELECT order_id, execution_id FROM executions WHERE order_id = ANY(%s::text[])"


class _UtcLoader(Loader):
    """Times with Python's own UTC rather than a named zone: the desk compares and formats them faster."""

    def load(self, data: Any) -> datetime:
        return datetime.fromisoformat(bytes(data).decode()).astimezone(UTC)


def connect(database: PostgresqlDatabase) -> psycopg.Connection[Any]:
    """A connection as the desk needs it. Raises `StorageUnavailableError`."""
    try:
        connection = psycopg.connect(
            database.conninfo, autocommit=True, connect_timeout=CONNECT_TIMEOUT_SECONDS_MAX, options=_OPTIONS
        )
    except psycopg.OperationalError as error:
        raise StorageUnavailableError(f"cannot open {database}: {str(error).strip()}") from error
    connection.adapters.register_loader("timestamptz", _UtcLoader)
    return connection


class PostgresqlStore:
    """The synchronous heart of the journal: one connection, used by one thread at a time."""

    def __init__(self, database: PostgresqlDatabase) -> None:
        self._connection = connect(database)
        self._heads: Heads | None = None

    def load(self) -> DeskSnapshot:
        """Take the desk over (its epoch goes up) and read what is open."""
        with self._connection.transaction():
            [(epoch,)] = self._rows(RAISE_EPOCH)
            loaded, self._heads = snapshot.load(self._rows, _decode, epoch=epoch, time_of=_unchanged)
        return loaded

    def write(self, batch: Batch) -> None:
        """Write a batch in one transaction. Raises `EpochFencedError` when another engine took over."""
        if self._heads is None:
            raise JournalFailedError("the journal must be loaded before anything is committed")
        touched, heads = rows_of(batch, self._heads)
        with self._connection.transaction(), self._connection.cursor() as epochs:
            with self._connection.pipeline():
                epochs.execute(_CHECK_EPOCH)
                for table, rows in touched.items():
                    self._connection.execute(_WRITE[table], (_json_rows(table, rows),))
            [(epoch,)] = epochs.fetchall()
            check_epoch(batch, epoch)
        self._heads = heads

    def close(self) -> None:
        self._connection.close()

    def _rows(self, statement: str) -> Sequence[Sequence[Any]]:
        return self._connection.execute(statement).fetchall()


class PostgresqlFinder:
    """Looks closed orders up: all keys of a batch in two statements, in a thread of its own."""

    def __init__(self, database: PostgresqlDatabase) -> None:
        self._connection = connect(database)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="tidegate-find")

    async def find(self, keys: OrderKeys) -> Found:
        """The closed orders that any of the keys names, each once, with all their execution ids."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._find, keys)

    async def close(self) -> None:
        """Wait for a running look-up, then release the connection. Closing twice is harmless."""
        if self._connection.closed:
            return
        await asyncio.get_running_loop().run_in_executor(self._thread, self._connection.close)
        self._thread.shutdown()

    def _find(self, keys: OrderKeys) -> Found:
        parameters = {
            "order_ids": list(keys.order_ids),
            **_columns(("key_users", "keys"), keys.idempotency_keys),
            **_columns(("name_users", "names"), keys.client_order_ids),
            **_columns(("accounts", "symbols", "ids"), keys.exchange_order_ids),
        }
        rows = self._connection.execute(_FIND, parameters).fetchall()
        orders = [ORDERS.decode_native(row) for row in rows]
        if not orders:
            return Found(orders=[], execution_ids={})
        order_ids: list[OrderId] = [order.order_id for order in orders]
        pairs: list[tuple[OrderId, ExecutionId]] = self._connection.execute(_EXECUTION_IDS, (order_ids,)).fetchall()
        return Found(orders=orders, execution_ids=snapshot.executions_by_order(orders, pairs))


class PostgresqlJournal:
    """The `Journal` port on a PostgreSQL database whose schema is current."""

    def __init__(self, database: PostgresqlDatabase) -> None:
        self._store = PostgresqlStore(database)
        self._finder = PostgresqlFinder(database)
        self._writer = WriterThread("tidegate-journal")

    async def load(self) -> DeskSnapshot:
        return await self._writer.run(self._store.load)

    async def find(self, keys: OrderKeys) -> Found:
        self._writer.check()
        return await self._finder.find(keys)

    async def commit(self, batch: Batch) -> None:
        await self._writer.run(partial(self._store.write, batch))

    async def close(self) -> None:
        await self._writer.close(self._store.close)
        await self._finder.close()


def _json_rows(table: Table, rows: list[Row]) -> str:
    columns = _COLUMNS[table]
    return _JSON.encode([dict(zip(columns, row, strict=True)) for row in rows]).decode()


def _columns(names: tuple[str, ...], keys: set[Any]) -> dict[str, list[str]]:
    """Tuples as one list per element, as `unnest` takes them."""
    ordered = list(keys)
    return {name: [key[position] for key in ordered] for position, name in enumerate(names)}


def _decode(codec: RowCodec[RecordT], row: Sequence[Any]) -> RecordT:
    return codec.decode_native(row)


def _unchanged(value: datetime) -> datetime:
    return value
