"""The end of an attempt at the venue: the order's own, or what makes way for the rest of it, changed.

A new attempt leaves only after the old one is proven ended and all of its executions are booked: at no time can two of
one order trade.
"""

from datetime import datetime

from tidegate.core import amendments
from tidegate.core.decision import Decision
from tidegate.core.desk import Desk
from tidegate.core.endings import (
    end,
    end_by_venue,
    end_killed,
    end_rejected_again,
    end_replacement,
    was_sent_again,
)
from tidegate.core.messages.events import Event
from tidegate.core.money import ZERO, plain
from tidegate.core.order import Order
from tidegate.core.risk.leaving import may_send
from tidegate.core.routing import next_attempt, watch_dog
from tidegate.core.vocabulary import OrderStatus, PendingAction, RejectReason, VenueOrderStatus


def ended_at_venue(
    desk: Desk, order: Order, at: datetime, status: VenueOrderStatus, reason: RejectReason | None, message: str = ""
) -> Decision:
    """The venue has ended the current attempt, and all that it executed is booked."""
    is_canceled = status is VenueOrderStatus.CANCELED
    if is_canceled and order.is_giving_way and order.pending_action is not PendingAction.CANCEL:
        return _send_the_rest(desk, order, at)
    if status is VenueOrderStatus.REJECTED and was_sent_again(order):
        return Decision(end_rejected_again(order, at, reason or RejectReason.VENUE_ERROR, message))
    if status is VenueOrderStatus.FILLED and _was_made(order):
        ended = end_by_venue(order.as_asked(), at, status, reason, message)
        return Decision([amendments.made(order, at), *ended])
    if is_canceled and order.pending_action is not PendingAction.CANCEL and _leaves_nothing(order):
        return Decision(_end_reduced(order, at))
    return Decision(end_by_venue(order, at, status, reason, message))


def ended_incomplete(
    order: Order, at: datetime, status: VenueOrderStatus, reason: RejectReason | None, message: str
) -> list[Event]:
    """The venue has ended the current attempt and does not tell all that it executed: nothing is sent after it."""
    is_canceled = status is VenueOrderStatus.CANCELED
    if is_canceled and order.is_giving_way and order.pending_action is not PendingAction.CANCEL:
        return end_replacement(order, at, RejectReason.VENUE_ERROR, message)
    return end_by_venue(order, at, status, reason, message)


def _was_made(order: Order) -> bool:
    """Whether the order is filled to where a change under way would have brought it."""
    if order.asked is None or order.asked.quantity is None or order.is_giving_way:
        return False
    return order.filled_quantity == order.asked.quantity


def _leaves_nothing(order: Order) -> bool:
    """Whether it had filled all that a change under way would have left of it."""
    return (
        order.asked is not None and order.asked.quantity is not None and order.asked.quantity <= order.filled_quantity
    )


def _send_the_rest(desk: Desk, order: Order, at: datetime) -> Decision:
    if _leaves_nothing(order):
        return Decision(_end_reduced(order, at))
    assert order.retry_until is not None
    if at >= order.retry_until and not order.is_protective:
        message = f"{order.exchange} took too long to cancel it"
        return Decision(end_replacement(order, at, RejectReason.TOO_LATE, message))
    if not may_send(desk, order.as_asked()):
        return Decision(end_killed(order, at, "trading was stopped before it was sent again"))
    started, send = next_attempt(order.as_asked(), at, desk.policy)
    return Decision([started], [send, watch_dog(order, at, desk.policy)])


def _end_reduced(order: Order, at: datetime) -> list[Event]:
    """It had filled what it was to be reduced to, or more, before the venue heard of it: the rest is gone."""
    assert order.asked is not None
    to = plain(order.asked.quantity or ZERO)
    message = f"{plain(order.filled_quantity)} had filled before it was reduced to {to}; the rest is canceled"
    too_late = amendments.failed(order, at, RejectReason.TOO_LATE, message)
    ended = end(amendments.unasked(order), at, OrderStatus.CANCELED, RejectReason.USER_REQUEST, message)
    return [too_late, *ended]
