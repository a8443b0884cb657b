"""What an order's protection needs next.

Both legs are for all that is still to be closed, and only one of them is at the venue at any time: usually the stop,
while the desk holds the target. Once the market sets the target off, the stop is canceled first and its proven end
awaited; only then does the target leave, for what is left. So a stop that fills in that moment and the target never
close the same quantity twice; what it costs is the time of one cancel. A target with a limit price may rest, so the
desk holds a stop meanwhile, and the two may change places again. Derivatives' legs only reduce, and could cross without
harm to the position; they take the same steps, because what a venue does with the second one depends on the venue.

A stop that is set off wins over everything: the rest of its entry and the target are canceled.
"""

from datetime import datetime

from tidegate.core.canceling import cancel_order
from tidegate.core.capabilities import How, how_handled
from tidegate.core.changes import why_busy
from tidegate.core.contingency.alarms import watch
from tidegate.core.contingency.legs import BY_PROTECTION, asked_for, fit, let_go, make, send
from tidegate.core.contingency.outcomes import asked_of
from tidegate.core.contingency.standing import (
    Standing,
    claims_the_venue,
    closes_at_market,
    is_at_venue,
    look_at,
    too_small,
)
from tidegate.core.contingency.winding_up import overdone, wind_up
from tidegate.core.decision import NOTHING, Decision, together
from tidegate.core.desk import Desk
from tidegate.core.messages.commands import PlaceOrder
from tidegate.core.messages.values import Protection
from tidegate.core.order import Order
from tidegate.core.vocabulary import AccountState, Leg, OrderType, RejectReason

_WAITS_AT_DESK = "the desk holds it until the market sets it off"
_LIMIT = RejectReason.ORDER_LIMIT_REACHED.value


def protect(desk: Desk, parent: Order, at: datetime) -> Decision:
    """One step towards what the order's state asks for; nothing once it is there. Cheap for what is not protected."""
    if not parent.guarding and parent.order_id not in desk.children:
        return overdone(desk, parent, at)
    if desk.accounts[parent.account_id].state is AccountState.OFFLINE:
        return NOTHING  # Nothing can be sent; all of it is looked at again once the venue can be reached.
    standing = look_at(desk, parent)
    if standing is None:
        return NOTHING
    if not standing.quantity:
        return wind_up(desk, standing, at)
    for step in (_close, _keep_stop, _keep_target, _fit_both):
        decision = step(desk, standing, at)
        if decision.events:
            return decision
    return watch(desk, standing, at)


def _close(desk: Desk, standing: Standing, at: datetime) -> Decision:
    """Let a leg that was set off have its way."""
    stop, target = standing.stop, standing.target
    asked = standing.parent.stop_loss
    if stop is not None and claims_the_venue(stop):
        return _close_by_stop(desk, standing, stop, at)
    if asked is not None and asked.triggered:
        return _call_back_rest(desk, standing.parent, at)
    if target is not None and target.is_held and claims_the_venue(target):
        return _close_by_target(desk, standing, target, at)
    return NOTHING


def _close_by_stop(desk: Desk, standing: Standing, stop: Order, at: datetime) -> Decision:
    target = standing.target
    canceled = NOTHING if target is None else let_go(desk, target, at, RejectReason.ONE_CANCELS_OTHER)
    decision = together(_call_back_rest(desk, standing.parent, at), canceled)
    if decision.events or not stop.is_held or is_at_venue(target) or not _may_leave(standing, stop, at):
        return decision
    return send(desk, standing, stop, at)


def _close_by_target(desk: Desk, standing: Standing, target: Order, at: datetime) -> Decision:
    stop = standing.stop
    if not _may_leave(standing, target, at):
        return NOTHING
    if stop is not None and (is_at_venue(stop) or closes_at_market(target)):
        return let_go(desk, stop, at, RejectReason.ONE_CANCELS_OTHER)  # Nothing while that is under way.
    return send(desk, standing, target, at)


def _call_back_rest(desk: Desk, parent: Order, at: datetime) -> Decision:
    """What an entry has not filled yet must not be bought into a falling market."""
    return cancel_order(desk, parent, at, BY_PROTECTION, RejectReason.STOP_TRIGGERED)


def _may_leave(standing: Standing, leg: Order, at: datetime) -> bool:
    """Whether the venue would take it, and its last failure is long enough ago.

    The desk held a leg that had been crowded out in the venue's place: set off, it closes without delay.
    """
    asked = asked_of(standing.parent, leg)
    waits = asked is not None and asked.again_at is not None and asked.again_at > at and not asked.crowded_out
    return not waits and too_small(standing, leg) is None


def _keep_stop(desk: Desk, standing: Standing, at: datetime) -> Decision:
    stop, target = standing.stop, standing.target
    if standing.parent.stop_loss is None:
        return NOTHING
    if stop is None:
        if target is not None and is_at_venue(target) and closes_at_market(target):
            return NOTHING  # It closes everything in this moment.
        leg = asked_for(desk, standing, Leg.STOP_LOSS, at)
        return make(desk, standing, leg, _why_at_desk(standing, leg, at))
    if claims_the_venue(stop):
        return NOTHING
    if stop.is_held:
        return send(desk, standing, stop, at) if _why_at_desk(standing, stop, at) is None else NOTHING
    if why_busy(stop) is None and too_small(standing, stop) is not None:
        return let_go(desk, stop, at, RejectReason.REPLACED)  # The desk holds the one that is made instead.
    return NOTHING


def _why_at_desk(standing: Standing, stop: PlaceOrder | Order, at: datetime) -> str | None:
    """Why the desk holds the stop; None: it belongs to the venue."""
    exchange, asked = standing.instrument.exchange, standing.parent.stop_loss
    assert asked is not None
    if is_at_venue(standing.target):
        return f"the desk holds it while the other leg is at {exchange}"
    if how_handled(stop, standing.instrument) is How.DESK:
        return f"{exchange} does not keep such an order: {_WAITS_AT_DESK}"
    if _trails_at_desk(stop, asked):
        return "the desk goes on trailing it from where it is: a venue would begin at its market"
    if (why := too_small(standing, stop)) is not None:
        return f"{why}: the desk holds it"
    if asked.again_at is not None and asked.again_at > at:
        if asked.crowded_out:
            return (
                f"{exchange} keeps no more conditional orders here ({_LIMIT}): {_WAITS_AT_DESK}, or {exchange} has room"
            )
        return f"{exchange} has refused it {asked.failures} times in a row: the desk holds it until it is sent again"
    return None


def _trails_at_desk(stop: PlaceOrder | Order, asked: Protection) -> bool:
    is_trailing = stop.order_type is OrderType.TRAILING_STOP
    return is_trailing and (stop.trigger_price is not None or asked.trigger_price is not None)


def _keep_target(desk: Desk, standing: Standing, at: datetime) -> Decision:
    if standing.parent.take_profit is None or standing.target is not None or claims_the_venue(standing.stop):
        return NOTHING
    return make(desk, standing, asked_for(desk, standing, Leg.TAKE_PROFIT, at), _WAITS_AT_DESK)


def _fit_both(desk: Desk, standing: Standing, at: datetime) -> Decision:
    fitting = [
        fit(desk, standing, leg, at)
        for leg in (standing.stop, standing.target)
        if leg is not None and why_busy(leg) is None and not _is_filling(leg)
    ]
    return together(*fitting)


def _is_filling(leg: Order) -> bool:
    """Whether it trades at the market right now: nothing can be changed, and what it leaves is closed after it."""
    return is_at_venue(leg) and claims_the_venue(leg) and closes_at_market(leg)
