"""Between the core's records and rows, for the journal, which speaks to the drivers without SQLAlchemy.

A record's fields are its table's columns, in the same order. Rows hold only text, integers and None, which both
drivers take as they are; PostgreSQL casts them to its column types.
"""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import msgspec
from sqlalchemy import Boolean, Table

from tidegate.core.messages.risk_records import (
    Approval,
    Capital,
    EquityPoint,
    KeptRiskRequest,
    LimitWarning,
    LossMark,
    RecentOrder,
    RiskLimitSet,
    TradingRestriction,
    Transfer,
)
from tidegate.core.order import Order
from tidegate.core.records import (
    Account,
    Attempt,
    Break,
    Bust,
    CashFlow,
    Execution,
    HistoryEntry,
    Holding,
    KeptRequest,
    LedgerEntry,
    Leverage,
    Position,
    Rule,
    Token,
    User,
)
from tidegate.storage import schema
from tidegate.storage.columns import Amount, JsonText, Timestamp, Word

RecordT = TypeVar("RecordT", bound=msgspec.Struct)
Row = tuple[str | int | None, ...]
_Converter = tuple[int, Callable[[Any], Any]]


class RowCodec(Generic[RecordT]):
    """Turns records of one kind into rows and back. Knows its conversions from the table's column types."""

    def __init__(self, table: Table, kind: type[RecordT], *, is_part: bool = False) -> None:
        """`is_part`: a record of some of the columns, which is only read."""
        self.table = table
        columns = [table.c[name] for name in kind.__struct_fields__] if is_part else list(table.columns)
        self.columns = tuple(column.name for column in columns)
        assert self.columns == kind.__struct_fields__, f"{table.name}: columns and fields of {kind.__name__} differ"
        self._kind = kind
        self._encoders: list[_Converter] = []
        self._text_decoders: list[_Converter] = []
        self._native_decoders: list[_Converter] = []
        for position, column in enumerate(columns):
            kind_of_column = column.type
            if isinstance(kind_of_column, Boolean):
                self._encoders.append((position, int))
                self._text_decoders.append((position, bool))
            elif isinstance(kind_of_column, Amount | Timestamp):
                self._encoders.append((position, kind_of_column.to_text()))
                self._text_decoders.append((position, kind_of_column.from_text()))
            elif isinstance(kind_of_column, Word | JsonText):
                self._encoders.append((position, kind_of_column.to_text()))
                self._text_decoders.append((position, kind_of_column.from_text()))
                self._native_decoders.append((position, kind_of_column.from_text()))

    def encode(self, record: RecordT) -> Row:
        """The record as a row of text, integers and None."""
        values = list(msgspec.structs.astuple(record))
        for position, convert in self._encoders:
            value = values[position]
            if value is not None:
                values[position] = convert(value)
        return tuple(values)

    def decode_text(self, row: Sequence[Any]) -> RecordT:
        """The record in a row that SQLite returned."""
        return self._decode(row, self._text_decoders)

    def decode_native(self, row: Sequence[Any]) -> RecordT:
        """The record in a row from psycopg, which brings decimals, times and booleans of its own."""
        return self._decode(row, self._native_decoders)

    def _decode(self, row: Sequence[Any], decoders: list[_Converter]) -> RecordT:
        values = list(row)
        for position, convert in decoders:
            value = values[position]
            if value is not None:
                values[position] = convert(value)
        return self._kind(**dict(zip(self.columns, values, strict=True)))


ORDERS = RowCodec(schema.orders, Order)
RECENT_ORDERS = RowCodec(schema.orders, RecentOrder, is_part=True)
HISTORY = RowCodec(schema.order_history, HistoryEntry)
ATTEMPTS = RowCodec(schema.attempts, Attempt)
EXECUTIONS = RowCodec(schema.executions, Execution)
LEDGER = RowCodec(schema.ledger_entries, LedgerEntry)
HOLDINGS = RowCodec(schema.portfolio, Holding)
POSITIONS = RowCodec(schema.positions, Position)
LEVERAGES = RowCodec(schema.leverages, Leverage)
CASH_FLOWS = RowCodec(schema.cash_flows, CashFlow)
RULES = RowCodec(schema.rules, Rule)
REQUESTS = RowCodec(schema.requests, KeptRequest)
BUSTS = RowCodec(schema.busts, Bust)
ACCOUNTS = RowCodec(schema.accounts, Account)
USERS = RowCodec(schema.users, User)
TOKENS = RowCodec(schema.tokens, Token)
BREAKS = RowCodec(schema.reconciliation_breaks, Break)
RISK_LIMITS = RowCodec(schema.risk_limits, RiskLimitSet)
RISK_REQUESTS = RowCodec(schema.risk_requests, KeptRiskRequest)
TRADING_STATES = RowCodec(schema.trading_states, TradingRestriction)
LIMIT_WARNINGS = RowCodec(schema.limit_warnings, LimitWarning)
APPROVALS = RowCodec(schema.approvals, Approval)
EQUITY = RowCodec(schema.equity, EquityPoint)
LOSS_MARKS = RowCodec(schema.loss_marks, LossMark)
CAPITAL = RowCodec(schema.capital, Capital)
TRANSFERS = RowCodec(schema.transfers, Transfer)
