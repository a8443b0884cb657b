"""What is written beside an event, and read back: the rows of the product's tables, as plain structures.

Field names are column names. `Order` (in `order.py`), `User`, `Token`, `Account` and `Holding` are both state and row.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from tidegate.core.identifiers import (
    AccountId,
    ApprovalId,
    ExchangeClientOrderId,
    ExchangeOrderId,
    ExecutionId,
    IdempotencyKey,
    OrderId,
    RuleId,
    TokenId,
    TradeId,
    TransferId,
    UserId,
)
from tidegate.core.messages.commands import PlaceOrder
from tidegate.core.messages.events import ExecutionBooked, JournaledEvent
from tidegate.core.messages.risk_records import (
    Approval,
    Capital,
    EquityPoint,
    LimitWarning,
    LossMark,
    RecentOrder,
    RiskLimitSet,
    TradingRestriction,
    Transfer,
)
from tidegate.core.messages.values import Fee
from tidegate.core.money import ZERO
from tidegate.core.order import Order
from tidegate.core.vocabulary import (
    AccountState,
    CashFlowKind,
    Correction,
    Environment,
    Exchange,
    ExecutionType,
    HistoryStatus,
    Liquidity,
    MarginMode,
    OrderStatus,
    PositionSide,
    Role,
    Side,
    Wallet,
)

HoldingKey = tuple[AccountId, UserId, str, Wallet]
PositionKey = tuple[AccountId, UserId, str, PositionSide]
CashFlowKey = tuple[AccountId, CashFlowKind, str]
RequestKey = tuple[UserId, IdempotencyKey]
ExchangeOrderKey = tuple[AccountId, str, ExchangeOrderId]  # Account, symbol, id.
AccountMarket = tuple[AccountId, str]
FOREIGN_EXECUTION = "foreign_execution"
FOREIGN_ORDER = "foreign_order"
FORCED_TRADE = "forced_trade"
UNKNOWN_BUST = "unknown_bust"
TOLD_ONCE = frozenset({FOREIGN_EXECUTION, UNKNOWN_BUST})  # Breaks that do not come up again once they are closed.
UNALLOCATED = UserId("unallocated")  # Owns what a venue account holds and no user does.


class User(msgspec.Struct, kw_only=True):
    """A person or program of the desk.

    `keep_alive_seconds`: open orders are canceled when nothing is heard of its client for so long; None: never.
    """

    user_id: UserId
    name: str
    role: Role
    created_at: datetime
    corrections: frozenset[Correction] = frozenset()
    keep_alive_seconds: int | None = None


class Token(msgspec.Struct, kw_only=True):
    """An API token. `token_hash` is the hexadecimal SHA-256 of the secret, which is shown once and kept nowhere."""

    token_id: TokenId
    user_id: UserId
    token_hash: str
    label: str
    created_at: datetime
    revoked_at: datetime | None = None


class Account(msgspec.Struct, kw_only=True):
    """A venue account. One user: its funds are that user's. Several: what belongs to nobody is unallocated.

    `dead_man_seconds`: the venue cancels its orders once it has not heard of the desk for so long; None: never.
    """

    account_id: AccountId
    exchange: Exchange
    environment: Environment
    user_ids: tuple[UserId, ...]
    state: AccountState = AccountState.OFFLINE
    message: str = ""
    opened_at: datetime | None = None
    created_at: datetime
    dead_man_seconds: int | None = None

    @property
    def owner(self) -> UserId:
        """Whose it is, what nobody has given to anybody: the only user's, else nobody's."""
        return self.user_ids[0] if len(self.user_ids) == 1 else UNALLOCATED


class Holding(msgspec.Struct, kw_only=True):
    """What one user owns of one asset in one wallet of an account: a row of `portfolio`.

    `average_price` and `realized_pnl` are in the reporting currency; the price is None while no price was ever known.
    """

    account_id: AccountId
    user_id: UserId
    asset: str
    quantity: Decimal = ZERO
    reserved: Decimal = ZERO
    average_price: Decimal | None = None
    realized_pnl: Decimal = ZERO
    wallet: Wallet = Wallet.MAIN


class Position(msgspec.Struct, kw_only=True, gc=False):
    """A user's position in a derivative: a row of `positions`.

    `quantity` is in base, negative for a short one; `average_price` and `realized_pnl` (before fees) in quote. A flat
    position keeps its realized profit.
    """

    account_id: AccountId
    user_id: UserId
    symbol: str
    position_side: PositionSide
    exchange: Exchange
    quantity: Decimal = ZERO
    average_price: Decimal | None = None
    realized_pnl: Decimal = ZERO
    updated_at: datetime


class Leverage(msgspec.Struct, kw_only=True):
    """An account's setting for one symbol: a row of `leverages`."""

    account_id: AccountId
    symbol: str
    leverage: Decimal
    margin_mode: MarginMode | None = None
    updated_at: datetime


class CashFlow(msgspec.Struct, kw_only=True, gc=False):
    """A balance that moved without a trade: a row of `cash_flows`."""

    account_id: AccountId
    kind: CashFlowKind
    flow_id: str
    sequence: int
    user_id: UserId
    asset: str
    amount: Decimal
    wallet: Wallet
    symbol: str | None
    happened_at: datetime
    booked_at: datetime


