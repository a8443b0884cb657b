"""SQLAlchemy engines for migrations, queries and the audit. The journal's own writing does not come through here."""

import sqlite3
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.exc import DBAPIError

from tidegate.storage.errors import StorageUnavailableError
from tidegate.storage.journal_sqlite import BUSY_TIMEOUT_MILLISECONDS
from tidegate.storage.urls import PostgresqlDatabase, SqliteFile

CONNECT_TIMEOUT_SECONDS_MAX = 5
POOL_SIZE_MAX = 4  # For short queries.
REPORT_THREADS_MAX = 2  # For long ones, each with a connection more.


def create(database: SqliteFile | PostgresqlDatabase) -> Engine:
    """An engine with a small pool; connects only when used."""
    if isinstance(database, SqliteFile):
        engine = create_engine(database.sqlalchemy_url, pool_size=POOL_SIZE_MAX + REPORT_THREADS_MAX, max_overflow=0)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(
        database.sqlalchemy_url,
        pool_size=POOL_SIZE_MAX + REPORT_THREADS_MAX,
        max_overflow=0,
        pool_pre_ping=True,
        connect_args={"connect_timeout": CONNECT_TIMEOUT_SECONDS_MAX, "options": "-c timezone=UTC"},
    )


def check_reachable(engine: Engine, database: SqliteFile | PostgresqlDatabase) -> None:
    """Raises `StorageUnavailableError` when no connection can be made."""
    try:
        with engine.connect() as connection:
            inspect(connection).has_table("orders")  # SQLite opens whatever file it is given, and looks only now.
    except (DBAPIError, sqlite3.OperationalError) as error:
        reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
        raise StorageUnavailableError(f"cannot open {database}: {reason}") from error


def _prepare_sqlite(connection: Any, record: object) -> None:  # noqa: ARG001 (SQLAlchemy's signature)
    # The driver's own transactions would end before DDL; with None, transactions are exactly those we begin.
    connection.isolation_level = None
    for pragma in (f"busy_timeout = {BUSY_TIMEOUT_MILLISECONDS}", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # Reading transactions take no lock; a writing one asks for it with the option `writes`.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
