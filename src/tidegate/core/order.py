"""An order: what was asked, where it stands, and which moves between states are legal."""

from datetime import datetime
from decimal import Decimal

import msgspec

from tidegate.core.identifiers import (
    AccountId,
    ClientOrderId,
    ExchangeClientOrderId,
    ExchangeOrderId,
    IdempotencyKey,
    OrderId,
    UserId,
)
from tidegate.core.messages.values import Fee
from tidegate.core.money import ZERO
from tidegate.core.vocabulary import (
    Exchange,
    HeldBy,
    OrderStatus,
    OrderType,
    PendingAction,
    RefusalCode,
    RejectReason,
    Routing,
    Side,
    TimeInForce,
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
    # Where it stands.
    filled_quantity: Decimal = ZERO
    filled_value: Decimal = ZERO
    average_price: Decimal | None = None
    fees: tuple[Fee, ...] = ()
    realized_pnl: Decimal = ZERO
    pending_action: PendingAction = PendingAction.NONE
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
    # What the venue said last, when it is ahead of our executions.
    venue_status: VenueOrderStatus | None = None
    venue_filled_quantity: Decimal | None = None
    lookups: int = 0
    # The reservation: worst case of what is open or in doubt.
    reserved_asset: str | None = None
    reserved_quantity: Decimal = ZERO
    reserve_price: Decimal | None = None
    limits_version: int = 0
    # How it was asked for.
    idempotency_key: IdempotencyKey | None = None
    request_hash: str = ""
    history_sequence: int = 0

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None

    @property
    def is_unresolved(self) -> bool:
        """Whether a send is under way or in doubt."""
        return self.status is OrderStatus.PENDING and not self.waiting_to_retry and self.closed_at is None

    @property
    def leaves_quantity(self) -> Decimal | None:
        """What may still be filled, in base; None while only the quote quantity is known."""
        if self.quantity is None:
            return None
        return max(self.quantity - self.filled_quantity, ZERO)

    @property
    def is_immediate(self) -> bool:
        """Whether the order never rests: it fills at once, and what does not is canceled."""
        return self.order_type is OrderType.MARKET or self.time_in_force in (TimeInForce.IOC, TimeInForce.FOK)

    @property
    def is_awaited(self) -> bool:
        """Whether the venue owes its word: on a doubt, a cancel, executions, or the end of what never rests."""
        return not self.is_closed and (
            self.in_doubt
            or self.status is OrderStatus.PENDING
            or self.pending_action is not PendingAction.NONE
            or self.venue_status is not None
            or self.absent_since is not None
            or self.is_immediate
        )

    @property
    def is_acknowledged(self) -> bool:
        """Whether the desk or the venue has given its definite word on the order."""
        return self.is_closed or (self.status not in UNSENT and not self.in_doubt)


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
    OrderStatus.CREATED: frozenset({OrderStatus.INVALIDATED, OrderStatus.PENDING}),
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
