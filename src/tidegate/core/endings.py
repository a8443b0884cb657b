"""How orders end: the outcome, then `OrderClosed`, always together."""

from datetime import datetime

from tidegate.core.messages.events import Event, OrderClosed, OrderEnded
from tidegate.core.order import Order
from tidegate.core.vocabulary import OrderStatus, PendingAction, RejectReason, TimeInForce, VenueOrderStatus


def end(
    order: Order,
    at: datetime,
    status: OrderStatus,
    reason: RejectReason | None,
    message: str = "",
    venue_code: str | None = None,
) -> list[Event]:
    """The last two events of an order that nothing more is expected of."""
    ended = OrderEnded(
        at=at, order_id=order.order_id, status=status, reason=reason, message=message, venue_code=venue_code
    )
    return [ended, OrderClosed(at=at, order_id=order.order_id, realized_pnl=order.realized_pnl)]


def end_by_venue(
    order: Order, at: datetime, status: VenueOrderStatus, reason: RejectReason | None, message: str = ""
) -> list[Event]:
    """End an order as the venue says, in our words.

    What an ioc, fok or market order leaves unfilled is canceled, whatever the venue calls it.
    """
    gives_time = order.price is not None and order.time_in_force in (TimeInForce.GTC, TimeInForce.GTD)
    match status:
        case VenueOrderStatus.FILLED:
            return end(order, at, OrderStatus.FILLED, None, message)
        case VenueOrderStatus.REJECTED if not order.filled_quantity:
            return end(order, at, OrderStatus.REJECTED, reason or RejectReason.VENUE_ERROR, message)
        case VenueOrderStatus.EXPIRED if gives_time:
            return end(order, at, OrderStatus.EXPIRED, reason or RejectReason.EXPIRED_AT_VENUE, message)
        case _:
            if order.pending_action is PendingAction.CANCEL:
                reason, message = RejectReason.USER_REQUEST, "canceled as requested"
            return end(order, at, OrderStatus.CANCELED, reason or RejectReason.CANCELED_AT_VENUE, message)


def give_up_sending(order: Order, at: datetime, message: str) -> list[Event]:
    """End an order that is proven not to be at the venue and will not be tried again."""
    asked = order.pending_action is PendingAction.CANCEL
    reason = RejectReason.USER_REQUEST if asked else RejectReason.NOT_SENT
    return end(order, at, OrderStatus.CANCELED, reason, message)
