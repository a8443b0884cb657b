"""What the checks of an audit share: findings, told one by one as they come up, and how rows are read for them."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Column, ColumnElement, Connection, Select, Table, Text, select, type_coerce

from tidegate.storage.columns import time_text

ROWS_PER_FETCH = 1_000


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is not as it was written. `row` is a sequence, an id, or a key with its parts joined by `|`."""

    table: str
    row: str
    message: str


class Check:
    """One check while it runs: how many rows it has seen, and what it has found, which `told` hears at once."""

    def __init__(self, name: str, told: Callable[["Check", Finding], None]) -> None:
        self.name = name
        self.rows = 0
        self.findings = 0
        self._told = told

    def find(self, table: str, row: object, message: str) -> None:
        """Something is wrong."""
        self.findings += 1
        shown = "|".join(str(part) for part in row) if isinstance(row, tuple) else str(row)
        self._told(self, Finding(table=str(table), row=shown, message=message))

    def rows_of(self, rows: Iterator[Any]) -> Iterator[Any]:
        """The same rows, counted."""
        for row in rows:
            self.rows += 1
            yield row


def streamed(connection: Connection, query: Select[Any]) -> Iterator[Any]:
    """A query's rows, a bounded number of them in memory at a time."""
    yield from connection.execution_options(yield_per=ROWS_PER_FETCH).execute(query)


def stored(column: Column[Any]) -> ColumnElement[Any]:
    """A column as it lies in the database: a value that its type would refuse must not end the audit."""
    return type_coerce(column, Text).label(column.name)


def in_key_order(connection: Connection, table: Table) -> Iterator[dict[str, Any]]:
    """A table's rows by primary key, bytewise on both databases, as they are stored; times as `time_text` writes."""
    keys = [_bytewise(column, connection.dialect.name) for column in table.primary_key.columns]
    query = select(*[stored(column) for column in table.columns]).order_by(*keys)
    names = [column.name for column in table.columns]
    for row in streamed(connection, query):
        values = (time_text(value) if isinstance(value, datetime) else value for value in row)
        yield dict(zip(names, values, strict=True))


def _bytewise(column: Column[Any], dialect: str) -> ColumnElement[Any]:
    # SQLite compares text so by itself; PostgreSQL goes by the database's language.
    is_text = column.type.python_type is str
    return column.collate("C") if dialect == "postgresql" and is_text else column


def key_of(row: dict[str, Any], table: Table) -> tuple[Any, ...]:
    """A row's primary key."""
    return tuple(row[column.name] for column in table.primary_key.columns)


def named(names: Sequence[str]) -> str:
    """A list of names as a person reads it."""
    return ", ".join(names)
