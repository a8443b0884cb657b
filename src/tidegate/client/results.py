"""What the desk answers, as structures. Field names are those of the API; amounts are exact, times aware UTC.

Words such as a status stay plain strings, so that a desk that knows more of them than this client can be read.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

import msgspec

ItemT = TypeVar("ItemT")
ZERO = Decimal(0)


class Page(msgspec.Struct, Generic[ItemT], frozen=True):
    """Some of the answers; pass `next_cursor` to the same call to go on, None at the end."""

    items: list[ItemT]
    next_cursor: str | None = None


class Fee(msgspec.Struct, frozen=True):
    """A cost in some asset; negative for a rebate."""

    asset: str
    amount: Decimal


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """An order. Quantities are in base; `price` and `realized_pnl` in the quote asset."""

    order_id: str
    user_id: str
    account_id: str
    exchange: str
    symbol: str
    side: str
    order_type: str
    status: str
    timestamp: datetime
    updated_at: datetime
    closed_at: datetime | None = None
    quantity: Decimal | None = None
    quote_quantity: Decimal | None = None
    price: Decimal | None = None
    trigger_price: Decimal | None = None
    time_in_force: str = "gtc"
    post_only: bool = False
    reduce_only: bool = False
    routing: str = "venue"
    client_order_id: str | None = None
    filled_quantity: Decimal = ZERO
    leaves_quantity: Decimal | None = None
    average_price: Decimal | None = None
    fees: list[Fee] = []
    realized_pnl: Decimal = ZERO
    pending_action: str = "none"
    in_doubt: bool = False
    held_by: str = "venue"
    parent_order_id: str | None = None
    exchange_order_id: str | None = None
    exchange_client_order_id: str | None = None
    attempt: int = 0
    reason: str | None = None
    message: str | None = None

    @property
    def is_closed(self) -> bool:
        """Whether the order has ended; `status` says how."""
        return self.closed_at is not None


class HistoryEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One step of an order. `sequence` counts 1, 2, 3 ... per order; `hash` chains it to the desk's step before."""

    history_id: int
    order_id: str
    sequence: int
    status: str
    execution_type: str
    timestamp: datetime
    message: str
    error_code: str | None = None
    exchange_order_id: str | None = None
    detail: dict[str, Any] = {}
    previous_hash: str = ""
    hash: str = ""


class Execution(msgspec.Struct, frozen=True, kw_only=True):
    """A trade of one order. `quantity` in base, `price` and `realized_pnl` (before fees) in the quote asset."""

    execution_id: str
    order_id: str
    user_id: str
    account_id: str
    exchange: str
    symbol: str
    side: str
    trade_id: str
    quantity: Decimal
    price: Decimal
    executed_at: datetime
    booked_at: datetime
    exchange_order_id: str | None = None
    fees: list[Fee] = []
    liquidity: str = "unknown"
    realized_pnl: Decimal = ZERO


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """What a user holds of one asset in one account; `available` is what no order has reserved."""

    account_id: str
    user_id: str
    asset: str
    quantity: Decimal
    reserved: Decimal
    available: Decimal


class PortfolioRow(msgspec.Struct, frozen=True, kw_only=True):
    """What one user owns of one asset in one account. Prices and values are in the reporting currency, None while no
    price is known."""

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


class Portfolio(msgspec.Struct, frozen=True, kw_only=True):
    """Holdings and their sums, in the reporting currency. What has no price is in `unpriced`, not in the sums."""

    reporting_currency: str
    items: list[PortfolioRow]
    total_value: Decimal | None
    realized_pnl: Decimal
    unrealized_pnl: Decimal
    unpriced: list[str] = []


class Instrument(msgspec.Struct, frozen=True, kw_only=True):
    """What can be traded, and the venue's rules; a limit that the venue does not set is None."""

    exchange: str
    symbol: str
    base: str
    quote: str
    price_tick: Decimal
    quantity_step: Decimal
    exchange_symbol: str = ""
    kind: str = "spot"
    trading: bool = True
    quantity_min: Decimal | None = None
    quantity_max: Decimal | None = None
    market_quantity_max: Decimal | None = None
    notional_min: Decimal | None = None
    notional_max: Decimal | None = None


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A venue account. Only in state `ready` does it take new orders; `message` says why it is not."""

    account_id: str
    exchange: str
    environment: str
    user_ids: list[str]
    state: str
    message: str = ""
    created_at: datetime | None = None


class User(msgspec.Struct, frozen=True, kw_only=True):
    """A person or program of the desk."""

    user_id: str
    name: str
    role: str


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """A token just issued. `token` is its secret, shown this once."""

    token_id: str
    user_id: str
    label: str
    token: str

    def __repr__(self) -> str:
        return f"Token(token_id={self.token_id!r}, user_id={self.user_id!r}, label={self.label!r}, ...)"


class Break(msgspec.Struct, frozen=True, kw_only=True):
    """A difference between the venue's picture and the desk's."""

    break_id: str
    account_id: str
    kind: str
    subject: str
    message: str
    found_at: datetime
    resolved_at: datetime | None = None


class Venue(msgspec.Struct, frozen=True, kw_only=True):
    """How one account's session is: its connection, what waits, and what is left of the venue's rate budget."""

    account_id: str
    exchange: str
    connected: bool
    streaming: bool
    message: str
    state: str = ""
    waiting: dict[str, int] = {}
    budget: dict[str, str] = {}
    latency_ms: float | None = None


class AccountReadiness(msgspec.Struct, frozen=True, kw_only=True):
    """Whether an account takes new orders, and if not, why."""

    account_id: str
    state: str
    exchange: str = ""
    message: str = ""


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """Whether every account takes new orders."""

    accounts: list[AccountReadiness] = []

    @property
    def is_ready(self) -> bool:
        return all(account.state == "ready" for account in self.accounts)
