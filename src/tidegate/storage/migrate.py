"""Schema upgrades, run from inside the program: by `tidegate db upgrade`, and at start-up.

One transaction per upgrade: a migration that fails leaves nothing behind, on either database.
"""

from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, text

from tidegate.storage import engines
from tidegate.storage.errors import SchemaError, StorageUnavailableError
from tidegate.storage.locks import FileLock
from tidegate.storage.revisions import MIGRATIONS, head, known, revision_of
from tidegate.storage.urls import PostgresqlDatabase, SqliteFile, parse

if TYPE_CHECKING:
    from alembic.config import Config

_UPGRADE_LOCK = 0x7469_6465  # Any number; PostgreSQL's advisory locks go by it.


def upgrade(url: str) -> str:
    """Bring the schema to this code's revision and return it; creates the SQLite file and its folder if needed.

    Raises `StorageLockedError` while a desk runs on the SQLite file, `SchemaError` when the schema is newer than this
    code, `StorageUrlError` or `StorageUnavailableError` when there is nothing to upgrade.
    """
    database = parse(url)
    if isinstance(database, PostgresqlDatabase):
        return _upgrade(database)
    try:
        database.path.parent.mkdir(parents=True, exist_ok=True)
        database.path.touch(mode=0o600)  # The desk's books are nobody else's to read.
    except OSError as error:
        raise StorageUnavailableError(f"cannot create {database.path}: {error.strerror}") from error
    lock = FileLock(database.path)
    try:
        return _upgrade(database)
    finally:
        lock.close()


def check_current(engine: Engine) -> None:
    """Raises `SchemaError` unless the schema is exactly this code's revision."""
    with engine.connect() as connection:
        found = revision_of(connection)
    wanted = head()
    if found == wanted:
        return
    if found is None:
        raise SchemaError("the database has no tidegate schema: run `tidegate db upgrade`")
    _refuse_newer(found)
    raise SchemaError(f"the schema is at revision {found}, this code needs {wanted}: run `tidegate db upgrade`")


def run_migrations(connection: Connection, revision: str = "head") -> None:
    """Run alembic, which a start with a current schema need not load, inside the connection's transaction."""
    from alembic import command

    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _upgrade(database: SqliteFile | PostgresqlDatabase) -> str:
    engine = engines.create(database)
    try:
        engines.check_reachable(engine, database)
        with engine.execution_options(writes=True).begin() as connection:
            if isinstance(database, PostgresqlDatabase):
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADE_LOCK})
            found = revision_of(connection)
            if found is not None:
                _refuse_newer(found)
            if found != head():
                run_migrations(connection)
        return head()
    finally:
        engine.dispose()


def _refuse_newer(found: str) -> None:
    if found not in known():
        raise SchemaError(f"the schema is at revision {found}, which this tidegate does not know: it is newer; upgrade")


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
