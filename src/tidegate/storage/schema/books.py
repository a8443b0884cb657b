"""The tables of executions, the ledger and what it leaves: holdings, positions, cash flows."""

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text, text

from tidegate.core.messages.values import Fee
from tidegate.core.vocabulary import CashFlowKind, Exchange, Liquidity, MarginMode, PositionSide, Side, Wallet
from tidegate.storage.columns import Amount, JsonText, Timestamp, Word
from tidegate.storage.schema.base import REQUIRED, index_where, metadata

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
    Column("heard_as", Text),
    sqlite_with_rowid=False,
)
IS_HEARD = "heard_as IS NOT NULL"
_f = cash_flows.c
index_where("ix_cash_flows_heard", _f.account_id, _f.asset, _f.happened_at, where=text(IS_HEARD))

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
