"""Stage 6: tie each report to its order, once.

Quantities move by executions alone; a venue's summary of an order only tells which executions are still missing.
"""

import copy
from datetime import datetime, timedelta

from tidegate.core.decision import NOTHING, Decision
from tidegate.core.desk import Desk
from tidegate.core.endings import end_by_venue
from tidegate.core.identifiers import ExchangeOrderId, execution_id, order_of
from tidegate.core.messages.effects import Effect, WakeAt
from tidegate.core.messages.events import (
    BreakFound,
    CancelRefused,
    Event,
    ExecutionBooked,
    OrderClosed,
    OrderCorrected,
    OrderLookedUp,
    OrderSubmitted,
)
from tidegate.core.messages.reports import (
    CancelAccepted,
    CancelFailed,
    ExecutionReported,
    OrderReported,
    QueryFailed,
    Wake,
)
from tidegate.core.money import ZERO
from tidegate.core.order import Order
from tidegate.core.portfolio.holdings import realized_in_quote
from tidegate.core.routing import fetch_executions, query, resume_if_resolved, send_cancel, watch_dog
from tidegate.core.sending import doubt, stray_attempt, try_again
from tidegate.core.vocabulary import OrderStatus, PendingAction, RejectReason, VenueOrderStatus

CANCEL_REFUSED_FOR_GOOD = frozenset(
    {RejectReason.AUTHENTICATION_FAILED, RejectReason.PERMISSION_DENIED, RejectReason.INVALID_PARAMETERS}
)


def reported(desk: Desk, report: OrderReported) -> Decision:
    """Bring our order to where the venue says it is, as far as our executions reach."""
    order = desk.order_for(report.account_id, report.symbol, report.exchange_client_order_id, report.exchange_order_id)
    if order is None:
        return NOTHING
    named = order_of(report.exchange_client_order_id) if report.exchange_client_order_id is not None else None
    if named is not None and named[1] != order.attempt:
        is_open = report.status is VenueOrderStatus.OPEN
        return stray_attempt(order, report.at, named[1]) if is_open else NOTHING
    if order.is_closed:
        missing = report.filled_quantity > order.filled_quantity and order.exchange_order_id is not None
        return Decision([], [fetch_executions(order, desk)]) if missing else NOTHING
    events: list[Event] = []
    effects: list[Effect] = []
    if order.status is OrderStatus.PENDING:
        if report.exchange_order_id is None or report.status is VenueOrderStatus.REJECTED:
            if report.status is VenueOrderStatus.OPEN:
                return NOTHING  # Without the venue's id nothing can be followed: the answer to the send brings it.
        else:
            events.append(_submitted(order, report.at, report.exchange_order_id))
        effects += resume_if_resolved(desk, order)
    more = _follow(desk, order, report)
    return Decision(events + more.events, effects + more.effects)


def _follow(desk: Desk, order: Order, report: OrderReported) -> Decision:
    """An acknowledged order, and the venue's newest word on it."""
    is_open = report.status is VenueOrderStatus.OPEN
    behind = report.filled_quantity > order.filled_quantity
    if not is_open and report.status is VenueOrderStatus.FILLED and order.quantity is not None:
        behind = order.filled_quantity < order.quantity
    if behind:
        return _await_executions(desk, order, report)
    if not is_open:
        return Decision(end_by_venue(order, report.at, report.status, report.reason, report.message), [])
    if order.pending_action is PendingAction.CANCEL:
        return Decision([], [send_cancel(order), watch_dog(order, report.at, desk.policy)])
    return NOTHING


def _await_executions(desk: Desk, order: Order, report: OrderReported) -> Decision:
    """The venue is ahead of our executions: fetch them; an end waits until they are booked."""
    known = copy.copy(order)
    known.exchange_order_id = order.exchange_order_id or report.exchange_order_id
    if known.exchange_order_id is None:
        return NOTHING
    effects: list[Effect] = [fetch_executions(known, desk)]
    if report.status is VenueOrderStatus.OPEN:
        return Decision([], effects)
    effects.append(WakeAt(order_id=order.order_id, at=report.at + desk.policy.report_wait_max))
    if order.venue_status is report.status and order.venue_filled_quantity == report.filled_quantity:
        return Decision([], effects)
    looked_up = OrderLookedUp(
        at=report.at,
        order_id=order.order_id,
        venue_status=report.status,
        venue_filled_quantity=report.filled_quantity,
        reason=report.reason,
        message=report.message,
    )
    return Decision([looked_up], effects)


# --- executions --------------------------------------------------------------------------------------------------


def executed(desk: Desk, report: ExecutionReported) -> Decision:
    """Book a trade once, to order and holdings together, and end the order if that was the last of it."""
    order = desk.order_for(report.account_id, report.symbol, report.exchange_client_order_id, report.exchange_order_id)
    if order is None or order.side is not report.side:
        return NOTHING
    booked = _booked(desk, order, report)
    if booked.execution_id in desk.execution_ids.get(order.order_id, ()):
        return NOTHING
    if order.is_closed:
        return Decision([booked, _corrected(order, booked)])
    events: list[Event] = []
    effects: list[Effect] = []
    if order.status is OrderStatus.PENDING:
        effects += resume_if_resolved(desk, order)
        if report.exchange_order_id is not None:
            events.append(_submitted(order, report.at, report.exchange_order_id))
    events.append(booked)
    events += _after_execution(order, booked)
    return Decision(events, effects)


def _submitted(order: Order, at: datetime, exchange_order_id: ExchangeOrderId) -> OrderSubmitted:
    return OrderSubmitted(at=at, order_id=order.order_id, attempt=order.attempt, exchange_order_id=exchange_order_id)


