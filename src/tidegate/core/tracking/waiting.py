"""Cancels under way, look-ups that failed, and the timers that keep every open question alive."""

from datetime import datetime, timedelta

from tidegate.core import amendments
from tidegate.core.changes.outcomes import look_at_change
from tidegate.core.changes.replacing import ended_incomplete
from tidegate.core.decision import NOTHING, Decision
from tidegate.core.desk import Desk
from tidegate.core.doubts import alarm
from tidegate.core.expiring import expired, past_its_time
from tidegate.core.messages.effects import Effect, WakeAt
from tidegate.core.messages.events import CancelRefused, Event
from tidegate.core.messages.reports import CancelAccepted, CancelFailed, QueryFailed, Wake
from tidegate.core.money import ZERO, plain
from tidegate.core.order import Order
from tidegate.core.routing import fetch_executions, query, send_cancel, watch_dog
from tidegate.core.sending import MISSING_EXECUTIONS, break_once, doubt, try_again
from tidegate.core.tracking.naming import venue_reason
from tidegate.core.vocabulary import AccountState, PendingAction, RejectReason, WakePurpose

CANCEL_REFUSED_FOR_GOOD = frozenset(
    {RejectReason.AUTHENTICATION_FAILED, RejectReason.PERMISSION_DENIED, RejectReason.INVALID_PARAMETERS}
)
# The venue has not looked at the cancel: what the user wants still stands, however long the venue is away.
CANCEL_NOT_TAKEN = frozenset(
    {
        RejectReason.CLOCK_SKEW,
        RejectReason.RATE_LIMITED,
        RejectReason.VENUE_OVERLOADED,
        RejectReason.VENUE_UNREACHABLE,
    }
)


def cancel_accepted(desk: Desk, report: CancelAccepted) -> Decision:
    """The end itself is told by the stream; ask for it should that not come soon."""
    order = desk.orders.get(report.order_id)
    if order is None or order.is_closed:
        return NOTHING
    pause = max(desk.policy.back_off_min * 4, desk.policy.look_again_after(report.at - order.updated_at))
    return Decision([], [WakeAt(order_id=order.order_id, at=report.at + pause)])


def cancel_failed(desk: Desk, report: CancelFailed) -> Decision:
    """Refused for good: told. Otherwise look again soon: it may have ended meanwhile, else it is canceled again.

    The pause keeps a venue that says "open" and "cannot be canceled" in turn from being asked without end. An order
    whose time is over is canceled again whatever the venue says: nobody else will.
    """
    order = desk.orders.get(report.order_id)
    if order is None or order.is_closed or not _is_being_canceled(order):
        return NOTHING
    waited = report.at - order.updated_at
    is_tried_out = waited > desk.policy.cancel_wait_max and report.reason not in CANCEL_NOT_TAKEN
    is_over = order.cancel_reason is RejectReason.EXPIRED_BY_DESK
    is_refused = report.reason in CANCEL_REFUSED_FOR_GOOD or is_tried_out
    if is_refused and not is_over:
        return Decision([_refused(order, report)])
    pause = desk.policy.look_again_after(waited)
    if report.retry_after_seconds is not None:
        pause = max(pause, timedelta(seconds=report.retry_after_seconds))
    again_at = report.at + pause
    found = past_its_time(desk, order, report.at, again_at, report.message) if is_refused else []
    return Decision(found, [WakeAt(order_id=order.order_id, at=again_at)])


def _is_being_canceled(order: Order) -> bool:
    """Whether its end has been asked of the venue: for good, or to make way for a change of it."""
    return order.pending_action is PendingAction.CANCEL or order.is_giving_way


def _refused(order: Order, report: CancelFailed) -> Event:
    if order.pending_action is not PendingAction.CANCEL:
        return amendments.failed(order, report.at, report.reason, report.message, report.venue_code)
    return CancelRefused(
        at=report.at,
        order_id=order.order_id,
        reason=report.reason,
        message=report.message,
        venue_code=report.venue_code,
    )


def query_failed(desk: Desk, report: QueryFailed) -> Decision:
    """No clean answer says nothing about the order: ask again later."""
    order = desk.orders.get(report.order_id)
    if order is None or order.is_closed:
        return NOTHING
    pause = desk.policy.look_again_after(report.at - order.updated_at)
    return Decision([], [WakeAt(order_id=order.order_id, at=report.at + pause)])


def woken(desk: Desk, wake: Wake) -> Decision:
    """Look at an order that waits for something."""
    order = desk.orders.get(wake.order_id)
    if order is None or order.is_closed:
        return NOTHING
    match wake.purpose:
        case WakePurpose.EXPIRY:
            return expired(desk, order, wake.at)
        case WakePurpose.ATTENTION:
            return _look_at(desk, order, wake.at)
        case _:
            return NOTHING


def _look_at(desk: Desk, order: Order, at: datetime) -> Decision:
    if order.waiting_to_retry:
        return try_again(desk, order, at)
    if order.venue_status is not None:
        return _still_behind(desk, order, at)
    if order.is_unresolved and not order.in_doubt:
        return doubt(desk, order, at, "no answer came")
    if not order.is_awaited:
        return NOTHING
    if (asked_again := look_at_change(desk, order, at)) is not None:
        return asked_again
    effects: list[Effect] = [query(order), watch_dog(order, at, desk.policy)]
    if _is_being_canceled(order) and order.exchange_order_id is not None:
        effects.insert(0, send_cancel(order))
    return Decision(alarm(desk, order, at), effects)


def _still_behind(desk: Desk, order: Order, at: datetime) -> Decision:
    """Executions that the venue speaks of have not come: fetch again, and after long enough end with a break."""
    assert order.venue_status is not None
    assert order.exchange_order_id is not None
    # While the venue cannot be reached, waiting says nothing.
    is_ready = desk.accounts[order.account_id].state is AccountState.READY
    if not is_ready or at - order.updated_at < desk.policy.executions_wait_max:
        fetch = fetch_executions(order, desk, order.exchange_order_id)
        return Decision([], [fetch, watch_dog(order, at, desk.policy)])
    missing = plain((order.venue_filled_quantity or ZERO) - order.attempt_filled_quantity)
    message = f"{order.exchange} reports {missing} more filled than it lists executions for"
    found = break_once(desk, order, at, MISSING_EXECUTIONS, order.order_id, message)
    if order.is_protective and order.pending_action is not PendingAction.CANCEL:
        # What it has closed is not known: a leg made beside it might close the same once more.
        fetch = fetch_executions(order, desk, order.exchange_order_id)
        return Decision([*found], [fetch, watch_dog(order, at, desk.policy)])
    ended = ended_incomplete(order, at, order.venue_status, venue_reason(order), message)
    return Decision([*found, *ended])
