"""What recovery reads: what is open and what keeps promises. Every statement walks an index over just that.

The SQL is the same on both databases; each journal brings `rows`, which runs a statement and returns all its rows,
and `decode`, which turns a row into a record.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Protocol

from tidegate.core.identifiers import VENUE, AccountId, ExecutionId, OrderId
from tidegate.core.messages.risk_records import RecentOrder
from tidegate.core.order import Order
from tidegate.core.records import DeskSnapshot
from tidegate.core.risk_totals import REMEMBERED
from tidegate.core.totals.recent import counts_over_time
from tidegate.storage import chain
from tidegate.storage.rows import (
    ACCOUNTS,
    APPROVALS,
    BREAKS,
    CAPITAL,
    HOLDINGS,
    LEVERAGES,
    LIMIT_WARNINGS,
    LOSS_MARKS,
    ORDERS,
    POSITIONS,
    RECENT_ORDERS,
    RISK_LIMITS,
    RULES,
    TOKENS,
    TRADING_STATES,
    TRANSFERS,
    USERS,
    RecordT,
    RowCodec,
)
from tidegate.storage.statements import select
from tidegate.storage.writing import Heads

LAST_JOURNAL_ENTRY = "SELECT sequence, hash FROM journal ORDER BY sequence DESC LIMIT 1"
LAST_HISTORY_ENTRY = "SELECT history_id, hash FROM order_history ORDER BY history_id DESC LIMIT 1"
OPEN_ORDERS = select(ORDERS, "WHERE closed_at IS NULL ORDER BY timestamp, order_id")
# Closed themselves, but what they filled is still protected.
GUARDING_ORDERS = select(ORDERS, "WHERE guarding AND closed_at IS NOT NULL ORDER BY order_id")
# SQLite keeps the order of a CROSS JOIN: from the open orders to their executions, never through all executions.
_EXECUTIONS_OF = (
    "SELECT executions.order_id, executions.execution_id FROM orders CROSS JOIN executions "
    "WHERE executions.order_id = orders.order_id AND "
)
EXECUTIONS_OF_OPEN_ORDERS = f"{_EXECUTIONS_OF} orders.closed_at IS NULL"
EXECUTIONS_OF_GUARDING_ORDERS = f"{_EXECUTIONS_OF} orders.guarding AND orders.closed_at IS NOT NULL"
LAST_EXECUTION_TIMES = (
    "SELECT account_id, (SELECT executed_at FROM executions WHERE executions.account_id = accounts.account_id "
    "ORDER BY executed_at DESC LIMIT 1) FROM accounts"
)
# Among the last so many steps in any order's life: a bounded look back, however long the history is.
RECENT_ENDS = (
    "SELECT orders.account_id, orders.symbol, MAX(orders.closed_at) FROM order_history CROSS JOIN orders "
    "WHERE order_history.history_id > (SELECT MAX(history_id) FROM order_history) - 500 "
    "AND order_history.status = 'closed' AND orders.order_id = order_history.order_id AND orders.attempt > 0 "
    "GROUP BY orders.account_id, orders.symbol"
)
WAITING_RULES = select(RULES, "WHERE ended_at IS NULL ORDER BY rule_id")
UNRESOLVED_BREAKS = select(BREAKS, "WHERE resolved_at IS NULL ORDER BY found_at, break_id")
RESTRICTIONS = select(TRADING_STATES, "WHERE state <> 'active' ORDER BY scope_key")
PENDING_APPROVALS = select(APPROVALS, "WHERE decided_at IS NULL ORDER BY approval_id")
# The newest, however long the history is: what throttles and the search for duplicates count from. `was_let_through`
# says the same of an order in memory.
_LET_THROUGH = (
    "leg IS NULL AND status NOT IN ('created', 'invalidated') "
    f"AND coalesce(substr(rule_id, 1, {len(VENUE)}), '') <> '{VENUE}'"
)
_NEWEST = "ORDER BY timestamp DESC, order_id DESC LIMIT 10000"
LET_THROUGH = select(RECENT_ORDERS, f"WHERE {_LET_THROUGH} {_NEWEST}")
LET_THROUGH_SINCE = select(RECENT_ORDERS, f"WHERE timestamp >= {{}} AND {_LET_THROUGH} {_NEWEST}")
UNSEEN_TRANSFERS = select(TRANSFERS, "WHERE NOT (from_seen AND to_seen) ORDER BY transfer_id")

Rows = Callable[[str], Sequence[Sequence[Any]]]


class Decode(Protocol):
    """A row of the codec's table as its record."""

    def __call__(self, codec: RowCodec[RecordT], row: Sequence[Any], /) -> RecordT: ...


