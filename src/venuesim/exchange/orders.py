"""Orders and executions, in the exchange's own neutral words; each venue translates them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.instruments import Instrument, price_key
from venuesim.exchange.triggers import Trigger, Watch
from venuesim.exchange.vocabulary import (
    EndReason,
    OrderStatus,
    OrderType,
    Origin,
    PositionSide,
    RefusalReason,
    SelfTradePrevention,
    Side,
    TimeInForce,
)


class OrderRequest(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A well-formed order that a venue hands to the exchange.

    A market order has exactly one of `quantity` (base) and `quote_quantity`; its `price`, if any, is the worst that it
    may trade at, and `assumed_price`, if any, what its margin is counted by instead. `post_only_cancels` says what
    happens to a post-only order that would take: refused (Binance), or accepted and canceled at once (OKX, Bybit). An
    order with a `trigger` waits for it: `refuses_met_trigger` says whether one that is met already is refused or fires
    at once, and `locks_while_waiting` whether the order holds its funds meanwhile. An empty `client_order_id` names
    nothing and collides with nothing. `pocket` names the account's holding of the contract that the order belongs to,
    at venues that keep several apart (OKX: cross and isolated). `extra` is kept with the order untouched, for what a
    venue must echo.
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
    assumed_price: Decimal = ZERO
    display_quantity: Decimal = ZERO
    reduce_only: bool = False
    position_side: PositionSide = PositionSide.NET
    pocket: str = ""
    self_trade_prevention: SelfTradePrevention = SelfTradePrevention.NONE
    trigger: Trigger | None = None
    refuses_met_trigger: bool = True
    locks_while_waiting: bool = True
    expires_ms: int | None = None
    origin: Origin = Origin.USER
    extra: Mapping[str, str] = {}


class Execution(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One order's part in one trade. The fee is a cost: positive means paid, negative a rebate.

    `sequence` counts the executions of the whole exchange. `realized_pnl` (quote) is what a contract's closing part
    earned before fees; `closed_quantity` is that part. `leaves_quantity` is what the order had left afterwards.
    """

    sequence: int
    trade_id: int
    account: Account
    order: Order
    side: Side
    price: Decimal
    quantity: Decimal
    fee: Decimal
    fee_asset: str
    fee_rate: Decimal
    is_maker: bool
    time_ms: int
    leaves_quantity: Decimal
    realized_pnl: Decimal = ZERO
    closed_quantity: Decimal = ZERO
    mark_price: Decimal = ZERO

    @property
    def instrument(self) -> Instrument:
        """What was traded."""
        return self.order.instrument

    @property
    def order_id(self) -> int:
        """The venue id of the order."""
        return self.order.order_id

    @property
    def client_order_id(self) -> str:
        """The client order id of the order."""
        return self.order.client_order_id

    @property
    def quote_quantity(self) -> Decimal:
        """What the trade is worth in the quote asset."""
        return self.price * self.quantity


