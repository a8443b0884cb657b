"""The order life, complete: protection, changes, conditional orders, derivatives, rules, busts, cash flows.

The widened tables are made anew and filled from the old ones, so that no column keeps a default of the database's
own: a row that forgets a value must fail, today as on a database that was created with these tables.
"""

from collections.abc import Mapping

import sqlalchemy as sa
from alembic import op

from tidegate.storage.columns import Amount, Timestamp

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# What rows of the first revision have in the columns that may not be empty.
FILLED_WITH: Mapping[str, Mapping[str, str]] = {
    "orders": {
        "position_side": "'net'",
        "trigger_by": "'last'",
        "trailing_offset_unit": "'price'",
        "filled_before": "'0'",
        "corrections": "0",
        "amendment": "0",
        "replacing": "false",
        "exited_quantity": "'0'",
        "guarding": "false",
        "reserve_rate": "'1'",
    },
    "executions": {"position_side": "'net'"},
    "ledger_entries": {"wallet": "'main'"},
    "portfolio": {"wallet": "'main'"},
    "users": {"corrections": "'[]'"},
    "reconciliation_breaks": {"resolution": "''"},
}


def upgrade() -> None:
    for table in FILLED_WITH:
        _set_aside(table)
    _create_orders()
    _create_executions()
    _create_ledger_and_portfolio()
    _create_users_and_breaks()
    for table, values in FILLED_WITH.items():
        _fill(table, values)
    _index_widened_tables()
    _create_positions()
    _create_cash_flows_and_busts()
    _create_rules_and_requests()


def _set_aside(table: str) -> None:
    """Free a table's name and the names of what hangs on it, which PostgreSQL knows only once in a schema."""
    connection = op.get_bind()
    for index in sa.inspect(connection).get_indexes(table):
        op.drop_index(str(index["name"]), table_name=table)
    op.rename_table(table, f"{table}_0001")
    if connection.dialect.name == "postgresql":
        op.drop_constraint(f"pk_{table}", f"{table}_0001", type_="primary")


def _fill(table: str, values: Mapping[str, str]) -> None:
    """Bring the old rows into the new table, and let the old one go."""
    old = f"{table}_0001"
    names = [column["name"] for column in sa.inspect(op.get_bind()).get_columns(old)]
    into, what = ", ".join([*names, *values]), ", ".join([*names, *values.values()])
    op.execute(f"INSERT INTO {table} ({into}) SELECT {what} FROM {old}")  # noqa: S608 (our own names)
    op.drop_table(old)


