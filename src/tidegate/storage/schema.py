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
_REQUIRED: dict[str, Any] = {"nullable": False}

orders = Table(
    "orders",
    metadata,
    Column("order_id", Text, primary_key=True),
    Column("user_id", Text, **_REQUIRED),
    Column("account_id", Text, **_REQUIRED),
    Column("exchange", Word(Exchange), **_REQUIRED),
    Column("symbol", Text, **_REQUIRED),
    Column("side", Word(Side), **_REQUIRED),
    Column("order_type", Word(OrderType), **_REQUIRED),
    Column("timestamp", Timestamp, **_REQUIRED),
    Column("updated_at", Timestamp, **_REQUIRED),
    Column("status", Word(OrderStatus), **_REQUIRED),
    Column("quantity", Amount),
    Column("quote_quantity", Amount),
    Column("price", Amount),
    Column("trigger_price", Amount),
    Column("time_in_force", Word(TimeInForce), **_REQUIRED),
    Column("post_only", Boolean, **_REQUIRED),
    Column("reduce_only", Boolean, **_REQUIRED),
    Column("routing", Word(Routing), **_REQUIRED),
    Column("client_order_id", Text),
    Column("params", JsonText(dict[str, str])),
    Column("position_side", Word(PositionSide), **_REQUIRED),
    Column("margin_mode", Word(MarginMode)),
    Column("leverage", Amount),
    Column("expires_at", Timestamp),
    Column("trigger_by", Word(TriggerBy), **_REQUIRED),
    Column("trailing_offset", Amount),
    Column("trailing_offset_unit", Word(OffsetUnit), **_REQUIRED),
    Column("stop_loss", JsonText(Protection)),
    Column("take_profit", JsonText(Protection)),
    Column("leg", Word(Leg)),
    Column("rule_id", Text),
    Column("filled_quantity", Amount, **_REQUIRED),
    Column("filled_value", Amount, **_REQUIRED),
    Column("average_price", Amount),
    Column("fees", JsonText(tuple[Fee, ...]), **_REQUIRED),
    Column("realized_pnl", Amount, **_REQUIRED),
    Column("pending_action", Word(PendingAction), **_REQUIRED),
    Column("cancel_reason", Word(RejectReason)),
    Column("in_doubt", Boolean, **_REQUIRED),
    Column("held_by", Word(HeldBy), **_REQUIRED),
    Column("parent_order_id", Text),
    Column("exchange_order_id", Text),
    Column("reason", Word(RejectReason, RefusalCode)),
    Column("message", Text),
    Column("closed_at", Timestamp),
    Column("attempt", Integer, **_REQUIRED),
    Column("exchange_client_order_id", Text),
    Column("request_expires_at", Timestamp),
    Column("retry_until", Timestamp),
    Column("waiting_to_retry", Boolean, **_REQUIRED),
    Column("absent_since", Timestamp),
    Column("awaited_since", Timestamp),
    Column("filled_before", Amount, **_REQUIRED),
    Column("former_exchange_order_ids", JsonText(dict[str, int])),
    Column("corrections", Integer, **_REQUIRED),
    Column("trailing_extreme", Amount),
    Column("triggered_at", Timestamp),
    Column("amendment", Integer, **_REQUIRED),
    Column("asked", JsonText(Amendment)),
    Column("replacing", Boolean, **_REQUIRED),
    Column("amend_expires_at", Timestamp),
    Column("asked_reserve_price", Amount),
    Column("exited_quantity", Amount, **_REQUIRED),
    Column("guarding", Boolean, **_REQUIRED),
    Column("venue_status", Word(VenueOrderStatus)),
    Column("venue_filled_quantity", Amount),
    Column("lookups", Integer, **_REQUIRED),
    Column("reserved_asset", Text),
    Column("reserved_quantity", Amount, **_REQUIRED),
    Column("reserve_price", Amount),
    Column("reserve_rate", Amount, **_REQUIRED),
    Column("limits_version", Integer, **_REQUIRED),
    Column("idempotency_key", Text),
    Column("request_hash", Text, **_REQUIRED),
    Column("history_sequence", Integer, **_REQUIRED),
)


def _index_where(name: str, *columns: Column[Any], where: Any, unique: bool = False) -> Index:
    """A partial index: it holds only the rows that its condition names, and costs nothing for the others."""
    return Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


