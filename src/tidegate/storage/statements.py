"""The journal's SQL, built once from the schema. Each database differs only in how a set of rows reaches a statement.

Rows are upserts by primary key (`orders`, `attempts` ...) or plain inserts (`journal`, `order_history` ...): inserting
twice what may exist only once must fail.
"""

from collections.abc import Sequence

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import Column

from tidegate.storage import schema
from tidegate.storage.rows import RecordT, RowCodec

# Facts about an order that never change; leaving them out of the update spares their indexes.
_FIXED = frozenset(
    {
        "user_id", "account_id", "exchange", "symbol", "side", "order_type", "timestamp", "client_order_id",
        "idempotency_key", "request_hash", "parent_order_id", "exchange_client_order_id", "started_at",
    }
)  # fmt: skip
_UNTOUCHED_BY_UPSERTS: dict[Table, frozenset[str]] = {  # Tables that are not named here take inserts only.
    schema.orders: _FIXED - {"exchange_client_order_id"},  # An order's newest attempt brings a new one.
    schema.attempts: _FIXED,
    schema.portfolio: frozenset(),
    schema.positions: frozenset(),
    schema.leverages: frozenset(),
    schema.rules: frozenset({"user_id", "order_id", "place", "cancel_order_id", "created_at"}),
    schema.accounts: frozenset(),
    schema.users: frozenset(),
    schema.tokens: frozenset(),
    schema.reconciliation_breaks: frozenset(),
    schema.trading_states: frozenset(),
    schema.limit_warnings: frozenset(),
    schema.approvals: frozenset({"kind", "request", "requested_at", "requested_by"}),
    schema.loss_marks: frozenset(),
    schema.capital: frozenset(),
    schema.transfers: frozenset(),
}


def _on_conflict(table: Table) -> str:
    fixed = _UNTOUCHED_BY_UPSERTS.get(table)
    if fixed is None:
        return ""
    keys = [column.name for column in table.primary_key.columns]
    changed = [column.name for column in table.columns if column.name not in fixed and column.name not in keys]
    assignments = ", ".join(f"{name} = excluded.{name}" for name in changed)
    return f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {assignments}"


def sqlite_write(table: Table, rows: int) -> str:
    """Writes that many rows, given as parameters in column order, one row after the other."""
    names = ", ".join(column.name for column in table.columns)
    marks = ", ".join([f"({', '.join('?' * len(table.columns))})"] * rows)
    return f"INSERT INTO {table.name} ({names}) VALUES {marks}{_on_conflict(table)}"  # noqa: S608 (our own names)


def postgresql_write(table: Table) -> str:
    """Writes all rows of one parameter: a JSON array of objects, keyed by column.

    One parameter of any length costs psycopg far less than an array per column, and the server little more.
    """
    names = ", ".join(column.name for column in table.columns)
    typed = ", ".join(f"{column.name} {_postgresql_type(column)}" for column in table.columns)
    return (
        f"INSERT INTO {table.name} ({names}) "  # noqa: S608 (our own names)
        f"SELECT {names} FROM json_to_recordset(%s::json) AS incoming ({typed}){_on_conflict(table)}"
    )


def _postgresql_type(column: Column[object]) -> str:
    return column.type.compile(dialect=postgresql.dialect())  # type: ignore[no-untyped-call]


def select(codec: RowCodec[RecordT], rest: str) -> str:
    """All columns of a record's table, in the codec's order."""
    return f"SELECT {', '.join(codec.columns)} FROM {codec.table.name} {rest}"  # noqa: S608 (our own names)


WRITTEN_TABLES: Sequence[Table] = (
    schema.journal,
    schema.order_history,
    schema.orders,
    schema.attempts,
    schema.executions,
    schema.ledger_entries,
    schema.portfolio,
    schema.positions,
    schema.leverages,
    schema.cash_flows,
    schema.rules,
    schema.requests,
    schema.busts,
    schema.accounts,
    schema.users,
    schema.tokens,
    schema.reconciliation_breaks,
    schema.risk_limits,
    schema.risk_requests,
    schema.trading_states,
    schema.limit_warnings,
    schema.approvals,
    schema.equity,
    schema.loss_marks,
    schema.capital,
    schema.transfers,
)
SELECT_EPOCH = "SELECT epoch FROM lease WHERE lease_id = 1"
RAISE_EPOCH = (
    "INSERT INTO lease (lease_id, epoch) VALUES (1, 1) "
    "ON CONFLICT (lease_id) DO UPDATE SET epoch = lease.epoch + 1 RETURNING epoch"
)