def _create_orders() -> None:
    op.create_table(
        "orders",
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("exchange", sa.Text(), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("order_type", sa.Text(), nullable=False),
        sa.Column("timestamp", Timestamp(), nullable=False),
        sa.Column("updated_at", Timestamp(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("quantity", Amount(), nullable=True),
        sa.Column("quote_quantity", Amount(), nullable=True),
        sa.Column("price", Amount(), nullable=True),
        sa.Column("trigger_price", Amount(), nullable=True),
        sa.Column("time_in_force", sa.Text(), nullable=False),
        sa.Column("post_only", sa.Boolean(), nullable=False),
        sa.Column("reduce_only", sa.Boolean(), nullable=False),
        sa.Column("routing", sa.Text(), nullable=False),
        sa.Column("client_order_id", sa.Text(), nullable=True),
        sa.Column("params", sa.Text(), nullable=True),
        sa.Column("position_side", sa.Text(), nullable=False),
        sa.Column("margin_mode", sa.Text(), nullable=True),
        sa.Column("leverage", Amount(), nullable=True),
        sa.Column("expires_at", Timestamp(), nullable=True),
        sa.Column("trigger_by", sa.Text(), nullable=False),
        sa.Column("trailing_offset", Amount(), nullable=True),
        sa.Column("trailing_offset_unit", sa.Text(), nullable=False),
        sa.Column("stop_loss", sa.Text(), nullable=True),
        sa.Column("take_profit", sa.Text(), nullable=True),
        sa.Column("leg", sa.Text(), nullable=True),
        sa.Column("rule_id", sa.Text(), nullable=True),
        sa.Column("filled_quantity", Amount(), nullable=False),
        sa.Column("filled_value", Amount(), nullable=False),
        sa.Column("average_price", Amount(), nullable=True),
        sa.Column("fees", sa.Text(), nullable=False),
        sa.Column("realized_pnl", Amount(), nullable=False),
        sa.Column("pending_action", sa.Text(), nullable=False),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.Column("in_doubt", sa.Boolean(), nullable=False),
        sa.Column("held_by", sa.Text(), nullable=False),
        sa.Column("parent_order_id", sa.Text(), nullable=True),
        sa.Column("exchange_order_id", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("closed_at", Timestamp(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("exchange_client_order_id", sa.Text(), nullable=True),
        sa.Column("request_expires_at", Timestamp(), nullable=True),
        sa.Column("retry_until", Timestamp(), nullable=True),
        sa.Column("waiting_to_retry", sa.Boolean(), nullable=False),
        sa.Column("absent_since", Timestamp(), nullable=True),
        sa.Column("awaited_since", Timestamp(), nullable=True),
        sa.Column("filled_before", Amount(), nullable=False),
        sa.Column("former_exchange_order_ids", sa.Text(), nullable=True),
        sa.Column("corrections", sa.Integer(), nullable=False),
        sa.Column("trailing_extreme", Amount(), nullable=True),
        sa.Column("triggered_at", Timestamp(), nullable=True),
        sa.Column("amendment", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=True),
        sa.Column("replacing", sa.Boolean(), nullable=False),
        sa.Column("amend_expires_at", Timestamp(), nullable=True),
        sa.Column("asked_reserve_price", Amount(), nullable=True),
        sa.Column("exited_quantity", Amount(), nullable=False),
        sa.Column("guarding", sa.Boolean(), nullable=False),
        sa.Column("venue_status", sa.Text(), nullable=True),
        sa.Column("venue_filled_quantity", Amount(), nullable=True),
        sa.Column("lookups", sa.Integer(), nullable=False),
        sa.Column("reserved_asset", sa.Text(), nullable=True),
        sa.Column("reserved_quantity", Amount(), nullable=False),
        sa.Column("reserve_price", Amount(), nullable=True),
        sa.Column("reserve_rate", Amount(), nullable=False),
        sa.Column("limits_version", sa.Integer(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=True),
        sa.Column("request_hash", sa.Text(), nullable=False),
        sa.Column("history_sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_orders")),
    )


def _create_executions() -> None:
    op.create_table(
        "executions",
        sa.Column("execution_id", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("exchange", sa.Text(), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("trade_id", sa.Text(), nullable=False),
        sa.Column("exchange_order_id", sa.Text(), nullable=True),
        sa.Column("quantity", Amount(), nullable=False),
        sa.Column("price", Amount(), nullable=False),
        sa.Column("fees", sa.Text(), nullable=False),
        sa.Column("liquidity", sa.Text(), nullable=False),
        sa.Column("realized_pnl", Amount(), nullable=False),
        sa.Column("executed_at", Timestamp(), nullable=False),
        sa.Column("booked_at", Timestamp(), nullable=False),
        sa.Column("position_side", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("execution_id", name=op.f("pk_executions")),
    )


def _create_ledger_and_portfolio() -> None:
    op.create_table(
        "ledger_entries",
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("ledger_account", sa.Text(), nullable=False),
        sa.Column("asset", sa.Text(), nullable=False),
        sa.Column("amount", Amount(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("timestamp", Timestamp(), nullable=False),
        sa.Column("wallet", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=True),
        sa.Column("execution_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("sequence", "line", name=op.f("pk_ledger_entries")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "portfolio",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("asset", sa.Text(), nullable=False),
        sa.Column("quantity", Amount(), nullable=False),
        sa.Column("reserved", Amount(), nullable=False),
        sa.Column("average_price", Amount(), nullable=True),
        sa.Column("realized_pnl", Amount(), nullable=False),
        sa.Column("wallet", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "user_id", "asset", "wallet", name=op.f("pk_portfolio")),
        sqlite_with_rowid=False,
    )


def _create_users_and_breaks() -> None:
    op.create_table(
        "users",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("created_at", Timestamp(), nullable=False),
        sa.Column("corrections", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_users")),
    )
    op.create_table(
        "reconciliation_breaks",
        sa.Column("break_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("found_at", Timestamp(), nullable=False),
        sa.Column("resolved_at", Timestamp(), nullable=True),
        sa.Column("resolved_by", sa.Text(), nullable=True),
        sa.Column("resolution", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("break_id", name=op.f("pk_reconciliation_breaks")),
    )


def _index_widened_tables() -> None:
    op.create_index(op.f("ix_orders_timestamp_order_id"), "orders", ["timestamp", "order_id"])
    op.create_index(op.f("ix_orders_user_id_timestamp_order_id"), "orders", ["user_id", "timestamp", "order_id"])
    _index_where("ix_orders_open", "orders", ["timestamp", "order_id"], "closed_at IS NULL")
    _index_where("ix_orders_guarding", "orders", ["order_id"], "guarding")
    for name in ("parent_order_id", "exchange_order_id"):
        _index_where(f"ix_orders_{name}", "orders", [name], f"{name} IS NOT NULL")
    for name in ("idempotency_key", "client_order_id"):
        _index_where(f"uq_orders_{name}", "orders", ["user_id", name], f"{name} IS NOT NULL", unique=True)
    op.create_index(op.f("ix_executions_order_id"), "executions", ["order_id"])
    keys = ["executed_at", "execution_id"]
    op.create_index(op.f("ix_executions_executed_at_execution_id"), "executions", keys)
    for name in ("user_id", "account_id"):
        op.create_index(op.f(f"ix_executions_{name}_executed_at_execution_id"), "executions", [name, *keys])
    keys = ["ledger_account", "sequence", "line"]
    op.create_index(op.f("ix_ledger_entries_ledger_account_sequence_line"), "ledger_entries", keys)
    keys = ["found_at", "break_id"]
    _index_where("ix_reconciliation_breaks_unresolved", "reconciliation_breaks", keys, "resolved_at IS NULL")


def _create_positions() -> None:
    op.create_table(
        "positions",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("position_side", sa.Text(), nullable=False),
        sa.Column("exchange", sa.Text(), nullable=False),
        sa.Column("quantity", Amount(), nullable=False),
        sa.Column("average_price", Amount(), nullable=True),
        sa.Column("realized_pnl", Amount(), nullable=False),
        sa.Column("updated_at", Timestamp(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "user_id", "symbol", "position_side", name=op.f("pk_positions")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "leverages",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("leverage", Amount(), nullable=False),
        sa.Column("margin_mode", sa.Text(), nullable=True),
        sa.Column("updated_at", Timestamp(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "symbol", name=op.f("pk_leverages")),
        sqlite_with_rowid=False,
    )


def _create_cash_flows_and_busts() -> None:
    op.create_table(
        "cash_flows",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("flow_id", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("asset", sa.Text(), nullable=False),
        sa.Column("amount", Amount(), nullable=False),
        sa.Column("wallet", sa.Text(), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=True),
        sa.Column("happened_at", Timestamp(), nullable=False),
        sa.Column("booked_at", Timestamp(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "kind", "flow_id", name=op.f("pk_cash_flows")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "busts",
        sa.Column("execution_id", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("busted_at", Timestamp(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("execution_id", name=op.f("pk_busts")),
    )


def _create_rules_and_requests() -> None:
    op.create_table(
        "rules",
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("cancel_order_id", sa.Text(), nullable=True),
        sa.Column("created_at", Timestamp(), nullable=False),
        sa.Column("ended_at", Timestamp(), nullable=True),
        sa.Column("fired", sa.Boolean(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("rule_id", name=op.f("pk_rules")),
    )
    op.create_index(op.f("ix_rules_user_id_created_at_rule_id"), "rules", ["user_id", "created_at", "rule_id"])
    _index_where("ix_rules_waiting", "rules", ["rule_id"], "ended_at IS NULL")
    op.create_table(
        "requests",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("kept_at", Timestamp(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "idempotency_key", name=op.f("pk_requests")),
        sqlite_with_rowid=False,
    )


def _index_where(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)