def _booked(desk: Desk, order: Order, report: ExecutionReported) -> ExecutionBooked:
    base, quote = _assets(desk, order)
    rate = desk.rate(order.exchange, quote)
    holding = desk.holdings.get((order.account_id, order.user_id, base))
    excess = ZERO
    if order.quantity is not None:
        excess = min(max(order.filled_quantity + report.quantity - order.quantity, ZERO), report.quantity)
    return ExecutionBooked(
        at=report.at,
        execution_id=execution_id(order.account_id, order.symbol, order.side, report.trade_id),
        order_id=order.order_id,
        user_id=order.user_id,
        account_id=order.account_id,
        exchange=order.exchange,
        symbol=order.symbol,
        base=base,
        quote=quote,
        side=order.side,
        trade_id=report.trade_id,
        quantity=report.quantity,
        price=report.price,
        fees=report.fees,
        liquidity=report.liquidity,
        executed_at=report.executed_at,
        exchange_order_id=report.exchange_order_id or order.exchange_order_id,
        rate=rate,
        fee_rates=tuple(desk.rate(order.exchange, fee.asset) for fee in report.fees),
        realized_pnl=realized_in_quote(holding, order.side, report.quantity, report.price, rate),
        late=order.is_closed,
        overfill=excess,
    )


def _assets(desk: Desk, order: Order) -> tuple[str, str]:
    """Base and quote: by the venue's listing, or by the symbol itself while the listing is not known."""
    instrument = desk.instrument_of(order)
    if instrument is not None:
        return instrument.base, instrument.quote
    base, _, quote = order.symbol.partition("/")
    return base, quote.partition(":")[0]


def _after_execution(order: Order, booked: ExecutionBooked) -> list[Event]:
    """The end of the order, if the execution completes it or was the last one that its end waited for."""
    filled = order.filled_quantity + booked.quantity
    realized = order.realized_pnl + booked.realized_pnl
    if order.quantity is not None and filled >= order.quantity:
        return [OrderClosed(at=booked.at, order_id=order.order_id, realized_pnl=realized)]
    if order.venue_status is None or order.venue_filled_quantity is None or filled < order.venue_filled_quantity:
        return []
    after = copy.copy(order)
    after.filled_quantity = filled
    after.realized_pnl = realized
    return end_by_venue(after, booked.at, order.venue_status, _venue_reason(order), order.message or "")


def _venue_reason(order: Order) -> RejectReason | None:
    return order.reason if isinstance(order.reason, RejectReason) else None


def _corrected(order: Order, booked: ExecutionBooked) -> OrderCorrected:
    filled = order.filled_quantity + booked.quantity
    complete = order.quantity is not None and filled >= order.quantity and order.status is not OrderStatus.INVALIDATED
    return OrderCorrected(
        at=booked.at,
        order_id=order.order_id,
        status=OrderStatus.FILLED if complete else order.status,
        realized_pnl=order.realized_pnl + booked.realized_pnl,
        message=f"an execution arrived after the order was {order.status}",
    )


# --- cancels and waiting -----------------------------------------------------------------------------------------


def cancel_accepted(desk: Desk, report: CancelAccepted) -> Decision:
    """The end itself is told by the stream; ask for it should that not come soon."""
    order = desk.orders.get(report.order_id)
    if order is None or order.is_closed:
        return NOTHING
    return Decision([], [WakeAt(order_id=order.order_id, at=report.at + desk.policy.back_off_min * 4)])


def cancel_failed(desk: Desk, report: CancelFailed) -> Decision:
    """Refused for good: told. Too late, or unknown: ask what became of the order; one that stands is canceled again."""
    order = desk.orders.get(report.order_id)
    if order is None or order.is_closed or order.pending_action is not PendingAction.CANCEL:
        return NOTHING
    waited = report.at - order.updated_at
    if report.reason in CANCEL_REFUSED_FOR_GOOD or waited > desk.policy.cancel_wait_max:
        refused = CancelRefused(
            at=report.at,
            order_id=order.order_id,
            reason=report.reason,
            message=report.message,
            venue_code=report.venue_code,
        )
        return Decision([refused])
    if report.final:
        return Decision([], [query(order), watch_dog(order, report.at, desk.policy)])
    pause = desk.policy.look_again_after(waited)
    if report.retry_after_seconds is not None:
        pause = max(pause, timedelta(seconds=report.retry_after_seconds))
    return Decision([], [WakeAt(order_id=order.order_id, at=report.at + pause)])


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
    if order.waiting_to_retry:
        return try_again(desk, order, wake.at)
    if order.venue_status is not None:
        return _still_behind(desk, order, wake.at)
    if order.in_doubt or order.pending_action is not PendingAction.NONE:
        return Decision([], [query(order), watch_dog(order, wake.at, desk.policy)])
    if order.status is OrderStatus.PENDING:
        return doubt(desk, order, wake.at, "no answer came")
    return NOTHING


def _still_behind(desk: Desk, order: Order, at: datetime) -> Decision:
    """Executions that the venue speaks of have not come: fetch again, and after long enough end with a break."""
    assert order.venue_status is not None
    if at - order.updated_at < desk.policy.executions_wait_max:
        return Decision([], [fetch_executions(order, desk), watch_dog(order, at, desk.policy)])
    missing = (order.venue_filled_quantity or ZERO) - order.filled_quantity
    message = f"{order.exchange} reports {missing} more filled than it lists executions for"
    found = BreakFound(
        at=at, account_id=order.account_id, kind="missing_executions", subject=order.order_id, message=message
    )
    return Decision([found, *end_by_venue(order, at, order.venue_status, _venue_reason(order), message)])
