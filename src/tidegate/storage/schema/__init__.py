"""The tables. Those of the product's contract (`orders`, `order_history`, `portfolio`) carry its column names.

The columns of a table that stores one of the core's records are that record's fields, in the same order; the journal
relies on it, and a test holds both together. Unique constraints guard once more what the engine promises.
"""

from tidegate.storage.schema.base import metadata
from tidegate.storage.schema.books import busts, cash_flows, executions, ledger_entries, leverages, portfolio, positions
from tidegate.storage.schema.desk import accounts, credentials, journal, lease, reconciliation_breaks, tokens, users
from tidegate.storage.schema.orders import attempts, order_history, orders, requests, rules
from tidegate.storage.schema.risk import (
    approvals,
    capital,
    equity,
    limit_warnings,
    loss_marks,
    risk_limits,
    risk_requests,
    trading_states,
    transfers,
)

__all__ = [
    "accounts",
    "approvals",
    "attempts",
    "busts",
    "capital",
    "cash_flows",
    "credentials",
    "equity",
    "executions",
    "journal",
    "lease",
    "ledger_entries",
    "leverages",
    "limit_warnings",
    "loss_marks",
    "metadata",
    "order_history",
    "orders",
    "portfolio",
    "positions",
    "reconciliation_breaks",
    "requests",
    "risk_limits",
    "risk_requests",
    "rules",
    "tokens",
    "trading_states",
    "transfers",
    "users",
]
