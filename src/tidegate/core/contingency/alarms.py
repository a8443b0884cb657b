"""Protection that fails again and again is a break, so that people take over; it ends when the venue holds a stop."""

from datetime import datetime

import msgspec

from tidegate.core.apply import break_id
from tidegate.core.contingency.standing import Standing, claims_the_venue, too_small
from tidegate.core.decision import Decision
from tidegate.core.desk import Desk
from tidegate.core.messages.effects import Effect, WakeAt
from tidegate.core.messages.events import ProtectionChanged
from tidegate.core.messages.values import Protection
from tidegate.core.order import Order
from tidegate.core.records import Break
from tidegate.core.sending import break_once, resolved
from tidegate.core.vocabulary import WakePurpose

FAILING = "position_unprotected"


def watch(desk: Desk, standing: Standing, at: datetime) -> Decision:
    """Look again when a leg that failed may be sent again; tell of what goes on failing, and of its end."""
    parent = standing.parent
    found = desk.open_breaks.get(break_id(parent.account_id, FAILING, parent.order_id))
    if found is not None:
        return _watch_recovery(desk, standing, found, at)
    why = _why_failing(desk, standing)
    events = [] if why is None else break_once(desk, parent, at, FAILING, parent.order_id, why)
    return Decision(events, _look_again(standing, at))


def _why_failing(desk: Desk, standing: Standing) -> str | None:
    parent = standing.parent
    failures = max(asked.failures for asked in (parent.stop_loss, parent.take_profit) if asked is not None)
    if failures >= desk.policy.attempts_max:
        return f"what order {parent.order_id} filled is not protected at {parent.exchange}: {failures} legs failed"
    for leg in (standing.stop, standing.target):
        if leg is not None and leg.is_held and claims_the_venue(leg):
            why = too_small(standing, leg)
            if why is not None:
                return f"what order {parent.order_id} filled cannot be closed: {why}"
    return None


def _look_again(standing: Standing, at: datetime) -> list[Effect]:
    asked = (standing.parent.stop_loss, standing.parent.take_profit)
    due = [leg.again_at for leg in asked if leg is not None and leg.again_at is not None and leg.again_at > at]
    return [_wake(standing.parent, min(due))] if due else []


def _wake(parent: Order, at: datetime) -> WakeAt:
    return WakeAt(order_id=parent.order_id, at=at, purpose=WakePurpose.PROTECTION)


def _watch_recovery(desk: Desk, standing: Standing, found: Break, at: datetime) -> Decision:
    """A stop that the venue has held for a while stands again: one that it drops right away does not."""
    stop = standing.stop
    if stop is None or stop.is_held or not stop.is_acknowledged or claims_the_venue(stop):
        return Decision([], _look_again(standing, at))
    stands_from = stop.updated_at + desk.policy.protection_pause_max
    if at < stands_from:
        return Decision([], [_wake(standing.parent, stands_from)])
    message = f"{stop.exchange} holds the stop again"
    calm = ProtectionChanged(
        at=at,
        order_id=standing.parent.order_id,
        stop_loss=_calm(standing.parent.stop_loss),
        take_profit=_calm(standing.parent.take_profit),
        message=message,
    )
    return Decision([calm, resolved(found, at, message)])


def _calm(asked: Protection | None) -> Protection | None:
    return None if asked is None else msgspec.structs.replace(asked, failures=0, again_at=None, crowded_out=False)