class OrderState(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What an order looked like from a moment on."""

    time_ms: int
    status: OrderStatus
    quantity: Decimal
    price: Decimal
    filled_quantity: Decimal
    filled_quote: Decimal
    execution_count: int


class Order(msgspec.Struct, kw_only=True, eq=False):
    """An order that the exchange accepted. `account` is None for the simulator's own liquidity.

    `sequence` counts the orders of the whole exchange, liquidity excluded. `price` is zero for a market order.
    `quantity` of a market order by quote quantity is the base that the quote amount reached in the book when it was
    accepted. `locked_amount` is what it holds of `locked_asset` (spot), or the notional that it counts for (contracts).
    `triggered_ms` and `working_ms` are None until the trigger fired and the order could trade. `prevented_quantity` is
    what self-trade prevention took from it. `rests` says whether it stands in the book.
    """

    order_id: int
    sequence: int
    account: Account | None
    instrument: Instrument
    side: Side
    order_type: OrderType
    client_order_id: str
    time_in_force: TimeInForce
    post_only: bool
    price: Decimal
    price_key: int
    quantity: Decimal
    quote_quantity: Decimal
    created_ms: int
    updated_ms: int
    extra: Mapping[str, str]
    post_only_cancels: bool = False
    display_quantity: Decimal = ZERO
    reduce_only: bool = False
    position_side: PositionSide = PositionSide.NET
    pocket: str = ""
    self_trade_prevention: SelfTradePrevention = SelfTradePrevention.NONE
    trigger: Trigger | None = None
    watch: Watch | None = None
    rests: bool = False
    expires_ms: int | None = None
    origin: Origin = Origin.USER
    status: OrderStatus = OrderStatus.NEW
    end_reason: EndReason = EndReason.NONE
    triggered_ms: int | None = None
    working_ms: int | None = None
    filled_quantity: Decimal = ZERO
    filled_quote: Decimal = ZERO
    prevented_quantity: Decimal = ZERO
    locked_amount: Decimal = ZERO
    amended_count: int = 0
    executions: list[Execution] = []
    history: list[OrderState] = []

    @property
    def leaves_quantity(self) -> Decimal:
        """The base quantity that is neither filled nor prevented, whether or not it still works."""
        return self.quantity - self.filled_quantity - self.prevented_quantity

    @property
    def visible_quantity(self) -> Decimal:
        """What the book shows of it: of an iceberg order what is left of its present peak."""
        if not self.display_quantity:
            return self.leaves_quantity
        gone = (self.filled_quantity + self.prevented_quantity) % self.display_quantity
        return min(self.display_quantity - gone, self.leaves_quantity)

    @property
    def average_price(self) -> Decimal:
        """The mean price of the fills; zero without one."""
        return self.filled_quote / self.filled_quantity if self.filled_quantity else ZERO

    @property
    def locked_asset(self) -> str:
        """The asset that the order holds while it rests, or that its margin is in."""
        if self.side is Side.BUY or self.instrument.is_linear:
            return self.instrument.quote
        return self.instrument.base

    @property
    def is_open(self) -> bool:
        """Whether the order can still trade."""
        return self.status.is_open

    @property
    def limit_key(self) -> int | None:
        """The worst price it may trade at, as a key; None for a market order without a bound."""
        return None if self.order_type is OrderType.MARKET and not self.price else self.price_key

    def fees(self) -> dict[str, Decimal]:
        """Return the fees paid so far, by asset."""
        totals: dict[str, Decimal] = {}
        for execution in self.executions:
            totals[execution.fee_asset] = totals.get(execution.fee_asset, ZERO) + execution.fee
        return totals

    def realized_pnl(self) -> Decimal:
        """Return what its closing executions earned before fees (quote; contracts only)."""
        return sum((execution.realized_pnl for execution in self.executions), ZERO)

    def remember(self) -> None:
        """Append the present state to the history."""
        self.history.append(
            OrderState(
                self.updated_ms,
                self.status,
                self.quantity,
                self.price,
                self.filled_quantity,
                self.filled_quote,
                len(self.executions),
            )
        )

    def as_of(self, time_ms: int | None) -> Order | None:
        """Return the order as it stood at `time_ms` (None: now), or None if it did not exist then."""
        if time_ms is None:
            return self
        past = [state for state in self.history if state.time_ms <= time_ms]
        if not past:
            return None
        state = past[-1]
        return msgspec.structs.replace(
            self,
            status=state.status,
            end_reason=EndReason.NONE if state.status.is_open else self.end_reason,
            quantity=state.quantity,
            price=state.price,
            filled_quantity=state.filled_quantity,
            filled_quote=state.filled_quote,
            executions=self.executions[: state.execution_count],
            updated_ms=state.time_ms,
        )


def new_order(
    request: OrderRequest, *, order_id: int, sequence: int, account: Account | None, quantity: Decimal, now_ms: int
) -> Order:
    """Return the order that accepts a request; `quantity` is its base quantity, also when it was asked for by quote."""
    return Order(
        order_id=order_id,
        sequence=sequence,
        account=account,
        instrument=request.instrument,
        side=request.side,
        order_type=request.order_type,
        client_order_id=request.client_order_id,
        time_in_force=request.time_in_force,
        post_only=request.post_only,
        post_only_cancels=request.post_only_cancels,
        price=request.price,
        price_key=price_key(request.price),
        quantity=quantity,
        quote_quantity=request.quote_quantity,
        display_quantity=request.display_quantity,
        reduce_only=request.reduce_only,
        position_side=request.position_side,
        pocket=request.pocket,
        self_trade_prevention=request.self_trade_prevention,
        trigger=request.trigger,
        expires_ms=request.expires_ms,
        origin=request.origin,
        created_ms=now_ms,
        updated_ms=now_ms,
        extra=request.extra,
        status=OrderStatus.NEW if request.trigger is None else OrderStatus.WAITING,
        working_ms=now_ms if request.trigger is None else None,
    )


def owner_of(order: Order) -> Account:
    """Return whose order it is; liquidity has no owner, and nobody asks for it."""
    assert order.account is not None, "liquidity has no owner"
    return order.account


class OrderRefused(Exception):  # noqa: N818 - Named in the past tense, like every event.
    """The exchange did not accept the order; nothing changed."""

    def __init__(self, reason: RefusalReason) -> None:
        super().__init__(reason.value)
        self.reason = reason
