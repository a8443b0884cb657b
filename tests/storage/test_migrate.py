"""Migrations: what they build is what the schema says, on both databases, whole or not at all."""

import re
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from tidegate.storage import engines, migrate, revisions
from tidegate.storage.errors import SchemaError, StorageLockedError
from tidegate.storage.locks import FileLock
from tidegate.storage.open import open_storage
from tidegate.storage.schema import metadata
from tidegate.storage.urls import parse


def tables(url: str) -> set[str]:
    engine = engines.create(parse(url))
    with engine.connect() as connection:
        names = set(sa.inspect(connection).get_table_names())
    engine.dispose()
    return names


def execute(url: str, statement: str) -> None:
    engine = engines.create(parse(url))
    with engine.execution_options(writes=True).begin() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def test_the_migrated_schema_is_the_one_in_the_code(empty_database_url: str) -> None:
    assert migrate.upgrade(empty_database_url) == revisions.head()
    engine = engines.create(parse(empty_database_url))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_on_sqlite_the_migrated_tables_and_indexes_are_the_very_same_sql(tmp_path: Path) -> None:
    migrate.upgrade(f"sqlite:///{tmp_path / 'migrated.db'}")
    created = sa.create_engine(f"sqlite:///{tmp_path / 'created.db'}")
    metadata.create_all(created)
    created.dispose()

    def definitions(name: str) -> dict[str, list[str]]:
        connection = sqlite3.connect(tmp_path / name)
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        connection.close()
        # Constraints of a table may be listed in another order, and a column that came later on another's line.
        return {name: sorted(part.strip() for part in re.split(r"[,\n]", sql) if part.strip()) for name, sql in rows}

    migrated = definitions("migrated.db")
    del migrated["alembic_version"]
    assert migrated == definitions("created.db")


def test_on_postgresql_the_partial_indexes_have_their_conditions(postgresql_url: str) -> None:
    engine = engines.create(parse(postgresql_url))
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'")
        conditions = {name: text.partition(" WHERE ")[2] for name, text in rows}
    engine.dispose()
    assert conditions["ix_orders_open"] == "(closed_at IS NULL)"
    assert conditions["uq_orders_idempotency_key"] == "(idempotency_key IS NOT NULL)"
    assert conditions["ix_reconciliation_breaks_unresolved"] == "(resolved_at IS NULL)"


def test_upgrading_twice_changes_nothing(empty_database_url: str) -> None:
    migrate.upgrade(empty_database_url)
    before = tables(empty_database_url)
    assert migrate.upgrade(empty_database_url) == revisions.head()
    assert tables(empty_database_url) == before


def test_a_migration_that_fails_leaves_nothing_behind(empty_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def run_and_fail(config: object, revision: str) -> None:
        upgrade(config, revision)
        raise RuntimeError("the power went out")

    upgrade = command.upgrade
    with monkeypatch.context() as patch:
        patch.setattr(command, "upgrade", run_and_fail)
        with pytest.raises(RuntimeError, match="power"):
            migrate.upgrade(empty_database_url)
    assert tables(empty_database_url) == set()
    migrate.upgrade(empty_database_url)
    assert "orders" in tables(empty_database_url)


def test_a_schema_newer_than_the_code_is_refused(database_url: str) -> None:
    execute(database_url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SchemaError, match="newer"):
        open_storage(database_url)
    with pytest.raises(SchemaError, match="newer"):
        migrate.upgrade(database_url)


def test_a_database_without_schema_is_refused_with_what_to_do(empty_database_url: str) -> None:
    with pytest.raises(SchemaError, match="tidegate db upgrade"):
        open_storage(empty_database_url)


def test_a_running_desk_is_not_migrated(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    lock = FileLock(path)
    with pytest.raises(StorageLockedError):
        migrate.upgrade(f"sqlite:///{path}")
    lock.close()
    migrate.upgrade(f"sqlite:///{path}")
    assert path.stat().st_mode & 0o077 == 0


def test_folders_on_the_way_to_a_new_file_are_made(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a' / 'b 100%' / 'desk.db'}"
    migrate.upgrade(url)
    assert "orders" in tables(url)
