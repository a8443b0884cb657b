"""The doors of the engine's house: what the runtime, the gateway and the adapters know of one another."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Protocol

import msgspec

from tidegate.core.identifiers import (
    AccountId,
    ApprovalId,
    ClientOrderId,
    ExecutionId,
    IdempotencyKey,
    OrderId,
    RuleId,
    TransferId,
    UserId,
)
from tidegate.core.instruments import Instrument, Price
from tidegate.core.messages.commands import Command
from tidegate.core.messages.effects import VenueEffect
from tidegate.core.messages.reports import Report
from tidegate.core.messages.risk_records import Approval, RiskLimitSet, TradingRestriction, Transfer
from tidegate.core.messages.risk_values import OrderPreview, RiskReport
from tidegate.core.messages.values import Refusal
from tidegate.core.order import Order
from tidegate.core.portfolio.figures import (
    BooksFilter,
    DayFigures,
    EquitySum,
    Interval,
    Performance,
    StatementFrame,
    StatementLine,
)
from tidegate.core.rates import Worth
from tidegate.core.records import (
    Account,
    AccountMarket,
    Batch,
    Break,
    CashFlowKey,
    DeskSnapshot,
    ExchangeOrderKey,
    Execution,
    Found,
    HistoryEntry,
    Holding,
    LedgerEntry,
    Leverage,
    Position,
    RequestKey,
    Rule,
    Token,
    User,
)
from tidegate.core.vocabulary import ApprovalState, Exchange, OrderStatus


class Clock(Protocol):
    """Where the time comes from: real, or virtual in a simulation."""

    def now(self) -> datetime:
        """The time, UTC, aware, to the microsecond."""
        ...


# --- journal -------------------------------------------------------------------------------------------------------


class OrderKeys(msgspec.Struct, kw_only=True):
    """By which ids a batch of inputs refers to what memory does not hold: orders, trades, cash flows, breaks.

    `forced`: markets in which a venue may have traded by itself.
    """

    order_ids: set[OrderId] = set()
    idempotency_keys: set[tuple[UserId, IdempotencyKey]] = set()
    client_order_ids: set[tuple[UserId, ClientOrderId]] = set()
    exchange_order_ids: set[ExchangeOrderKey] = set()
    execution_ids: set[ExecutionId] = set()
    forced: set[AccountMarket] = set()
    cash_flows: set[CashFlowKey] = set()
    break_ids: set[str] = set()
    requests: set[RequestKey] = set()

    def __bool__(self) -> bool:
        return any(msgspec.structs.astuple(self))


class Journal(Protocol):
    """The one writer's durable store."""

    async def load(self) -> DeskSnapshot:
        """What is open and what keeps promises; its cost grows with what is open, not with history."""
        ...

    async def find(self, keys: OrderKeys) -> Found:
        """Closed orders by any of their ids or trades, and what else is asked for, from committed storage.

        A leg of protection brings its parent, which its trades move too.
        """
        ...

    async def commit(self, batch: Batch) -> None:
        """Write all in one durable transaction. Any exception means: outcome unknown, the process must end."""
        ...

    async def close(self) -> None:
        """Finish the running transaction and release the database."""
        ...


# --- blotter: queries on released state ----------------------------------------------------------------------------


class OrderFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which orders a query wants; an absent field matches all. `is_open` False: closed. Times bound `timestamp`."""

    user_id: UserId | None = None
    account_id: AccountId | None = None
    exchange: Exchange | None = None
    symbol: str | None = None
    status: OrderStatus | None = None
    is_open: bool | None = None
    client_order_id: ClientOrderId | None = None
    parent_order_id: OrderId | None = None
    since: datetime | None = None
    until: datetime | None = None


class ExecutionFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which executions a query wants; an absent field matches all. Times bound `executed_at`."""

    user_id: UserId | None = None
    account_id: AccountId | None = None
    exchange: Exchange | None = None
    symbol: str | None = None
    order_id: OrderId | None = None
    since: datetime | None = None
    until: datetime | None = None


class BreakFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which breaks a query wants; an absent field matches all. `account_ids` are those that may be seen."""

    account_ids: frozenset[AccountId] | None = None
    kind: str | None = None
    is_open: bool | None = None


class InvalidCursorError(Exception):
    """The cursor did not come from the same query: the client's mistake."""