def load(rows: Rows, decode: Decode, *, epoch: int, time_of: Callable[[Any], datetime]) -> tuple[DeskSnapshot, Heads]:
    """The desk as storage knows it, and the heads of both chains. Must run inside one read transaction."""

    def records(codec: RowCodec[RecordT], statement: str) -> list[RecordT]:
        return [decode(codec, row) for row in rows(statement)]

    sequence, journal_head = _last(rows(LAST_JOURNAL_ENTRY))
    history_id, history_head = _last(rows(LAST_HISTORY_ENTRY))
    open_orders = records(ORDERS, OPEN_ORDERS) + records(ORDERS, GUARDING_ORDERS)
    executions = [*rows(EXECUTIONS_OF_OPEN_ORDERS), *rows(EXECUTIONS_OF_GUARDING_ORDERS)]
    snapshot = DeskSnapshot(
        epoch=epoch,
        sequence=sequence,
        history_id=history_id,
        users=records(USERS, select(USERS, "ORDER BY user_id")),
        tokens=records(TOKENS, select(TOKENS, "ORDER BY token_id")),
        accounts=records(ACCOUNTS, select(ACCOUNTS, "ORDER BY account_id")),
        holdings=records(HOLDINGS, select(HOLDINGS, "ORDER BY account_id, user_id, asset, wallet")),
        open_orders=open_orders,
        execution_ids=executions_by_order(open_orders, executions),
        execution_times={AccountId(name): time_of(at) for name, at in rows(LAST_EXECUTION_TIMES) if at is not None},
        breaks=records(BREAKS, UNRESOLVED_BREAKS),
        positions=records(POSITIONS, select(POSITIONS, "ORDER BY account_id, user_id, symbol, position_side")),
        leverages=records(LEVERAGES, select(LEVERAGES, "ORDER BY account_id, symbol")),
        rules=records(RULES, WAITING_RULES),
        recent_symbols=_recent_symbols(rows(RECENT_ENDS), time_of),
        risk_limits=next(iter(records(RISK_LIMITS, select(RISK_LIMITS, "ORDER BY version DESC LIMIT 1"))), None),
        trading_states=records(TRADING_STATES, RESTRICTIONS),
        approvals=records(APPROVALS, PENDING_APPROVALS),
        loss_marks=records(LOSS_MARKS, select(LOSS_MARKS, "ORDER BY scope_key")),
        capital=records(CAPITAL, select(CAPITAL, "ORDER BY account_id, user_id")),
        transfers=records(TRANSFERS, UNSEEN_TRANSFERS),
        limit_warnings=records(LIMIT_WARNINGS, select(LIMIT_WARNINGS, "ORDER BY limit_id, scope_key")),
    )
    if snapshot.risk_limits is not None and counts_over_time(snapshot.risk_limits.limits):
        snapshot.recent_orders = recent_orders(records(RECENT_ORDERS, LET_THROUGH))
    return snapshot, Heads(journal=journal_head, history=history_head)


def recent_orders(newest_first: Sequence[RecentOrder]) -> list[RecentOrder]:
    """Those of the hour before the newest of them, oldest first."""
    if not newest_first:
        return []
    since = newest_first[0].timestamp - REMEMBERED
    return [order for order in reversed(newest_first) if order.timestamp >= since]


def executions_by_order(orders: Sequence[Order], pairs: Sequence[Sequence[Any]]) -> dict[OrderId, list[ExecutionId]]:
    """Every order's execution ids, from (order id, execution id) pairs; an empty list where there are none."""
    found: dict[OrderId, list[ExecutionId]] = {order.order_id: [] for order in orders}
    for order_id, execution_id in pairs:
        found[OrderId(order_id)].append(ExecutionId(execution_id))
    return found


def _recent_symbols(
    ends: Sequence[Sequence[Any]], time_of: Callable[[Any], datetime]
) -> dict[AccountId, dict[str, datetime]]:
    found: dict[AccountId, dict[str, datetime]] = {}
    for account_id, symbol, closed_at in ends:
        found.setdefault(AccountId(account_id), {})[symbol] = time_of(closed_at)
    return found


def _last(rows: Sequence[Sequence[Any]]) -> tuple[int, str]:
    if not rows:
        return 0, chain.GENESIS_HASH
    number, own_hash = rows[0]
    return int(number), str(own_hash)
