"""What the end of a leg means for what it protected: done, to be made again, or in a person's hands now."""

from datetime import datetime, timedelta

import msgspec

from tidegate.core.changes import why_busy
from tidegate.core.contingency.legs import let_go
from tidegate.core.contingency.standing import claims_the_venue, look_at
from tidegate.core.decision import NOTHING, Decision
from tidegate.core.desk import Desk
from tidegate.core.messages.events import ProtectionChanged
from tidegate.core.messages.values import Protection
from tidegate.core.order import CONDITIONAL, Order
from tidegate.core.policy import Policy
from tidegate.core.vocabulary import Leg, OrderStatus, RejectReason

_BY_A_PERSON = frozenset({RejectReason.USER_REQUEST, RejectReason.CANCELED_BY_RULE, RejectReason.KILLED})
_BY_THE_DESK = frozenset({RejectReason.ONE_CANCELS_OTHER, RejectReason.POSITION_CLOSED, RejectReason.REPLACED})


def leg_ended(desk: Desk, leg: Order, at: datetime) -> Decision:
    """Keep what a leg that has ended tells: where it had been moved to, that it was set off, that it failed."""
    assert leg.parent_order_id is not None
    parent = desk.orders.get(leg.parent_order_id)
    asked = None if parent is None else asked_of(parent, leg)
    if parent is None or asked is None:
        return NOTHING
    now, message = _judge(desk.policy, leg, asked, at)
    return NOTHING if now == asked else Decision([changed(parent, leg, now, at, message)])


def change_failed(desk: Desk, leg: Order, at: datetime) -> Decision:
    """A leg that could not be fitted to what it protects is canceled, and made again as it must be."""
    assert leg.parent_order_id is not None
    parent = desk.orders.get(leg.parent_order_id)
    standing = None if parent is None else look_at(desk, parent)
    if standing is None or not standing.quantity or leg.is_held or why_busy(leg) is not None:
        return NOTHING
    if leg.leaves_quantity == standing.quantity:
        return NOTHING
    return let_go(desk, leg, at, RejectReason.REPLACED)


def asked_of(parent: Order, leg: Order) -> Protection | None:
    """What a leg was made from."""
    return parent.stop_loss if leg.leg is Leg.STOP_LOSS else parent.take_profit


def changed(parent: Order, leg: Order, now: Protection | None, at: datetime, message: str) -> ProtectionChanged:
    """One leg's part of the protection is this from now on."""
    is_stop = leg.leg is Leg.STOP_LOSS
    return ProtectionChanged(
        at=at,
        order_id=parent.order_id,
        stop_loss=now if is_stop else parent.stop_loss,
        take_profit=parent.take_profit if is_stop else now,
        message=message,
    )


def _judge(policy: Policy, leg: Order, asked: Protection, at: datetime) -> tuple[Protection | None, str]:
    name = str(leg.leg).replace("_", "-")
    if leg.leaves_quantity and leg.cancel_reason in _BY_A_PERSON:
        return None, f"the {name} was canceled ({_words(leg)}): it is not made again"
    now, message = _as_it_was(leg, asked), f"the {name} was changed before it ended"
    if _was_set_off(leg):
        now, message = msgspec.structs.replace(now, triggered=True), f"the {name} was set off"
    if _has_failed(leg):
        failures = 1 + (0 if _stood_long(leg, at, policy) else asked.failures)
        pause = _pause(failures, leg, policy)
        now = msgspec.structs.replace(now, failures=failures, again_at=at + pause, crowded_out=_is_crowded_out(leg))
        when = "at once" if not pause else f"in {pause.total_seconds():.3g} s"
        message = f"the {name} has failed ({_words(leg)}): it is made again {when}"
    return now, message


def _as_it_was(leg: Order, asked: Protection) -> Protection:
    """A leg that was moved, by its user or by the market, is made again where it was."""
    if leg.order_type not in CONDITIONAL:
        return asked
    trigger = asked.trigger_price if leg.trigger_price is None else leg.trigger_price
    return msgspec.structs.replace(asked, trigger_price=trigger, price=leg.price)


def _was_set_off(leg: Order) -> bool:
    """A stop that the venue refuses because it would go off at once has gone off: what it protects is closed now."""
    if leg.leg is not Leg.STOP_LOSS:
        return False
    return claims_the_venue(leg) or leg.reason is RejectReason.IMMEDIATE_MATCH_REFUSED


def _has_failed(leg: Order) -> bool:
    return leg.status is not OrderStatus.FILLED and leg.cancel_reason not in _BY_THE_DESK


def _is_crowded_out(leg: Order) -> bool:
    """Refused while it was still to wait for its trigger, by how many such orders the venue keeps."""
    return leg.is_conditional and leg.reason is RejectReason.ORDER_LIMIT_REACHED


def _stood_long(leg: Order, at: datetime, policy: Policy) -> bool:
    return leg.exchange_order_id is not None and at - leg.timestamp >= policy.protection_pause_max


def _pause(failures: int, leg: Order, policy: Policy) -> timedelta:
    if failures == 1:
        return timedelta(0)
    if failures >= policy.attempts_max:
        return policy.protection_pause_max
    return policy.back_off(failures - 1, seed=leg.order_id)


def _words(leg: Order) -> str:
    return leg.message or str(leg.reason or leg.status).replace("_", " ")
