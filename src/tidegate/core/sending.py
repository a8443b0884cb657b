"""What became of a send: accepted, proven not placed, or unknown.

Unknown is resolved by asking, never by sending again. Absence is proven only by two clean "not found" answers some time
apart, to questions that left after the request could no longer be taken by the venue.
"""

from datetime import datetime, timedelta

from tidegate.core.decision import NOTHING, Decision
from tidegate.core.desk import Desk
from tidegate.core.endings import end, give_up_sending
from tidegate.core.identifiers import exchange_client_order_id
from tidegate.core.messages.effects import Effect, SendCancel, WakeAt
from tidegate.core.messages.events import (
    AttemptFailed,
    BreakFound,
    OrderAbsenceSeen,
    OrderInDoubt,
    OrderSubmitted,
)
from tidegate.core.messages.reports import OrderAccepted, OrderNotFound, OrderRefused, SendOutcomeUnknown
from tidegate.core.order import UNSENT, Order
from tidegate.core.routing import next_attempt, query, resume_if_resolved, send_cancel, watch_dog
from tidegate.core.vocabulary import AccountState, OrderStatus, PendingAction, RejectReason


def accepted(desk: Desk, report: OrderAccepted) -> Decision:
    """The venue took the order. Its own later word, if it came first, stands."""
    order = desk.orders.get(report.order_id)
    if order is None or order.status not in UNSENT or order.is_closed:
        return NOTHING
    if report.attempt != order.attempt:
        return stray_attempt(order, report.at, report.attempt)
    submitted = OrderSubmitted(
        at=report.at, order_id=order.order_id, attempt=order.attempt, exchange_order_id=report.exchange_order_id
    )
    return Decision([submitted], after_submission(desk, order, report.at))


def after_submission(desk: Desk, order: Order, at: datetime) -> list[Effect]:
    if order.pending_action is not PendingAction.CANCEL:
        return []
    return [send_cancel(order), watch_dog(order, at, desk.policy)]


def stray_attempt(order: Order, at: datetime, attempt: int) -> Decision:
    """An attempt that was proven absent lives after all: say so loudly, and take it out of the market."""
    message = (
        f"attempt {attempt} of order {order.order_id} is at the venue beside attempt {order.attempt}; canceling it"
    )
    found = BreakFound(
        at=at, account_id=order.account_id, kind="stray_attempt", subject=f"{order.order_id}:{attempt}", message=message
    )
    return Decision([found], [_cancel_attempt(order, attempt)])


def _cancel_attempt(order: Order, attempt: int) -> SendCancel:
    return SendCancel(
        account_id=order.account_id,
        order_id=order.order_id,
        symbol=order.symbol,
        exchange_client_order_id=exchange_client_order_id(order.order_id, attempt),
        exchange_order_id=None,
    )


def refused(desk: Desk, report: OrderRefused) -> Decision:
    """Proven not placed: try again where that may help, within the command's window; else the order has ended."""
    order = desk.orders.get(report.order_id)
    if order is None or order.is_closed or report.attempt != order.attempt or order.waiting_to_retry:
        return NOTHING
    if order.status not in UNSENT:
        # The venue has told of this very order on its stream: the two contradict each other, so ask.
        return Decision([], [query(order), watch_dog(order, report.at, desk.policy)])
    if not report.retryable:
        ended = end(order, report.at, OrderStatus.REJECTED, report.reason, report.message, report.venue_code)
        return Decision(ended, resume_if_resolved(desk, order))
    return retry_or_give_up(desk, order, report)


def retry_or_give_up(desk: Desk, order: Order, report: OrderRefused) -> Decision:
    """Back off and try again, bounded in count and by the command's retry window."""
    wait = desk.policy.back_off(order.attempt, seed=order.order_id)
    if report.retry_after_seconds is not None:
        wait = max(wait, timedelta(seconds=report.retry_after_seconds))
    retry_at = report.at + wait
    resume = resume_if_resolved(desk, order)
    if may_retry(desk, order, retry_at):
        failed = AttemptFailed(
            at=report.at,
            order_id=order.order_id,
            attempt=order.attempt,
            reason=report.reason,
            message=report.message,
            retry_at=retry_at,
            venue_code=report.venue_code,
        )
        return Decision([failed], [WakeAt(order_id=order.order_id, at=retry_at), *resume])
    return Decision(give_up_sending(order, report.at, f"not sent: {report.message}"), resume)


