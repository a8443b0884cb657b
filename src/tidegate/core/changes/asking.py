"""How a change begins: at the desk, at the venue in place, or by a cancel that makes way for the rest, changed."""

from datetime import datetime
from decimal import Decimal

from tidegate.core import amendments
from tidegate.core.capabilities import CAPABILITIES, what_leaves
from tidegate.core.decision import Decision
from tidegate.core.desk import Desk
from tidegate.core.identifiers import ATTEMPTS_MAX
from tidegate.core.messages.effects import SendAmend
from tidegate.core.messages.events import AmendRequested
from tidegate.core.messages.values import Amendment
from tidegate.core.order import Order
from tidegate.core.risk.checks import worst_price
from tidegate.core.routing import send_cancel, watch_dog
from tidegate.core.validation import reference_price
from tidegate.core.vocabulary import InstrumentKind, OrderType, PendingAction

BY_DESK = "the desk"
CANNOT_AMEND = "banAmend"  # OKX: an order that was sent with it does not change.


def why_busy(order: Order) -> str | None:
    """What must be over before an open order can change; None: nothing."""
    if order.pending_action is PendingAction.CANCEL:
        return "its cancel is under way: ask again once that is through"
    if order.asked is not None or order.replacing:
        return "another change of it is under way: ask again once that is through"
    if order.in_doubt:
        return "it is not known what became of it at the venue: ask again once that is known"
    if order.venue_status is not None:
        return "it has ended at the venue, and its executions are being fetched: ask again once they are here"
    if order.is_unresolved:
        return "the venue has not acknowledged it yet: ask again once it has"
    return None


def change(desk: Desk, order: Order, asked: Amendment, at: datetime, by: str) -> Decision:
    """Let an order that is not busy become this. Whether it may is for the caller to know.

    What is not at the venue has changed at once.
    """
    assert why_busy(order) is None, order
    changing = pending(desk, order, asked)
    if order.is_held or order.waiting_to_retry:
        return Decision([amendments.became(changing.as_asked(), at)])
    return ask(desk, changing, at, by=by, in_place=can_change_in_place(order))


def ask(desk: Desk, changing: Order, at: datetime, *, by: str, in_place: bool) -> Decision:
    """Ask the venue for a change, or for the order's end to make way for it; again, if it was asked for before."""
    requested = amendments.requested(changing, at, by=by, in_place=in_place, policy=desk.policy)
    leaves = _send_amend(changing, requested) if in_place else send_cancel(changing)
    return Decision([requested], [leaves, watch_dog(changing, at, desk.policy)])


def can_change_in_place(order: Order) -> bool:
    """Whether its venue changes an order like this where it is. A trailing stop is one that none changes."""
    offers = CAPABILITIES[order.exchange, InstrumentKind.LINEAR if order.is_derivative else InstrumentKind.SPOT]
    if CANNOT_AMEND in (order.params or {}):
        return False
    if not order.is_conditional:
        return offers.amends
    return offers.amends_conditional and order.order_type is not OrderType.TRAILING_STOP


def can_be_sent_again(order: Order) -> bool:
    """Whether another attempt of the order can still have an id of its own."""
    return order.attempt < ATTEMPTS_MAX


def pending(desk: Desk, order: Order, asked: Amendment) -> Order:
    """A copy of the order with this change under way, and what it then reserves by."""
    changing = amendments.with_change(order, asked, order.reserve_price)
    return amendments.with_change(order, asked, worst_price_of(desk, changing.as_asked()))


def worst_price_of(desk: Desk, changed: Order) -> Decimal | None:
    """What an order reserves by where it has no limit price; while its market is not known, what it had."""
    instrument = desk.instrument_of(changed)
    if instrument is None:
        return changed.reserve_price
    reference = reference_price(changed.side, desk.prices.get((changed.exchange, changed.symbol)))
    price = worst_price(changed, instrument, reference, desk)
    return changed.reserve_price if price is None else price


def _send_amend(order: Order, requested: AmendRequested) -> SendAmend:
    """All figures of the attempt as it is to be, changed or not."""
    changed = order.as_asked()
    assert order.exchange_client_order_id is not None
    assert changed.quantity is not None
    return SendAmend(
        account_id=order.account_id,
        order_id=order.order_id,
        attempt=order.attempt,
        amendment=requested.amendment,
        symbol=order.symbol,
        side=order.side,
        order_type=order.order_type if order.is_conditional else what_leaves(order.order_type),
        exchange_client_order_id=order.exchange_client_order_id,
        exchange_order_id=order.exchange_order_id,
        conditional=order.is_conditional,
        quantity=changed.quantity - order.filled_before,
        intended_at=requested.at,
        expires_at=requested.request_expires_at,
        price=changed.price,
        trigger_price=changed.trigger_price if order.is_conditional else None,
        trigger_by=order.trigger_by,
        position_side=order.position_side,
        protective=order.is_protective,
    )
