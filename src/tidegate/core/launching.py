"""Stage 4, continued: an approved order leaves for its venue, or waits at the desk until the market sets it off."""

import copy
from datetime import datetime

from tidegate.core.capabilities import How, how_handled
from tidegate.core.decision import Decision
from tidegate.core.desk import Desk
from tidegate.core.instruments import Price
from tidegate.core.messages.commands import PlaceOrder
from tidegate.core.messages.effects import WakeAt
from tidegate.core.messages.events import Event, OrderTriggered, TrailingMoved
from tidegate.core.order import Order
from tidegate.core.risk.checks import RiskApproved, worst_price_at
from tidegate.core.routing import first_attempt, hold, next_attempt, watch_dog
from tidegate.core.triggers import is_met, trailing_trigger, watched_price
from tidegate.core.validation import reference_price
from tidegate.core.vocabulary import AccountState, HeldBy, OrderType, WakePurpose


def launch(desk: Desk, approved: RiskApproved, at: datetime) -> Decision:
    """What follows an order's approval: its first attempt, or the desk's holding it; and its last hour, if it has one.

    A leg of protection whose trigger the market has passed already is set off at once.
    """
    command, instrument = approved.valid.command, approved.valid.instrument
    price = desk.prices.get((instrument.exchange, command.symbol))
    if price is not None and _is_due(command, price):
        decision = _set_off_at_once(desk, approved, price, at)
    elif how_handled(command, instrument) is How.DESK:
        decision = _hold(approved, price, at)
    else:
        started, send = first_attempt(approved, at, desk.policy)
        look_again = WakeAt(order_id=command.order_id, at=at + desk.policy.report_wait_max)
        decision = Decision([started], [send, look_again])
    if command.expires_at is not None:
        decision.effects.append(WakeAt(order_id=command.order_id, at=command.expires_at, purpose=WakePurpose.EXPIRY))
    return decision


def _is_due(command: PlaceOrder, price: Price) -> bool:
    """Of a user's own order, validation has refused a trigger that was passed."""
    if command.leg is None or command.trigger_price is None:
        return False
    return is_met(command, command.trigger_price, watched_price(price, command.trigger_by))


def _set_off_at_once(desk: Desk, approved: RiskApproved, price: Price, at: datetime) -> Decision:
    command = approved.valid.command
    watched = watched_price(price, command.trigger_by)
    triggered = OrderTriggered(at=at, order_id=command.order_id, by=HeldBy.DESK, price=watched)
    started, send = first_attempt(approved, at, desk.policy, is_set_off=True)
    look_again = WakeAt(order_id=command.order_id, at=at + desk.policy.report_wait_max)
    return Decision([triggered, started], [send, look_again])


def _hold(approved: RiskApproved, price: Price | None, at: datetime) -> Decision:
    command, instrument = approved.valid.command, approved.valid.instrument
    events: list[Event] = [hold(approved, at)]
    if command.order_type is OrderType.TRAILING_STOP and price is not None:
        extreme = watched_price(price, command.trigger_by)
        trigger = trailing_trigger(command, extreme, instrument.price_tick)
        events.append(TrailingMoved(at=at, order_id=command.order_id, extreme=extreme, trigger_price=trigger))
    return Decision(events, [])


def set_off(desk: Desk, order: Order, at: datetime, price: Price) -> Decision:
    """The market has reached the trigger of an order that the desk holds: it leaves as what it becomes.

    It reserves what it may cost from here. While its account takes no orders it waits, for the retry window that begins
    now. A leg of protection that cannot leave at once does so when its parent is reviewed.
    """
    is_ready = desk.accounts[order.account_id].state is AccountState.READY
    triggered = OrderTriggered(
        at=at,
        order_id=order.order_id,
        by=HeldBy.DESK,
        price=watched_price(price, order.trigger_by),
        waits=not is_ready and not order.is_protective,
        retry_until=None if order.is_protective else at + desk.policy.trigger_retry_window,
    )
    if triggered.waits:
        return Decision([triggered], [WakeAt(order_id=order.order_id, at=at + desk.policy.back_off_min)])
    if not is_ready or _is_blocked(desk, order):
        return Decision([triggered])
    leaving = copy.copy(order)
    leaving.triggered_at = at
    leaving.reserve_price = worst_price_at(reference_price(order.side, price), order, desk)
    started, send = next_attempt(leaving, at, desk.policy)
    return Decision([triggered, started], [send, watch_dog(order, at, desk.policy)])


def _is_blocked(desk: Desk, leg: Order) -> bool:
    """Whether a leg's sibling may still trade at a spot venue, which locks for that one what both are to sell."""
    if leg.leg is None or leg.parent_order_id is None or leg.is_derivative:
        return False
    siblings = desk.legs_of(leg.parent_order_id)
    return any(sibling.order_id != leg.order_id and not sibling.is_held for sibling in siblings)
