"""Trades: each is booked once, whenever it comes and whichever attempt it belongs to."""

import copy
from decimal import Decimal

from tidegate.core import amendments, messages
from tidegate.core.apply import break_id
from tidegate.core.changes.replacing import ended_at_venue
from tidegate.core.decision import NOTHING, Decision
from tidegate.core.desk import Desk
from tidegate.core.endings import end_change
from tidegate.core.identifiers import ExecutionId, execution_id
from tidegate.core.messages.effects import Effect
from tidegate.core.messages.events import (
    Event,
    ExecutionBooked,
    OrderAmended,
    OrderClosed,
    OrderCorrected,
    OrderTriggered,
)
from tidegate.core.messages.reports import ExecutionReported
from tidegate.core.money import ZERO, plain
from tidegate.core.order import CONDITIONAL, Order
from tidegate.core.portfolio.holdings import realized_in_quote
from tidegate.core.portfolio.positions import realized_by
from tidegate.core.records import UNKNOWN_BUST
from tidegate.core.routing import cancel_attempt, query, resume_if_resolved, watch_dog
from tidegate.core.sending import (
    MISSING_EXECUTIONS,
    after_submission,
    break_once,
    is_stray,
    replaced,
    resolved,
    stray_attempt,
    submitted,
    taken,
)
from tidegate.core.tracking.naming import attempt_named, venue_reason
from tidegate.core.tracking.setting_off import new_name, set_off_at_venue, was_set_off
from tidegate.core.vocabulary import InstrumentKind, OrderStatus, Wallet


def executed(desk: Desk, report: ExecutionReported, order: Order) -> Decision:
    """Book a trade once, to order and holdings together, and end the order if that was the last of it."""
    if order.side is not report.side or not report.quantity > ZERO or report.price < ZERO:
        message = f"{order.exchange} tells of a trade that cannot be: {report.side} {report.quantity} at {report.price}"
        subject = f"{order.order_id}:{report.trade_id}"
        return Decision(break_once(desk, order, report.at, "impossible_execution", subject, message))
    name = execution_id(order.account_id, order.symbol, order.side, report.trade_id)
    if _is_known(desk, order, name):
        return NOTHING
    attempt = attempt_named(order, report.exchange_client_order_id, report.exchange_order_id)
    booked = _booked(desk, order, report, name, stray=is_stray(order, attempt))
    if booked.stray:
        return _book_stray(desk, order, booked, attempt)
    if order.is_closed:
        return Decision(_late(desk, order, booked))
    learned = _learned(desk, order, report, attempt)
    after = _after_execution(desk, _as_known(order, learned.events) if learned.events else order, booked)
    effects = [*learned.effects, *after.effects]
    if order.is_unsent:
        effects += resume_if_resolved(desk, order)
        if not after.events:
            effects += after_submission(desk, order, report.at)
    found = _no_longer_missing(desk, order, booked)
    return Decision([*learned.events, booked, *after.events, *found], effects)


def _is_known(desk: Desk, order: Order, name: ExecutionId) -> bool:
    """Whether a trade counts already, or never will: the venue took it back before it was told."""
    if name in desk.execution_ids.get(order.order_id, ()):
        return True
    return bool(desk.open_breaks) and break_id(order.account_id, UNKNOWN_BUST, name) in desk.open_breaks


def _learned(desk: Desk, order: Order, report: ExecutionReported, attempt: int) -> Decision:
    """What a trade tells beside itself: that the venue has the order, changed or set off, and under which id."""
    events: list[Event] = []
    effects: list[Effect] = []
    theirs = report.exchange_order_id
    if order.exchange_order_id is None:
        events += replaced(order, report.at) if theirs is None else taken(order, report.at, theirs, attempt)
    elif order.asked is not None and _proves_an_increase(order, report):
        events.append(amendments.made(order, report.at))
    if order.order_type not in CONDITIONAL:
        return Decision(events)
    if was_set_off(order, is_told=True):
        events.append(set_off_at_venue(order, report.at, theirs))
        effects.append(watch_dog(order, report.at, desk.policy))
    elif order.triggered_at is not None and (renamed := new_name(order, theirs)) is not None:
        events.append(submitted(order, report.at, renamed, attempt))
    return Decision(events, effects)


def _proves_an_increase(order: Order, report: ExecutionReported) -> bool:
    """Whether the order could not have traded so much without the change in place that is under way."""
    if order.asked is None or order.replacing or order.quantity is None:
        return False
    return order.filled_quantity + report.quantity > order.quantity and order.quantity_most != order.quantity


def _as_known(order: Order, learned: list[Event]) -> Order:
    """The order as what was learned leaves it, as far as its end depends on that."""
    known = order
    if any(isinstance(event, OrderAmended) for event in learned):
        known = copy.copy(order.as_asked())
        known.replacing = False
    if any(isinstance(event, OrderTriggered) for event in learned):
        known = copy.copy(known)
        known.triggered_at = learned[-1].at
    return known


