"""What became of a send: accepted, proven not placed, or unknown.

Unknown is resolved by asking, never by sending again: `absence` says when it is proven that the venue never got it.
"""

from datetime import datetime, timedelta

from tidegate.core import amendments
from tidegate.core.apply import break_id
from tidegate.core.corrections import reprice
from tidegate.core.decision import NOTHING, Decision
from tidegate.core.desk import Desk
from tidegate.core.endings import end, end_killed, end_rejected_again, give_up_sending, was_sent_again
from tidegate.core.identifiers import ATTEMPTS_MAX, ExchangeOrderId, UserId
from tidegate.core.messages.effects import Effect, WakeAt
from tidegate.core.messages.events import (
    AttemptFailed,
    BreakFound,
    BreakResolved,
    Event,
    OrderInDoubt,
    OrderSubmitted,
)
from tidegate.core.messages.reports import OrderAccepted, OrderRefused, SendOutcomeUnknown
from tidegate.core.order import UNSENT, Order
from tidegate.core.records import Break
from tidegate.core.risk.leaving import may_send
from tidegate.core.routing import cancel_attempt, next_attempt, query, resume_if_resolved, send_cancel, watch_dog
from tidegate.core.vocabulary import AccountState, OrderStatus, PendingAction, RejectReason

MISSING_EXECUTIONS = "missing_executions"
PROTECTION_FAILING = "protection_failing"
STRAY_ATTEMPT = "stray_attempt"
VANISHED_ORDER = "vanished_order"
_MILLISECOND = timedelta(milliseconds=1)


def accepted(desk: Desk, report: OrderAccepted) -> Decision:
    """The venue took the order. Its own later word, if it came first, stands."""
    order = desk.orders.get(report.order_id)
    if order is None:
        return NOTHING
    if report.attempt != order.attempt:
        if report.attempt <= order.replaced_attempt:
            return NOTHING
        if is_stray(order, report.attempt):
            return stray_attempt(desk, order, report.at, report.attempt)
    if order.exchange_order_id is not None:
        return NOTHING
    if order.is_closed:
        return alive_after_all(desk, order, report.at, report.exchange_order_id)
    took = taken(order, report.at, report.exchange_order_id, report.attempt)
    resume = resume_if_resolved(desk, order) if order.is_unsent else []
    return Decision(took, [*after_submission(desk, order, report.at), *resume])


def taken(order: Order, at: datetime, exchange_order_id: ExchangeOrderId, attempt: int) -> list[Event]:
    """The venue has this attempt; when it is the rest of an order that was canceled to be changed, that is changed."""
    return [submitted(order, at, exchange_order_id, attempt), *replaced(order, at)]


def replaced(order: Order, at: datetime) -> list[Event]:
    """The rest of an order is at the venue, changed. How long protection was away is told."""
    if not order.is_resending or order.asked is None:
        return []
    message = "canceled, and what was left sent again as requested"
    if order.is_protective and order.awaited_since is not None:
        message = f"replaced; unprotected for {round((at - order.awaited_since) / _MILLISECOND)} ms"
    return [amendments.made(order, at, message)]


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

    While the order only waits to be sent again there is no other, and the old attempt is taken back; but for one that
    has ended at the venue to make way. Of an order that never left there is no attempt.
    """
    if attempt == order.attempt:
        return False
    return attempt <= order.replaced_attempt or not order.waiting_to_retry or not order.attempt


def stray_attempt(desk: Desk, order: Order, at: datetime, attempt: int) -> Decision:
    """An attempt that was proven absent, or ended, lives after all: say so loudly, and take it out of the market."""
    message = (
        f"attempt {attempt} of order {order.order_id} is at the venue beside attempt {order.attempt}; canceling it"
    )
    found = break_once(desk, order, at, STRAY_ATTEMPT, f"{order.order_id}:{attempt}", message)
    return Decision(found, [cancel_attempt(order, attempt)])


def stray_gone(desk: Desk, order: Order, at: datetime, attempt: int) -> list[Event]:
    """The venue says that such an attempt has ended: its break is over."""
    found = desk.open_breaks.get(break_id(order.account_id, STRAY_ATTEMPT, f"{order.order_id}:{attempt}"))
    return [] if found is None else [resolved(found, at, "that attempt has ended at the venue")]


def _has_stray(desk: Desk, order: Order) -> bool:
    """Whether an earlier try of what is being sent is alive at the venue, or was when it was last spoken of."""
    earlier = range(order.replaced_attempt + 1, order.attempt)
    return any(
        break_id(order.account_id, STRAY_ATTEMPT, f"{order.order_id}:{attempt}") in desk.open_breaks
        for attempt in earlier
    )


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


def resolved(found: Break, at: datetime, message: str, by: UserId | None = None) -> BreakResolved:
    """A break's end, by itself or by a person."""
    return BreakResolved(
        at=at,
        account_id=found.account_id,
        kind=found.kind,
        subject=found.subject,
        message=message,
        found_at=found.found_at,
        by=by,
        found_message=found.message,
    )


