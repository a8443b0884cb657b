"""What an order's figures at its venue say: that a change was made or was not, or that somebody else changed it."""

import copy
from decimal import Decimal

from tidegate.core import amendments
from tidegate.core.changes.asking import worst_price_of
from tidegate.core.changes.outcomes import lost, made
from tidegate.core.decision import NOTHING, Decision
from tidegate.core.desk import Desk
from tidegate.core.messages.effects import WakeAt
from tidegate.core.messages.reports import OrderReported
from tidegate.core.messages.values import Amendment
from tidegate.core.money import plain
from tidegate.core.order import Order
from tidegate.core.routing import query
from tidegate.core.vocabulary import OrderType, VenueOrderStatus

_RESTS = frozenset({VenueOrderStatus.OPEN, VenueOrderStatus.FILLED})


def figures_told(desk: Desk, order: Order, report: OrderReported) -> Decision:
    """What follows from the figures in a report on the current attempt of an open order."""
    if order.replacing or order.exchange_order_id is None or report.status not in _RESTS:
        return NOTHING
    told = _told(order, report)
    if order.asked is not None:
        return _of_the_change(desk, order, report, told)
    return _restated(desk, order, report, told)


def _told(order: Order, report: OrderReported) -> Amendment:
    """The figures that a report tells and that can be held against ours, as those of the whole order.

    Venues report zero where an order has no such figure, and a trailing stop's trigger moves by itself.
    """
    is_trailing = order.order_type is OrderType.TRAILING_STOP
    quantity = report.quantity + order.filled_before if report.quantity else None
    return Amendment(
        quantity=quantity if order.quantity is not None and order.quote_quantity is None else None,
        price=(report.price or None) if order.price is not None else None,
        trigger_price=(report.trigger_price or None) if order.is_conditional and not is_trailing else None,
    )


# --- a change under way ------------------------------------------------------------------------------------------


def _of_the_change(desk: Desk, order: Order, report: OrderReported, told: Amendment) -> Decision:
    """The figures as asked: made. The figures as before, asked for once no request could arrive any more: lost."""
    assert order.asked is not None
    if order.amend_expires_at is None:
        return NOTHING  # Nothing of it is on its way: it will be asked for again.
    policy = desk.policy
    asked_at = order.amend_expires_at - policy.request_lifetime
    if _shows(told, order.asked, order) and (report.requested_at is None or report.requested_at >= asked_at):
        return Decision(made(order, report.at))
    if report.requested_at is None or report.status is not VenueOrderStatus.OPEN:
        return NOTHING
    # The margin once more for an answer that comes from a copy of the venue's book that is a little behind.
    provable_from = order.amend_expires_at + policy.processing_margin + policy.absence_gap
    if report.requested_at < provable_from:
        return Decision([], [WakeAt(order_id=order.order_id, at=max(provable_from, report.at))])
    if not _shows(told, _before(order), order):
        return NOTHING  # Neither the one nor the other: the timer asks again.
    return lost(desk, order, report.at, f"{order.exchange} shows the order as it was before")


def _before(order: Order) -> Amendment:
    return Amendment(quantity=order.quantity, price=order.price, trigger_price=order.trigger_price)


def _shows(told: Amendment, wanted: Amendment, order: Order) -> bool:
    """Whether those figures that the change is about are told as wanted, as far as they are told at all."""
    assert order.asked is not None
    pairs = [
        (seen, figure)
        for asked, seen, figure in (
            (order.asked.quantity, told.quantity, wanted.quantity),
            (order.asked.price, told.price, wanted.price),
            (order.asked.trigger_price, told.trigger_price, wanted.trigger_price),
        )
        if asked is not None and seen is not None
    ]
    return bool(pairs) and all(seen == figure for seen, figure in pairs)


# --- a change that nobody here asked for -------------------------------------------------------------------------


def _restated(desk: Desk, order: Order, report: OrderReported, told: Amendment) -> Decision:
    """The venue, or somebody there, changed the order. An answer that may be older than our own last change says
    nothing; a stream that may be late is asked about."""
    changed = _with(desk, order, told, leaves_something=report.status is VenueOrderStatus.OPEN)
    if changed is None or order.is_immediate:
        return NOTHING
    if not _is_news(desk, order, report):
        return Decision([], [query(order)]) if report.requested_at is None else NOTHING
    message = f"{order.exchange} changed it without being asked: {', '.join(_differences(order, changed))}"
    return Decision([amendments.restated(changed, report.at, message)])


def _is_news(desk: Desk, order: Order, report: OrderReported) -> bool:
    if report.status is VenueOrderStatus.FILLED:
        # Its last figures cannot be old; where quantity and fills contradict each other, some of them are.
        return report.quantity is None or report.quantity == report.filled_quantity
    if report.requested_at is None:
        return order.amendment == 0  # Nothing of ours has ever changed it: it cannot be an old picture.
    margin = desk.policy.absence_gap if order.amendment else desk.policy.processing_margin * 0
    return report.requested_at >= order.updated_at + margin


def _with(desk: Desk, order: Order, told: Amendment, *, leaves_something: bool) -> Order | None:
    """A copy of the order with the venue's figures where they differ by a step of its grid; None: they do not.

    A quantity that the order has outgrown is none; one that is filled goes with an order that is.
    """
    instrument = desk.instrument_of(order)
    tick, step = (None, None) if instrument is None else (instrument.price_tick, instrument.quantity_step)
    changed = copy.copy(order)
    if _differs(order.quantity, told.quantity, step) and told.quantity is not None:
        left = told.quantity - order.filled_quantity
        changed.quantity = told.quantity if left > 0 or (left == 0 and not leaves_something) else order.quantity
    if _differs(order.price, told.price, tick):
        changed.price = told.price
    if _differs(order.trigger_price, told.trigger_price, tick):
        changed.trigger_price = told.trigger_price
    if _before(changed) == _before(order):
        return None
    changed.reserve_price = worst_price_of(desk, changed)
    return changed


def _differs(ours: Decimal | None, theirs: Decimal | None, grid: Decimal | None) -> bool:
    if ours is None or theirs is None or ours == theirs:
        return False
    return not grid or abs(ours - theirs) >= grid


def _differences(order: Order, changed: Order) -> list[str]:
    figures = (
        ("quantity", order.quantity, changed.quantity),
        ("price", order.price, changed.price),
        ("trigger_price", order.trigger_price, changed.trigger_price),
    )
    return [
        f"{name} {plain(before)} is {plain(after)}"
        for name, before, after in figures
        if before is not None and after is not None and before != after
    ]
