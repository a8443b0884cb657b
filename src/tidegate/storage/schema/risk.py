"""The tables of limits, trading states, approvals, equity and transfers."""

from decimal import Decimal

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text, text

from tidegate.core.messages.commands import ReleaseKillSwitch, SetRiskLimits
from tidegate.core.messages.risk_values import RiskLimit, Scope
from tidegate.core.vocabulary import ApprovalKind, ApprovalState, Exchange, TradingState, Wallet
from tidegate.storage.columns import Amount, JsonText, Timestamp, Word
from tidegate.storage.schema.base import REQUIRED, index_where, metadata

# One row per version of the whole set; rows are never changed.
risk_limits = Table(
    "risk_limits",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("limits", JsonText(tuple[RiskLimit, ...]), **REQUIRED),
    Column("set_at", Timestamp, **REQUIRED),
    Column("set_by", Text, **REQUIRED),
    Column("approved_by", Text),
    Column("message", Text, **REQUIRED),
)

# Sets of limits and releases that came with an idempotency key, from which the id follows, and were carried out.
risk_requests = Table(
    "risk_requests",
    metadata,
    Column("request_id", Text, primary_key=True),
    Column("request_hash", Text, **REQUIRED),
    Column("limits_version", Integer, **REQUIRED),
    Column("kept_at", Timestamp, **REQUIRED),
    sqlite_with_rowid=False,
)

trading_states = Table(
    "trading_states",
    metadata,
    Column("scope_key", Text, primary_key=True),
    Column("scope", JsonText(Scope), **REQUIRED),
    Column("state", Word(TradingState), **REQUIRED),
    Column("set_at", Timestamp, **REQUIRED),
    Column("set_by", Text, **REQUIRED),
    Column("automatic", Boolean, **REQUIRED),
    Column("message", Text, **REQUIRED),
    Column("approved_by", Text),
    Column("protection_too", Boolean, **REQUIRED),
    Column("close_positions", Boolean, **REQUIRED),
)

limit_warnings = Table(
    "limit_warnings",
    metadata,
    Column("limit_id", Text, primary_key=True),
    Column("scope_key", Text, primary_key=True),
    Column("level", Amount, **REQUIRED),
    Column("warned_at", Timestamp, **REQUIRED),
    sqlite_with_rowid=False,
)

approvals = Table(
    "approvals",
    metadata,
    Column("approval_id", Text, primary_key=True),
    Column("kind", Word(ApprovalKind), **REQUIRED),
    Column("state", Word(ApprovalState), **REQUIRED),
    Column("request", JsonText(SetRiskLimits | ReleaseKillSwitch), **REQUIRED),
    Column("requested_at", Timestamp, **REQUIRED),
    Column("requested_by", Text, **REQUIRED),
    Column("message", Text, **REQUIRED),
    Column("decided_at", Timestamp),
    Column("decided_by", Text),
    Column("decision", Text, **REQUIRED),
)
index_where("ix_approvals_pending", approvals.c.approval_id, where=approvals.c.decided_at.is_(None))

equity = Table(
    "equity",
    metadata,
    Column("at", Timestamp, primary_key=True),
    Column("account_id", Text, primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("exchange", Word(Exchange), **REQUIRED),
    Column("equity", Amount, **REQUIRED),
    Column("unrealized_pnl", Amount, **REQUIRED),
    Column("net_deposits", Amount, **REQUIRED),
    Column("gross_exposure", Amount, **REQUIRED),
    Column("stale", Boolean, **REQUIRED),
    sqlite_with_rowid=False,
)
Index(None, equity.c.user_id, equity.c.at)

loss_marks = Table(
    "loss_marks",
    metadata,
    Column("scope_key", Text, primary_key=True),
    Column("day", Timestamp, **REQUIRED),
    Column("day_start", Amount, **REQUIRED),
    Column("high", Amount, **REQUIRED),
    Column("updated_at", Timestamp, **REQUIRED),
    sqlite_with_rowid=False,
)

capital = Table(
    "capital",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("net_deposits", Amount, **REQUIRED),
    Column("unpriced", JsonText(dict[str, Decimal]), **REQUIRED),
    sqlite_with_rowid=False,
)

transfers = Table(
    "transfers",
    metadata,
    Column("transfer_id", Text, primary_key=True),
    Column("sequence", BigInteger, **REQUIRED),
    Column("from_account_id", Text, **REQUIRED),
    Column("from_user_id", Text, **REQUIRED),
    Column("to_account_id", Text, **REQUIRED),
    Column("to_user_id", Text, **REQUIRED),
    Column("asset", Text, **REQUIRED),
    Column("quantity", Amount, **REQUIRED),
    Column("wallet", Word(Wallet), **REQUIRED),
    Column("transferred_at", Timestamp, **REQUIRED),
    Column("transferred_by", Text, **REQUIRED),
    Column("message", Text, **REQUIRED),
    Column("from_seen", Boolean, **REQUIRED),
    Column("to_seen", Boolean, **REQUIRED),
)
index_where("ix_transfers_unseen", transfers.c.transfer_id, where=text("NOT (from_seen AND to_seen)"))