class RiskBlotter(Protocol):
    """What people and programs may read of limits, trading states, approvals and transfers; pages as the blotter's."""

    async def risk_limits(self, version: int | None = None) -> RiskLimitSet | None:
        """That version of the set, or the one in force; None: there is none."""
        ...

    async def trading_states(self) -> list[TradingRestriction]:
        """Those in force: of scopes that are not active."""
        ...

    async def trading_state(self, scope_key: str) -> TradingRestriction | None:
        """The last one of a scope, in force or over."""
        ...

    async def approvals(
        self,
        *,
        state: ApprovalState | None = None,
        requested_by: UserId | None = None,
        limit: int,
        cursor: str | None = None,
    ) -> tuple[list[Approval], str | None]: ...

    async def approval(self, approval_id: ApprovalId) -> Approval | None: ...

    async def transfers(
        self, user_id: UserId | None = None, *, limit: int, cursor: str | None = None
    ) -> tuple[list[Transfer], str | None]:
        """Those from or to a user."""
        ...

    async def transfer(self, transfer_id: TransferId) -> Transfer | None: ...


class Blotter(RiskBlotter, Protocol):
    """What people and programs may read. Pages come newest first; `cursor` is the last page's `next_cursor`.

    A page has 1 to 1,000 rows. `since` is inclusive, `until` exclusive. Raises `InvalidCursorError`.
    """

    async def order(self, order_id: OrderId) -> Order | None: ...

    async def orders(
        self, wanted: OrderFilter, *, limit: int, cursor: str | None = None
    ) -> tuple[list[Order], str | None]: ...

    async def history(self, order_id: OrderId) -> list[HistoryEntry]: ...

    async def executions(
        self, wanted: ExecutionFilter, *, limit: int, cursor: str | None = None
    ) -> tuple[list[Execution], str | None]: ...

    async def busts(self, execution_ids: Collection[ExecutionId]) -> dict[ExecutionId, datetime]:
        """When the venue took executions back: those of the given ones that it did."""
        ...

    async def ledger(
        self, user_id: UserId | None, *, limit: int, cursor: str | None = None
    ) -> tuple[list[LedgerEntry], str | None]: ...

    async def holdings(self, user_id: UserId | None = None) -> list[Holding]: ...

    async def positions(self, user_id: UserId | None = None) -> list[Position]: ...

    async def leverages(self) -> list[Leverage]: ...

    async def rules(
        self, user_id: UserId | None, *, is_open: bool | None, limit: int, cursor: str | None = None
    ) -> tuple[list[Rule], str | None]: ...

    async def rule(self, rule_id: RuleId) -> Rule | None: ...

    async def accounts(self) -> list[Account]: ...

    async def user(self, user_id: UserId) -> User | None: ...

    async def token(self, token_hash: str) -> Token | None: ...

    async def breaks(
        self, wanted: BreakFilter, *, limit: int, cursor: str | None = None
    ) -> tuple[list[Break], str | None]: ...

    async def found_break(self, break_id: str) -> Break | None: ...

    async def open_breaks(self) -> int:
        """How many there are."""
        ...


class Accounting(Protocol):
    """Reports over periods, on released state, in pages as a `Blotter`'s. `core.portfolio.figures` has their shapes."""

    async def equity(
        self, wanted: BooksFilter, interval: Interval, *, limit: int, cursor: str | None = None
    ) -> tuple[list[EquitySum], str | None]: ...

    async def days(
        self, wanted: BooksFilter, *, limit: int, cursor: str | None = None
    ) -> tuple[list[DayFigures], str | None]:
        """Every day from `until`, which must be given, back to `since` or the first trade or mark."""
        ...

    async def performance(self, wanted: BooksFilter) -> Performance: ...

    async def statement(self, wanted: BooksFilter) -> StatementFrame: ...

    async def statement_lines(
        self, wanted: BooksFilter, *, after: tuple[int, int], bound: int, limit: int
    ) -> list[StatementLine]:
        """The next lines behind that sequence and line, oldest first; fewer than `limit`: these are the last."""
        ...


# --- commands ------------------------------------------------------------------------------------------------------


