"""Good till a date: the desk itself ends an order when its time is over, wherever it is by then."""

from datetime import datetime

from tidegate.core.decision import NOTHING, Decision
from tidegate.core.desk import Desk
from tidegate.core.endings import end
from tidegate.core.messages.effects import Effect, WakeAt
from tidegate.core.messages.events import CancelRequested, Event
from tidegate.core.order import Order
from tidegate.core.routing import send_cancel, watch_dog
from tidegate.core.vocabulary import OrderStatus, PendingAction, RejectReason, WakePurpose

BY = "expiry"


def expired(desk: Desk, order: Order, at: datetime) -> Decision:
    """An order's time is over: what is not at the venue ends here, what is there is canceled.

    A send that is under way or in doubt is canceled as soon as it is known to be there. A cancel that was asked for
    before goes on as it is.
    """
    if order.is_closed or order.expires_at is None or order.pending_action is PendingAction.CANCEL:
        return NOTHING
    if at < order.expires_at:
        return Decision([], [expiry_timer(order, order.expires_at)])
    if order.is_held or order.waiting_to_retry:
        message = f"good till {order.expires_at.isoformat()}, which is over"
        return Decision(end(order, at, OrderStatus.EXPIRED, RejectReason.EXPIRED_BY_DESK, message))
    requested: list[Event] = [
        CancelRequested(at=at, order_id=order.order_id, by=BY, reason=RejectReason.EXPIRED_BY_DESK)
    ]
    if order.is_unresolved:
        return Decision(requested)
    return Decision(requested, [send_cancel(order), watch_dog(order, at, desk.policy)])


def expiry_timer(order: Order, at: datetime) -> WakeAt:
    """Ring at this time."""
    return WakeAt(order_id=order.order_id, at=at, purpose=WakePurpose.EXPIRY)


def timers_again(desk: Desk, at: datetime) -> list[Effect]:
    """After a restart: the timers of all orders that are good till a date. What is over by now rings at once."""
    return [
        expiry_timer(order, max(order.expires_at, at))
        for order in desk.orders.values()
        if order.expires_at is not None and not order.is_closed
    ]
