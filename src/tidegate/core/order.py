"""An order: what was asked, where it stands, and which moves between states are legal."""

import copy
from datetime import datetime
from decimal import Decimal

import msgspec

from tidegate.core.identifiers import (
    VENUE,
    AccountId,
    ClientOrderId,
    ExchangeClientOrderId,
    ExchangeOrderId,
    IdempotencyKey,
    OrderId,
    RuleId,
    UserId,
)
from tidegate.core.messages.values import Amendment, Fee, Protection
from tidegate.core.money import ONE, ZERO
from tidegate.core.vocabulary import (
    Exchange,
    HeldBy,
    Leg,
    MarginMode,
    OffsetUnit,
    OrderStatus,
    OrderType,
    PendingAction,
    PositionSide,
    RefusalCode,
    RejectReason,
    Routing,
    Side,
    TimeInForce,
    TriggerBy,
    VenueOrderStatus,
)


class Order(msgspec.Struct, kw_only=True, gc=False):
    """One order, whole. Its fields are the columns of the `orders` table, by the same names.

    Only `apply` changes an order; everybody else sees copies. Quantities are in base, `price`, `filled_value` and
    `realized_pnl` in the instrument's quote asset.
    """

    order_id: OrderId
    user_id: UserId
    account_id: AccountId
    exchange: Exchange
    symbol: str
    side: Side
    order_type: OrderType
    timestamp: datetime
    updated_at: datetime
    status: OrderStatus = OrderStatus.CREATED
    quantity: Decimal | None = None
    quote_quantity: Decimal | None = None
    price: Decimal | None = None
    trigger_price: Decimal | None = None
    time_in_force: TimeInForce = TimeInForce.GTC
    post_only: bool = False
    reduce_only: bool = False
    routing: Routing = Routing.VENUE
    client_order_id: ClientOrderId | None = None
    params: dict[str, str] | None = None
    position_side: PositionSide = PositionSide.NET
    margin_mode: MarginMode | None = None
    leverage: Decimal | None = None
    expires_at: datetime | None = None
    trigger_by: TriggerBy = TriggerBy.LAST
    trailing_offset: Decimal | None = None
    trailing_offset_unit: OffsetUnit = OffsetUnit.PRICE
    stop_loss: Protection | None = None
    take_profit: Protection | None = None
    leg: Leg | None = None
    rule_id: RuleId | None = None
    # Where it stands.
    filled_quantity: Decimal = ZERO
    filled_value: Decimal = ZERO
    average_price: Decimal | None = None
    fees: tuple[Fee, ...] = ()
    realized_pnl: Decimal = ZERO
    pending_action: PendingAction = PendingAction.NONE
    cancel_reason: RejectReason | None = None  # Why its end was asked for.
    in_doubt: bool = False
    held_by: HeldBy = HeldBy.VENUE
    parent_order_id: OrderId | None = None
    exchange_order_id: ExchangeOrderId | None = None
    reason: RejectReason | RefusalCode | None = None
    message: str | None = None
    closed_at: datetime | None = None
    # The attempt that is under way, or was the last.
    attempt: int = 0
    exchange_client_order_id: ExchangeClientOrderId | None = None
    request_expires_at: datetime | None = None
    retry_until: datetime | None = None
    waiting_to_retry: bool = False
    absent_since: datetime | None = None
    awaited_since: datetime | None = None  # Since when the venue owes its word on a send, a change or a cancel.
    filled_before: Decimal = ZERO  # What earlier attempts filled; the venue counts from the current one's beginning.
    former_exchange_order_ids: dict[ExchangeOrderId, int] | None = None  # What the venue called it before, by attempt.
    corrections: int = 0  # Corrective actions so far, which are bounded.
    # A conditional order: the best price since it trails, and when it was set off.
    trailing_extreme: Decimal | None = None
    triggered_at: datetime | None = None
    # A change under way: what was asked, and whether the order is being replaced because it cannot change in place.
    amendment: int = 0
    asked: Amendment | None = None
    replacing: bool = False
    amend_expires_at: datetime | None = None  # None while no such request can be on its way.
    asked_reserve_price: Decimal | None = None
    # Protection: what its legs have closed of what it filled, and whether they are still wanted.
    exited_quantity: Decimal = ZERO
    guarding: bool = False
    # What the venue said last, when it is ahead of our executions.
    venue_status: VenueOrderStatus | None = None
    venue_filled_quantity: Decimal | None = None
    lookups: int = 0
    # The reservation: worst case of what is open or in doubt.
    reserved_asset: str | None = None
    reserved_quantity: Decimal = ZERO
    reserve_price: Decimal | None = None
    reserve_rate: Decimal = ONE  # Of a derivative: the part of its worth that margin and fees tie up.
    limits_version: int = 0
    # How it was asked for.
    idempotency_key: IdempotencyKey | None = None
    request_hash: str = ""
    history_sequence: int = 0
    arrival_price: Decimal | None = None  # The market's when it came: what its fills are measured against.

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None

    @property
    def is_forced(self) -> bool:
        """Whether the venue made it by itself: nobody here asked for it, and it has traded when it is heard of."""
        return self.rule_id is not None and self.rule_id.startswith(VENUE)

    @property
    def is_unresolved(self) -> bool:
        """Whether a send is under way or in doubt."""
        if self.status is not _PENDING and not (self.replacing and self.exchange_order_id is None):
            return False  # Asked around every event, and this is the answer to most: without a call.
        return self.closed_at is None and not self.waiting_to_retry and self.held_by is not HeldBy.DESK

    @property
    def is_resending(self) -> bool:
        """Whether the rest of an order that had been at the venue is on its way there again, under a new attempt."""
        return self.replacing and self.exchange_order_id is None

    @property
    def is_unsent(self) -> bool:
        """Whether the venue has not given its word on the current attempt yet."""
        return self.status in UNSENT or self.is_resending

    @property
    def is_giving_way(self) -> bool:
        """Whether its attempt at the venue is being canceled so that the rest can be sent again, changed."""
        return self.replacing and self.exchange_order_id is not None

    @property
    def replaced_attempt(self) -> int:
        """The last attempt that has ended at the venue and was followed by another; 0: none."""
        former = self.former_exchange_order_ids
        return (
            0 if former is None else max((attempt for attempt in former.values() if attempt < self.attempt), default=0)
        )

    @property
    def attempt_filled_quantity(self) -> Decimal:
        """What the current attempt has filled: the venue counts from its beginning."""
        return self.filled_quantity - self.filled_before

    @property
    def quantity_most(self) -> Decimal | None:
        """What may be filled at most: more than `quantity` while an increase may already have been made."""
        if self.asked is None or self.asked.quantity is None or self.quantity is None or self.is_giving_way:
            return self.quantity
        return self.asked.quantity if self.is_resending else max(self.quantity, self.asked.quantity)

    def as_asked(self) -> "Order":
        """What it becomes by the change under way; itself while there is none."""
        if self.asked is None:
            return self
        changed = copy.copy(self)
        changed.asked = None
        changed.quantity = self.quantity if self.asked.quantity is None else self.asked.quantity
        changed.price = self.price if self.asked.price is None else self.asked.price
        changed.trigger_price = self.trigger_price if self.asked.trigger_price is None else self.asked.trigger_price
        changed.reserve_price = self.asked_reserve_price
        return changed

    @property
    def leaves_quantity(self) -> Decimal | None:
        """What may still be filled, in base; None while only the quote quantity is known."""
        if self.quantity is None:
            return None
        return max(self.quantity - self.filled_quantity, ZERO)

    @property
    def exchange_order_ids(self) -> tuple[ExchangeOrderId, ...]:
        """All that the venue has ever called it."""
        now = () if self.exchange_order_id is None else (self.exchange_order_id,)
        return now if self.former_exchange_order_ids is None else (*now, *self.former_exchange_order_ids)

    @property
    def is_derivative(self) -> bool:
        """Whether it trades a derivative: ccxt's symbols name what one settles in behind a colon."""
        return ":" in self.symbol

    @property
    def is_conditional(self) -> bool:
        """Whether it waits for the market to set it off, at the venue or at the desk."""
        return self.order_type in CONDITIONAL and self.triggered_at is None

    @property
    def is_held(self) -> bool:
        """Whether the desk keeps it: nothing of it is at the venue or under way there."""
        return self.held_by is HeldBy.DESK and self.closed_at is None

    @property
    def is_protective(self) -> bool:
        """Whether it is a leg of its parent's protection, which goes ahead of other orders and is never given up."""
        return self.leg is not None

    @property
    def is_immediate(self) -> bool:
        """Whether the order never rests: it fills at once, and what does not is canceled."""
        if self.is_conditional:
            return False
        at_market = self.price is None
        return at_market or self.time_in_force in (TimeInForce.IOC, TimeInForce.FOK)

    @property
    def is_awaited(self) -> bool:
        """Whether the venue owes its word: on a doubt, a cancel, executions, or the end of what never rests."""
        if self.is_closed or (self.is_held and self.pending_action is PendingAction.NONE):
            return False
        return (
            self.in_doubt
            or self.status is OrderStatus.PENDING
            or self.replacing
            or self.asked is not None
            or self.pending_action is not PendingAction.NONE
            or self.venue_status is not None
            or self.absent_since is not None
            or self.is_immediate
        )

    @property
    def is_acknowledged(self) -> bool:
        """Whether the desk or the venue has given its definite word on the order."""
        if self.is_closed or self.is_held:
            return True
        return self.status not in UNSENT and not self.in_doubt and not self.is_resending


