"""Stage 4, continued: an approved order leaves for its venue, or waits at the desk until the market sets it off."""

import copy
from datetime import datetime

from tidegate.core.capabilities import How, how_handled
from tidegate.core.decision import Decision
from tidegate.core.desk import Desk
from tidegate.core.endings import end, end_killed
from tidegate.core.instruments import Price
from tidegate.core.messages.effects import WakeAt
from tidegate.core.messages.events import Event, OrderTriggered, TrailingMoved
from tidegate.core.order import Order
from tidegate.core.risk.checks import RiskApproved, worst_price_at
from tidegate.core.risk.leaving import may_send
from tidegate.core.risk.limits import check_open_order
from tidegate.core.routing import first_attempt, hold, next_attempt, watch_dog
from tidegate.core.triggers import trailing_trigger, watched_price
from tidegate.core.validation import reference_price
from tidegate.core.vocabulary import AccountState, HeldBy, OrderStatus, OrderType, RejectReason, WakePurpose


def launch(desk: Desk, approved: RiskApproved, at: datetime) -> Decision:
    """What follows an order's approval: its first attempt, or the desk's holding it; and a timer if it is to end."""
    command, instrument = approved.valid.command, approved.valid.instrument
    if how_handled(command, instrument) is How.DESK:
        decision = _hold(approved, desk.prices.get((instrument.exchange, command.symbol)), at)
    else:
        started, send = first_attempt(approved, at, desk.policy)
        look_again = WakeAt(order_id=command.order_id, at=at + desk.policy.report_wait_max)
        decision = Decision([started], [send, look_again])
    if command.expires_at is not None:
        decision.effects.append(WakeAt(order_id=command.order_id, at=command.expires_at, purpose=WakePurpose.EXPIRY))
    return decision


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
    now. A leg of protection is only marked: its sibling has to give way first, so the review of their parent sends it.
    Where trading has been stopped it ends instead, unless it may still leave; and where a limit is in its way by now.
    """
    if not may_send(desk, order):
        return Decision(end_killed(order, at))
    is_leg = order.is_protective
    waits = not is_leg and desk.accounts[order.account_id].state is not AccountState.READY
    triggered = OrderTriggered(
        at=at,
        order_id=order.order_id,
        by=HeldBy.DESK,
        price=watched_price(price, order.trigger_by),
        waits=waits,
        retry_until=None if is_leg else at + desk.policy.trigger_retry_window,
    )
    if is_leg:
        return Decision([triggered])
    leaving = copy.copy(order)
    leaving.triggered_at = at
    if (refusal := check_open_order(desk, order, leaving, price, at)) is not None:
        return Decision([triggered, *end(leaving, at, OrderStatus.REJECTED, RejectReason.RISK_LIMIT, refusal.message)])
    if waits:
        return Decision([triggered], [WakeAt(order_id=order.order_id, at=at + desk.policy.back_off_min)])
    leaving.reserve_price = worst_price_at(reference_price(order.side, price), order, desk)
    started, send = next_attempt(leaving, at, desk.policy)
    return Decision([triggered, started], [send, watch_dog(order, at, desk.policy)])
