"""What a venue says of an order as a whole: from its stream, a listing or a look-up."""

from decimal import Decimal

from tidegate.core.decision import NOTHING, Decision
from tidegate.core.desk import Desk
from tidegate.core.endings import end_by_venue
from tidegate.core.identifiers import ExchangeOrderId
from tidegate.core.messages.effects import Effect, WakeAt
from tidegate.core.messages.events import Event, OrderLookedUp
from tidegate.core.messages.reports import OrderReported
from tidegate.core.order import Order
from tidegate.core.routing import fetch_executions, resume_if_resolved, watch_dog
from tidegate.core.sending import after_submission, alive_after_all, is_stray, seen_again, stray_attempt, submitted
from tidegate.core.tracking.naming import attempt_named
from tidegate.core.vocabulary import OrderStatus, VenueOrderStatus


def reported(desk: Desk, report: OrderReported) -> Decision:
    """Bring our order to where the venue says it is, as far as our executions reach."""
    order = desk.order_for(report.account_id, report.symbol, report.exchange_client_order_id, report.exchange_order_id)
    if order is None:
        return NOTHING
    attempt = attempt_named(order, report.exchange_client_order_id)
    is_open = report.status is VenueOrderStatus.OPEN
    if is_stray(order, attempt):
        return stray_attempt(desk, order, report.at, attempt) if is_open else NOTHING
    if order.is_closed:
        return _reported_after_the_end(desk, order, report)
    exchange_order_id = report.exchange_order_id or order.exchange_order_id
    if is_open and exchange_order_id is None:
        return NOTHING  # Without the venue's id nothing can be followed: the answer to the send brings it.
    events: list[Event] = seen_again(desk, order, report.at) if order.absent_since is not None else []
    effects: list[Effect] = []
    doubted = is_open and (order.in_doubt or order.absent_since is not None)
    if exchange_order_id is not None and (order.exchange_order_id is None or doubted):
        events.append(submitted(order, report.at, exchange_order_id, attempt))
    if order.status is OrderStatus.PENDING:
        effects += resume_if_resolved(desk, order)
        if is_open:
            effects += after_submission(desk, order, report.at)
    more = _follow(desk, order, report, exchange_order_id)
    return Decision(events + more.events, effects + more.effects)


def _follow(desk: Desk, order: Order, report: OrderReported, exchange_order_id: ExchangeOrderId | None) -> Decision:
    """An acknowledged order, and the venue's newest word on it."""
    venue_filled = report.filled_quantity
    if report.status is VenueOrderStatus.FILLED and order.quantity is not None:
        venue_filled = max(venue_filled, order.quantity)
    if venue_filled <= order.filled_quantity:
        if report.status is VenueOrderStatus.OPEN:
            return NOTHING
        return Decision(end_by_venue(order, report.at, report.status, report.reason, report.message), [])
    if exchange_order_id is None:
        return Decision([], [watch_dog(order, report.at, desk.policy)])  # A later look-up will tell the id.
    return _await_executions(desk, order, report, venue_filled, exchange_order_id)


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
    if report.filled_quantity > order.filled_quantity:
        effects.append(fetch_executions(order, desk, exchange_order_id))
    return Decision(events, effects)
