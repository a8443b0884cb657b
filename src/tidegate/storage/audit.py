"""The whole audit of a database, at rest or in use: every check on one consistent view, which nothing can change.

`verify` is the part of it that needs no more than hashes.
"""

from collections.abc import Callable
from functools import partial

import msgspec
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from tidegate.storage import engines, migrate, verify
from tidegate.storage.audit_books import (
    check_executions,
    check_holdings,
    check_ledger,
    check_positions,
    check_reservations,
)
from tidegate.storage.audit_replay import check_replay
from tidegate.storage.auditing import Check, Finding
from tidegate.storage.errors import StorageUnavailableError
from tidegate.storage.urls import PostgresqlDatabase, SqliteFile, parse
from tidegate.storage.verify import Head

# What reading damaged rows may raise: torn pages, text that is no number or no time, messages that are none.
_UNREADABLE = (DBAPIError, ArithmeticError, LookupError, ValueError, msgspec.MsgspecError)

_CHECKS: tuple[tuple[str, Callable[[Connection, Check], None]], ...] = (
    ("ledger", check_ledger),
    ("holdings", check_holdings),
    ("positions", check_positions),
    ("reservations", check_reservations),
    ("executions", check_executions),
    ("replay", check_replay),
)


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """One check that is done. `head`: the last row of a chain, to be kept elsewhere and given to a later audit."""

    check: str
    rows: int
    findings: int
    head: Head | None = None


class Auditor:
    """Runs the checks; `found` hears each finding, `checked` each check that is done, at once."""

    def __init__(self, found: Callable[[str, Finding], None], checked: Callable[[Checked], None]) -> None:
        self._found = found
        self._checked = checked
        self._findings = 0

    def audit(self, url: str, *, journal_head: Head | None = None, history_head: Head | None = None) -> int:
        """Run all checks on a database. Returns how many findings there are.

        It reads only, and takes no lock: a running desk is not disturbed. Raises the errors of `open_storage` for an
        unusable database.
        """
        database = parse(url)
        _check_exists(database)
        engine = engines.create(database)
        try:
            engines.check_reachable(engine, database)
            migrate.check_current(engine)
            with verify.snapshot_of(engine) as connection:
                self._run("journal chain", lambda check: verify.check_journal(connection, check, journal_head))
                self._run("history chain", lambda check: verify.check_history(connection, check, history_head))
                for name, carry_out in _CHECKS:
                    self._run(name, partial(carry_out, connection))
        finally:
            engine.dispose()
        return self._findings

    def _run(self, name: str, carry_out: Callable[[Check], Head | None]) -> None:
        check = Check(name, lambda check, finding: self._found(check.name, finding))
        head = _carried_out(carry_out, check)
        self._findings += check.findings
        self._checked(Checked(check=name, rows=check.rows, findings=check.findings, head=head))


def _check_exists(database: SqliteFile | PostgresqlDatabase) -> None:
    """SQLite would make a file that is not there; an audit changes nothing."""
    if isinstance(database, SqliteFile) and not database.path.exists():
        raise StorageUnavailableError(f"cannot open {database}: there is no such file")


def _carried_out(carry_out: Callable[[Check], Head | None], check: Check) -> Head | None:
    """Rows that cannot be read are a finding as well, and keep no other check from being carried out."""
    try:
        return carry_out(check)
    except _UNREADABLE as error:
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            raise StorageUnavailableError(f"the database is gone: {error.orig}") from error
        check.find(check.name, f"after {check.rows} rows", f"the rest could not be checked: {_reason(error)}")
        return None


def _reason(error: Exception) -> str:
    match error:
        case DBAPIError():
            return str(error.orig)
        case ArithmeticError():
            return "a stored amount is no number"
        case _:
            return f"{type(error).__name__}: {error}"
