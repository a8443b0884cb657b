"""How orders end: the outcome, then `OrderClosed`, always together. A change that was under way ends first."""

from datetime import datetime

from tidegate.core import amendments
from tidegate.core.messages.events import Event, OrderClosed, OrderEnded
from tidegate.core.order import Order
from tidegate.core.vocabulary import OrderStatus, PendingAction, RejectReason, TimeInForce, VenueOrderStatus

_CANCELED_BECAUSE = {
    RejectReason.USER_REQUEST: "canceled as requested",
    RejectReason.EXPIRED_BY_DESK: "its time has come",
    RejectReason.ONE_CANCELS_OTHER: "the other one of the two has traded",
    RejectReason.CANCELED_BY_RULE: "canceled by a rule",
    RejectReason.STOP_TRIGGERED: "the stop of what it had filled was set off",
    RejectReason.KILLED: "canceled by the kill switch",
    RejectReason.POSITION_CLOSED: "the position that it could reduce is closed",
    RejectReason.CLIENT_DISCONNECTED: "its client was not heard of in time",
}


def end(
    order: Order,
    at: datetime,
    status: OrderStatus,
    reason: RejectReason | None,
    message: str = "",
    venue_code: str | None = None,
) -> list[Event]:
    """The last events of an order that nothing more is expected of."""
    ended = OrderEnded(
        at=at, order_id=order.order_id, status=status, reason=reason, message=message, venue_code=venue_code
    )
    closed = OrderClosed(at=at, order_id=order.order_id, realized_pnl=order.realized_pnl)
    return [*end_change(order, at, f"the order was {status} first"), ended, closed]


def end_change(order: Order, at: datetime, message: str) -> list[Event]:
    """The end of a change that comes too late, if one was under way."""
    return [] if order.asked is None else [amendments.failed(order, at, RejectReason.TOO_LATE, message)]


def end_by_venue(
    order: Order, at: datetime, status: VenueOrderStatus, reason: RejectReason | None, message: str = ""
) -> list[Event]:
    """End an order as the venue says, in our words.

    What an ioc, fok or market order leaves unfilled is canceled, whatever the venue calls it.
    """
    gives_time = order.price is not None and order.time_in_force in (TimeInForce.GTC, TimeInForce.GTD)
    has_traded = order.filled_quantity or order.status is OrderStatus.PARTIALLY_FILLED  # Busted or not.
    match status:
        case VenueOrderStatus.FILLED:
            return end(order, at, OrderStatus.FILLED, None, message)
        case VenueOrderStatus.REJECTED if not has_traded:
            return end(order, at, OrderStatus.REJECTED, reason or RejectReason.VENUE_ERROR, message)
        case VenueOrderStatus.EXPIRED if gives_time:
            return end(order, at, OrderStatus.EXPIRED, reason or RejectReason.EXPIRED_AT_VENUE, message)
        case _ if order.pending_action is PendingAction.CANCEL:
            return end_as_asked(order, at)
        case _:
            return end(order, at, OrderStatus.CANCELED, reason or RejectReason.CANCELED_AT_VENUE, message)


def end_as_asked(order: Order, at: datetime, message: str = "") -> list[Event]:
    """End an order as its cancel asked: for the reason that was given then."""
    reason = order.cancel_reason or RejectReason.USER_REQUEST
    status = OrderStatus.EXPIRED if reason is RejectReason.EXPIRED_BY_DESK else OrderStatus.CANCELED
    return end(order, at, status, reason, message or _CANCELED_BECAUSE.get(reason, str(reason).replace("_", " ")))


def end_killed(order: Order, at: datetime, message: str = "trading was stopped before it could leave") -> list[Event]:
    """End an order that is not at the venue and may not go there any more."""
    change = [] if order.asked is None else [amendments.failed(order, at, RejectReason.KILLED, message)]
    return [*change, *end(amendments.unasked(order), at, OrderStatus.CANCELED, RejectReason.KILLED, message)]


def give_up_sending(order: Order, at: datetime, message: str) -> list[Event]:
    """End an order that is proven not to be at the venue and will not be tried again."""
    if order.pending_action is PendingAction.CANCEL:
        return end_as_asked(order, at, message)
    if order.asked is not None:
        return end_replacement(order, at, RejectReason.NOT_SENT, message)
    return end(order, at, OrderStatus.CANCELED, RejectReason.NOT_SENT, message)


def was_sent_again(order: Order) -> bool:
    """Whether the attempt is what was left of an order that had been canceled to be changed, and has not traded."""
    return order.amendment > 0 and order.replaced_attempt > 0 and not order.attempt_filled_quantity


def end_rejected_again(
    order: Order, at: datetime, reason: RejectReason, message: str, venue_code: str | None = None
) -> list[Event]:
    """End an order whose rest the venue did not take again: it had been there, so it is canceled, never rejected."""
    if order.pending_action is PendingAction.CANCEL:
        return end_as_asked(order, at)
    if order.asked is not None:
        return end_replacement(order, at, reason, message, venue_code)
    lost = f"sent again, changed, and rejected after all: {message or reason}"
    return end(order, at, OrderStatus.CANCELED, RejectReason.REPLACE_FAILED, lost, venue_code)


def end_replacement(
    order: Order, at: datetime, reason: RejectReason, message: str, venue_code: str | None = None
) -> list[Event]:
    """End an order that was canceled to be sent again, changed, and whose rest did not get there; `reason` says why."""
    why = amendments.failed(order, at, reason, message, venue_code)
    lost = f"canceled for a change, and what was left could not be sent again: {message}"
    return [why, *end(amendments.unasked(order), at, OrderStatus.CANCELED, RejectReason.REPLACE_FAILED, lost)]
