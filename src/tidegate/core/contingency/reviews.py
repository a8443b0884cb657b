"""Which orders deserve a look after something happened, and the look itself."""

from collections.abc import Iterable
from typing import get_args

from tidegate.core import rules
from tidegate.core.contingency.outcomes import change_failed, leg_ended
from tidegate.core.contingency.protection import protect
from tidegate.core.decision import NOTHING, Decision, together
from tidegate.core.desk import Desk
from tidegate.core.identifiers import OrderId
from tidegate.core.messages import events as happened
from tidegate.core.messages.effects import WakeAt
from tidegate.core.messages.events import Event, OrderEvent
from tidegate.core.messages.reports import ReviewOrder, Wake
from tidegate.core.order import Order
from tidegate.core.portfolio.positions import signed
from tidegate.core.vocabulary import AccountState, WakePurpose

_OF_ORDERS = frozenset(get_args(OrderEvent)) - {  # These change nothing that protection or a rule depends on.
    happened.TrailingMoved,
    happened.OrderLookedUp,
    happened.OrderAbsenceSeen,
    happened.AmendPostponed,
}
_OF_THE_DESK = frozenset(
    {
        happened.RuleCreated,
        happened.RuleEnded,
        happened.AccountStateChanged,
        happened.InstrumentsListed,
        happened.PositionAdjusted,
    }
)


def reviews_after(desk: Desk, events: Iterable[Event]) -> list[ReviewOrder]:
    """The orders that events make worth a look: those with protection or rules, and the parents of legs.

    What became of a leg is taken in first; then what it protects is brought to that. It runs after every decision, so
    an order with neither costs a few look-ups.
    """
    worth: list[Event] = []
    for event in events:
        if type(event) in _OF_ORDERS:
            order = desk.orders[event.order_id]  # type: ignore[union-attr]  # The set is the order events.
            has_more = (
                order.guarding or order.leg is not None or order.exited_quantity or order.order_id in desk.rules_of
            )
            if has_more or (type(event) is happened.ExecutionBooked and order.is_derivative):
                worth.append(event)
        elif type(event) in _OF_THE_DESK:
            worth.append(event)
    return _asked_by(desk, worth) if worth else []


def _asked_by(desk: Desk, events: list[Event]) -> list[ReviewOrder]:
    legs: dict[OrderId, ReviewOrder] = {}
    others: dict[OrderId, ReviewOrder] = {}
    for event in events:
        if type(event) in _OF_THE_DESK:
            for order_id in _after_desk_event(desk, event):
                _ask(others, event, order_id)
            continue
        order = desk.orders[event.order_id]  # type: ignore[union-attr]
        if order.leg is not None:
            _after_leg(order, event, legs, others)
        elif order.guarding or order.exited_quantity:
            _ask(others, event, order.order_id, failed=isinstance(event, happened.CancelRefused))
        if order.order_id in desk.rules_of:
            _ask(others if order.leg is None else legs, event, order.order_id)
        if isinstance(event, happened.ExecutionBooked) and order.is_derivative:
            for order_id in _left_without_position(desk, event):
                _ask(others, event, order_id)
    return [*legs.values(), *others.values()]


def _ask(asked: dict[OrderId, ReviewOrder], event: Event, order_id: OrderId, *, failed: bool = False) -> None:
    if order_id not in asked:
        asked[order_id] = ReviewOrder(at=event.at, order_id=order_id, failed=failed)


def _after_leg(leg: Order, event: Event, legs: dict[OrderId, ReviewOrder], others: dict[OrderId, ReviewOrder]) -> None:
    assert leg.parent_order_id is not None
    match event:
        case happened.CancelRefused():
            _ask(others, event, leg.parent_order_id, failed=True)
            return
        case happened.OrderClosed():
            _ask(legs, event, leg.order_id)
        case happened.AmendFailed():
            _ask(legs, event, leg.order_id, failed=True)
        case _:
            pass
    _ask(others, event, leg.parent_order_id)


def _after_desk_event(desk: Desk, event: Event) -> list[OrderId]:
    match event:
        case happened.RuleCreated() | happened.RuleEnded():
            return [event.order_id] if event.order_id in desk.rules_of else []
        case happened.AccountStateChanged() if event.state is not AccountState.OFFLINE:
            account_id = event.account_id
            return [order.order_id for order in _protected(desk) if order.account_id == account_id]
        case happened.InstrumentsListed():
            exchange = event.exchange
            return [order.order_id for order in _protected(desk) if order.exchange is exchange]
        case happened.PositionAdjusted():
            return _sharing(desk, event)
        case _:
            return []


def _protected(desk: Desk) -> Iterable[Order]:
    return (order for order in desk.orders.values() if order.guarding or order.order_id in desk.children)


def _left_without_position(desk: Desk, event: happened.ExecutionBooked) -> list[OrderId]:
    """The protected orders of a position that this trade closed, or turned around."""
    position = desk.position(event.account_id, event.user_id, event.symbol, event.position_side, event.exchange)
    change = signed(event.side, event.quantity)
    before, after = position.quantity - change, position.quantity
    return _sharing(desk, event) if before and before * after <= 0 else []


def _sharing(desk: Desk, event: happened.ExecutionBooked | happened.PositionAdjusted) -> list[OrderId]:
    """The protected orders that opened this position."""
    return [
        order.order_id
        for order in _protected(desk)
        if order.account_id == event.account_id
        and order.user_id == event.user_id
        and order.symbol == event.symbol
        and order.position_side is event.position_side
    ]


def woken(desk: Desk, wake: Wake) -> Decision:
    """A leg that failed may be sent again now."""
    return review(desk, ReviewOrder(at=wake.at, order_id=wake.order_id))


def review(desk: Desk, report: ReviewOrder) -> Decision:
    """Bring an order's protection and rules to what its state asks for: one step, after which it is looked at again.

    Rules fire in the state that protection leaves, so that what they place cannot take what protection has reserved.
    """
    order = desk.orders.get(report.order_id)
    if order is None:
        return NOTHING
    if order.leg is not None:
        found = leg_ended(desk, order, report.at) if order.is_closed else NOTHING
        if report.failed and not order.is_closed:
            found = change_failed(desk, order, report.at)
    elif report.failed:
        again = report.at + desk.policy.protection_pause_max
        found = Decision([], [WakeAt(order_id=order.order_id, at=again, purpose=WakePurpose.PROTECTION)])
    else:
        found = protect(desk, order, report.at)
        if any(type(event) in _OF_ORDERS for event in found.events):
            return found
    return together(found, rules.fire(desk, order, report.at))
