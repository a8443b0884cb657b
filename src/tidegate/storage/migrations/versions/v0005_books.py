"""Books that survive a restart whole: what venues traded by themselves is found again by its market."""

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
