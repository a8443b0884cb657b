"""First light: orders and their history, attempts, executions, the ledger, the portfolio, people, accounts, the journal.

The first revision; `0002` and later say only what changed.
"""

import sqlalchemy as sa
from alembic import op

from tidegate.storage.columns import Amount, Timestamp

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

COUNTER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("exchange", sa.Text(), nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("user_ids", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("opened_at", Timestamp(), nullable=True),
        sa.Column("created_at", Timestamp(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_accounts")),
    )
    op.create_table(
        "attempts",
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("exchange_client_order_id", sa.Text(), nullable=False),
        sa.Column("exchange_order_id", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("started_at", Timestamp(), nullable=False),
        sa.Column("updated_at", Timestamp(), nullable=False),
        sa.Column("request_expires_at", Timestamp(), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("order_id", "attempt", name=op.f("pk_attempts")),
        sa.UniqueConstraint("exchange_client_order_id", name=op.f("uq_attempts_exchange_client_order_id")),
    )
    op.create_index(
        "ix_attempts_exchange_order_id",
        "attempts",
        ["exchange_order_id"],
        unique=False,
        sqlite_where=sa.text("exchange_order_id IS NOT NULL"),
        postgresql_where=sa.text("exchange_order_id IS NOT NULL"),
    )
    op.create_table(
        "credentials",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_credentials")),
    )
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
        sa.PrimaryKeyConstraint("execution_id", name=op.f("pk_executions")),
    )
    op.create_index(
        op.f("ix_executions_account_id_executed_at_execution_id"),
        "executions",
        ["account_id", "executed_at", "execution_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_executions_executed_at_execution_id"), "executions", ["executed_at", "execution_id"], unique=False
    )
    op.create_index(op.f("ix_executions_order_id"), "executions", ["order_id"], unique=False)
    op.create_index(
        op.f("ix_executions_user_id_executed_at_execution_id"),
        "executions",
        ["user_id", "executed_at", "execution_id"],
        unique=False,
    )
    op.create_table(
        "journal",
        sa.Column("sequence", COUNTER, autoincrement=False, nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("at", Timestamp(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_journal")),
    )
    op.create_table(
        "lease",
        sa.Column("lease_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("lease_id", name=op.f("pk_lease")),
    )
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
        sa.Column("order_id", sa.Text(), nullable=True),
        sa.Column("execution_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("sequence", "line", name=op.f("pk_ledger_entries")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_ledger_entries_ledger_account_sequence_line"),
        "ledger_entries",
        ["ledger_account", "sequence", "line"],
        unique=False,
    )
    op.create_table(
        "order_history",
        sa.Column("history_id", COUNTER, autoincrement=False, nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("execution_type", sa.Text(), nullable=False),
        sa.Column("timestamp", Timestamp(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("exchange_order_id", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("history_id", name=op.f("pk_order_history")),
        sa.UniqueConstraint("order_id", "sequence", name=op.f("uq_order_history_order_id_sequence")),
    )
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
        sa.Column("filled_quantity", Amount(), nullable=False),
        sa.Column("filled_value", Amount(), nullable=False),
        sa.Column("average_price", Amount(), nullable=True),
        sa.Column("fees", sa.Text(), nullable=False),
        sa.Column("realized_pnl", Amount(), nullable=False),
        sa.Column("pending_action", sa.Text(), nullable=False),
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
        sa.Column("venue_status", sa.Text(), nullable=True),
        sa.Column("venue_filled_quantity", Amount(), nullable=True),
        sa.Column("lookups", sa.Integer(), nullable=False),
        sa.Column("reserved_asset", sa.Text(), nullable=True),
        sa.Column("reserved_quantity", Amount(), nullable=False),
        sa.Column("reserve_price", Amount(), nullable=True),
        sa.Column("limits_version", sa.Integer(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=True),
        sa.Column("request_hash", sa.Text(), nullable=False),
        sa.Column("history_sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_orders")),
    )
    op.create_index(
        "ix_orders_exchange_order_id",
        "orders",
        ["exchange_order_id"],
        unique=False,
        sqlite_where=sa.text("exchange_order_id IS NOT NULL"),
        postgresql_where=sa.text("exchange_order_id IS NOT NULL"),
    )
    op.create_index(
        "ix_orders_open",
        "orders",
        ["timestamp", "order_id"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(op.f("ix_orders_timestamp_order_id"), "orders", ["timestamp", "order_id"], unique=False)
    op.create_index(
        op.f("ix_orders_user_id_timestamp_order_id"), "orders", ["user_id", "timestamp", "order_id"], unique=False
    )
    op.create_index(
        "uq_orders_client_order_id",
        "orders",
        ["user_id", "client_order_id"],
        unique=True,
        sqlite_where=sa.text("client_order_id IS NOT NULL"),
        postgresql_where=sa.text("client_order_id IS NOT NULL"),
    )
    op.create_index(
        "uq_orders_idempotency_key",
        "orders",
        ["user_id", "idempotency_key"],
        unique=True,
        sqlite_where=sa.text("idempotency_key IS NOT NULL"),
        postgresql_where=sa.text("idempotency_key IS NOT NULL"),
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
        sa.PrimaryKeyConstraint("account_id", "user_id", "asset", name=op.f("pk_portfolio")),
        sqlite_with_rowid=False,
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
        sa.PrimaryKeyConstraint("break_id", name=op.f("pk_reconciliation_breaks")),
    )
    op.create_index(
        "ix_reconciliation_breaks_unresolved",
        "reconciliation_breaks",
        ["found_at", "break_id"],
        unique=False,
        sqlite_where=sa.text("resolved_at IS NULL"),
        postgresql_where=sa.text("resolved_at IS NULL"),
    )
    op.create_table(
        "tokens",
        sa.Column("token_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("created_at", Timestamp(), nullable=False),
        sa.Column("revoked_at", Timestamp(), nullable=True),
        sa.PrimaryKeyConstraint("token_id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_tokens_token_hash")),
    )
    op.create_table(
        "users",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("created_at", Timestamp(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_users")),
    )
