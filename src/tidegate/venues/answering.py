"""What the engine is told when a call failed, or cannot be made: the verdict, in the report the effect asks for."""

from collections.abc import Sequence

from tidegate.core.messages.effects import SendAmend, SendCancel, SendOrder
from tidegate.core.messages.reports import (
    AmendAccepted,
    AmendOutcomeUnknown,
    AmendRefused,
    CancelAccepted,
    CancelFailed,
    OrderRefused,
    OrderReported,
    Report,
    SendOutcomeUnknown,
)
from tidegate.core.vocabulary import RejectReason, VenueOrderStatus
from tidegate.ports import Clock
from tidegate.venues.outcomes import CallFailed, Verdict

_PROVES_NOT_PLACED = {Verdict.NOT_SENT, Verdict.REFUSED, Verdict.REFUSED_FOR_NOW}


def send_failed(order: SendOrder, failure: CallFailed, clock: Clock) -> Report:
    """Refused where the failure proves that nothing was placed, otherwise unknown."""
    if failure.verdict not in _PROVES_NOT_PLACED:
        return send_unknown(order, failure.message, clock, venue_code=failure.venue_code)
    return OrderRefused(
        at=clock.now(),
        account_id=order.account_id,
        order_id=order.order_id,
        attempt=order.attempt,
        retryable=failure.verdict is not Verdict.REFUSED,
        reason=failure.reason,
        message=failure.message,
        venue_code=failure.venue_code,
        retry_after_seconds=failure.retry_after_seconds,
    )


def send_recalled(order: SendOrder, clock: Clock) -> Report:
    """It never left: the desk called it back."""
    return OrderRefused(
        at=clock.now(),
        account_id=order.account_id,
        order_id=order.order_id,
        attempt=order.attempt,
        retryable=False,
        reason=RejectReason.KILLED,
        message="called back before it was sent",
    )


def send_unknown(order: SendOrder, message: str, clock: Clock, *, venue_code: str | None = None) -> SendOutcomeUnknown:
    """The order may rest at the venue."""
    return SendOutcomeUnknown(
        at=clock.now(),
        account_id=order.account_id,
        order_id=order.order_id,
        attempt=order.attempt,
        message=message,
        venue_code=venue_code,
    )


def cancel_failed(cancel: SendCancel, failure: CallFailed, clock: Clock) -> Report:
    """Final where the venue says that the order has ended or is unknown to it."""
    if failure.verdict is Verdict.CANCELING:
        return CancelAccepted(at=clock.now(), account_id=cancel.account_id, order_id=cancel.order_id)
    reason = {Verdict.CLOSED: RejectReason.TOO_LATE, Verdict.ABSENT: RejectReason.UNKNOWN_ORDER}.get(failure.verdict)
    return CancelFailed(
        at=clock.now(),
        account_id=cancel.account_id,
        order_id=cancel.order_id,
        final=reason is not None,
        reason=reason or failure.reason,
        message=failure.message,
        venue_code=failure.venue_code,
        retry_after_seconds=failure.retry_after_seconds,
    )


def amend_failed(amend: SendAmend, failure: CallFailed, clock: Clock) -> Report:
    """Refused where the failure proves that nothing changed, otherwise unknown."""
    gone = failure.verdict in (Verdict.ABSENT, Verdict.CLOSED)
    if failure.verdict not in _PROVES_NOT_PLACED and not gone:
        return AmendOutcomeUnknown(
            at=clock.now(),
            account_id=amend.account_id,
            order_id=amend.order_id,
            attempt=amend.attempt,
            amendment=amend.amendment,
            message=failure.message,
            venue_code=failure.venue_code,
        )
    return AmendRefused(
        at=clock.now(),
        account_id=amend.account_id,
        order_id=amend.order_id,
        attempt=amend.attempt,
        amendment=amend.amendment,
        retryable=failure.verdict in (Verdict.NOT_SENT, Verdict.REFUSED_FOR_NOW),
        final=gone,
        reason=failure.reason,
        message=failure.message,
        venue_code=failure.venue_code,
        retry_after_seconds=failure.retry_after_seconds,
    )


def amended(accepted: AmendAccepted, told: Sequence[Report]) -> list[Report]:
    """What a taken change is told as. An order that its venue canceled for it was not changed: its end comes first."""
    is_canceled = any(
        isinstance(report, OrderReported) and report.status is VenueOrderStatus.CANCELED for report in told
    )
    return [*told, accepted] if is_canceled else [accepted, *told]
