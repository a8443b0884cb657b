"""What one transaction writes, what recovery loads, and what is looked up between."""

from datetime import datetime

import msgspec

from tidegate.core.identifiers import AccountId, ApprovalId, ExecutionId, OrderId, RuleId, TokenId, TransferId, UserId
from tidegate.core.messages.events import ExecutionBooked, JournaledEvent
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
from tidegate.core.records.books import CashFlow, Holding, LedgerEntry, Leverage, Position
from tidegate.core.records.desk import Account, Break, Token, User
from tidegate.core.records.keys import AccountMarket, CashFlowKey, HoldingKey, PositionKey
from tidegate.core.records.orders import Attempt, Bust, Execution, ForcedClose, HistoryEntry, KeptRequest, Rule


class JournalEntry(msgspec.Struct, kw_only=True, gc=False):
    """One event with the sequence number that the engine gave it."""

    sequence: int
    at: datetime
    event: JournaledEvent


class Batch(msgspec.Struct, kw_only=True):
    """Everything one transaction writes. Journal, history, executions, busts, ledger and cash flows are inserts; the
    rest are upserts.

    `epoch` is the one that `load` returned: a journal whose lease has moved on refuses the batch.
    """

    epoch: int
    journal: list[JournalEntry]
    history: list[HistoryEntry] = []
    executions: list[Execution] = []
    ledger: list[LedgerEntry] = []
    orders: dict[OrderId, Order] = {}
    attempts: dict[tuple[OrderId, int], Attempt] = {}
    holdings: dict[HoldingKey, Holding] = {}
    positions: dict[PositionKey, Position] = {}
    leverages: dict[tuple[AccountId, str], Leverage] = {}
    rules: dict[RuleId, Rule] = {}
    cash_flows: list[CashFlow] = []
    requests: list[KeptRequest] = []
    busts: list[Bust] = []
    accounts: dict[AccountId, Account] = {}
    users: dict[UserId, User] = {}
    tokens: dict[TokenId, Token] = {}
    breaks: dict[str, Break] = {}
    risk_limits: list[RiskLimitSet] = []
    risk_requests: list[KeptRiskRequest] = []
    trading_states: dict[str, TradingRestriction] = {}
    approvals: dict[ApprovalId, Approval] = {}
    equity: list[EquityPoint] = []
    loss_marks: dict[str, LossMark] = {}
    capital: dict[tuple[AccountId, UserId], Capital] = {}
    transfers: dict[TransferId, Transfer] = {}
    limit_warnings: dict[tuple[str, str], LimitWarning] = {}


class DeskSnapshot(msgspec.Struct, kw_only=True):
    """What recovery loads: what is open, and what keeps promises across a restart. Not the closed past.

    `epoch` names this take-over of the desk; every batch must carry it.
    """

    epoch: int = 0
    sequence: int
    history_id: int
    users: list[User]
    tokens: list[Token]
    accounts: list[Account]
    holdings: list[Holding]
    open_orders: list[Order]  # And the closed ones whose fills are still protected.
    execution_ids: dict[OrderId, list[ExecutionId]]  # Of the open orders.
    execution_times: dict[AccountId, datetime]  # When the last booked execution of each account happened.
    breaks: list[Break]
    positions: list[Position] = []
    leverages: list[Leverage] = []
    rules: list[Rule] = []  # Those that have not ended.
    recent_symbols: dict[AccountId, dict[str, datetime]] = {}  # Where orders ended last, and when.
    risk_limits: RiskLimitSet | None = None  # The newest.
    trading_states: list[TradingRestriction] = []  # Those that are not active.
    approvals: list[Approval] = []  # Those that wait.
    loss_marks: list[LossMark] = []
    capital: list[Capital] = []
    transfers: list[Transfer] = []  # Those that the venue has not told both sides of.
    limit_warnings: list[LimitWarning] = []
    recent_orders: list[RecentOrder] = []  # Of the last hour before the newest of them.


class Found(msgspec.Struct, kw_only=True):
    """What the loop attaches before a decision: closed orders with all their executions' ids.

    `executions`: the asked-for trades as they were booked; those of them in `busted` have been taken back since.
    `requests`: those with the asked-for keys. `cash_flows` and `break_ids`: which of the asked-for ones were booked, or
    told, before. `dismissed`: which of these breaks a person closed last, and in which words they were told.
    `forced`: what venues closed last by themselves in the asked-for markets. `recent_orders`: what was let through
    since the asked-for moment, oldest first. `heard`: cash flows of the asked-for assets and times that were booked as
    a stream told them, and that no list has named.
    """

    orders: list[Order]
    execution_ids: dict[OrderId, list[ExecutionId]]
    executions: list[ExecutionBooked] = []
    busted: frozenset[ExecutionId] = frozenset()
    forced: dict[AccountMarket, ForcedClose] = {}
    cash_flows: frozenset[CashFlowKey] = frozenset()
    heard: list[CashFlow] = []
    break_ids: frozenset[str] = frozenset()
    dismissed: dict[str, str] = {}
    requests: list[KeptRequest] = []
    recent_orders: list[RecentOrder] = []
