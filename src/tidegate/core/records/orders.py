"""What happens to an order, and what waits for it. The order itself is in `core/order.py`."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from tidegate.core.identifiers import (
    AccountId,
    ExchangeClientOrderId,
    ExchangeOrderId,
    ExecutionId,
    IdempotencyKey,
    OrderId,
    RuleId,
    TradeId,
    UserId,
)
from tidegate.core.messages.commands import PlaceOrder
from tidegate.core.messages.values import Fee
from tidegate.core.money import ZERO
from tidegate.core.vocabulary import Exchange, ExecutionType, HistoryStatus, Liquidity, OrderStatus, PositionSide, Side


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


class ForcedClose(msgspec.Struct):
    """An order that a venue made by itself, and how much of it each user bore."""

    exchange_order_id: ExchangeOrderId | None
    parts: dict[UserId, Decimal]

    def add(self, user_id: UserId, quantity: Decimal) -> None:
        """Another trade of it."""
        self.parts[user_id] = self.parts.get(user_id, ZERO) + quantity
