"""What the desk answers about its books and itself, as structures; see `results`."""

from datetime import datetime
from decimal import Decimal

import msgspec

from tidegate.client.results import ZERO

ONE = Decimal(1)


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """A position in a derivative; a short one has a negative quantity. Prices, value and profit are in quote.

    `price` is what it is valued at now, None while the market is not known.
    """

    account_id: str
    user_id: str
    exchange: str
    symbol: str
    position_side: str
    quantity: Decimal
    average_price: Decimal | None = None
    price: Decimal | None = None
    value: Decimal | None = None
    unrealized_pnl: Decimal | None = None
    realized_pnl: Decimal = ZERO
    leverage: Decimal | None = None
    margin_mode: str | None = None
    updated_at: datetime | None = None


class Corrections(msgspec.Struct, frozen=True, kw_only=True):
    """What the desk may put right by itself on a user's orders."""

    adjust_to_grid: bool = False
    reprice_post_only: bool = False


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """What a user holds of one asset in one wallet of an account; `available` is what no order has reserved."""

    account_id: str
    user_id: str
    asset: str
    quantity: Decimal
    reserved: Decimal
    available: Decimal
    wallet: str = "main"


class LeverageTier(msgspec.Struct, frozen=True, kw_only=True):
    """Up to which worth, in quote, or which quantity, in base, a position may have how much leverage."""

    notional_max: Decimal | None
    leverage_max: Decimal
    quantity_max: Decimal | None = None


class Instrument(msgspec.Struct, frozen=True, kw_only=True):
    """What can be traded, and the venue's rules; a limit that the venue does not set is None.

    `order_types` says of each type who handles it: `native` (the venue), `desk`, or `no`body.
    """

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
    settle: str | None = None
    contract_size: Decimal = ONE
    leverage_max: Decimal | None = None
    leverage_tiers: list[LeverageTier] = []
    order_types: dict[str, str] = {}
    params: list[str] = []


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A venue account. Only in state `ready` does it take new orders; `message` says why it is not.

    `dead_man_seconds`: its venue cancels its orders once it has not heard of the desk for so long; None: never.
    """

    account_id: str
    exchange: str
    environment: str
    user_ids: list[str]
    state: str
    message: str = ""
    created_at: datetime | None = None
    dead_man_seconds: int | None = None


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
    resolved_by: str | None = None
    resolution: str = ""


class Venue(msgspec.Struct, frozen=True, kw_only=True):
    """How one account's session is: its connection, what waits per lane and why, what of the venue's rate budget is
    used (`used/limit`), and what it has heard."""

    account_id: str
    exchange: str
    connected: bool
    streaming: bool
    message: str
    state: str = ""
    waiting: dict[str, int] = {}
    blocked: dict[str, str] = {}
    budget: dict[str, str] = {}
    counts: dict[str, int] = {}
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
