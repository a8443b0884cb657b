"""The journal on SQLite: one write connection in one thread, write-ahead log, every commit synced to disk."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from sqlalchemy import Table

from tidegate.core.identifiers import ExecutionId, OrderId
from tidegate.core.messages.events import ExecutionBooked
from tidegate.core.messages.risk_records import RecentOrder
from tidegate.core.order import Order
from tidegate.core.records import (
    AccountMarket,
    Batch,
    CashFlow,
    DeskSnapshot,
    ForcedClose,
    Found,
    HearingKey,
    KeptRequest,
    RequestKey,
)
from tidegate.ports import OrderKeys
from tidegate.storage import snapshot
from tidegate.storage.columns import time_of, time_text
from tidegate.storage.errors import JournalFailedError
from tidegate.storage.finding import FORCED_EXECUTIONS, HEARD_FLOWS, booked_in, last_forced, parents_of
from tidegate.storage.rows import CASH_FLOWS, ORDERS, RECENT_ORDERS, REQUESTS, RecordT, Row, RowCodec
from tidegate.storage.statements import RAISE_EPOCH, SELECT_EPOCH, WRITTEN_TABLES, select, sqlite_write
from tidegate.storage.writer import WriterThread
from tidegate.storage.writing import Heads, check_epoch, rows_of

BUSY_TIMEOUT_MILLISECONDS = 5_000
_CACHE_KIBIBYTES = 65_536
_CHECKPOINT_PAGES = 4_000  # 16 MB of log between checkpoints: rarer pauses, and still a short recovery.

# Around every statement the driver lets go of the interpreter, and a busy loop gives it back only after up to a switch
# interval. So rows go many to a statement, in sizes whose prepared forms are kept; `executemany` is one to a statement.
_ROWS_PER_STATEMENT = (64, 32, 16, 8, 4, 2, 1)
_WRITE = {(table, count): sqlite_write(table, count) for table in WRITTEN_TABLES for count in _ROWS_PER_STATEMENT}
_CLOSED_ORDER = " AND closed_at IS NOT NULL"
_BY_ORDER_ID = select(ORDERS, f"WHERE order_id = ?{_CLOSED_ORDER}")
_BY_IDEMPOTENCY_KEY = select(ORDERS, f"WHERE user_id = ? AND idempotency_key = ?{_CLOSED_ORDER}")
_BY_CLIENT_ORDER_ID = select(ORDERS, f"WHERE user_id = ? AND client_order_id = ?{_CLOSED_ORDER}")
_BY_EXCHANGE_ORDER_ID = select(ORDERS, f"WHERE account_id = ? AND symbol = ? AND exchange_order_id = ?{_CLOSED_ORDER}")
_BY_EXCHANGE_ORDER_ID_OF_ATTEMPT = select(
    ORDERS,
    "WHERE order_id IN (SELECT order_id FROM attempts WHERE exchange_order_id = ?)"
    " AND account_id = ? AND symbol = ? AND closed_at IS NOT NULL",
)
_BY_EXECUTION_ID = select(
    ORDERS,
    "WHERE order_id = (SELECT order_id FROM executions WHERE execution_id = ?) AND closed_at IS NOT NULL",
)
_EXECUTION_IDS = "SELECT execution_id FROM executions WHERE order_id = ?"
_BOOKED = "SELECT payload FROM journal WHERE sequence = (SELECT sequence FROM executions WHERE execution_id = ?)"
_BUST = "SELECT 1 FROM busts WHERE execution_id = ?"
_FORCED = FORCED_EXECUTIONS.format("?")
_HEARD = HEARD_FLOWS.format("?")
_CASH_FLOW = "SELECT 1 FROM cash_flows WHERE account_id = ? AND kind = ? AND flow_id = ?"
_REQUEST = select(REQUESTS, "WHERE user_id = ? AND idempotency_key = ?")
_RECENT = snapshot.LET_THROUGH_SINCE.format("?")
_BREAK = "SELECT 1 FROM reconciliation_breaks WHERE break_id = ?"
_DISMISSED = "SELECT message FROM reconciliation_breaks WHERE break_id = ? AND resolved_by IS NOT NULL"


def connect(path: Path) -> sqlite3.Connection:
    """A connection as the desk needs it: explicit transactions, durable commits."""
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, cached_statements=len(_WRITE) + 16
    )
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_MILLISECONDS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        f"cache_size = -{_CACHE_KIBIBYTES}",
        f"wal_autocheckpoint = {_CHECKPOINT_PAGES}",
    ):
        connection.execute(f"PRAGMA {pragma}")
    return connection


class SqliteStore:
    """The synchronous heart of the journal: one connection, used by one thread at a time."""

    def __init__(self, path: Path) -> None:
        self._connection = connect(path)
        self._heads: Heads | None = None

    def load(self) -> DeskSnapshot:
        """Take the desk over (its epoch goes up) and read what is open."""
        run = self._connection.execute
        run("BEGIN IMMEDIATE")
        try:
            [(epoch,)] = run(RAISE_EPOCH).fetchall()
            loaded, self._heads = snapshot.load(self._rows, _decode, epoch=epoch, time_of=time_of)
            run("COMMIT")
        except BaseException:
            self._roll_back()
            raise
        return loaded

    def write(self, batch: Batch) -> None:
        """Write a batch in one transaction. Raises `EpochFencedError` when another engine took over."""
        if self._heads is None:
            raise JournalFailedError("the journal must be loaded before anything is committed")
        touched, heads = rows_of(batch, self._heads)
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            [(epoch,)] = connection.execute(SELECT_EPOCH).fetchall()
            check_epoch(batch, epoch)
            for table, rows in touched.items():
                self._write_rows(table, rows)
            connection.execute("COMMIT")
        except BaseException:
            self._roll_back()
            raise
        self._heads = heads

    def close(self) -> None:
        self._connection.close()

    def _rows(self, statement: str) -> Sequence[Sequence[Any]]:
        return self._connection.execute(statement).fetchall()

    def _write_rows(self, table: Table, rows: list[Row]) -> None:
        start = 0
        for count in _ROWS_PER_STATEMENT:
            statement = _WRITE[table, count]
            while len(rows) - start >= count:
                values = list(chain.from_iterable(rows[start : start + count]))
                self._connection.execute(statement, values)
                start += count

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")


class SqliteFinder:
    """Looks closed orders up on a read connection: some 10 microseconds a key, so without a thread."""

    def __init__(self, path: Path) -> None:
        self._connection = connect(path)

    def find(self, keys: OrderKeys) -> Found:
        """The closed orders that any of the keys names, each once, with all their execution ids; and the rest."""
        found = self._orders(keys)
        return Found(
            orders=list(found.values()),
            execution_ids={order_id: self._execution_ids(order_id) for order_id in found},
            executions=[booked for name in keys.execution_ids for booked in self._booked(name)],
            busted=frozenset(name for name in keys.execution_ids if self._has(_BUST, (name,))),
            forced={market: closed for market in keys.forced for closed in self._forced(market)},
            cash_flows=frozenset(flow for flow in keys.cash_flows if self._has(_CASH_FLOW, flow)),
            heard=[flow for key in keys.heard for flow in self._heard(key)],
            break_ids=frozenset(name for name in keys.break_ids if self._has(_BREAK, (name,))),
            dismissed={name: message for name in keys.break_ids for message in self._dismissed(name)},
            requests=[kept for key in keys.requests for kept in self._requests(key)],
            recent_orders=[] if keys.recent_since is None else self._recent(keys.recent_since),
        )

    def _orders(self, keys: OrderKeys) -> dict[OrderId, Order]:
        found: dict[OrderId, Order] = {}
        for order_id in keys.order_ids:
            self._collect(found, _BY_ORDER_ID, (order_id,))
        for key in keys.idempotency_keys:
            self._collect(found, _BY_IDEMPOTENCY_KEY, key)
        for name in keys.client_order_ids:
            self._collect(found, _BY_CLIENT_ORDER_ID, name)
        for account_id, symbol, exchange_order_id in keys.exchange_order_ids:
            self._collect(found, _BY_EXCHANGE_ORDER_ID, (account_id, symbol, exchange_order_id))
            self._collect(found, _BY_EXCHANGE_ORDER_ID_OF_ATTEMPT, (exchange_order_id, account_id, symbol))
        for execution_id in keys.execution_ids:
            self._collect(found, _BY_EXECUTION_ID, (execution_id,))
        for parent in parents_of(found.values()):
            self._collect(found, _BY_ORDER_ID, (parent,))
        return found

    def close(self) -> None:
        self._connection.close()

    def _collect(self, found: dict[OrderId, Order], statement: str, parameters: tuple[str, ...]) -> None:
        for row in self._connection.execute(statement, parameters).fetchall():
            if row[0] not in found:
                found[row[0]] = ORDERS.decode_text(row)

    def _requests(self, key: RequestKey) -> list[KeptRequest]:
        return [REQUESTS.decode_text(row) for row in self._connection.execute(_REQUEST, key).fetchall()]

    def _recent(self, since: datetime) -> list[RecentOrder]:
        rows = self._connection.execute(_RECENT, (time_text(since),)).fetchall()
        return snapshot.recent_orders([RECENT_ORDERS.decode_text(row) for row in rows])

    def _booked(self, execution_id: ExecutionId) -> list[ExecutionBooked]:
        rows = self._connection.execute(_BOOKED, (execution_id,)).fetchall()
        return [booked_in(payload) for (payload,) in rows]

    def _forced(self, market: AccountMarket) -> list[ForcedClose]:
        closed = last_forced(self._connection.execute(_FORCED, market))
        return [] if closed is None else [closed]

    def _heard(self, key: HearingKey) -> list[CashFlow]:
        account_id, asset, since, until = key
        where = (account_id, asset, time_text(since), time_text(until))
        return [CASH_FLOWS.decode_text(row) for row in self._connection.execute(_HEARD, where * 2).fetchall()]

    def _has(self, statement: str, parameters: tuple[str, ...]) -> bool:
        return self._connection.execute(statement, parameters).fetchone() is not None

    def _dismissed(self, name: str) -> list[str]:
        return [message for (message,) in self._connection.execute(_DISMISSED, (name,)).fetchall()]

    def _execution_ids(self, order_id: OrderId) -> list[ExecutionId]:
        return [name for (name,) in self._connection.execute(_EXECUTION_IDS, (order_id,)).fetchall()]


class SqliteJournal:
    """The `Journal` port on a SQLite file whose schema is current."""

    def __init__(self, path: Path) -> None:
        self._store = SqliteStore(path)
        self._finder = SqliteFinder(path)
        self._writer = WriterThread("tidegate-journal")

    async def load(self) -> DeskSnapshot:
        return await self._writer.run(self._store.load)

    async def find(self, keys: OrderKeys) -> Found:
        self._writer.check()
        return self._finder.find(keys)

    async def commit(self, batch: Batch) -> None:
        await self._writer.run(partial(self._store.write, batch))

    async def close(self) -> None:
        await self._writer.close(self._store.close)
        self._finder.close()


def _decode(codec: RowCodec[RecordT], row: Sequence[Any]) -> RecordT:
    return codec.decode_text(row)
