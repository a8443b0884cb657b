"""The journal on PostgreSQL: psycopg in one writer thread, each batch's statements in one pipeline, then the COMMIT.

Rows travel as one JSON parameter per table; see `statements.postgresql_write`.
"""

import asyncio
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import Any

import msgspec
import psycopg
from psycopg.adapt import Loader
from sqlalchemy import Table

from tidegate.core.identifiers import AccountId, ExecutionId, OrderId
from tidegate.core.messages.risk_records import RecentOrder
from tidegate.core.order import Order
from tidegate.core.records import AccountMarket, Batch, CashFlow, DeskSnapshot, ForcedClose, Found, HearingKey
from tidegate.core.vocabulary import CashFlowKind
from tidegate.ports import OrderKeys
from tidegate.storage import snapshot
from tidegate.storage.engines import CONNECT_TIMEOUT_SECONDS_MAX
from tidegate.storage.errors import JournalFailedError, StorageUnavailableError
from tidegate.storage.finding import FORCED_EXECUTIONS, HEARD_FLOWS, booked_in, last_forced, parents_of
from tidegate.storage.rows import CASH_FLOWS, ORDERS, RECENT_ORDERS, REQUESTS, RecordT, Row, RowCodec
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

_CLOSED = "closed_at IS NOT NULL"
_BY_ORDER_ID = select(ORDERS, f"WHERE order_id = ANY(%s::text[]) AND {_CLOSED}")
_BY_IDEMPOTENCY_KEY = select(
    ORDERS,
    "JOIN unnest(%s::text[], %s::text[]) AS wanted (owner, name)"
    f" ON user_id = owner AND idempotency_key = name WHERE {_CLOSED}",
)
_BY_CLIENT_ORDER_ID = select(
    ORDERS,
    "JOIN unnest(%s::text[], %s::text[]) AS wanted (owner, name)"
    f" ON user_id = owner AND client_order_id = name WHERE {_CLOSED}",
)
_BY_EXCHANGE_ORDER_ID = select(
    ORDERS,
    "JOIN unnest(%s::text[], %s::text[], %s::text[]) AS wanted (account, market, name)"
    f" ON account_id = account AND symbol = market AND exchange_order_id = name WHERE {_CLOSED}",
)
_BY_EXCHANGE_ORDER_ID_OF_ATTEMPT = select(
    ORDERS,
    """WHERE order_id IN (
        SELECT sent.order_id FROM attempts AS sent
        JOIN orders AS owners ON owners.order_id = sent.order_id
        JOIN unnest(%s::text[], %s::text[], %s::text[]) AS wanted (account, market, name)
            ON owners.account_id = account AND owners.symbol = market AND sent.exchange_order_id = name
    ) AND closed_at IS NOT NULL""",
)
_BY_EXECUTION_ID = select(
    ORDERS,
    "WHERE closed_at IS NOT NULL"
    " AND order_id IN (SELECT order_id FROM executions WHERE execution_id = ANY(%s::text[]))",
)
_BOOKED = """
    SELECT payload FROM journal
    JOIN executions ON executions.sequence = journal.sequence
    WHERE execution_id = ANY(%s::text[])
"""
_BUSTS = "SELECT execution_id FROM busts WHERE execution_id = ANY(%s::text[])"
_FORCED = FORCED_EXECUTIONS.format("%s")
_HEARD = HEARD_FLOWS.format("%s")
_CASH_FLOWS = """
    SELECT account_id, kind, flow_id FROM cash_flows
    JOIN unnest(%s::text[], %s::text[], %s::text[]) AS wanted (account, reason, name)
        ON account_id = account AND kind = reason AND flow_id = name
"""
_REQUESTS = select(
    REQUESTS,
    "JOIN unnest(%s::text[], %s::text[]) AS wanted (owner, name) ON user_id = owner AND idempotency_key = name",
)
_DISMISSED = (
    "SELECT break_id, message FROM reconciliation_breaks WHERE break_id = ANY(%s::text[]) AND resolved_by IS NOT NULL"
)
_RECENT = snapshot.LET_THROUGH_SINCE.format("%s")
_BREAKS = "SELECT break_id FROM reconciliation_breaks WHERE break_id = ANY(%s::text[])"
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
    """Looks closed orders up: all keys of one kind in one statement, in a thread of its own."""

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
        found = self._orders(keys)
        names = {(name,) for name in keys.execution_ids}
        return Found(
            orders=list(found.values()),
            execution_ids=self._execution_ids(found),
            executions=[booked_in(payload) for (payload,) in self._rows(_BOOKED, names)],
            busted=frozenset(name for (name,) in self._rows(_BUSTS, names)),
            forced={market: closed for market in keys.forced for closed in self._forced(market)},
            cash_flows=frozenset(
                (AccountId(account_id), CashFlowKind(kind), flow_id)
                for account_id, kind, flow_id in self._rows(_CASH_FLOWS, keys.cash_flows)
            ),
            heard=[flow for key in keys.heard for flow in self._heard(key)],
            break_ids=frozenset(name for (name,) in self._rows(_BREAKS, {(name,) for name in keys.break_ids})),
            dismissed={row[0]: row[1] for row in self._rows(_DISMISSED, {(name,) for name in keys.break_ids})},
            requests=[REQUESTS.decode_native(row) for row in self._rows(_REQUESTS, keys.requests)],
            recent_orders=[] if keys.recent_since is None else self._recent(keys.recent_since),
        )

    def _orders(self, keys: OrderKeys) -> dict[OrderId, Order]:
        found: dict[OrderId, Order] = {}
        by_id = {(order_id,) for order_id in keys.order_ids}
        self._collect(found, (_BY_ORDER_ID,), by_id)
        self._collect(found, (_BY_IDEMPOTENCY_KEY,), keys.idempotency_keys)
        self._collect(found, (_BY_CLIENT_ORDER_ID,), keys.client_order_ids)
        self._collect(found, (_BY_EXCHANGE_ORDER_ID, _BY_EXCHANGE_ORDER_ID_OF_ATTEMPT), keys.exchange_order_ids)
        self._collect(found, (_BY_EXECUTION_ID,), {(name,) for name in keys.execution_ids})
        self._collect(found, (_BY_ORDER_ID,), {(parent,) for parent in parents_of(found.values())})
        return found

    def _execution_ids(self, found: dict[OrderId, Order]) -> dict[OrderId, list[ExecutionId]]:
        pairs = self._rows(_EXECUTION_IDS, {(order_id,) for order_id in found})
        return snapshot.executions_by_order(list(found.values()), pairs)

    def _forced(self, market: AccountMarket) -> list[ForcedClose]:
        closed = last_forced(self._connection.execute(_FORCED, market))
        return [] if closed is None else [closed]

    def _recent(self, since: datetime) -> list[RecentOrder]:
        rows = self._connection.execute(_RECENT, (since,)).fetchall()
        return snapshot.recent_orders([RECENT_ORDERS.decode_native(row) for row in rows])

    def _heard(self, key: HearingKey) -> list[CashFlow]:
        return [CASH_FLOWS.decode_native(row) for row in self._connection.execute(_HEARD, key * 2).fetchall()]

    def _collect(self, found: dict[OrderId, Order], statements: Sequence[str], keys: Collection[Sequence[str]]) -> None:
        for statement in statements:
            for row in self._rows(statement, keys):
                order = ORDERS.decode_native(row)
                found[order.order_id] = order

    def _rows(self, statement: str, keys: Collection[Sequence[str]]) -> Sequence[Sequence[Any]]:
        """What a statement finds for keys of so many parts, each part an array, as `unnest` takes them."""
        if not keys:
            return []
        columns = [list(column) for column in zip(*keys, strict=True)]
        return self._connection.execute(statement, columns).fetchall()


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


def _decode(codec: RowCodec[RecordT], row: Sequence[Any]) -> RecordT:
    return codec.decode_native(row)


def _unchanged(value: datetime) -> datetime:
    return value
