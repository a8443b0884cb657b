"""Which sets of limits and releases were carried out under an idempotency key."""

import sqlalchemy as sa
from alembic import op

from tidegate.storage.columns import Timestamp

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "risk_requests",
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.Text(), nullable=False),
        sa.Column("limits_version", sa.Integer(), nullable=False),
        sa.Column("kept_at", Timestamp(), nullable=False),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_risk_requests")),
        sqlite_with_rowid=False,
    )