def _book_stray(desk: Desk, order: Order, booked: ExecutionBooked, attempt: int) -> Decision:
    """A trade of an attempt that was given up counts all the same; when it completes the order, the other one goes.

    One that had made way for a change has ended, and its last trades may come late: it is canceled for certain.
    """
    after = Decision(_late(desk, order, booked)[1:]) if order.is_closed else _after_execution(desk, order, booked)
    stray = stray_attempt(desk, order, booked.at, attempt)
    if attempt <= order.replaced_attempt:
        stray = Decision([], [cancel_attempt(order, attempt)])
    effects = [*stray.effects, *after.effects]
    if order.attempt and not order.is_closed and any(isinstance(event, OrderClosed) for event in after.events):
        effects.append(cancel_attempt(order, order.attempt))
    if order.is_unsent:
        effects += resume_if_resolved(desk, order)
    return Decision([booked, *after.events, *stray.events], effects)


def _late(desk: Desk, order: Order, booked: ExecutionBooked) -> list[Event]:
    """A trade of an order that has ended: order and holdings move all the same, and the user is told."""
    corrected = [_corrected(order, booked), *_overfilled(desk, order, booked)]
    return [booked, *corrected, *_no_longer_missing(desk, order, booked)]


def _no_longer_missing(desk: Desk, order: Order, booked: ExecutionBooked) -> list[Event]:
    """The end of the break of executions that the venue had spoken of and not told."""
    if order.venue_filled_quantity is None:
        return []
    missing = desk.open_breaks.get(break_id(order.account_id, MISSING_EXECUTIONS, order.order_id))
    if missing is None or order.attempt_filled_quantity + booked.quantity < order.venue_filled_quantity:
        return []
    return [resolved(missing, booked.at, "the missing executions have arrived")]


def _overfilled(desk: Desk, order: Order, booked: ExecutionBooked) -> list[Event]:
    if not booked.overfill:
        return []
    message = f"{order.exchange} filled {plain(booked.overfill)} more than order {order.order_id} asked for"
    return break_once(desk, order, booked.at, "overfill", order.order_id, message)


def _booked(desk: Desk, order: Order, report: ExecutionReported, name: ExecutionId, *, stray: bool) -> ExecutionBooked:
    base, quote = _assets(desk, order)
    rate = desk.rate(order.exchange, quote)
    return messages.events.ExecutionBooked(  # So named for speed: see `options`.
        at=report.at,
        execution_id=name,
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
        fee_rates=tuple([desk.rate(order.exchange, fee.asset) for fee in report.fees]),
        realized_pnl=_realized(desk, order, report, base, rate),
        late=order.is_closed,
        overfill=_beyond(order, report),
        stray=stray,
        kind=InstrumentKind.LINEAR if order.is_derivative else InstrumentKind.SPOT,
        position_side=order.position_side,
        wallet=desk.wallet_of(order.exchange, order.symbol),
    )


def _beyond(order: Order, report: ExecutionReported) -> Decimal:
    """How much of a trade is more than was ordered."""
    most, filled = order.quantity_most, order.filled_quantity + report.quantity
    return ZERO if most is None or filled <= most else min(filled - most, report.quantity)


def _realized(desk: Desk, order: Order, report: ExecutionReported, base: str, rate: Decimal | None) -> Decimal:
    """What the trade earns before fees, in the quote asset: what the venue settled, or against the position's or the
    base asset's average cost."""
    if order.is_derivative:
        if report.realized_pnl is not None:
            return report.realized_pnl
        key = (order.account_id, order.user_id, order.symbol, order.position_side)
        return realized_by(desk.positions.get(key), order.side, report.quantity, report.price)
    holding = desk.holdings.get((order.account_id, order.user_id, base, Wallet.MAIN))
    return realized_in_quote(holding, order.side, report.quantity, report.price, rate)


def _assets(desk: Desk, order: Order) -> tuple[str, str]:
    """Base, and what it is paid in: by the venue's listing, or by the symbol itself while the listing is not known."""
    instrument = desk.instrument_of(order)
    if instrument is not None:
        return instrument.base, instrument.settle or instrument.quote
    base, _, quote = order.symbol.partition("/")
    return base, quote.rpartition(":")[2]


def _after_execution(desk: Desk, order: Order, booked: ExecutionBooked) -> Decision:
    """The end of the order, if the execution completes it or was the last one that its end waited for."""
    filled, most = order.filled_quantity + booked.quantity, order.quantity_most
    if most is not None and filled >= most:
        realized = order.realized_pnl + booked.realized_pnl
        closed = OrderClosed(at=booked.at, order_id=order.order_id, realized_pnl=realized)
        too_late = [] if order.asked is None else end_change(_with(order, booked), booked.at, "it filled first")
        return Decision([*too_late, closed, *_overfilled(desk, order, booked)])
    if order.venue_status is not None and order.venue_filled_quantity is not None:
        after = _with(order, booked)
        if after.attempt_filled_quantity < order.venue_filled_quantity:  # Which counts from the attempt's beginning.
            return NOTHING
        return ended_at_venue(desk, after, booked.at, order.venue_status, venue_reason(order), order.message or "")
    if order.quantity is not None and filled >= order.quantity:
        # All that was ordered at first: whether the increase was made in time is for the venue to tell.
        return Decision([], [query(order), watch_dog(order, booked.at, desk.policy)])
    return NOTHING


def _with(order: Order, booked: ExecutionBooked) -> Order:
    """A copy that the trade has been booked to."""
    after = copy.copy(order)
    after.filled_quantity += booked.quantity
    after.realized_pnl += booked.realized_pnl
    if booked.stray:
        after.filled_before += booked.quantity
    return after


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