def may_retry(desk: Desk, order: Order, at: datetime) -> bool:
    """Whether another attempt at this time is still what the user asked for."""
    assert order.retry_until is not None
    wanted = order.pending_action is not PendingAction.CANCEL
    return wanted and order.attempt < desk.policy.attempts_max and at < order.retry_until


def outcome_unknown(desk: Desk, report: SendOutcomeUnknown) -> Decision:
    """It may rest at the venue: ask, never resend."""
    order = desk.orders.get(report.order_id)
    if order is None or order.status is not OrderStatus.PENDING or report.attempt != order.attempt:
        return NOTHING
    if order.in_doubt or order.waiting_to_retry or order.is_closed:
        return NOTHING
    return doubt(desk, order, report.at, report.message, report.venue_code)


def doubt(desk: Desk, order: Order, at: datetime, message: str, venue_code: str | None = None) -> Decision:
    """Record that nobody knows, and start asking."""
    in_doubt = OrderInDoubt(
        at=at, order_id=order.order_id, attempt=order.attempt, message=message, venue_code=venue_code
    )
    return Decision([in_doubt], [query(order), watch_dog(order, at, desk.policy)])


def not_found(desk: Desk, report: OrderNotFound) -> Decision:
    """A clean "not found". It proves something only late enough, and only the second time."""
    order = desk.orders.get(report.order_id)
    if order is None or order.is_closed or order.waiting_to_retry or report.attempt != order.attempt:
        return NOTHING
    assert order.request_expires_at is not None
    policy = desk.policy
    if order.status not in UNSENT:
        return _known_but_not_found(desk, order, report)
    if not order.in_doubt:
        return NOTHING  # Its own answer is still on the way.
    provable_from = order.request_expires_at + policy.processing_margin
    if report.requested_at < provable_from:
        asked_again = min(provable_from, report.at + policy.look_again_after(report.at - order.updated_at))
        return Decision([], [WakeAt(order_id=order.order_id, at=asked_again)])
    if order.absent_since is None:
        seen = OrderAbsenceSeen(
            at=report.at, order_id=order.order_id, attempt=order.attempt, requested_at=report.requested_at
        )
        return Decision([seen], [WakeAt(order_id=order.order_id, at=report.requested_at + policy.absence_gap)])
    if report.requested_at - order.absent_since < policy.absence_gap:
        return Decision([], [WakeAt(order_id=order.order_id, at=order.absent_since + policy.absence_gap)])
    return _proven_absent(desk, order, report.at)


def _known_but_not_found(desk: Desk, order: Order, report: OrderNotFound) -> Decision:
    """The venue once had it. Past its look-up retention, neither open nor executed means: canceled without a fill."""
    waited = report.at - order.updated_at
    if report.at - order.timestamp > desk.policy.lookup_retention[order.exchange]:
        message = f"{order.exchange} no longer knows the order: it is neither open nor executed"
        return Decision(end(order, report.at, OrderStatus.CANCELED, RejectReason.UNRESOLVED_UNFILLED, message))
    return Decision([], [WakeAt(order_id=order.order_id, at=report.at + desk.policy.look_again_after(waited))])


def _proven_absent(desk: Desk, order: Order, at: datetime) -> Decision:
    """This attempt is not at the venue and never will be: send again within the window, else end."""
    resume = resume_if_resolved(desk, order)
    if at - order.timestamp > desk.policy.lookup_retention[order.exchange]:
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
    return Decision([failed], [WakeAt(order_id=order.order_id, at=at), *resume])


def try_again(desk: Desk, order: Order, at: datetime) -> Decision:
    """Send the next attempt of an order that waited for it, if that is still wanted and possible."""
    if not may_retry(desk, order, at):
        return Decision(give_up_sending(order, at, f"not sent in time: {order.message}"))
    if desk.accounts[order.account_id].state is not AccountState.READY:
        return Decision([], [WakeAt(order_id=order.order_id, at=at + desk.policy.back_off_min)])
    started, send = next_attempt(order, at, desk.policy)
    return Decision([started], [send, watch_dog(order, at, desk.policy)])
