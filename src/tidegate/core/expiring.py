"""Good till a date: the desk itself ends an order when its time is over, wherever it is by then."""

from datetime import datetime

from tidegate.core.canceling import cancel_order
from tidegate.core.decision import NOTHING, Decision
from tidegate.core.desk import Desk
from tidegate.core.doubts import OUTCOME_UNKNOWN
from tidegate.core.messages.effects import Effect, WakeAt
from tidegate.core.messages.events import Event
from tidegate.core.order import Order
from tidegate.core.sending import break_once
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


def past_its_time(desk: Desk, order: Order, at: datetime, again_at: datetime, message: str) -> list[Event]:
    """The break of an order that its venue does not let go, before it is canceled once more at `again_at`.

    It takes the place of the doubt about its cancel, of which nothing is known there: here the venue says why.
    """
    if order.awaited_since is None or again_at - order.awaited_since < desk.policy.doubt_alarm:
        return []
    told = f"order {order.order_id} is past its time, and {order.exchange} does not cancel it: {message}; asking on"
    return break_once(desk, order, at, OUTCOME_UNKNOWN, order.order_id, told)


def timers_again(desk: Desk, at: datetime) -> list[Effect]:
    """After a restart: the timers of all orders that are good till a date. What is over by now rings at once."""
    return [
        _timer(order, max(order.expires_at, at))
        for order in desk.orders.values()
        if order.expires_at is not None and not order.is_closed
    ]


def _timer(order: Order, at: datetime) -> WakeAt:
    return WakeAt(order_id=order.order_id, at=at, purpose=WakePurpose.EXPIRY)
