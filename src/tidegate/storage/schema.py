"""The tables. Those of the product's contract (`orders`, `order_history`, `portfolio`) carry its column names.

The columns of a table that stores one of the core's records are that record's fields, in the same order; the journal
relies on it, and a test holds both together. Unique constraints guard once more what the engine promises.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from tidegate.core.identifiers import UserId
from tidegate.core.messages.commands import PlaceOrder
from tidegate.core.messages.values import Amendment, Fee, Protection
from tidegate.core.vocabulary import (
    AccountState,
    CashFlowKind,
    Correction,
    Environment,
    Exchange,
    ExecutionType,
    HeldBy,
    HistoryStatus,
    Leg,
    Liquidity,
    MarginMode,
    OffsetUnit,
    OrderStatus,
    OrderType,
    PendingAction,
    PositionSide,
    RefusalCode,
    RejectReason,
    Role,
    Routing,
    Side,
    TimeInForce,
    TriggerBy,
    VenueOrderStatus,
    Wallet,
)
from tidegate.storage.columns import Amount, JsonText, Timestamp, Word

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

# Counted by the engine, never by the database; on SQLite such a key is the row's own place in the file.
_Counter = BigInteger().with_variant(Integer(), "sqlite")
REQUIRED: dict[str, Any] = {"nullable": False}

orders = Table(
    "orders",
    metadata,
    Column("order_id", Text, primary_key=True),
    Column("user_id", Text, **REQUIRED),
    Column("account_id", Text, **REQUIRED),
    Column("exchange", Word(Exchange), **REQUIRED),
    Column("symbol", Text, **REQUIRED),
    Column("side", Word(Side), **REQUIRED),
    Column("order_type", Word(OrderType), **REQUIRED),
    Column("timestamp", Timestamp, **REQUIRED),
    Column("updated_at", Timestamp, **REQUIRED),
    Column("status", Word(OrderStatus), **REQUIRED),
    Column("quantity", Amount),
    Column("quote_quantity", Amount),
    Column("price", Amount),
    Column("trigger_price", Amount),
    Column("time_in_force", Word(TimeInForce), **REQUIRED),
    Column("post_only", Boolean, **REQUIRED),
    Column("reduce_only", Boolean, **REQUIRED),
    Column("routing", Word(Routing), **REQUIRED),
    Column("client_order_id", Text),
    Column("params", JsonText(dict[str, str])),
    Column("position_side", Word(PositionSide), **REQUIRED),
    Column("margin_mode", Word(MarginMode)),
    Column("leverage", Amount),
    Column("expires_at", Timestamp),
    Column("trigger_by", Word(TriggerBy), **REQUIRED),
    Column("trailing_offset", Amount),
    Column("trailing_offset_unit", Word(OffsetUnit), **REQUIRED),
    Column("stop_loss", JsonText(Protection)),
    Column("take_profit", JsonText(Protection)),
    Column("leg", Word(Leg)),
    Column("rule_id", Text),
    Column("filled_quantity", Amount, **REQUIRED),
    Column("filled_value", Amount, **REQUIRED),
    Column("average_price", Amount),
    Column("fees", JsonText(tuple[Fee, ...]), **REQUIRED),
    Column("realized_pnl", Amount, **REQUIRED),
    Column("pending_action", Word(PendingAction), **REQUIRED),
    Column("cancel_reason", Word(RejectReason)),
    Column("in_doubt", Boolean, **REQUIRED),
    Column("held_by", Word(HeldBy), **REQUIRED),
    Column("parent_order_id", Text),
    Column("exchange_order_id", Text),
    Column("reason", Word(RejectReason, RefusalCode)),
    Column("message", Text),
    Column("closed_at", Timestamp),
    Column("attempt", Integer, **REQUIRED),
    Column("exchange_client_order_id", Text),
    Column("request_expires_at", Timestamp),
    Column("retry_until", Timestamp),
    Column("waiting_to_retry", Boolean, **REQUIRED),
    Column("absent_since", Timestamp),
    Column("awaited_since", Timestamp),
    Column("filled_before", Amount, **REQUIRED),
    Column("former_exchange_order_ids", JsonText(dict[str, int])),
    Column("corrections", Integer, **REQUIRED),
    Column("trailing_extreme", Amount),
    Column("triggered_at", Timestamp),
    Column("amendment", Integer, **REQUIRED),
    Column("asked", JsonText(Amendment)),
    Column("replacing", Boolean, **REQUIRED),
    Column("amend_expires_at", Timestamp),
    Column("asked_reserve_price", Amount),
    Column("exited_quantity", Amount, **REQUIRED),
    Column("guarding", Boolean, **REQUIRED),
    Column("venue_status", Word(VenueOrderStatus)),
    Column("venue_filled_quantity", Amount),
    Column("lookups", Integer, **REQUIRED),
    Column("reserved_asset", Text),
    Column("reserved_quantity", Amount, **REQUIRED),
    Column("reserve_price", Amount),
    Column("reserve_rate", Amount, **REQUIRED),
    Column("limits_version", Integer, **REQUIRED),
    Column("idempotency_key", Text),
    Column("request_hash", Text, **REQUIRED),
    Column("history_sequence", Integer, **REQUIRED),
    Column("arrival_price", Amount),
)


def index_where(name: str, *columns: Column[Any], where: Any, unique: bool = False) -> Index:
    """A partial index: it holds only the rows that its condition names, and costs nothing for the others."""
    return Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


_o = orders.c
Index(None, _o.timestamp, _o.order_id)
Index(None, _o.user_id, _o.timestamp, _o.order_id)
index_where("ix_orders_open", _o.timestamp, _o.order_id, where=_o.closed_at.is_(None))
index_where("ix_orders_guarding", _o.order_id, where=text("guarding"))
index_where("ix_orders_parent_order_id", _o.parent_order_id, where=_o.parent_order_id.is_not(None))
index_where("ix_orders_exchange_order_id", _o.exchange_order_id, where=_o.exchange_order_id.is_not(None))
index_where(
    "uq_orders_idempotency_key", _o.user_id, _o.idempotency_key, where=_o.idempotency_key.is_not(None), unique=True
)
index_where(
    "uq_orders_client_order_id", _o.user_id, _o.client_order_id, where=_o.client_order_id.is_not(None), unique=True
)

order_history = Table(
    "order_history",
    metadata,
    Column("history_id", _Counter, primary_key=True, autoincrement=False),
    Column("order_id", Text, **REQUIRED),
    Column("sequence", Integer, **REQUIRED),
    Column("status", Word(OrderStatus, HistoryStatus), **REQUIRED),
    Column("execution_type", Word(ExecutionType), **REQUIRED),
    Column("timestamp", Timestamp, **REQUIRED),
    Column("message", Text, **REQUIRED),
    Column("error_code", Text),
    Column("exchange_order_id", Text),
    Column("detail", JsonText(dict[str, Any]), **REQUIRED),
    Column("previous_hash", Text, **REQUIRED),
    Column("hash", Text, **REQUIRED),
    UniqueConstraint("order_id", "sequence"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("order_id", Text, primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("account_id", Text, **REQUIRED),
    Column("exchange_client_order_id", Text, **REQUIRED),
    Column("exchange_order_id", Text),
    Column("outcome", Text, **REQUIRED),
    Column("started_at", Timestamp, **REQUIRED),
    Column("updated_at", Timestamp, **REQUIRED),
    Column("request_expires_at", Timestamp, **REQUIRED),
    Column("message", Text),
    UniqueConstraint("exchange_client_order_id"),
)
index_where(
    "ix_attempts_exchange_order_id", attempts.c.exchange_order_id, where=attempts.c.exchange_order_id.is_not(None)
)

executions = Table(
    "executions",
    metadata,
    Column("execution_id", Text, primary_key=True),
    Column("sequence", BigInteger, **REQUIRED),
    Column("order_id", Text, **REQUIRED),
    Column("user_id", Text, **REQUIRED),
    Column("account_id", Text, **REQUIRED),
    Column("exchange", Word(Exchange), **REQUIRED),
    Column("symbol", Text, **REQUIRED),
    Column("side", Word(Side), **REQUIRED),
    Column("trade_id", Text, **REQUIRED),
    Column("exchange_order_id", Text),
    Column("quantity", Amount, **REQUIRED),
    Column("price", Amount, **REQUIRED),
    Column("fees", JsonText(tuple[Fee, ...]), **REQUIRED),
    Column("liquidity", Word(Liquidity), **REQUIRED),
    Column("realized_pnl", Amount, **REQUIRED),
    Column("executed_at", Timestamp, **REQUIRED),
    Column("booked_at", Timestamp, **REQUIRED),
    Column("position_side", Word(PositionSide), **REQUIRED),
)
_e = executions.c
Index(None, _e.order_id)
Index(None, _e.executed_at, _e.execution_id)
Index(None, _e.user_id, _e.executed_at, _e.execution_id)
Index(None, _e.account_id, _e.executed_at, _e.execution_id)

ledger_entries = Table(
    "ledger_entries",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("account_id", Text, **REQUIRED),
    Column("ledger_account", Text, **REQUIRED),
    Column("asset", Text, **REQUIRED),
    Column("amount", Amount, **REQUIRED),
    Column("kind", Text, **REQUIRED),
    Column("timestamp", Timestamp, **REQUIRED),
    Column("wallet", Word(Wallet), **REQUIRED),
    Column("order_id", Text),
    Column("execution_id", Text),
    sqlite_with_rowid=False,
)
Index(None, ledger_entries.c.ledger_account, ledger_entries.c.sequence, ledger_entries.c.line)

portfolio = Table(
    "portfolio",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("asset", Text, primary_key=True),
    Column("quantity", Amount, **REQUIRED),
    Column("reserved", Amount, **REQUIRED),
    Column("average_price", Amount),
    Column("realized_pnl", Amount, **REQUIRED),
    Column("wallet", Word(Wallet), primary_key=True),
    sqlite_with_rowid=False,
)

positions = Table(
    "positions",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("symbol", Text, primary_key=True),
    Column("position_side", Word(PositionSide), primary_key=True),
    Column("exchange", Word(Exchange), **REQUIRED),
    Column("quantity", Amount, **REQUIRED),
    Column("average_price", Amount),
    Column("realized_pnl", Amount, **REQUIRED),
    Column("updated_at", Timestamp, **REQUIRED),
    sqlite_with_rowid=False,
)

leverages = Table(
    "leverages",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("symbol", Text, primary_key=True),
    Column("leverage", Amount, **REQUIRED),
    Column("margin_mode", Word(MarginMode)),
    Column("updated_at", Timestamp, **REQUIRED),
    sqlite_with_rowid=False,
)

cash_flows = Table(
    "cash_flows",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("kind", Word(CashFlowKind), primary_key=True),
    Column("flow_id", Text, primary_key=True),
    Column("sequence", BigInteger, **REQUIRED),
    Column("user_id", Text, **REQUIRED),
    Column("asset", Text, **REQUIRED),
    Column("amount", Amount, **REQUIRED),
    Column("wallet", Word(Wallet), **REQUIRED),
    Column("symbol", Text),
    Column("happened_at", Timestamp, **REQUIRED),
    Column("booked_at", Timestamp, **REQUIRED),
    sqlite_with_rowid=False,
)

rules = Table(
    "rules",
    metadata,
    Column("rule_id", Text, primary_key=True),
    Column("user_id", Text, **REQUIRED),
    Column("order_id", Text, **REQUIRED),
    Column("status", Word(OrderStatus), **REQUIRED),
    Column("place", JsonText(PlaceOrder)),
    Column("cancel_order_id", Text),
    Column("created_at", Timestamp, **REQUIRED),
    Column("ended_at", Timestamp),
    Column("fired", Boolean, **REQUIRED),
    Column("message", Text, **REQUIRED),
)
index_where("ix_rules_waiting", rules.c.rule_id, where=rules.c.ended_at.is_(None))
Index(None, rules.c.user_id, rules.c.created_at, rules.c.rule_id)

# Executions that the venue took back; their own rows stay as they were.
busts = Table(
    "busts",
    metadata,
    Column("execution_id", Text, primary_key=True),
    Column("sequence", BigInteger, **REQUIRED),
    Column("order_id", Text, **REQUIRED),
    Column("busted_at", Timestamp, **REQUIRED),
    Column("message", Text, **REQUIRED),
)

# Changes and cancels that came with an idempotency key, and were carried out. Placements are found by their orders.
requests = Table(
    "requests",
    metadata,
    Column("user_id", Text, primary_key=True),
    Column("idempotency_key", Text, primary_key=True),
    Column("request_hash", Text, **REQUIRED),
    Column("order_id", Text, **REQUIRED),
    Column("kept_at", Timestamp, **REQUIRED),
    sqlite_with_rowid=False,
)

accounts = Table(
    "accounts",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("exchange", Word(Exchange), **REQUIRED),
    Column("environment", Word(Environment), **REQUIRED),
    Column("user_ids", JsonText(tuple[UserId, ...]), **REQUIRED),
    Column("state", Word(AccountState), **REQUIRED),
    Column("message", Text, **REQUIRED),
    Column("opened_at", Timestamp),
    Column("created_at", Timestamp, **REQUIRED),
    Column("dead_man_seconds", Integer),
)

users = Table(
    "users",
    metadata,
    Column("user_id", Text, primary_key=True),
    Column("name", Text, **REQUIRED),
    Column("role", Word(Role), **REQUIRED),
    Column("created_at", Timestamp, **REQUIRED),
    Column("corrections", JsonText(frozenset[Correction]), **REQUIRED),
    Column("keep_alive_seconds", Integer),
)

tokens = Table(
    "tokens",
    metadata,
    Column("token_id", Text, primary_key=True),
    Column("user_id", Text, **REQUIRED),
    Column("token_hash", Text, **REQUIRED),
    Column("label", Text, **REQUIRED),
    Column("created_at", Timestamp, **REQUIRED),
    Column("revoked_at", Timestamp),
    UniqueConstraint("token_hash"),
)

reconciliation_breaks = Table(
    "reconciliation_breaks",
    metadata,
    Column("break_id", Text, primary_key=True),
    Column("account_id", Text, **REQUIRED),
    Column("kind", Text, **REQUIRED),
    Column("subject", Text, **REQUIRED),
    Column("message", Text, **REQUIRED),
    Column("found_at", Timestamp, **REQUIRED),
    Column("resolved_at", Timestamp),
    Column("resolved_by", Text),
    Column("resolution", Text, **REQUIRED),
)
index_where(
    "ix_reconciliation_breaks_unresolved",
    reconciliation_breaks.c.found_at,
    reconciliation_breaks.c.break_id,
    where=reconciliation_breaks.c.resolved_at.is_(None),
)

journal = Table(
    "journal",
    metadata,
    Column("sequence", _Counter, primary_key=True, autoincrement=False),
    Column("epoch", BigInteger, **REQUIRED),
    Column("at", Timestamp, **REQUIRED),
    Column("type", Text, **REQUIRED),
    Column("payload", Text, **REQUIRED),
    Column("previous_hash", Text, **REQUIRED),
    Column("hash", Text, **REQUIRED),
)

# One row. Its epoch goes up whenever an engine takes the desk over; every transaction checks it.
lease = Table(
    "lease",
    metadata,
    Column("lease_id", Integer, primary_key=True, autoincrement=False),
    Column("epoch", BigInteger, **REQUIRED),
)

# Sealed by the vault; useless without the key that is not in here.
credentials = Table(
    "credentials",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("envelope", LargeBinary, **REQUIRED),
)
