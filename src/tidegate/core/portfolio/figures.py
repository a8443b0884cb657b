"""What became of a part of the books over time: points of the equity curve, days, performance, a statement's lines.

Money is in the reporting currency, as it was worth at the time: a trade at the rates it was booked with.
"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from tidegate.core.identifiers import AccountId, ExecutionId, OrderId, UserId
from tidegate.core.money import ZERO
from tidegate.core.vocabulary import Exchange, Wallet


class Interval(StrEnum):
    """How close the points of a curve lie: every mark, or the last of each hour or day (UTC)."""

    RAW = "raw"
    HOUR = "hour"
    DAY = "day"


class BooksFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of the books; an absent field matches all. `since` is inclusive, `until` exclusive."""

    user_id: UserId | None = None
    account_id: AccountId | None = None
    exchange: Exchange | None = None
    since: datetime | None = None
    until: datetime | None = None


class EquitySum(msgspec.Struct, frozen=True, kw_only=True):
    """What all owners asked for were worth together at a moment, each by its last mark. As `OwnerEquity` says."""

    at: datetime
    equity: Decimal
    unrealized_pnl: Decimal
    net_deposits: Decimal
    gross_exposure: Decimal
    stale: bool


class DayFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One day, UTC. `pnl` is how far equity minus net deposits moved from the last mark before the day to its last;
    None where there is no mark of either.

    `realized_pnl` (before fees), `fees` (costs; a rebate lowers them) and `volume` are those of the trades that the day
    saw, `funding` what came in by it; what liquidations cost is among the fees. `unpriced` counts trades that lack a
    rate, and are not in these sums.
    """

    day: date
    pnl: Decimal | None
    realized_pnl: Decimal
    fees: Decimal
    funding: Decimal
    volume: Decimal
    executions: int
    unpriced: int


class Performance(msgspec.Struct, frozen=True, kw_only=True):
    """How a part of the books did over a period. Ratios are parts of one; `core.portfolio.performance` defines each."""

    starting_equity: Decimal | None
    ending_equity: Decimal | None
    net_deposits: Decimal
    pnl: Decimal | None
    time_weighted_return: Decimal | None
    maximum_drawdown: Decimal | None
    maximum_drawdown_value: Decimal | None
    stale: bool
    orders: int
    executions: int
    winning_orders: int
    losing_orders: int
    win_rate: Decimal | None
    volume: Decimal
    realized_pnl: Decimal
    fees: Decimal
    funding: Decimal
    slippage: Decimal
    slippage_bps: Decimal | None
    average_holding_seconds: Decimal | None
    unpriced: int


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """What one user's part of an account holds of an asset in a wallet."""

    account_id: AccountId
    user_id: UserId
    asset: str
    wallet: Wallet
    quantity: Decimal = ZERO


class StatementLine(msgspec.Struct, frozen=True, kw_only=True):
    """A ledger line of one user, with the trade behind it."""

    sequence: int
    line: int
    timestamp: datetime
    account_id: AccountId
    user_id: UserId
    asset: str
    wallet: Wallet
    kind: str
    amount: Decimal
    order_id: OrderId | None
    execution_id: ExecutionId | None
    symbol: str | None
    side: str | None
    quantity: Decimal | None
    price: Decimal | None


class StatementFrame(msgspec.Struct, frozen=True, kw_only=True):
    """What a statement's lines lie between. `fees` are costs; `realized_pnl` is before fees, by quote asset, without
    what was busted. `bound`: no line behind this sequence belongs to it."""

    opening: tuple[Balance, ...]
    closing: tuple[Balance, ...]
    fees: dict[str, Decimal]
    realized_pnl: dict[str, Decimal]
    bound: int
