"""The tables of orders, their history and sends, and of what waits for them."""

from typing import Any

from sqlalchemy import Boolean, Column, Index, Integer, Table, Text, UniqueConstraint, text

from tidegate.core.messages.commands import PlaceOrder
from tidegate.core.messages.values import Amendment, Fee, Protection
from tidegate.core.vocabulary import (
    Exchange,
    ExecutionType,
    HeldBy,
    HistoryStatus,
    Leg,
    MarginMode,
    OffsetUnit,
    OrderStatus,
    OrderType,
    PendingAction,
    PositionSide,
    RefusalCode,
    RejectReason,
    Routing,
    Side,
    TimeInForce,
    TriggerBy,
    VenueOrderStatus,
)
from tidegate.storage.columns import Amount, JsonText, Timestamp, Word
from tidegate.storage.schema.base import COUNTER, REQUIRED, index_where, metadata

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
IS_FORCED = "substr(rule_id, 1, 6) = 'venue:'"  # Made by the venue itself; see `identifiers.VENUE`.
_o = orders.c
Index(None, _o.timestamp, _o.order_id)
Index(None, _o.user_id, _o.timestamp, _o.order_id)
index_where("ix_orders_open", _o.timestamp, _o.order_id, where=_o.closed_at.is_(None))
index_where("ix_orders_guarding", _o.order_id, where=text("guarding"))
index_where("ix_orders_parent_order_id", _o.parent_order_id, where=_o.parent_order_id.is_not(None))
index_where("ix_orders_forced", _o.account_id, _o.symbol, where=text(IS_FORCED))
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
    Column("history_id", COUNTER, primary_key=True, autoincrement=False),
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
