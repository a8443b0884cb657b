"""What all tables share: their metadata, the engine's counters, partial indexes."""

from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

# Counted by the engine, never by the database; on SQLite such a key is the row's own place in the file.
COUNTER = BigInteger().with_variant(Integer(), "sqlite")

REQUIRED: dict[str, Any] = {"nullable": False}


def index_where(name: str, *columns: Column[Any], where: Any, unique: bool = False) -> Index:
    """A partial index: it holds only the rows that its condition names, and costs nothing for the others."""
    return Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)
