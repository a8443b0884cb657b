"""The door to storage: one URL in, the ports out."""

from tidegate.ports import Accounting, Blotter, CredentialStore, Journal
from tidegate.storage import engines, migrate
from tidegate.storage.accounting import StoredAccounting
from tidegate.storage.blotter import StoredBlotter
from tidegate.storage.credential_store import StoredCredentials
from tidegate.storage.errors import SchemaError
from tidegate.storage.journal_sqlite import SqliteJournal
from tidegate.storage.locks import FileLock
from tidegate.storage.urls import PostgresqlDatabase, SqliteFile, parse


class Storage:
    """The ports on one database. Close it when the desk stops; the journal's last transaction is finished first."""

    def __init__(self, database: SqliteFile | PostgresqlDatabase, lock: FileLock | None) -> None:
        self._lock = lock
        self._engine = engines.create(database)
        try:
            engines.check_reachable(self._engine, database)
            migrate.check_current(self._engine)
            self.journal = _journal(database)
        except BaseException:
            self._engine.dispose()
            raise
        self._blotter = StoredBlotter(self._engine)
        self.blotter: Blotter = self._blotter
        self._accounting = StoredAccounting(self._engine)
        self.accounting: Accounting = self._accounting
        self.credential_store: CredentialStore = StoredCredentials(self._engine)

    async def close(self) -> None:
        """Release the database."""
        await self.journal.close()
        self._blotter.close()
        self._accounting.close()
        self._engine.dispose()
        if self._lock is not None:
            self._lock.close()


def _journal(database: SqliteFile | PostgresqlDatabase) -> Journal:
    if isinstance(database, SqliteFile):
        return SqliteJournal(database.path)
    from tidegate.storage.journal_postgresql import PostgresqlJournal  # With its driver, which SQLite needs not load.

    return PostgresqlJournal(database)


def open_storage(url: str) -> Storage:
    """Open a database whose schema is current (`upgrade(url)` makes it so).

    Raises `StorageUrlError`, `StorageUnavailableError`, `SchemaError`, or `StorageLockedError` when another process
    writes the same SQLite file. On PostgreSQL a second engine is not refused here: its `load` fences the first one.
    """
    database = parse(url)
    if isinstance(database, PostgresqlDatabase):
        return Storage(database, None)
    if not database.path.exists():
        raise SchemaError(f"{database.path} does not exist: run `tidegate db upgrade`")
    lock = FileLock(database.path)
    try:
        return Storage(database, lock)
    except BaseException:
        lock.close()
        raise
