"""How protection ends: nothing is left to protect, or nobody wants it protected any more."""

from datetime import datetime

from tidegate.core.apply import break_id
from tidegate.core.contingency.alarms import FAILING
from tidegate.core.contingency.legs import let_go
from tidegate.core.contingency.standing import Standing, entered, is_position_closed
from tidegate.core.decision import NOTHING, Decision, together
from tidegate.core.desk import Desk
from tidegate.core.messages.events import Event, ProtectionEnded
from tidegate.core.money import plain
from tidegate.core.order import Order
from tidegate.core.sending import break_once, resolved
from tidegate.core.vocabulary import RejectReason


def wind_up(desk: Desk, standing: Standing, at: datetime) -> Decision:
    """Let the legs go; once they are gone and the order can fill no more, its protection has ended.

    An order that still works is protected again as soon as it fills more.
    """
    parent = standing.parent
    is_closed = is_position_closed(desk, parent)
    reason = RejectReason.POSITION_CLOSED if is_closed else RejectReason.ONE_CANCELS_OTHER
    legs = [leg for leg in (standing.stop, standing.target) if leg is not None]
    decision = together(*(let_go(desk, leg, at, reason) for leg in legs))
    if decision.events or legs or not parent.guarding:
        return decision
    is_unwanted = parent.stop_loss is None and parent.take_profit is None
    if not parent.is_closed and not is_unwanted:
        return NOTHING
    ended = ProtectionEnded(at=at, order_id=parent.order_id, message=_why(standing, is_unwanted, is_closed))
    return Decision([ended, *_end_alarm(desk, standing, at)])


def _why(standing: Standing, is_unwanted: bool, is_closed: bool) -> str:
    if is_unwanted:
        return "no leg protects it any more"
    if is_closed:
        return "the position that it opened is closed"
    left = entered(standing.parent, standing.instrument) - standing.parent.exited_quantity
    if left > 0:
        return f"the {plain(left)} {standing.instrument.base} that are left are less than can be ordered"
    return "all that it filled has been closed again"


def _end_alarm(desk: Desk, standing: Standing, at: datetime) -> list[Event]:
    found = desk.open_breaks.get(break_id(standing.parent.account_id, FAILING, standing.parent.order_id))
    return [] if found is None else [resolved(found, at, "nothing is left to protect")]


def overdone(desk: Desk, parent: Order, at: datetime) -> Decision:
    """Legs have closed more than was filled: a trade was busted, or an order thought to be gone was not."""
    excess = parent.exited_quantity - parent.filled_quantity
    if excess <= 0:
        return NOTHING
    message = f"the legs of order {parent.order_id} have closed {plain(excess)} more than it filled"
    return Decision(break_once(desk, parent, at, "exit_exceeds_entry", parent.order_id, message))
