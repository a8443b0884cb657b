"""Good till a date: the desk itself ends an order when its time is over, wherever it is by then."""

from datetime import datetime

from tidegate.core.canceling import cancel_order
from tidegate.core.decision import NOTHING, Decision
from tidegate.core.desk import Desk
from tidegate.core.messages.effects import Effect, WakeAt
from tidegate.core.order import Order
from tidegate.core.vocabulary import RejectReason, WakePurpose

BY = "expiry"


def expired(desk: Desk, order: Order, at: datetime) -> Decision:
    """An order's time is over: what is not at the venue ends here, what is there is canceled.

    A cancel that was asked for before goes on as it is.
    """
    if order.is_closed or order.expires_at is None:
        return NOTHING
    if at < order.expires_at:
        return Decision([], [_timer(order, order.expires_at)])
    return cancel_order(desk, order, at, BY, RejectReason.EXPIRED_BY_DESK)


def timers_again(desk: Desk, at: datetime) -> list[Effect]:
    """After a restart: the timers of all orders that are good till a date. What is over by now rings at once."""
    return [
        _timer(order, max(order.expires_at, at))
        for order in desk.orders.values()
        if order.expires_at is not None and not order.is_closed
    ]


def _timer(order: Order, at: datetime) -> WakeAt:
    return WakeAt(order_id=order.order_id, at=at, purpose=WakePurpose.EXPIRY)
