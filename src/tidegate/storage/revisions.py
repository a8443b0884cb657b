"""Which revisions of the schema there are, and at which one a database is: known without what runs migrations."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

MIGRATIONS = Path(__file__).parent / "migrations"


def known() -> list[str]:
    """All revisions of this code, the oldest first: the files of migrations are called by them."""
    return sorted(file.name[1:].partition("_")[0] for file in (MIGRATIONS / "versions").glob("v*.py"))


def head() -> str:
    """The revision that this code needs."""
    return known()[-1]


def revision_of(connection: Connection) -> str | None:
    """The revision that the database is at; None when it has no schema."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)
