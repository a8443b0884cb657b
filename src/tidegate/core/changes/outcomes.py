"""What became of a change in place: made, refused, or unknown, which the order's figures at the venue resolve."""

from datetime import datetime, timedelta

from tidegate.core import amendments
from tidegate.core.changes.asking import BY_DESK, ask, can_be_sent_again
from tidegate.core.decision import NOTHING, Decision
from tidegate.core.desk import Desk
from tidegate.core.endings import end
from tidegate.core.identifiers import OrderId
from tidegate.core.messages.effects import WakeAt
from tidegate.core.messages.events import AmendPostponed, Event
from tidegate.core.messages.reports import AmendAccepted, AmendOutcomeUnknown, AmendRefused
from tidegate.core.order import Order
from tidegate.core.risk.leaving import may_send
from tidegate.core.routing import query, watch_dog
from tidegate.core.sending import doubt
from tidegate.core.vocabulary import OrderStatus, PendingAction, RejectReason


def accepted(desk: Desk, report: AmendAccepted) -> Decision:
    """The venue made the change."""
    order = _changing(desk, report.order_id, report.amendment)
    return NOTHING if order is None else Decision(made(order, report.at))


def made(order: Order, at: datetime) -> list[Event]:
    """The order is what was asked; when it has filled that already, it has ended."""
    amended = amendments.made(order, at)
    changed = order.as_asked()
    is_complete = changed.quantity is not None and changed.filled_quantity >= changed.quantity
    return [amended, *end(changed, at, OrderStatus.FILLED, None)] if is_complete else [amended]


def refused(desk: Desk, report: AmendRefused) -> Decision:
    """The order stands as before: told, asked for once more where that may help, or done by another way."""
    order = _changing(desk, report.order_id, report.amendment)
    if order is None:
        return NOTHING
    if report.final:
        failed = amendments.failed(order, report.at, report.reason, report.message, report.venue_code)
        if is_filled(order):
            return Decision([failed, *end(amendments.unasked(order), report.at, OrderStatus.FILLED, None)])
        unsure = doubt(desk, order, report.at, f"the change was refused: {report.message}")
        return Decision([failed, *unsure.events], unsure.effects)
    if report.retryable:
        pause = timedelta(seconds=report.retry_after_seconds or 0)
        postponed = _postpone(desk, order, report.at, report.reason, report.message, pause, report.venue_code)
        if postponed is not None:
            return postponed
    return not_made(desk, order, report.at, report.reason, report.message, report.venue_code)


def lost(desk: Desk, order: Order, at: datetime, message: str) -> Decision:
    """The request is proven not to have arrived: asked again within the change's window. Protection moves at once."""
    postponed = None if order.is_protective else _postpone(desk, order, at, RejectReason.NOT_SENT, message)
    return postponed or not_made(desk, order, at, RejectReason.NOT_SENT, message)


def not_made(
    desk: Desk, order: Order, at: datetime, reason: RejectReason, message: str, venue_code: str | None = None
) -> Decision:
    """Proven to be as before. Protection is moved all the same: canceled and sent again, at once."""
    is_wanted = order.pending_action is not PendingAction.CANCEL and not is_filled(order)
    if order.is_protective and is_wanted and can_be_sent_again(order):
        return ask(desk, order, at, by=BY_DESK, in_place=False)
    failed = amendments.failed(order, at, reason, message, venue_code)
    if is_filled(order):
        return Decision([failed, *end(amendments.unasked(order), at, OrderStatus.FILLED, None)])
    return Decision([failed])


def is_filled(order: Order) -> bool:
    """Whether all that was ordered before the change is filled: only an increase could still leave something."""
    return order.quantity is not None and order.filled_quantity >= order.quantity


def _postpone(
    desk: Desk,
    order: Order,
    at: datetime,
    reason: RejectReason,
    message: str,
    pause_min: timedelta = timedelta(0),
    venue_code: str | None = None,
) -> Decision | None:
    """Ask again a little later, within the change's window; the pause grows with the time that has gone by."""
    assert order.retry_until is not None
    waited = at - (order.awaited_since or at)
    retry_at = at + max(desk.policy.look_again_after(waited), pause_min)
    if retry_at >= order.retry_until or is_filled(order) or order.pending_action is PendingAction.CANCEL:
        return None
    postponed = AmendPostponed(
        at=at,
        order_id=order.order_id,
        amendment=order.amendment,
        reason=reason,
        message=message,
        retry_at=retry_at,
        venue_code=venue_code,
    )
    return Decision([postponed], [WakeAt(order_id=order.order_id, at=retry_at)])


def outcome_unknown(desk: Desk, report: AmendOutcomeUnknown) -> Decision:
    """It may have been changed: its look-up tells by its figures."""
    order = _changing(desk, report.order_id, report.amendment)
    if order is None:
        return NOTHING
    return Decision([], [query(order), watch_dog(order, report.at, desk.policy)])


def look_at_change(desk: Desk, order: Order, at: datetime) -> Decision | None:
    """What a timer finds of a change in place that was put off: it is asked for again. None: nothing of the kind."""
    if order.asked is None or order.replacing or order.amend_expires_at is not None:
        return None
    if order.pending_action is PendingAction.CANCEL or order.in_doubt:
        return None
    assert order.retry_until is not None
    if at >= order.retry_until:
        return not_made(desk, order, at, RejectReason.TOO_LATE, f"not made in time: {order.message}")
    if not may_send(desk, order.as_asked()):
        return not_made(desk, order, at, RejectReason.KILLED, "trading was stopped before it could be changed")
    return ask(desk, order, at, by=BY_DESK, in_place=True)


def _changing(desk: Desk, order_id: OrderId, amendment: int) -> Order | None:
    """The order whose change in place is spoken of, while that is the one under way."""
    order = desk.orders.get(order_id)
    if order is None or order.is_closed or order.asked is None or order.replacing:
        return None
    return order if order.amendment == amendment else None
