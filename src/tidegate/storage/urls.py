"""Which database a URL names: `sqlite:///folder/desk.db` or `postgresql://user:password@host:port/database`."""

from pathlib import Path

import msgspec
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from tidegate.storage.errors import StorageUrlError

_HINT = "use sqlite:///path/to/desk.db or postgresql://user:password@host:5432/database"


class SqliteFile(msgspec.Struct, frozen=True):
    """A SQLite database file."""

    path: Path

    @property
    def sqlalchemy_url(self) -> URL:
        return URL.create("sqlite", database=str(self.path))

    def __str__(self) -> str:
        return f"SQLite file {self.path}"


class PostgresqlDatabase(msgspec.Struct, frozen=True):
    """A PostgreSQL database; shown without its password."""

    url: URL

    @property
    def sqlalchemy_url(self) -> URL:
        return self.url.set(drivername="postgresql+psycopg")

    @property
    def conninfo(self) -> str:
        """What libpq takes, password included."""
        return self.url.set(drivername="postgresql").render_as_string(hide_password=False)

    def __str__(self) -> str:
        return f"PostgreSQL database {self.url.render_as_string(hide_password=True)}"

    def __repr__(self) -> str:
        return str(self)


def parse(url: str) -> SqliteFile | PostgresqlDatabase:
    """Raises `StorageUrlError`, which never repeats the URL: it may hold a password."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise StorageUrlError(f"the database URL cannot be read: {_HINT}") from None
    match parsed.drivername:
        case "sqlite":
            if parsed.database in (None, "", ":memory:") or parsed.host:
                raise StorageUrlError(f"a SQLite URL needs a file, with three slashes before a relative path: {_HINT}")
            if parsed.query:
                raise StorageUrlError("a SQLite URL takes no options")
            return SqliteFile(Path(str(parsed.database)))
        case "postgresql":
            if not parsed.database:
                raise StorageUrlError(f"the PostgreSQL URL names no database: {_HINT}")
            return PostgresqlDatabase(parsed)
        case other:
            raise StorageUrlError(f"databases of kind {other!r} are not supported: {_HINT}")