class WaitFor(msgspec.Struct, frozen=True, kw_only=True):
    """How long an order's answer may wait: until `acknowledged` or `closed`, or not beyond durability (neither)."""

    acknowledged: bool = False
    closed: bool = False
    timeout_seconds: float = 5.0


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a command. `orders` are copies of released state. `replayed`: this request was seen before.

    `approval_id`: it waits for a second person. `preview` and `risk` answer the questions of those names.
    """

    refusal: Refusal | None = None
    orders: tuple[Order, ...] = ()
    replayed: bool = False
    approval_id: ApprovalId | None = None
    preview: OrderPreview | None = None
    risk: RiskReport | None = None


class CommandPort(Protocol):
    """How commands reach the engine. An answer is given only after everything it says is durable."""

    async def submit(self, command: Command, wait_for: WaitFor | None = None) -> Answer:
        """Raises `DeskBusyError` at once when the inbox is full, `DeskStoppedError` when the engine has ended."""
        ...


class DeskBusyError(Exception):
    """The inbox is full: nothing was taken, the same request may be sent again."""


class DeskStoppedError(Exception):
    """The engine has ended; whether the command was taken is unknown: ask again with the same idempotency key."""


# --- venues --------------------------------------------------------------------------------------------------------

ReportSink = Callable[[Report], None]  # Never blocks, never drops.


class VenueSession(Protocol):
    """One account at one venue. Performs calls, reports exactly what happened, keeps within the rate budget."""

    @property
    def account_id(self) -> AccountId: ...

    def start(self) -> None:
        """Connect in the background and keep connected; reports `AccountConnected` whenever the books should be
        compared: first contact, and after every gap in the private stream."""
        ...

    def perform(self, effect: VenueEffect) -> None:
        """Take up an effect; never blocks. Cancels go before orders, orders before queries."""
        ...

    async def close(self) -> None:
        """Let go of connections and tasks. Sends still under way are reported as outcome unknown first."""
        ...

    def health(self) -> "VenueHealth": ...


class VenueHealth(msgspec.Struct, frozen=True, kw_only=True):
    """What `/system/venues` shows of one session. Latency in milliseconds of the last order sent.

    `waiting` counts what waits or runs per lane, `budget` each rate window's use as `used/limit`, `blocked` says per
    lane why its first call waits, `counts` what the stream brought.
    """

    account_id: AccountId
    exchange: Exchange
    connected: bool
    streaming: bool
    message: str
    waiting: dict[str, int]
    budget: dict[str, str]
    latency_ms: float | None = None
    blocked: dict[str, str] = {}
    counts: dict[str, int] = {}


class ReferenceData(Protocol):
    """Instruments and prices as last heard, for people to read."""

    def instruments(self, exchange: Exchange | None = None) -> Collection[Instrument]: ...

    def instrument(self, exchange: Exchange, symbol: str) -> Instrument | None: ...

    def price(self, exchange: Exchange, symbol: str) -> Price | None: ...

    def worth(self, exchange: Exchange, asset: str, at: datetime) -> Worth:
        """A unit of an asset in the reporting currency, by the rules that limits are held against."""
        ...

    def mark(self, exchange: Exchange, symbol: str, at: datetime) -> Worth:
        """A derivative's fair price in its quote asset."""
        ...


# --- vault ---------------------------------------------------------------------------------------------------------


class VenueCredentials(msgspec.Struct, frozen=True, kw_only=True):
    """What signs requests. Never logged, never journaled, never returned; `__repr__` shows nothing."""

    api_key: str
    secret: str
    passphrase: str | None = None

    def __repr__(self) -> str:
        return "VenueCredentials(...)"


class KeyVault(Protocol):
    """Venue credentials, encrypted at rest."""

    async def store(self, account_id: AccountId, exchange: Exchange, credentials: VenueCredentials) -> None: ...

    async def credentials(self, account_id: AccountId, exchange: Exchange) -> VenueCredentials | None: ...


class CredentialStore(Protocol):
    """Where the vault keeps its sealed envelopes: opaque bytes, useless without the key that is not in there."""

    async def put(self, account_id: AccountId, envelope: bytes) -> None: ...

    async def get(self, account_id: AccountId) -> bytes | None: ...
