"""What the desk answers about the portfolio and what became of it; see `results`. Money is in `reporting_currency`."""

from datetime import date, datetime
from decimal import Decimal

import msgspec

from tidegate.client.results import ZERO


class PortfolioRow(msgspec.Struct, frozen=True, kw_only=True):
    """What one user owns of one asset in one wallet of an account; None while no price is known.

    `exposure` is its value, of cash zero. `stale`: the price behind it is old or missing.
    """

    user_id: str
    account_id: str
    asset: str
    quantity: Decimal
    reserved: Decimal
    average_price: Decimal | None = None
    realized_pnl: Decimal = ZERO
    price: Decimal | None = None
    value: Decimal | None = None
    unrealized_pnl: Decimal | None = None
    wallet: str = "main"
    exchange: str = ""
    exposure: Decimal | None = None
    stale: bool = False


class PortfolioPosition(msgspec.Struct, frozen=True, kw_only=True):
    """A position in a derivative. `price` (its mark) and `average_price` are in its quote asset; `exposure` is negative
    for a short one."""

    user_id: str
    account_id: str
    exchange: str
    symbol: str
    position_side: str
    quantity: Decimal
    average_price: Decimal | None = None
    price: Decimal | None = None
    exposure: Decimal | None = None
    unrealized_pnl: Decimal | None = None
    realized_pnl: Decimal | None = None
    stale: bool = False


class PortfolioGroup(msgspec.Struct, frozen=True, kw_only=True):
    """The sums of what belongs together; `key` is the user, account, exchange or asset."""

    key: str
    value: Decimal
    realized_pnl: Decimal
    unrealized_pnl: Decimal
    gross_exposure: Decimal
    net_exposure: Decimal
    unpriced: list[str] = []
    stale: bool = False


class Portfolio(msgspec.Struct, frozen=True, kw_only=True):
    """Holdings, positions and their sums, or these in groups. What has no price is in `unpriced`, not in the sums."""

    reporting_currency: str
    items: list[PortfolioRow]
    total_value: Decimal | None
    realized_pnl: Decimal
    unrealized_pnl: Decimal
    unpriced: list[str] = []
    positions: list[PortfolioPosition] = []
    groups: list[PortfolioGroup] = []
    gross_exposure: Decimal = ZERO
    net_exposure: Decimal = ZERO
    stale: bool = False


class EquityPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A point of the equity curve. `pnl` is equity minus what came in since the books began."""

    at: datetime
    equity: Decimal
    unrealized_pnl: Decimal
    net_deposits: Decimal
    pnl: Decimal
    gross_exposure: Decimal
    stale: bool = False


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """One day, UTC. `pnl` is by the curve, None where it has no mark; the rest by trades, `realized_pnl` before fees.

    `unpriced` counts trades without a rate, which are not in the sums.
    """

    day: date
    pnl: Decimal | None
    realized_pnl: Decimal
    fees: Decimal
    funding: Decimal
    volume: Decimal
    executions: int
    unpriced: int = 0


class Performance(msgspec.Struct, frozen=True, kw_only=True):
    """How it went over a period. Ratios are parts of one; docs/USING.md defines each figure."""

    reporting_currency: str
    starting_equity: Decimal | None
    ending_equity: Decimal | None
    net_deposits: Decimal
    pnl: Decimal | None
    time_weighted_return: Decimal | None
    maximum_drawdown: Decimal | None
    maximum_drawdown_value: Decimal | None
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
    unpriced: int = 0
    stale: bool = False
