"""The order life, complete: protection, changes, conditional orders, derivatives, rules, busts, cash flows."""

import sqlalchemy as sa
from alembic import op

from tidegate.storage.columns import Amount, Timestamp

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ORDER_COLUMNS = (
    sa.Column("position_side", sa.Text(), nullable=False, server_default="net"),
    sa.Column("margin_mode", sa.Text(), nullable=True),
    sa.Column("leverage", Amount(), nullable=True),
    sa.Column("expires_at", Timestamp(), nullable=True),
    sa.Column("trigger_by", sa.Text(), nullable=False, server_default="last"),
    sa.Column("trailing_offset", Amount(), nullable=True),
    sa.Column("trailing_offset_unit", sa.Text(), nullable=False, server_default="price"),
    sa.Column("stop_loss", sa.Text(), nullable=True),
    sa.Column("take_profit", sa.Text(), nullable=True),
    sa.Column("leg", sa.Text(), nullable=True),
    sa.Column("rule_id", sa.Text(), nullable=True),
    sa.Column("filled_before", Amount(), nullable=False, server_default="0"),
    sa.Column("corrections", sa.Integer(), nullable=False, server_default="0"),
    sa.Column("trailing_extreme", Amount(), nullable=True),
    sa.Column("triggered_at", Timestamp(), nullable=True),
    sa.Column("amendment", sa.Integer(), nullable=False, server_default="0"),
    sa.Column("asked", sa.Text(), nullable=True),
    sa.Column("replacing", sa.Boolean(), nullable=False, server_default=sa.false()),
    sa.Column("amend_expires_at", Timestamp(), nullable=True),
    sa.Column("exited_quantity", Amount(), nullable=False, server_default="0"),
    sa.Column("guarding", sa.Boolean(), nullable=False, server_default=sa.false()),
    sa.Column("reserve_rate", Amount(), nullable=False, server_default="1"),
)


def upgrade() -> None:
    _widen_tables()
    _create_positions()
    _create_rules()
