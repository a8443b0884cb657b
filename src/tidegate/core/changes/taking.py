"""A post-only order that its change would make trade: refused before it is touched, explained where a venue ended it.

Binance cancels such an order when it is changed in place, and says no more than that it is canceled ("Modify Order").
"""

from datetime import datetime

import msgspec

from tidegate.core.corrections import allows
from tidegate.core.desk import Desk
from tidegate.core.messages.reports import OrderReported
from tidegate.core.messages.values import Refusal
from tidegate.core.money import plain
from tidegate.core.order import Order
from tidegate.core.validation import reference_price
from tidegate.core.validation.refusals import refuse
from tidegate.core.vocabulary import Correction, PendingAction, RefusalCode, RejectReason, Side, VenueOrderStatus

_UNEXPLAINED = (None, RejectReason.CANCELED_AT_VENUE)


def check_taking(desk: Desk, order: Order, changed: Order, at: datetime, *, in_place: bool) -> Refusal | None:
    """Whether a post-only order would rest as changed, by a price told just now; by an older one, the venue judges.

    Where the user lets the desk put such a price right, it does so once the venue has refused it.
    """
    seen = desk.fresh_price(order.exchange, order.symbol, at)
    touch = reference_price(order.side, seen)
    if not order.post_only or changed.price in (None, order.price) or touch is None:
        return None
    assert changed.price is not None
    takes = changed.price >= touch if order.side is Side.BUY else changed.price <= touch
    if not takes or _is_put_right(desk, order, in_place=in_place):
        return None
    message = f"a post-only order at {plain(changed.price)} would take: the market is at {plain(touch)}"
    return refuse(RefusalCode.PRICE_OUTSIDE_BAND, message, touch, changed.price)


def _is_put_right(desk: Desk, order: Order, *, in_place: bool) -> bool:
    """Whether the desk may send it again beyond the touch. What has traded and was changed in place it does not."""
    if in_place and order.filled_quantity:
        return False
    is_left = order.corrections < desk.policy.corrections_max
    return is_left and allows(desk, order.user_id, Correction.REPRICE_POST_ONLY)


def explained(order: Order, report: OrderReported) -> OrderReported:
    """The same report, with the reason why the venue canceled a post-only order while its price was being changed."""
    if report.status is not VenueOrderStatus.CANCELED or report.reason not in _UNEXPLAINED or not order.post_only:
        return report
    if order.asked is None or order.asked.price is None or order.replacing:
        return report
    if order.pending_action is PendingAction.CANCEL:
        return report
    price = plain(order.asked.price)
    message = f"{order.exchange} canceled it for the change: post-only, it would have taken at {price}"
    return msgspec.structs.replace(report, reason=RejectReason.IMMEDIATE_MATCH_REFUSED, message=message)
