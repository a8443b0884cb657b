"""What is written beside an event, and read back: the rows of the product's tables, as plain structures.

Field names are column names. `Order` (in `order.py`), `User`, `Token`, `Account` and `Holding` are both state and row.
"""

from tidegate.core.records.books import CashFlow, Holding, LedgerEntry, Leverage, Position
from tidegate.core.records.desk import (
    FORCED_TRADE,
    FOREIGN_EXECUTION,
    FOREIGN_ORDER,
    TOLD_ONCE,
    UNALLOCATED,
    UNKNOWN_BUST,
    Account,
    Break,
    Token,
    User,
)
from tidegate.core.records.keys import (
    AccountMarket,
    CashFlowKey,
    ExchangeOrderKey,
    HeardKey,
    HearingKey,
    HoldingKey,
    PositionKey,
    RequestKey,
)
from tidegate.core.records.orders import Attempt, Bust, Execution, ForcedClose, HistoryEntry, KeptRequest, Rule
from tidegate.core.records.stored import Batch, DeskSnapshot, Found, JournalEntry

__all__ = [
    "FORCED_TRADE",
    "FOREIGN_EXECUTION",
    "FOREIGN_ORDER",
    "TOLD_ONCE",
    "UNALLOCATED",
    "UNKNOWN_BUST",
    "Account",
    "AccountMarket",
    "Attempt",
    "Batch",
    "Break",
    "Bust",
    "CashFlow",
    "CashFlowKey",
    "DeskSnapshot",
    "ExchangeOrderKey",
    "Execution",
    "ForcedClose",
    "Found",
    "HeardKey",
    "HearingKey",
    "HistoryEntry",
    "Holding",
    "HoldingKey",
    "JournalEntry",
    "KeptRequest",
    "LedgerEntry",
    "Leverage",
    "Position",
    "PositionKey",
    "RequestKey",
    "Rule",
    "Token",
    "User",
]
