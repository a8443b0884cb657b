"""What a venue says of an order as a whole: from its stream, a listing or a look-up."""

import copy
from decimal import Decimal

from tidegate.core.changes.figures import figures_told
from tidegate.core.changes.replacing import ended_at_venue
from tidegate.core.changes.taking import explained
from tidegate.core.corrections import reprice
from tidegate.core.decision import NOTHING, Decision
from tidegate.core.desk import Desk
from tidegate.core.identifiers import ExchangeOrderId
from tidegate.core.messages.effects import Effect, WakeAt
from tidegate.core.messages.events import (
    AmendFailed,
    Event,
    OrderAmended,
    OrderClosed,
    OrderLookedUp,
    OrderRestated,
    OrderSubmitted,
    OrderTriggered,
)
from tidegate.core.messages.reports import OrderReported
from tidegate.core.order import Order
from tidegate.core.routing import cancel_attempt, fetch_executions, resume_if_resolved, watch_dog
from tidegate.core.sending import (
    after_submission,
    alive_after_all,
    is_stray,
    seen_again,
    stray_attempt,
    stray_gone,
    submitted,
    taken,
)
from tidegate.core.tracking.naming import attempt_named
from tidegate.core.tracking.setting_off import new_name, set_off_at_venue, was_set_off
from tidegate.core.vocabulary import VenueOrderStatus


def reported(desk: Desk, report: OrderReported, order: Order) -> Decision:
    """Bring our order to where the venue says it is, as far as our executions reach."""
    attempt = attempt_named(order, report.exchange_client_order_id, report.exchange_order_id)
    if is_stray(order, attempt):
        return _of_another_attempt(desk, order, report, attempt)
    if order.is_closed:
        return _reported_after_the_end(desk, order, report)
    if report.status is VenueOrderStatus.OPEN and (report.exchange_order_id or order.exchange_order_id) is None:
        return NOTHING  # Without the venue's id nothing can be followed: the answer to the send brings it.
    report = explained(order, report)
    learned = _learned(desk, order, report, attempt)
    seen = _as_seen(order, learned.events)
    figures = figures_told(desk, seen, report)
    learned = Decision(learned.events + figures.events, learned.effects + figures.effects)
    if any(isinstance(event, OrderClosed) for event in figures.events):
        return learned
    more = _follow(desk, _as_seen(seen, figures.events), report)
    return Decision(learned.events + more.events, learned.effects + more.effects)


def _of_another_attempt(desk: Desk, order: Order, report: OrderReported, attempt: int) -> Decision:
    """One that was given up, or that made way, is spoken of beside the current one.

    Of what made way an old picture may still be on its way: it is canceled for certain, and told as a break only when
    the question left well after its end.
    """
    if report.status is not VenueOrderStatus.OPEN:
        return Decision(stray_gone(desk, order, report.at, attempt))
    is_known_to_have_ended = attempt <= order.replaced_attempt
    if not is_known_to_have_ended or order.request_expires_at is None:
        return stray_attempt(desk, order, report.at, attempt)
    if report.requested_at is None or report.requested_at < order.request_expires_at:
        return Decision([], [cancel_attempt(order, attempt)])
    return stray_attempt(desk, order, report.at, attempt)


def _learned(desk: Desk, order: Order, report: OrderReported, attempt: int) -> Decision:
    """What a report tells beside the order's progress: that the venue has it, or has set it off, and under which id."""
    is_open = report.status is VenueOrderStatus.OPEN
    events: list[Event] = seen_again(desk, order, report.at) if order.absent_since is not None else []
    effects: list[Effect] = []
    theirs = report.exchange_order_id or order.exchange_order_id
    doubted = is_open and (order.in_doubt or order.absent_since is not None)
    if theirs is not None and (order.exchange_order_id is None or doubted):
        is_taken = report.status is not VenueOrderStatus.REJECTED or report.filled_quantity
        events += (
            taken(order, report.at, theirs, attempt) if is_taken else [submitted(order, report.at, theirs, attempt)]
        )
    if order.is_unsent:
        effects += resume_if_resolved(desk, order)
        if is_open:
            effects += after_submission(desk, order, report.at)
    if was_set_off(order, report.triggered or bool(report.filled_quantity)):
        events.append(set_off_at_venue(order, report.at, report.exchange_order_id))
        effects.append(watch_dog(order, report.at, desk.policy))
    elif order.triggered_at is not None and (renamed := new_name(order, report.exchange_order_id)) is not None:
        events.append(submitted(order, report.at, renamed, attempt))
    return Decision(events, effects)


