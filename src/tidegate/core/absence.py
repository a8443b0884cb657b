"""What is not found at the venue: proof that an attempt was never placed, or a reason to ask on.

Absence is proven only by two clean "not found" answers some time apart, to questions that left after the request could
no longer be taken by the venue.
"""

from datetime import datetime, timedelta

from tidegate.core.decision import NOTHING, Decision
from tidegate.core.desk import Desk
from tidegate.core.endings import end, give_up_sending
from tidegate.core.messages.effects import WakeAt
from tidegate.core.messages.events import AttemptFailed, Event, OrderAbsenceSeen
from tidegate.core.messages.reports import OrderNotFound
from tidegate.core.order import Order
from tidegate.core.routing import resume_if_resolved
from tidegate.core.sending import VANISHED_ORDER, break_once, failing, may_retry
from tidegate.core.vocabulary import InstrumentKind, OrderStatus, RejectReason


def not_found(desk: Desk, report: OrderNotFound) -> Decision:
    """A clean "not found". It proves something only late enough, and only the second time."""
    order = desk.orders.get(report.order_id)
    if order is None or order.is_closed or order.waiting_to_retry or report.attempt != order.attempt:
        return NOTHING
    assert order.request_expires_at is not None
    policy = desk.policy
    if order.exchange_order_id is not None or order.attempt_filled_quantity:
        return _known_but_not_found(desk, order, report)
    if not order.in_doubt:
        return NOTHING  # Its own answer is still on the way.
    provable_from = order.request_expires_at + policy.processing_margin
    if report.requested_at < provable_from:
        asked_again = min(provable_from, report.at + policy.look_again_after(report.at - order.updated_at))
        return Decision([], [WakeAt(order_id=order.order_id, at=asked_again)])
    if order.absent_since is None:
        return _first_absence(desk, order, report)
    if report.requested_at - order.absent_since < policy.absence_gap:
        return Decision([], [WakeAt(order_id=order.order_id, at=order.absent_since + policy.absence_gap)])
    return _proven_absent(desk, order, report.at)


def _known_but_not_found(desk: Desk, order: Order, report: OrderNotFound) -> Decision:
    """The venue once had it. Past its look-up retention, neither open nor executed means: canceled without a fill."""
    policy = desk.policy
    if order.absent_since is None:
        return _first_absence(desk, order, report)
    absent = report.requested_at - order.absent_since
    if absent < policy.absence_gap:
        return Decision([], [WakeAt(order_id=order.order_id, at=order.absent_since + policy.absence_gap)])
    is_lasting = absent >= policy.executions_wait_max  # An old order that rests is not given up for one bad replica.
    if is_lasting and report.at - order.timestamp > _retention(desk, order):
        message = f"{order.exchange} no longer knows the order: it is neither open nor executed"
        return Decision(end(order, report.at, OrderStatus.CANCELED, RejectReason.UNRESOLVED_UNFILLED, message))
    found: list[Event] = []
    if is_lasting:
        message = f"{order.exchange} had order {order.order_id} and does not know it any more; asking on"
        found = break_once(desk, order, report.at, VANISHED_ORDER, order.order_id, message)
    return Decision(found, [WakeAt(order_id=order.order_id, at=report.at + policy.look_again_after(absent))])


def _retention(desk: Desk, order: Order) -> timedelta:
    """How long its venue remembers an order like this that never filled."""
    kind = InstrumentKind.LINEAR if order.is_derivative else InstrumentKind.SPOT
    return desk.policy.lookup_retention[order.exchange, kind]


def _first_absence(desk: Desk, order: Order, report: OrderNotFound) -> Decision:
    seen = OrderAbsenceSeen(
        at=report.at, order_id=order.order_id, attempt=order.attempt, requested_at=report.requested_at
    )
    return Decision([seen], [WakeAt(order_id=order.order_id, at=report.requested_at + desk.policy.absence_gap)])


def _proven_absent(desk: Desk, order: Order, at: datetime) -> Decision:
    """This attempt is not at the venue and never will be: send again within the window, else end."""
    resume = resume_if_resolved(desk, order)
    assert order.request_expires_at is not None
    sent_at = order.request_expires_at - desk.policy.request_lifetime
    if at - sent_at > _retention(desk, order):
        message = f"{order.exchange} knows neither an open order nor an execution of it"
        return Decision(end(order, at, OrderStatus.CANCELED, RejectReason.UNRESOLVED_UNFILLED, message), resume)
    if not may_retry(desk, order, at):
        return Decision(give_up_sending(order, at, f"{order.exchange} never got the order"), resume)
    failed = AttemptFailed(
        at=at,
        order_id=order.order_id,
        attempt=order.attempt,
        reason=RejectReason.UNKNOWN_ORDER,
        message=f"{order.exchange} never got it",
        retry_at=at,
    )
    found = failing(desk, order, at, failed.message)
    return Decision([failed, *found], [WakeAt(order_id=order.order_id, at=at), *resume])
