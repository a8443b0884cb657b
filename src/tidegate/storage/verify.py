"""The audit of a database at rest or in use: do both hash chains hold, and is every order's history whole?

A chain alone cannot tell that its newest rows were cut off. So the heads are reported, to be kept elsewhere, and an
earlier report's heads can be given to be found again; and orders say themselves how long their history must be.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Text, func, select, type_coerce

from tidegate.storage import chain, engines, migrate
from tidegate.storage.columns import JsonText, Timestamp, Word, time_text
from tidegate.storage.schema import journal, order_history, orders
from tidegate.storage.urls import parse

FINDINGS_SHOWN_MAX = 100
_ROWS_PER_FETCH = 1_000


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is not as it was written. `row` is a sequence, a history id or an order id."""

    table: str
    row: str
    message: str


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The last row of a chain: its number (0: the chain is empty) and hash."""

    number: int
    hash: str


class AuditReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was found; the first hundred findings are kept, all are counted."""

    journal_rows: int
    history_rows: int
    journal_head: Head
    history_head: Head
    findings: tuple[Finding, ...]
    findings_count: int

    @property
    def is_clean(self) -> bool:
        return self.findings_count == 0


def verify(url: str, *, journal_head: Head | None = None, history_head: Head | None = None) -> AuditReport:
    """Check both chains in one consistent read; heads of an earlier report must still be there.

    Takes no lock: a running desk is not disturbed. Raises the errors of `open_storage` for an unusable database.
    """
    database = parse(url)
    engine = engines.create(database)
    try:
        engines.check_reachable(engine, database)
        migrate.check_current(engine)
        with engine.connect().execution_options(isolation_level=_snapshot_isolation(engine.dialect.name)) as connection:
            return _Audit(connection).run(journal_head, history_head)
    finally:
        engine.dispose()


def _snapshot_isolation(dialect: str) -> Any:
    # A read transaction of SQLite is a snapshot already; there the level below is the only one it has.
    return "REPEATABLE READ" if dialect == "postgresql" else "SERIALIZABLE"


class _Audit:
    """One walk through the database."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._findings: list[Finding] = []
        self._findings_count = 0

    def run(self, journal_head: Head | None, history_head: Head | None) -> AuditReport:
        journal_rows, last_entry = self._walk("journal", _journal(self._connection), journal_head)
        history_rows, last_row = self._walk("order_history", _history(self._connection), history_head)
        self._check_epochs()
        self._check_history_lengths()
        return AuditReport(
            journal_rows=journal_rows,
            history_rows=history_rows,
            journal_head=last_entry,
            history_head=last_row,
            findings=tuple(self._findings),
            findings_count=self._findings_count,
        )

    def _walk(self, table: str, rows: Iterator[tuple[int, str, str, str]], expected: Head | None) -> tuple[int, Head]:
        """`rows`: number, previous hash and hash as stored, and the hash that the content should have."""
        count = 0
        last = Head(number=0, hash=chain.GENESIS_HASH)
        seen_expected = expected is None or expected == last
        for number, previous_hash, own_hash, computed_hash in rows:
            count += 1
            if previous_hash != last.hash:
                self._find(
                    table, number, f"does not follow on row {last.number}: a row before it is missing or changed"
                )
            if own_hash != computed_hash:
                self._find(table, number, "its content is not what was written")
            last = Head(number=number, hash=own_hash)
            seen_expected = seen_expected or last == expected
        if not seen_expected and expected is not None:
            self._find(table, expected.number, "the row that an earlier audit ended with is gone or changed")
        return count, last

    def _check_epochs(self) -> None:
        """No row may be written under an older epoch than the row before it."""
        before = func.lag(journal.c.epoch).over(order_by=journal.c.sequence).label("before")
        rows = select(journal.c.sequence, journal.c.epoch, before).subquery()
        for sequence, epoch, earlier in self._connection.execute(select(rows).where(rows.c.epoch < rows.c.before)):
            self._find("journal", sequence, f"has epoch {epoch} after epoch {earlier}")

    def _check_history_lengths(self) -> None:
        """An order's history counts 1, 2, 3 ... up to what the order says."""
        longest = func.max(order_history.c.sequence)
        per_order = select(
            order_history.c.order_id, func.count().label("rows"), longest.label("longest")
        ).group_by(order_history.c.order_id).subquery()  # fmt: skip
        gaps = select(per_order).where(per_order.c.rows != per_order.c.longest)
        for order_id, rows, last in self._connection.execute(gaps):
            self._find("order_history", order_id, f"has {rows} rows numbered up to {last}")
        joined = orders.outerjoin(per_order, per_order.c.order_id == orders.c.order_id)
        told = func.coalesce(per_order.c.longest, 0)
        cut = select(orders.c.order_id, orders.c.history_sequence, told).select_from(joined)
        for order_id, wanted, last in self._connection.execute(cut.where(orders.c.history_sequence != told)):
            self._find("orders", order_id, f"says its history has {wanted} rows, but it ends with {last}")

    def _find(self, table: str, row: object, message: str) -> None:
        self._findings_count += 1
        if len(self._findings) < FINDINGS_SHOWN_MAX:
            self._findings.append(Finding(table=table, row=str(row), message=message))


def _journal(connection: Connection) -> Iterator[tuple[int, str, str, str]]:
    for sequence, epoch, at, kind, payload, previous_hash, own_hash in _stored(connection, journal, journal.c.sequence):
        computed = chain.journal_hash(previous_hash, sequence, epoch, at, kind, payload)
        yield sequence, previous_hash, own_hash, computed


def _history(connection: Connection) -> Iterator[tuple[int, str, str, str]]:
    for *content, previous_hash, own_hash in _stored(connection, order_history, order_history.c.history_id):
        yield content[0], previous_hash, own_hash, chain.history_hash(previous_hash, tuple(content))


def _stored(connection: Connection, table: Any, key: Any) -> Iterator[list[Any]]:
    """All rows of a table as stored, words and JSON undecoded; times as `time_text` writes them."""
    columns = [
        column if _is_plain(column) else type_coerce(column, Text).label(column.name) for column in table.columns
    ]
    query = select(*columns).order_by(key)
    for row in connection.execution_options(yield_per=_ROWS_PER_FETCH).execute(query):
        yield [time_text(value) if isinstance(value, datetime) else value for value in row]


def _is_plain(column: Any) -> bool:
    return not isinstance(column.type, Timestamp | Word | JsonText)
