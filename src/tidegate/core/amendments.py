"""What a change makes of an order: the events that tell of it, each with the reservation that follows."""

import copy
from datetime import datetime
from decimal import Decimal

from tidegate.core.messages.events import AmendFailed, AmendRequested, OrderAmended, OrderRestated
from tidegate.core.messages.values import Amendment
from tidegate.core.order import Order
from tidegate.core.policy import Policy
from tidegate.core.portfolio.reservations import worst_case
from tidegate.core.vocabulary import PendingAction, RejectReason


def with_change(order: Order, asked: Amendment, reserve_price: Decimal | None) -> Order:
    """A copy with this change under way; `reserve_price` prices what it is to be."""
    changing = copy.copy(order)
    changing.asked, changing.asked_reserve_price = asked, reserve_price
    return changing


def unasked(order: Order) -> Order:
    """A copy without the change that was under way."""
    before = copy.copy(order)
    before.asked = before.asked_reserve_price = None
    return before


def requested(changing: Order, at: datetime, *, by: str, in_place: bool, policy: Policy) -> AmendRequested:
    """The order is to change as in this copy. Asked for once more, the change keeps the window that it had."""
    assert changing.asked is not None
    is_new = changing.pending_action is PendingAction.NONE
    retry_until = at + policy.change_window if is_new else changing.retry_until
    assert retry_until is not None
    asked = changing.asked
    changing = copy.copy(changing)
    changing.replacing = not in_place
    return AmendRequested(
        at=at,
        order_id=changing.order_id,
        by=by,
        amendment=changing.amendment + 1,
        asked=asked,
        in_place=in_place,
        reserved_quantity=worst_case(changing, changing.reserve_price),
        reserve_price=changing.asked_reserve_price,
        request_expires_at=at + policy.request_lifetime,
        retry_until=retry_until,
    )


def made(order: Order, at: datetime, message: str = "") -> OrderAmended:
    """The order is what was asked."""
    return became(order.as_asked(), at, message)


def became(changed: Order, at: datetime, message: str = "") -> OrderAmended:
    """The order is this now; `changed` is a copy with its new figures."""
    return OrderAmended(
        at=at,
        order_id=changed.order_id,
        amendment=changed.amendment,
        quantity=changed.quantity,
        price=changed.price,
        trigger_price=changed.trigger_price,
        reserved_quantity=worst_case(changed, changed.reserve_price),
        reserve_price=changed.reserve_price,
        message=message,
    )


def failed(
    order: Order, at: datetime, reason: RejectReason, message: str, venue_code: str | None = None
) -> AmendFailed:
    """The order stands as before."""
    return AmendFailed(
        at=at,
        order_id=order.order_id,
        amendment=order.amendment,
        reason=reason,
        message=message,
        reserved_quantity=worst_case(unasked(order), order.reserve_price),
        venue_code=venue_code,
    )


def restated(changed: Order, at: datetime, message: str) -> OrderRestated:
    """The venue made the order this, unasked; `changed` is a copy with its new figures."""
    return OrderRestated(
        at=at,
        order_id=changed.order_id,
        quantity=changed.quantity,
        price=changed.price,
        trigger_price=changed.trigger_price,
        reserved_quantity=worst_case(changed, changed.reserve_price),
        reserve_price=changed.reserve_price,
        message=message,
    )
