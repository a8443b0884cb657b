"""Which warnings of limits people have been given."""

from typing import Any

import msgspec
import sqlalchemy as sa
from alembic import op

from tidegate.core.messages.events import LimitWarned
from tidegate.storage.columns import Amount, Timestamp

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_GIVEN = sa.text("SELECT payload FROM journal WHERE type = 'LimitWarned' ORDER BY sequence")
_decode = msgspec.json.Decoder(LimitWarned).decode


def upgrade() -> None:
    warnings = op.create_table(
        "limit_warnings",
        sa.Column("limit_id", sa.Text(), nullable=False),
        sa.Column("scope_key", sa.Text(), nullable=False),
        sa.Column("level", Amount(), nullable=False),
        sa.Column("warned_at", Timestamp(), nullable=False),
        sa.PrimaryKeyConstraint("limit_id", "scope_key", name=op.f("pk_limit_warnings")),
        sqlite_with_rowid=False,
    )
    op.bulk_insert(warnings, _rows(op.get_bind()))


def _rows(connection: sa.Connection) -> list[dict[str, Any]]:
    """The last warning of each scope, from the journal: for desks that kept it nowhere else."""
    events = [_decode(payload) for (payload,) in connection.execute(_GIVEN)]
    last = {(event.limit_id, event.scope.key): event for event in events}
    return [
        {"limit_id": limit_id, "scope_key": scope_key, "level": event.level, "warned_at": event.at}
        for (limit_id, scope_key), event in last.items()
    ]
