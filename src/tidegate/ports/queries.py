"""What people and programs may read: released state, in pages."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

import msgspec

from tidegate.core.identifiers import (
    AccountId,
    ApprovalId,
    ClientOrderId,
    ExecutionId,
    OrderId,
    RuleId,
    TransferId,
    UserId,
)
from tidegate.core.instruments import Instrument, Price
from tidegate.core.messages.risk_records import (
    Approval,
    KeptRiskRequest,
    RiskLimitSet,
    TradingRestriction,
    Transfer,
)
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
    Break,
    Execution,
    HistoryEntry,
    Holding,
    LedgerEntry,
    Leverage,
    Position,
    Rule,
    Token,
    User,
)
from tidegate.core.vocabulary import ApprovalState, Exchange, OrderStatus


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

    async def risk_request(self, request_id: ApprovalId) -> KeptRiskRequest | None:
        """What was carried out under the idempotency key that this id follows from."""
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