_o = orders.c
Index(None, _o.timestamp, _o.order_id)
Index(None, _o.user_id, _o.timestamp, _o.order_id)
_index_where("ix_orders_open", _o.timestamp, _o.order_id, where=_o.closed_at.is_(None))
_index_where("ix_orders_guarding", _o.order_id, where=text("guarding"))
_index_where("ix_orders_parent_order_id", _o.parent_order_id, where=_o.parent_order_id.is_not(None))
_index_where("ix_orders_exchange_order_id", _o.exchange_order_id, where=_o.exchange_order_id.is_not(None))
_index_where(
    "uq_orders_idempotency_key", _o.user_id, _o.idempotency_key, where=_o.idempotency_key.is_not(None), unique=True
)
_index_where(
    "uq_orders_client_order_id", _o.user_id, _o.client_order_id, where=_o.client_order_id.is_not(None), unique=True
)

order_history = Table(
    "order_history",
    metadata,
    Column("history_id", _Counter, primary_key=True, autoincrement=False),
    Column("order_id", Text, **_REQUIRED),
    Column("sequence", Integer, **_REQUIRED),
    Column("status", Word(OrderStatus, HistoryStatus), **_REQUIRED),
    Column("execution_type", Word(ExecutionType), **_REQUIRED),
    Column("timestamp", Timestamp, **_REQUIRED),
    Column("message", Text, **_REQUIRED),
    Column("error_code", Text),
    Column("exchange_order_id", Text),
    Column("detail", JsonText(dict[str, Any]), **_REQUIRED),
    Column("previous_hash", Text, **_REQUIRED),
    Column("hash", Text, **_REQUIRED),
    UniqueConstraint("order_id", "sequence"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("order_id", Text, primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("account_id", Text, **_REQUIRED),
    Column("exchange_client_order_id", Text, **_REQUIRED),
    Column("exchange_order_id", Text),
    Column("outcome", Text, **_REQUIRED),
    Column("started_at", Timestamp, **_REQUIRED),
    Column("updated_at", Timestamp, **_REQUIRED),
    Column("request_expires_at", Timestamp, **_REQUIRED),
    Column("message", Text),
    UniqueConstraint("exchange_client_order_id"),
)
_index_where(
    "ix_attempts_exchange_order_id", attempts.c.exchange_order_id, where=attempts.c.exchange_order_id.is_not(None)
)

executions = Table(
    "executions",
    metadata,
    Column("execution_id", Text, primary_key=True),
    Column("sequence", BigInteger, **_REQUIRED),
    Column("order_id", Text, **_REQUIRED),
    Column("user_id", Text, **_REQUIRED),
    Column("account_id", Text, **_REQUIRED),
    Column("exchange", Word(Exchange), **_REQUIRED),
    Column("symbol", Text, **_REQUIRED),
    Column("side", Word(Side), **_REQUIRED),
    Column("trade_id", Text, **_REQUIRED),
    Column("exchange_order_id", Text),
    Column("quantity", Amount, **_REQUIRED),
    Column("price", Amount, **_REQUIRED),
    Column("fees", JsonText(tuple[Fee, ...]), **_REQUIRED),
    Column("liquidity", Word(Liquidity), **_REQUIRED),
    Column("realized_pnl", Amount, **_REQUIRED),
    Column("executed_at", Timestamp, **_REQUIRED),
    Column("booked_at", Timestamp, **_REQUIRED),
    Column("position_side", Word(PositionSide), **_REQUIRED),
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
    Column("account_id", Text, **_REQUIRED),
    Column("ledger_account", Text, **_REQUIRED),
    Column("asset", Text, **_REQUIRED),
    Column("amount", Amount, **_REQUIRED),
    Column("kind", Text, **_REQUIRED),
    Column("timestamp", Timestamp, **_REQUIRED),
    Column("wallet", Word(Wallet), **_REQUIRED),
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
    Column("quantity", Amount, **_REQUIRED),
    Column("reserved", Amount, **_REQUIRED),
    Column("average_price", Amount),
    Column("realized_pnl", Amount, **_REQUIRED),
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
    Column("exchange", Word(Exchange), **_REQUIRED),
    Column("quantity", Amount, **_REQUIRED),
    Column("average_price", Amount),
    Column("realized_pnl", Amount, **_REQUIRED),
    Column("updated_at", Timestamp, **_REQUIRED),
    sqlite_with_rowid=False,
)

leverages = Table(
    "leverages",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("symbol", Text, primary_key=True),
    Column("leverage", Amount, **_REQUIRED),
    Column("margin_mode", Word(MarginMode)),
    Column("updated_at", Timestamp, **_REQUIRED),
    sqlite_with_rowid=False,
)

cash_flows = Table(
    "cash_flows",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("kind", Word(CashFlowKind), primary_key=True),
    Column("flow_id", Text, primary_key=True),
    Column("sequence", BigInteger, **_REQUIRED),
    Column("user_id", Text, **_REQUIRED),
    Column("asset", Text, **_REQUIRED),
    Column("amount", Amount, **_REQUIRED),
    Column("wallet", Word(Wallet), **_REQUIRED),
    Column("symbol", Text),
    Column("happened_at", Timestamp, **_REQUIRED),
    Column("booked_at", Timestamp, **_REQUIRED),
    sqlite_with_rowid=False,
)

rules = Table(
    "rules",
    metadata,
    Column("rule_id", Text, primary_key=True),
    Column("user_id", Text, **_REQUIRED),
    Column("order_id", Text, **_REQUIRED),
    Column("status", Word(OrderStatus), **_REQUIRED),
    Column("place", JsonText(PlaceOrder)),
    Column("cancel_order_id", Text),
    Column("created_at", Timestamp, **_REQUIRED),
    Column("ended_at", Timestamp),
    Column("fired", Boolean, **_REQUIRED),
    Column("message", Text, **_REQUIRED),
)
_index_where("ix_rules_waiting", rules.c.rule_id, where=rules.c.ended_at.is_(None))
Index(None, rules.c.user_id, rules.c.created_at, rules.c.rule_id)

# Executions that the venue took back; their own rows stay as they were.
busts = Table(
    "busts",
    metadata,
    Column("execution_id", Text, primary_key=True),
    Column("sequence", BigInteger, **_REQUIRED),
    Column("order_id", Text, **_REQUIRED),
    Column("busted_at", Timestamp, **_REQUIRED),
    Column("message", Text, **_REQUIRED),
)

# Changes and cancels that came with an idempotency key, and were carried out. Placements are found by their orders.
requests = Table(
    "requests",
    metadata,
    Column("user_id", Text, primary_key=True),
    Column("idempotency_key", Text, primary_key=True),
    Column("request_hash", Text, **_REQUIRED),
    Column("order_id", Text, **_REQUIRED),
    Column("kept_at", Timestamp, **_REQUIRED),
    sqlite_with_rowid=False,
)

accounts = Table(
    "accounts",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("exchange", Word(Exchange), **_REQUIRED),
    Column("environment", Word(Environment), **_REQUIRED),
    Column("user_ids", JsonText(tuple[UserId, ...]), **_REQUIRED),
    Column("state", Word(AccountState), **_REQUIRED),
    Column("message", Text, **_REQUIRED),
    Column("opened_at", Timestamp),
    Column("created_at", Timestamp, **_REQUIRED),
)

users = Table(
    "users",
    metadata,
    Column("user_id", Text, primary_key=True),
    Column("name", Text, **_REQUIRED),
    Column("role", Word(Role), **_REQUIRED),
    Column("created_at", Timestamp, **_REQUIRED),
    Column("corrections", JsonText(frozenset[Correction]), **_REQUIRED),
)

tokens = Table(
    "tokens",
    metadata,
    Column("token_id", Text, primary_key=True),
    Column("user_id", Text, **_REQUIRED),
    Column("token_hash", Text, **_REQUIRED),
    Column("label", Text, **_REQUIRED),
    Column("created_at", Timestamp, **_REQUIRED),
    Column("revoked_at", Timestamp),
    UniqueConstraint("token_hash"),
)

reconciliation_breaks = Table(
    "reconciliation_breaks",
    metadata,
    Column("break_id", Text, primary_key=True),
    Column("account_id", Text, **_REQUIRED),
    Column("kind", Text, **_REQUIRED),
    Column("subject", Text, **_REQUIRED),
    Column("message", Text, **_REQUIRED),
    Column("found_at", Timestamp, **_REQUIRED),
    Column("resolved_at", Timestamp),
    Column("resolved_by", Text),
    Column("resolution", Text, **_REQUIRED),
)
_index_where(
    "ix_reconciliation_breaks_unresolved",
    reconciliation_breaks.c.found_at,
    reconciliation_breaks.c.break_id,
    where=reconciliation_breaks.c.resolved_at.is_(None),
)

journal = Table(
    "journal",
    metadata,
    Column("sequence", _Counter, primary_key=True, autoincrement=False),
    Column("epoch", BigInteger, **_REQUIRED),
    Column("at", Timestamp, **_REQUIRED),
    Column("type", Text, **_REQUIRED),
    Column("payload", Text, **_REQUIRED),
    Column("previous_hash", Text, **_REQUIRED),
    Column("hash", Text, **_REQUIRED),
)

# One row. Its epoch goes up whenever an engine takes the desk over; every transaction checks it.
lease = Table(
    "lease",
    metadata,
    Column("lease_id", Integer, primary_key=True, autoincrement=False),
    Column("epoch", BigInteger, **_REQUIRED),
)

# Sealed by the vault; useless without the key that is not in here.
credentials = Table(
    "credentials",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("envelope", LargeBinary, **_REQUIRED),
)
