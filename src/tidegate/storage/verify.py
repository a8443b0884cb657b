"""The audit of both hash chains of a database at rest or in use: do they hold, and is every order's history whole?

A chain alone cannot tell that its newest rows were cut off. So the heads are reported, to be kept elsewhere, and an
earlier report's heads can be given to be found again; and orders say themselves how long their history must be.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, Text, func, select, type_coerce

from tidegate.storage import chain, engines, migrate
from tidegate.storage.auditing import Check, Finding, streamed
from tidegate.storage.columns import JsonText, Timestamp, Word, time_text
from tidegate.storage.schema import journal, order_history, orders
from tidegate.storage.urls import parse

FINDINGS_SHOWN_MAX = 100


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
        with snapshot_of(engine) as connection:
            return _report(connection, journal_head, history_head)
    finally:
        engine.dispose()


@contextmanager
def snapshot_of(engine: Engine) -> Iterator[Connection]:
    """A connection that sees the database as it is now, whatever is written meanwhile, and can write nothing itself."""
    is_postgresql = engine.dialect.name == "postgresql"
    # A read transaction of SQLite is a snapshot already; there the level below is the only one it has.
    level: Any = "REPEATABLE READ" if is_postgresql else "SERIALIZABLE"
    with engine.connect().execution_options(isolation_level=level, postgresql_readonly=True) as connection:
        if not is_postgresql:
            connection.exec_driver_sql("PRAGMA query_only = ON")
        yield connection


def check_journal(connection: Connection, check: Check, expected: Head | None) -> Head:
    """The journal's chain, and its epochs. Returns its head."""
    head = _walk(check, "journal", _journal(connection), expected)
    _check_epochs(connection, check)
    return head


def check_history(connection: Connection, check: Check, expected: Head | None) -> Head:
    """The chain of the orders' histories, and their lengths. Returns its head."""
    head = _walk(check, "order_history", _history(connection), expected)
    _check_history_lengths(connection, check)
    return head


def _report(connection: Connection, journal_head: Head | None, history_head: Head | None) -> AuditReport:
    findings: list[Finding] = []

    def keep(_: Check, finding: Finding) -> None:
        if len(findings) < FINDINGS_SHOWN_MAX:
            findings.append(finding)

    of_journal, of_history = Check("journal chain", keep), Check("history chain", keep)
    last_entry = check_journal(connection, of_journal, journal_head)
    last_row = check_history(connection, of_history, history_head)
    return AuditReport(
        journal_rows=of_journal.rows,
        history_rows=of_history.rows,
        journal_head=last_entry,
        history_head=last_row,
        findings=tuple(findings),
        findings_count=of_journal.findings + of_history.findings,
    )


def _walk(check: Check, table: str, rows: Iterator[tuple[int, str, str, str]], expected: Head | None) -> Head:
    """`rows`: number, previous hash and hash as stored, and the hash that the content should have."""
    last = Head(number=0, hash=chain.GENESIS_HASH)
    seen_expected = expected is None or expected == last
    for number, previous_hash, own_hash, computed_hash in check.rows_of(rows):
        if previous_hash != last.hash:
            check.find(table, number, f"does not follow on row {last.number}: a row before it is missing or changed")
        if own_hash != computed_hash:
            check.find(table, number, "its content is not what was written")
        last = Head(number=number, hash=own_hash)
        seen_expected = seen_expected or last == expected
    if not seen_expected and expected is not None:
        check.find(table, expected.number, "the row that an earlier audit ended with is gone or changed")
    return last


def _check_epochs(connection: Connection, check: Check) -> None:
    """No row may be written under an older epoch than the row before it."""
    before = func.lag(journal.c.epoch).over(order_by=journal.c.sequence).label("before")
    rows = select(journal.c.sequence, journal.c.epoch, before).subquery()
    for sequence, epoch, earlier in streamed(connection, select(rows).where(rows.c.epoch < rows.c.before)):
        check.find("journal", sequence, f"has epoch {epoch} after epoch {earlier}")


def _check_history_lengths(connection: Connection, check: Check) -> None:
    """An order's history counts 1, 2, 3 ... up to what the order says."""
    longest = func.max(order_history.c.sequence)
    per_order = select(
        order_history.c.order_id, func.count().label("rows"), longest.label("longest")
    ).group_by(order_history.c.order_id).subquery()  # fmt: skip
    gaps = select(per_order).where(per_order.c.rows != per_order.c.longest)
    for order_id, rows, last in streamed(connection, gaps):
        check.find("order_history", order_id, f"has {rows} rows numbered up to {last}")
    joined = orders.outerjoin(per_order, per_order.c.order_id == orders.c.order_id)
    told = func.coalesce(per_order.c.longest, 0)
    cut = select(orders.c.order_id, orders.c.history_sequence, told).select_from(joined)
    for order_id, wanted, last in streamed(connection, cut.where(orders.c.history_sequence != told)):
        check.find("orders", order_id, f"says its history has {wanted} rows, but it ends with {last}")


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
    for row in streamed(connection, select(*columns).order_by(key)):
        yield [time_text(value) if isinstance(value, datetime) else value for value in row]


def _is_plain(column: Any) -> bool:
    return not isinstance(column.type, Timestamp | Word | JsonText)
