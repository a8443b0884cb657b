"""What a change under way does to an order, and how it ends."""

from datetime import datetime
from typing import assert_never

import msgspec

from tidegate.core.messages import events as happened
from tidegate.core.order import Order
from tidegate.core.vocabulary import PendingAction

OrderReshaped = (
    happened.AmendRequested
    | happened.AmendPostponed
    | happened.OrderAmended
    | happened.AmendFailed
    | happened.OrderRestated
)


def reshape(order: Order, event: OrderReshaped) -> None:
    """Make one event of a change true, but for what is reserved."""
    match event:
        case happened.AmendRequested():
            _ask(order, event)
        case happened.AmendPostponed():
            order.amend_expires_at = None
            order.message = event.message
        case happened.OrderRestated():
            _set_figures(order, event)
        case happened.OrderAmended():
            _set_figures(order, event)
            end_change(order)
            count_anew(order, event.at)
        case happened.AmendFailed():
            order.message = event.message
            end_change(order)
            count_anew(order, event.at)
        case _:
            assert_never(event)


def put_right(order: Order, event: happened.OrderAdjusted) -> None:
    """Make a corrective action true, of the order or of the change of it that is under way."""
    order.corrections += 1
    if order.asked is None:
        order.quantity, order.price, order.trigger_price = event.quantity, event.price, event.trigger_price
        return
    order.asked = msgspec.structs.replace(order.asked, price=event.price)
    order.asked_reserve_price = event.reserve_price


def _set_figures(order: Order, event: happened.OrderAmended | happened.OrderRestated) -> None:
    order.quantity, order.price, order.trigger_price = event.quantity, event.price, event.trigger_price
    order.reserve_price = event.reserve_price


def _ask(order: Order, event: happened.AmendRequested) -> None:
    order.pending_action = PendingAction.AMEND
    order.amendment = event.amendment
    order.asked = event.asked
    order.asked_reserve_price = event.reserve_price
    order.replacing = not event.in_place
    order.amend_expires_at = event.request_expires_at if event.in_place else None
    order.retry_until = event.retry_until
    order.awaited_since = order.awaited_since or event.at


def end_change(order: Order) -> None:
    """Nothing is asked of the order's figures any more."""
    if order.pending_action is PendingAction.AMEND:
        order.pending_action = PendingAction.NONE
    order.asked = None
    order.asked_reserve_price = None
    order.amend_expires_at = None
    if not order.is_resending:
        order.replacing = False


def count_anew(order: Order, at: datetime) -> None:
    """Something is known now: what the venue still owes is awaited from here on."""
    owes = order.pending_action is not PendingAction.NONE or order.in_doubt or order.is_unresolved
    order.awaited_since = at if owes else None