def _as_seen(order: Order, events: list[Event]) -> Order:
    """The order as these events leave it, as far as the rest of the report depends on that."""
    seen = copy.copy(order)
    for event in events:
        match event:
            case OrderSubmitted():
                seen.replacing = seen.replacing and seen.exchange_order_id is not None
                seen.exchange_order_id, seen.attempt, seen.in_doubt = event.exchange_order_id, event.attempt, False
            case OrderTriggered():
                seen.triggered_at = event.at
                seen.exchange_order_id = event.exchange_order_id or seen.exchange_order_id
            case OrderAmended() | OrderRestated():
                seen.quantity, seen.price, seen.trigger_price = event.quantity, event.price, event.trigger_price
                seen.asked = None
            case AmendFailed():
                seen.asked = None
            case _:
                pass
    return seen


def _follow(desk: Desk, order: Order, report: OrderReported) -> Decision:
    """An acknowledged order, and the venue's newest word on it. It counts from the attempt's beginning."""
    venue_filled = report.filled_quantity
    if report.status is VenueOrderStatus.FILLED and order.quantity is not None:
        venue_filled = max(venue_filled, report.quantity or _least(order) - order.filled_before)
    if venue_filled <= order.attempt_filled_quantity:
        if report.status is VenueOrderStatus.OPEN:
            return NOTHING
        corrected = reprice(desk, order, report)  # OKX and Bybit refuse after they have taken it.
        return corrected or ended_at_venue(desk, order, report.at, report.status, report.reason, report.message)
    if order.exchange_order_id is None:
        return Decision([], [watch_dog(order, report.at, desk.policy)])  # A later look-up will tell the id.
    return _await_executions(desk, order, report, venue_filled, order.exchange_order_id)


def _least(order: Order) -> Decimal:
    """What it fills at least when it fills: a reduction that is under way may have been made."""
    assert order.quantity is not None
    return min(order.quantity, order.as_asked().quantity or order.quantity)


def _await_executions(
    desk: Desk, order: Order, report: OrderReported, venue_filled: Decimal, exchange_order_id: ExchangeOrderId
) -> Decision:
    """The venue is ahead of our executions: an end waits until they are booked.

    Bybit tells an order's end before its last executions: they get a moment to arrive before they are fetched.
    """
    fetch = fetch_executions(order, desk, exchange_order_id)
    if report.status is VenueOrderStatus.OPEN:
        return Decision([], [fetch])
    if order.venue_status is report.status and order.venue_filled_quantity == venue_filled:
        return Decision([], [fetch, watch_dog(order, report.at, desk.policy)])
    looked_up = OrderLookedUp(
        at=report.at,
        order_id=order.order_id,
        venue_status=report.status,
        venue_filled_quantity=venue_filled,
        reason=report.reason,
        message=report.message,
    )
    return Decision([looked_up], [WakeAt(order_id=order.order_id, at=report.at + desk.policy.back_off_min)])


def _reported_after_the_end(desk: Desk, order: Order, report: OrderReported) -> Decision:
    """What ended without the venue having it must not be there; what it filled more than we know is fetched."""
    exchange_order_id = report.exchange_order_id or order.exchange_order_id
    if exchange_order_id is None:
        return NOTHING
    events: list[Event] = []
    effects: list[Effect] = []
    if order.exchange_order_id is None and report.status is VenueOrderStatus.OPEN:
        alive = alive_after_all(desk, order, report.at, exchange_order_id)
        events, effects = [*alive.events], [*alive.effects]
    elif order.exchange_order_id is None and report.filled_quantity:
        events = [submitted(order, report.at, exchange_order_id, order.attempt)]
    if report.filled_quantity > order.attempt_filled_quantity:
        effects.append(fetch_executions(order, desk, exchange_order_id))
    return Decision(events, effects)
