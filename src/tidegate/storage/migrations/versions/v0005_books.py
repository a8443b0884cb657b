"""Books that survive a restart whole: what venues traded by themselves is found by its market, what streams told by time."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    condition = sa.text("substr(rule_id, 1, 6) = 'venue:'")
    op.create_index(
        "ix_orders_forced", "orders", ["account_id", "symbol"], sqlite_where=condition, postgresql_where=condition
    )
    op.add_column("cash_flows", sa.Column("heard_as", sa.Text()))
    condition = sa.text("heard_as IS NOT NULL")
    op.create_index(
        "ix_cash_flows_heard",
        "cash_flows",
        ["account_id", "asset", "happened_at"],
        sqlite_where=condition,
        postgresql_where=condition,
    )