class Rule(msgspec.Struct, kw_only=True):
    """What a user wants done once an order reaches a status: a row of `rules`."""

    rule_id: RuleId
    user_id: UserId
    order_id: OrderId
    status: OrderStatus
    place: PlaceOrder | None
    cancel_order_id: OrderId | None
    created_at: datetime
    ended_at: datetime | None = None
    fired: bool = False
    message: str = ""


class Bust(msgspec.Struct, kw_only=True, gc=False):
    """A row of `busts`: an execution that the venue took back. The execution's own row stays as it was."""

    execution_id: ExecutionId
    sequence: int
    order_id: OrderId
    busted_at: datetime
    message: str


class KeptRequest(msgspec.Struct, kw_only=True, frozen=True, gc=False):
    """A row of `requests`: a change or cancel that came with an idempotency key, and was carried out."""

    user_id: UserId
    idempotency_key: IdempotencyKey
    request_hash: str
    order_id: OrderId
    kept_at: datetime


class Attempt(msgspec.Struct, kw_only=True, gc=False):
    """One send of one order. `outcome`: sending, in_doubt, failed (never placed, or refused after all), submitted (the
    order tells what came of it), replaced (ended at the venue, and what it left was sent again)."""

    order_id: OrderId
    attempt: int
    account_id: AccountId
    exchange_client_order_id: ExchangeClientOrderId
    exchange_order_id: ExchangeOrderId | None
    outcome: str
    started_at: datetime
    updated_at: datetime
    request_expires_at: datetime
    message: str | None = None


class HistoryEntry(msgspec.Struct, kw_only=True, gc=False):
    """A row of `order_history`. `sequence` counts 1, 2, 3 ... per order; hashes are set by the journal."""

    history_id: int
    order_id: OrderId
    sequence: int
    status: OrderStatus | HistoryStatus
    execution_type: ExecutionType
    timestamp: datetime
    message: str
    error_code: str | None = None
    exchange_order_id: ExchangeOrderId | None = None
    detail: dict[str, Any] = {}
    previous_hash: str = ""
    hash: str = ""


class Execution(msgspec.Struct, kw_only=True, gc=False):
    """A row of `executions`. `sequence` is that of its journal event."""

    execution_id: ExecutionId
    sequence: int
    order_id: OrderId
    user_id: UserId
    account_id: AccountId
    exchange: Exchange
    symbol: str
    side: Side
    trade_id: TradeId
    exchange_order_id: ExchangeOrderId | None
    quantity: Decimal
    price: Decimal
    fees: tuple[Fee, ...]
    liquidity: Liquidity
    realized_pnl: Decimal
    executed_at: datetime
    booked_at: datetime
    position_side: PositionSide = PositionSide.NET


class LedgerEntry(msgspec.Struct, kw_only=True, gc=False):
    """One line of the double-entry ledger. The lines of one event sum to zero per asset.

    `ledger_account` is `user:<user_id>`, or one of the desk's own: `venue`, `fees`, `opening`, `adjustments`,
    `funding`, `transfers`.
    """

    sequence: int
    line: int
    account_id: AccountId
    ledger_account: str
    asset: str
    amount: Decimal
    kind: str
    timestamp: datetime
    wallet: Wallet = Wallet.MAIN
    order_id: OrderId | None = None
    execution_id: ExecutionId | None = None


class Break(msgspec.Struct, kw_only=True):
    """A row of `reconciliation_breaks`: a difference between the venue's picture and ours. Never papered over."""

    break_id: str
    account_id: AccountId
    kind: str
    subject: str
    message: str
    found_at: datetime
    resolved_at: datetime | None = None
    resolved_by: UserId | None = None
    resolution: str = ""


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
    recent_orders: list[RecentOrder] = []  # Of the last hour before the newest order.


class ForcedClose(msgspec.Struct):
    """An order that a venue made by itself, and how much of it each user bore."""

    exchange_order_id: ExchangeOrderId | None
    parts: dict[UserId, Decimal]

    def add(self, user_id: UserId, quantity: Decimal) -> None:
        """Another trade of it."""
        self.parts[user_id] = self.parts.get(user_id, ZERO) + quantity


class Found(msgspec.Struct, kw_only=True):
    """What the loop attaches before a decision: closed orders with all their executions' ids.

    `executions`: the asked-for trades as they were booked; those of them in `busted` have been taken back since.
    `requests`: those with the asked-for keys. `cash_flows` and `break_ids`: which of the asked-for ones were booked, or
    told, before. `dismissed`: which of these breaks a person closed last, and in which words they were told.
    `forced`: what venues closed last by themselves in the asked-for markets.
    """

    orders: list[Order]
    execution_ids: dict[OrderId, list[ExecutionId]]
    executions: list[ExecutionBooked] = []
    busted: frozenset[ExecutionId] = frozenset()
    forced: dict[AccountMarket, ForcedClose] = {}
    cash_flows: frozenset[CashFlowKey] = frozenset()
    break_ids: frozenset[str] = frozenset()
    dismissed: dict[str, str] = {}
    requests: list[KeptRequest] = []
