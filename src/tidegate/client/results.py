"""What the desk answers about orders, as structures. Fields are named as in the API; amounts are exact, times aware.

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


class Protection(msgspec.Struct, frozen=True, kw_only=True):
    """What closes the position that an order opens. `trailing_offset` is `150` (quote asset) or `1.5%`."""

    trigger_price: Decimal | None = None
    price: Decimal | None = None
    trailing_offset: str | None = None
    trigger_by: str = "last"


class Amendment(msgspec.Struct, frozen=True, kw_only=True):
    """What an order is to become; None stays as it is."""

    quantity: Decimal | None = None
    price: Decimal | None = None
    trigger_price: Decimal | None = None


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """An order. Quantities are in base; `price` and `realized_pnl` in the quote asset.

    `emulated`: the desk holds it until the market sets it off, because the venue cannot. `asked` is the change under
    way while `pending_action` is `amend`. `arrival_price` was the middle of the market when it came, `slippage_bps` is
    by how much worse it has traded.
    """

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
    trigger_by: str = "last"
    trailing_offset: str | None = None
    triggered_at: datetime | None = None
    time_in_force: str = "gtc"
    expires_at: datetime | None = None
    post_only: bool = False
    reduce_only: bool = False
    position_side: str = "net"
    margin_mode: str | None = None
    leverage: Decimal | None = None
    stop_loss: Protection | None = None
    take_profit: Protection | None = None
    routing: str = "venue"
    params: dict[str, str] = {}
    client_order_id: str | None = None
    filled_quantity: Decimal = ZERO
    leaves_quantity: Decimal | None = None
    average_price: Decimal | None = None
    arrival_price: Decimal | None = None
    slippage_bps: Decimal | None = None
    fees: list[Fee] = []
    realized_pnl: Decimal = ZERO
    pending_action: str = "none"
    asked: Amendment | None = None
    in_doubt: bool = False
    held_by: str = "venue"
    emulated: bool = False
    parent_order_id: str | None = None
    leg: str | None = None
    rule_id: str | None = None
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
    """A trade of one order. `quantity` in base, `price` and `realized_pnl` (before fees) in the quote asset.

    `busted_at` is when the venue took it back.
    """

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
    position_side: str = "net"
    busted_at: datetime | None = None


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """When `order_id` reaches `status`: place an order (`place_order_id`), or cancel one. `ended_at`: it waits no more;
    `fired` and `message` say how it ended."""

    rule_id: str
    user_id: str
    order_id: str
    status: str
    created_at: datetime
    place: dict[str, Any] | None = None
    place_order_id: str | None = None
    cancel_order_id: str | None = None
    ended_at: datetime | None = None
    fired: bool = False
    message: str = ""
