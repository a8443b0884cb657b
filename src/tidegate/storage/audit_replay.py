"""The audit's strongest check: the journal, lived through once more, must write the very tables that are there.

The replay keeps its rows in a scratch database in a temporary folder (TMPDIR), which takes about as much room as the
audited one; in memory it holds what a desk holds, open orders and the newest closed ones. What was written and what
the replay writes are then read side by side, by primary key.
"""

import tempfile
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Boolean, Column, Connection, Engine, Table, select

from tidegate.core.apply import apply
from tidegate.core.desk import Desk
from tidegate.core.identifiers import OrderId
from tidegate.core.messages.events import JournaledEvent, OrderCreated
from tidegate.core.money import plain
from tidegate.core.policy import Policy
from tidegate.core.projection import Projector
from tidegate.core.vocabulary import AccountState
from tidegate.ports import OrderKeys
from tidegate.storage import engines, schema
from tidegate.storage.auditing import Check, in_key_order, key_of, named, streamed
from tidegate.storage.columns import Amount, JsonText
from tidegate.storage.journal_sqlite import SqliteFinder, SqliteStore
from tidegate.storage.statements import WRITTEN_TABLES
from tidegate.storage.urls import SqliteFile

EVENTS_PER_COMMIT = 1_000
# Both are chains of their own, verified as such.
_CHAINED = frozenset({schema.journal, schema.order_history})
COMPARED_TABLES = tuple(table for table in WRITTEN_TABLES if table not in _CHAINED)
# How many history rows an order has is checked against them, in the words of the version that wrote them.
_UNCOMPARED = frozenset({(schema.orders.name, "history_sequence")})

_decode = msgspec.json.Decoder(JournaledEvent).decode


def check_replay(connection: Connection, check: Check) -> None:
    """Replaying the journal gives the tables as they are: orders, books, limits, states, all of it."""
    with tempfile.TemporaryDirectory(prefix="tidegate-audit-") as folder:
        scratch = SqliteFile(Path(folder) / "replay.db")
        engine = engines.create(scratch)
        try:
            schema.metadata.create_all(engine)
            if _Replay(scratch.path, check).run(connection):
                _compare_all(connection, engine, check)
        finally:
            engine.dispose()


class _Replay:
    """A desk that lives through a journal, and writes what it makes of it."""

    def __init__(self, path: Path, check: Check) -> None:
        self._check = check
        self._store = SqliteStore(path)
        self._finder = SqliteFinder(path)
        self._desk = Desk(Policy())
        self._epoch = 0
        self._projector = Projector(self._store.load().epoch)

    def run(self, connection: Connection) -> bool:
        """Whether the journal could be lived through to its end."""
        try:
            for sequence, epoch, payload in self._check.rows_of(_entries(connection)):
                self._take_over(epoch)
                try:
                    self._live(sequence, _decode(payload))
                except (AssertionError, ArithmeticError, LookupError, msgspec.MsgspecError) as error:
                    reason = f"{type(error).__name__}: {error}"
                    self._check.find("journal", sequence, f"cannot be replayed, nor what follows it ({reason})")
                    return False
                if sequence % EVENTS_PER_COMMIT == 0:
                    self._write()
            self._write()
            return True
        finally:
            self._finder.close()
            self._store.close()

    def _take_over(self, epoch: int) -> None:
        """At every start the desk trusts no account before its venue has been asked: as `Desk.restore` does."""
        if epoch == self._epoch:
            return
        self._epoch = epoch
        for account in self._desk.accounts.values():
            account.state, account.message = AccountState.OFFLINE, "the desk has just started"
        self._desk.risk.marks.clear()  # What owners were worth is not loaded either: it is marked anew.

    def _live(self, sequence: int, event: JournaledEvent) -> None:
        order_id: OrderId | None = getattr(event, "order_id", None)
        if order_id is not None and not isinstance(event, OrderCreated):
            self._remember(order_id)
        self._desk.sequence = sequence - 1  # Where rows are missing, the chain says so.
        apply(self._desk, event)
        self._projector.record(self._desk, event)

    def _remember(self, order_id: OrderId) -> None:
        """Bring a closed order back, and what its leg protects."""
        order = self._desk.orders.get(order_id)
        parent = None if order is None or order.leg is None else order.parent_order_id
        if order is None:
            self._find(order_id)
        elif parent is not None and parent not in self._desk.orders:
            self._find(parent)

    def _find(self, order_id: OrderId) -> None:
        self._write()
        self._desk.attach(self._finder.find(OrderKeys(order_ids={order_id})))

    def _write(self) -> None:
        if not self._projector:
            return
        batch = self._projector.take(self._desk)
        batch.journal, batch.history = [], []
        self._store.write(batch)
        for order in [order for order in self._desk.orders.values() if order.is_closed]:
            self._desk.detach(order.order_id)


def _entries(connection: Connection) -> Iterator[Any]:
    entry = schema.journal.c
    return streamed(connection, select(entry.sequence, entry.epoch, entry.payload).order_by(entry.sequence))


def _compare_all(connection: Connection, scratch: Engine, check: Check) -> None:
    with scratch.connect() as replayed:
        for table in COMPARED_TABLES:
            _compare(table, in_key_order(connection, table), in_key_order(replayed, table), check)


def _compare(table: Table, written: Iterator[dict[str, Any]], replayed: Iterator[dict[str, Any]], check: Check) -> None:
    """Two tables in the order of their keys, side by side."""
    ours, theirs = next(written, None), next(replayed, None)
    while ours is not None or theirs is not None:
        our_key = None if ours is None else key_of(ours, table)
        their_key = None if theirs is None else key_of(theirs, table)
        if theirs is None or (our_key is not None and their_key is not None and our_key < their_key):
            check.find(table.name, our_key, "is there, and by the journal it should not be")
            ours = next(written, None)
        elif ours is None or our_key != their_key:
            check.find(table.name, their_key, "is missing: the journal says that it should be there")
            theirs = next(replayed, None)
        else:
            _compare_rows(table, ours, theirs, check)
            ours, theirs = next(written, None), next(replayed, None)


def _compare_rows(table: Table, written: dict[str, Any], replayed: dict[str, Any], check: Check) -> None:
    differing = [
        column
        for column in table.columns
        if (table.name, column.name) not in _UNCOMPARED
        and not _agree(column, written[column.name], replayed[column.name])
    ]
    if differing:
        figures = [
            f"{column.name} is {_shown(column, written)}, by the journal {_shown(column, replayed)}"
            for column in differing
        ]
        check.find(table.name, key_of(written, table), named(figures))


def _shown(column: Column[Any], row: dict[str, Any]) -> str:
    """A value as people write it: amounts without zeros behind them, if they are amounts."""
    value = row[column.name]
    if value is None or not isinstance(column.type, Amount):
        return str(value)
    try:
        return plain(Decimal(value))
    except InvalidOperation:
        return str(value)


def _agree(column: Column[Any], written: Any, replayed: Any) -> bool:
    """Whether two stored values mean the same: `1.0` is `1`, and JSON may lack a field that has a default since."""
    if written == replayed:
        return True
    if written is None or replayed is None:
        return False
    kind = column.type
    try:
        if isinstance(kind, Boolean):
            return bool(written) == bool(replayed)
        if isinstance(kind, Amount | JsonText):
            read = kind.from_text()
            return bool(read(written) == read(replayed))
    except (ArithmeticError, msgspec.MsgspecError):
        return False  # Nothing that was ever written reads like this.
    return False