def refused(desk: Desk, report: OrderRefused) -> Decision:
    """Proven not placed: try again where that may help, within the command's window; else the order has ended."""
    order = desk.orders.get(report.order_id)
    if order is None or order.is_closed or report.attempt != order.attempt or order.waiting_to_retry:
        return NOTHING
    if not order.is_unsent or order.attempt_filled_quantity:
        # The venue has told of this very order on its stream: the two contradict each other, so ask.
        return NOTHING if order.in_doubt else doubt(desk, order, report.at, f"refused after all: {report.message}")
    if report.reason is RejectReason.KILLED and order.pending_action is PendingAction.CANCEL:  # It was called back.
        return Decision(give_up_sending(order, report.at, report.message), resume_if_resolved(desk, order))
    if not report.retryable:
        corrected = None if _has_stray(desk, order) else reprice(desk, order, report)
        return corrected or put_back(desk, order, report) or _refused_for_good(desk, order, report)
    return retry_or_give_up(desk, order, report)


def put_back(desk: Desk, order: Order, report: OrderRefused) -> Decision | None:
    """A post-only order canceled for a new price at which it would have taken: what was left goes back as it was.

    The change has failed, and the order goes on. None where that is not what happened, or it cannot go back.
    """
    if report.reason is not RejectReason.IMMEDIATE_MATCH_REFUSED or order.asked is None:
        return None
    if not order.is_resending or not amendments.unasked(order).leaves_quantity or not may_retry(desk, order, report.at):
        return None
    message = f"{report.message}; what was left goes back as it was"
    change_failed = amendments.failed(order, report.at, report.reason, message, report.venue_code)
    failed = _attempt_failed(order, report, report.at)
    wake = WakeAt(order_id=order.order_id, at=report.at)
    return Decision([failed, change_failed], [wake, *resume_if_resolved(desk, order)])


def _refused_for_good(desk: Desk, order: Order, report: OrderRefused) -> Decision:
    """A new order is rejected; one that had been at the venue, and was to be there again, is canceled."""
    at, reason, message, code = report.at, report.reason, report.message, report.venue_code
    if order.status in UNSENT or not was_sent_again(order):
        ended = end(order, at, OrderStatus.REJECTED, reason, message, code)
    else:
        ended = end_rejected_again(order, at, reason, message, code)
    return Decision(ended, resume_if_resolved(desk, order))


def _tries(order: Order) -> int:
    """How often what is being sent has been sent."""
    return order.attempt - order.replaced_attempt


def retry_or_give_up(desk: Desk, order: Order, report: OrderRefused) -> Decision:
    """Back off and try again, bounded in count and by the command's retry window."""
    wait = desk.policy.back_off(_tries(order), seed=order.order_id)
    if report.retry_after_seconds is not None:
        wait = max(wait, timedelta(seconds=report.retry_after_seconds))
    retry_at = report.at + wait
    resume = resume_if_resolved(desk, order)
    if may_retry(desk, order, retry_at):
        failed = _attempt_failed(order, report, retry_at)
        found = failing(desk, order, report.at, report.message)
        return Decision([failed, *found], [WakeAt(order_id=order.order_id, at=retry_at), *resume])
    return Decision(give_up_sending(order, report.at, f"not sent: {report.message}"), resume)


def _attempt_failed(order: Order, report: OrderRefused, retry_at: datetime) -> AttemptFailed:
    return AttemptFailed(
        at=report.at,
        order_id=order.order_id,
        attempt=order.attempt,
        reason=report.reason,
        message=report.message,
        retry_at=retry_at,
        venue_code=report.venue_code,
    )


def may_retry(desk: Desk, order: Order, at: datetime) -> bool:
    """Whether another attempt at this time is still what the user asked for. Protection is wanted without end."""
    assert order.retry_until is not None
    traded = order.attempt_filled_quantity if order.replaced_attempt else order.filled_quantity
    if order.pending_action is PendingAction.CANCEL or traded or _has_stray(desk, order):
        return False
    if order.is_protective:
        return order.attempt < ATTEMPTS_MAX
    return _tries(order) < desk.policy.attempts_max and at < order.retry_until


def failing(desk: Desk, order: Order, at: datetime, message: str) -> list[Event]:
    """Protection that does not get to the venue, try after try, is told as a break; it is tried on."""
    if not order.is_protective or _tries(order) < desk.policy.attempts_max:
        return []
    told = f"the {order.leg} of order {order.parent_order_id} does not get to {order.exchange}: {message}"
    return break_once(desk, order, at, PROTECTION_FAILING, order.order_id, told)


def outcome_unknown(desk: Desk, report: SendOutcomeUnknown) -> Decision:
    """It may rest at the venue: ask, never resend."""
    order = desk.orders.get(report.order_id)
    if order is None or not order.is_unsent or report.attempt != order.attempt:
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


def try_again(desk: Desk, order: Order, at: datetime) -> Decision:
    """Send the next attempt of an order that waited for it, if that is still wanted and possible."""
    if not may_retry(desk, order, at):
        return Decision(give_up_sending(order, at, f"not sent in time: {order.message}"))
    if not may_send(desk, order.as_asked()):
        return Decision(end_killed(order, at))
    state = desk.accounts[order.account_id].state
    if state is not AccountState.READY and not (order.is_protective and state is AccountState.RECOVERING):
        return Decision([], [WakeAt(order_id=order.order_id, at=at + desk.policy.back_off_min)])
    started, send = next_attempt(order.as_asked(), at, desk.policy)
    return Decision([started], [send, watch_dog(order, at, desk.policy)])
