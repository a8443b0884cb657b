"""Orders and executions, in the exchange's own neutral words; each venue translates them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

import msgspec

from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.instruments import Instrument


class Side(StrEnum):
    """Who gives what."""

    BUY = "buy"
    SELL = "sell"

    @property
    def opposite(self) -> Side:
        """The other side of the book."""
        return Side.SELL if self is Side.BUY else Side.BUY


class OrderType(StrEnum):
    """How the price is set."""

    MARKET = "market"
    LIMIT = "limit"


class TimeInForce(StrEnum):
    """How long a limit order works."""

    GTC = "gtc"
    IOC = "ioc"
    FOK = "fok"


class OrderStatus(StrEnum):
    """Where an order stands."""

    NEW = "new"
    PARTIALLY_FILLED = "partially_filled"
    FILLED = "filled"
    CANCELED = "canceled"
    EXPIRED = "expired"

    @property
    def is_open(self) -> bool:
        """Whether the order can still trade."""
        return self is OrderStatus.NEW or self is OrderStatus.PARTIALLY_FILLED


class EndReason(StrEnum):
    """What ended an order that was not filled."""

    NONE = "none"
    USER = "user"
    IMMEDIATE_OR_CANCEL = "immediate_or_cancel"
    FILL_OR_KILL = "fill_or_kill"
    POST_ONLY = "post_only"
    NO_LIQUIDITY = "no_liquidity"


class OrderRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A well-formed order that a venue hands to the exchange.

    A market order has exactly one of `quantity` (base) and `quote_quantity`. `post_only_cancels` says what happens to a
    post-only order that would take: refused (Binance), or accepted and canceled at once (OKX, Bybit). `extra` is kept
    with the order untouched, for what a venue must echo.
    """

    instrument: Instrument
    side: Side
    order_type: OrderType
    client_order_id: str
    time_in_force: TimeInForce = TimeInForce.GTC
    post_only: bool = False
    post_only_cancels: bool = False
    price: Decimal = ZERO
    quantity: Decimal = ZERO
    quote_quantity: Decimal = ZERO
    extra: Mapping[str, str] = {}


class Execution(msgspec.Struct, frozen=True, kw_only=True):
    """One order's part in one trade. The fee is a cost: positive means paid."""

    trade_id: int
    account: Account
    order_id: int
    client_order_id: str
    instrument: Instrument
    side: Side
    price: Decimal
    quantity: Decimal
    fee: Decimal
    fee_asset: str
    is_maker: bool
    time_ms: int

    @property
    def quote_quantity(self) -> Decimal:
        """What the trade is worth in the quote asset."""
        return self.price * self.quantity


class OrderState(NamedTuple):
    """What an order looked like from a moment on."""

    time_ms: int
    status: OrderStatus
    filled_quantity: Decimal
    filled_quote: Decimal
    execution_count: int


@dataclass(slots=True, kw_only=True, eq=False)
class Order:
    """An order that the exchange accepted. `account` is None for the simulator's own liquidity.

    `price` is zero for a market order. `quantity` of a market order by quote quantity is the base that the
    quote amount reached in the book when it was accepted.
    """

    order_id: int
    account: Account | None
    instrument: Instrument
    side: Side
    order_type: OrderType
    client_order_id: str
    time_in_force: TimeInForce
    post_only: bool
    price: Decimal
    price_ticks: int
    quantity: Decimal
    quote_quantity: Decimal
    created_ms: int
    updated_ms: int
    extra: Mapping[str, str]
    status: OrderStatus = OrderStatus.NEW
    end_reason: EndReason = EndReason.NONE
    filled_quantity: Decimal = ZERO
    filled_quote: Decimal = ZERO
    locked_amount: Decimal = ZERO
    executions: list[Execution] = field(default_factory=list)
    history: list[OrderState] = field(default_factory=list)

    @property
    def leaves_quantity(self) -> Decimal:
        """The base quantity that is not filled, whether or not it still works."""
        return self.quantity - self.filled_quantity

    @property
    def average_price(self) -> Decimal:
        """The mean price of the fills; zero without one."""
        return self.filled_quote / self.filled_quantity if self.filled_quantity else ZERO

    @property
    def locked_asset(self) -> str:
        """The asset that the order holds while it rests."""
        return self.instrument.quote if self.side is Side.BUY else self.instrument.base

    @property
    def is_open(self) -> bool:
        """Whether the order can still trade."""
        return self.status.is_open

    def fees(self) -> dict[str, Decimal]:
        """Return the fees paid so far, by asset."""
        totals: dict[str, Decimal] = {}
        for execution in self.executions:
            totals[execution.fee_asset] = totals.get(execution.fee_asset, ZERO) + execution.fee
        return totals

    def remember(self) -> None:
        """Append the present state to the history."""
        self.history.append(
            OrderState(self.updated_ms, self.status, self.filled_quantity, self.filled_quote, len(self.executions))
        )

    def as_of(self, time_ms: int | None) -> Order | None:
        """Return the order as it stood at `time_ms` (None: now), or None if it did not exist then."""
        if time_ms is None:
            return self
        past = [state for state in self.history if state.time_ms <= time_ms]
        if not past:
            return None
        state = past[-1]
        return replace(
            self,
            status=state.status,
            end_reason=EndReason.NONE if state.status.is_open else self.end_reason,
            filled_quantity=state.filled_quantity,
            filled_quote=state.filled_quote,
            executions=self.executions[: state.execution_count],
            updated_ms=state.time_ms,
        )


def new_order(
    request: OrderRequest, *, order_id: int, account: Account, quantity: Decimal, price_ticks: int, now_ms: int
) -> Order:
    """Return the order that accepts a request; `quantity` is its base quantity, also when it was asked for by quote."""
    return Order(
        order_id=order_id,
        account=account,
        instrument=request.instrument,
        side=request.side,
        order_type=request.order_type,
        client_order_id=request.client_order_id,
        time_in_force=request.time_in_force,
        post_only=request.post_only,
        price=request.price,
        price_ticks=price_ticks,
        quantity=quantity,
        quote_quantity=request.quote_quantity,
        created_ms=now_ms,
        updated_ms=now_ms,
        extra=request.extra,
    )


class RefusalReason(StrEnum):
    """Why the exchange did not accept an order; each venue has its own code for each."""

    DUPLICATE_CLIENT_ORDER_ID = "duplicate_client_order_id"
    INSUFFICIENT_BALANCE = "insufficient_balance"
    WOULD_TAKE = "would_take"


class OrderRefused(Exception):  # noqa: N818 - Named in the past tense, like every event.
    """The exchange did not accept the order; nothing changed."""

    def __init__(self, reason: RefusalReason) -> None:
        super().__init__(reason.value)
        self.reason = reason
