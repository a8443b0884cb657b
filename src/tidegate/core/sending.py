"""What became of a send: accepted, proven not placed, or unknown.

Unknown is resolved by asking, never by sending again. Absence is proven only by two clean "not found" answers some time
apart, to questions that left after the request could no longer be taken by the venue.
"""

from datetime import datetime, timedelta

from tidegate.core.apply import break_id
from tidegate.core.decision import NOTHING, Decision
from tidegate.core.desk import Desk
from tidegate.core.endings import end, give_up_sending
from tidegate.core.identifiers import ExchangeOrderId
from tidegate.core.messages.effects import Effect, WakeAt
from tidegate.core.messages.events import (
    AttemptFailed,
    BreakFound,
    BreakResolved,
    Event,
    OrderAbsenceSeen,
    OrderInDoubt,
    OrderSubmitted,
)
from tidegate.core.messages.reports import OrderAccepted, OrderNotFound, OrderRefused, SendOutcomeUnknown
from tidegate.core.order import UNSENT, Order
from tidegate.core.records import Break
from tidegate.core.routing import cancel_attempt, next_attempt, query, resume_if_resolved, send_cancel, watch_dog
from tidegate.core.vocabulary import AccountState, OrderStatus, PendingAction, RejectReason

VANISHED_ORDER = "vanished_order"


def accepted(desk: Desk, report: OrderAccepted) -> Decision:
    """The venue took the order. Its own later word, if it came first, stands."""
    order = desk.orders.get(report.order_id)
    if order is None:
        return NOTHING
    if is_stray(order, report.attempt):
        return stray_attempt(desk, order, report.at, report.attempt)
    if order.exchange_order_id is not None:
        return NOTHING
    if order.is_closed:
        return alive_after_all(desk, order, report.at, report.exchange_order_id)
    took = submitted(order, report.at, report.exchange_order_id, report.attempt)
    resume = resume_if_resolved(desk, order) if order.status is OrderStatus.PENDING else []
    return Decision([took], [*after_submission(desk, order, report.at), *resume])


def submitted(order: Order, at: datetime, exchange_order_id: ExchangeOrderId, attempt: int) -> OrderSubmitted:
    """The venue has this attempt, under this id."""
    return OrderSubmitted(at=at, order_id=order.order_id, attempt=attempt, exchange_order_id=exchange_order_id)


def after_submission(desk: Desk, order: Order, at: datetime) -> list[Effect]:
    """The cancel that waited for the order to be there."""
    if order.pending_action is not PendingAction.CANCEL:
        return []
    return [send_cancel(order), watch_dog(order, at, desk.policy)]


def is_stray(order: Order, attempt: int) -> bool:
    """Whether an attempt that was given up is spoken of beside the current one.

    While the order only waits to be sent again there is no other, and the old attempt is taken back.
    """
    return attempt != order.attempt and not order.waiting_to_retry


def stray_attempt(desk: Desk, order: Order, at: datetime, attempt: int) -> Decision:
    """An attempt that was proven absent lives after all: say so loudly, and take it out of the market."""
    message = (
        f"attempt {attempt} of order {order.order_id} is at the venue beside attempt {order.attempt}; canceling it"
    )
    found = break_once(desk, order, at, "stray_attempt", f"{order.order_id}:{attempt}", message)
    return Decision(found, [cancel_attempt(order, attempt)])


def alive_after_all(desk: Desk, order: Order, at: datetime, exchange_order_id: ExchangeOrderId) -> Decision:
    """The order ended without the venue having it, and now it is there: learn its id, and take it out of the market."""
    message = f"order {order.order_id} ended as {order.status} and is at the venue after all; canceling it"
    learned = submitted(order, at, exchange_order_id, order.attempt)
    found = break_once(desk, order, at, "ended_order_alive", order.order_id, message)
    return Decision([learned, *found], [cancel_attempt(order, order.attempt)])


def break_once(desk: Desk, order: Order, at: datetime, kind: str, subject: str, message: str) -> list[Event]:
    """Record a break, unless it is open already."""
    if break_id(order.account_id, kind, subject) in desk.open_breaks:
        return []
    return [BreakFound(at=at, account_id=order.account_id, kind=kind, subject=subject, message=message)]


def seen_again(desk: Desk, order: Order, at: datetime) -> list[Event]:
    """The venue speaks of an order that had vanished there: that break is over."""
    vanished = desk.open_breaks.get(break_id(order.account_id, VANISHED_ORDER, order.order_id))
    return [] if vanished is None else [resolved(vanished, at, "the venue knows the order again")]


def resolved(found: Break, at: datetime, message: str) -> BreakResolved:
    """A break's end."""
    return BreakResolved(
        at=at,
        account_id=found.account_id,
        kind=found.kind,
        subject=found.subject,
        message=message,
        found_at=found.found_at,
    )


def refused(desk: Desk, report: OrderRefused) -> Decision:
    """Proven not placed: try again where that may help, within the command's window; else the order has ended."""
    order = desk.orders.get(report.order_id)
    if order is None or order.is_closed or report.attempt != order.attempt or order.waiting_to_retry:
        return NOTHING
    if order.status not in UNSENT:
        # The venue has told of this very order on its stream: the two contradict each other, so ask.
        return NOTHING if order.in_doubt else doubt(desk, order, report.at, f"refused after all: {report.message}")
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
    wanted = order.pending_action is not PendingAction.CANCEL and not order.filled_quantity
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
    if order.exchange_order_id is not None:
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
    if is_lasting and report.at - order.timestamp > policy.lookup_retention[order.exchange]:
        message = f"{order.exchange} no longer knows the order: it is neither open nor executed"
        return Decision(end(order, report.at, OrderStatus.CANCELED, RejectReason.UNRESOLVED_UNFILLED, message))
    found: list[Event] = []
    if is_lasting:
        message = f"{order.exchange} had order {order.order_id} and does not know it any more; asking on"
        found = break_once(desk, order, report.at, VANISHED_ORDER, order.order_id, message)
    return Decision(found, [WakeAt(order_id=order.order_id, at=report.at + policy.look_again_after(absent))])


def _first_absence(desk: Desk, order: Order, report: OrderNotFound) -> Decision:
    seen = OrderAbsenceSeen(
        at=report.at, order_id=order.order_id, attempt=order.attempt, requested_at=report.requested_at
    )
    return Decision([seen], [WakeAt(order_id=order.order_id, at=report.requested_at + desk.policy.absence_gap)])


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
