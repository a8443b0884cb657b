"""Risk limits, trading states, approvals, equity and transfers; what the market was when an order came."""

import sqlalchemy as sa
from alembic import op

from tidegate.storage.columns import Amount, Timestamp
from tidegate.storage.migrations.capital import capital_rows

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("orders", sa.Column("arrival_price", Amount(), nullable=True))
    op.add_column("users", sa.Column("keep_alive_seconds", sa.Integer(), nullable=True))
    op.add_column("accounts", sa.Column("dead_man_seconds", sa.Integer(), nullable=True))
    _create_controls()
    _create_equity()
    _create_transfers()


def _create_controls() -> None:
    op.create_table(
        "risk_limits",
        sa.Column("version", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("limits", sa.Text(), nullable=False),
        sa.Column("set_at", Timestamp(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_risk_limits")),
    )
    op.create_table(
        "trading_states",
        sa.Column("scope_key", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("set_at", Timestamp(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("protection_too", sa.Boolean(), nullable=False),
        sa.Column("close_positions", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("scope_key", name=op.f("pk_trading_states")),
    )
    op.create_table(
        "approvals",
        sa.Column("approval_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("requested_at", Timestamp(), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("decided_at", Timestamp(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("approval_id", name=op.f("pk_approvals")),
    )
    _index_where("ix_approvals_pending", "approvals", ["approval_id"], "decided_at IS NULL")


def _create_equity() -> None:
    op.create_table(
        "equity",
        sa.Column("at", Timestamp(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("exchange", sa.Text(), nullable=False),
        sa.Column("equity", Amount(), nullable=False),
        sa.Column("unrealized_pnl", Amount(), nullable=False),
        sa.Column("net_deposits", Amount(), nullable=False),
        sa.Column("gross_exposure", Amount(), nullable=False),
        sa.Column("stale", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("at", "account_id", "user_id", name=op.f("pk_equity")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_equity_user_id_at"), "equity", ["user_id", "at"])
    op.create_table(
        "loss_marks",
        sa.Column("scope_key", sa.Text(), nullable=False),
        sa.Column("day", Timestamp(), nullable=False),
        sa.Column("day_start", Amount(), nullable=False),
        sa.Column("high", Amount(), nullable=False),
        sa.Column("updated_at", Timestamp(), nullable=False),
        sa.PrimaryKeyConstraint("scope_key", name=op.f("pk_loss_marks")),
        sqlite_with_rowid=False,
    )
    capital = op.create_table(
        "capital",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("net_deposits", Amount(), nullable=False),
        sa.Column("unpriced", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "user_id", name=op.f("pk_capital")),
        sqlite_with_rowid=False,
    )
    op.bulk_insert(capital, capital_rows(op.get_bind()))


def _create_transfers() -> None:
    op.create_table(
        "transfers",
        sa.Column("transfer_id", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("from_account_id", sa.Text(), nullable=False),
        sa.Column("from_user_id", sa.Text(), nullable=False),
        sa.Column("to_account_id", sa.Text(), nullable=False),
        sa.Column("to_user_id", sa.Text(), nullable=False),
        sa.Column("asset", sa.Text(), nullable=False),
        sa.Column("quantity", Amount(), nullable=False),
        sa.Column("wallet", sa.Text(), nullable=False),
        sa.Column("transferred_at", Timestamp(), nullable=False),
        sa.Column("transferred_by", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("from_seen", sa.Boolean(), nullable=False),
        sa.Column("to_seen", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("transfer_id", name=op.f("pk_transfers")),
    )
    _index_where("ix_transfers_unseen", "transfers", ["transfer_id"], "NOT (from_seen AND to_seen)")


def _index_where(name: str, table: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)