CONDITIONAL = frozenset(
    {
        OrderType.STOP_LOSS,
        OrderType.STOP_LIMIT,
        OrderType.TAKE_PROFIT,
        OrderType.TAKE_PROFIT_LIMIT,
        OrderType.TRAILING_STOP,
    }
)
_PENDING = OrderStatus.PENDING
UNSENT = frozenset({OrderStatus.CREATED, OrderStatus.PENDING})
TERMINAL = frozenset(
    {
        OrderStatus.INVALIDATED,
        OrderStatus.FILLED,
        OrderStatus.CANCELED,
        OrderStatus.REJECTED,
        OrderStatus.EXPIRED,
    }
)
_LATE_EXECUTION = frozenset({OrderStatus.FILLED})
LEGAL_TRANSITIONS: dict[OrderStatus, frozenset[OrderStatus]] = {
    OrderStatus.CREATED: frozenset({OrderStatus.INVALIDATED, OrderStatus.PENDING, OrderStatus.FILLED}),
    OrderStatus.INVALIDATED: frozenset(),
    OrderStatus.PENDING: frozenset(OrderStatus) - {OrderStatus.CREATED, OrderStatus.INVALIDATED},
    OrderStatus.SUBMITTED: frozenset(OrderStatus)
    - {OrderStatus.CREATED, OrderStatus.INVALIDATED, OrderStatus.PENDING, OrderStatus.SUBMITTED},
    OrderStatus.PARTIALLY_FILLED: frozenset(
        {OrderStatus.PARTIALLY_FILLED, OrderStatus.FILLED, OrderStatus.CANCELED, OrderStatus.EXPIRED}
    ),
    OrderStatus.FILLED: frozenset({OrderStatus.CANCELED}),  # A bust.
    OrderStatus.CANCELED: _LATE_EXECUTION,
    OrderStatus.EXPIRED: _LATE_EXECUTION,
    OrderStatus.REJECTED: _LATE_EXECUTION,
}


def move(order: Order, status: OrderStatus) -> None:
    """Change an order's status; an illegal move is a fault of ours, never of the venue."""
    assert status in LEGAL_TRANSITIONS[order.status], f"{order.order_id}: {order.status} to {status} is not legal"
    order.status = status
