"""Whether an order that was let through before may still leave: asked at every send that a state may have outrun.

What protects and what the kill switch closes always leaves; the check of new orders never lets them stand in line.
"""

from tidegate.core.capabilities import Asked
from tidegate.core.desk import Desk
from tidegate.core.identifiers import KILL_SWITCH
from tidegate.core.money import ZERO
from tidegate.core.order import CONDITIONAL, Order
from tidegate.core.portfolio.positions import only_reduces
from tidegate.core.risk.states import reduces, restriction_on, subject_of
from tidegate.core.vocabulary import TradingState


def may_send(desk: Desk, order: Order) -> bool:
    """Whether the order, open and as it is, may be sent now: nothing that could add to a position where it is stopped.

    Asked again and again for what waits at the desk, so a desk on which nothing is stopped answers at once.
    """
    if not desk.risk.states or protects(order) or closes_for_kill_switch(order):
        return True
    restriction = restriction_on(desk, subject_of(desk, order))
    if restriction is None:
        return True
    return restriction.state is TradingState.REDUCING and reduces(desk, order, ZERO)


def protects(order: Order) -> bool:
    """Whether it is there to close: a leg of protection, or a stop or target that can only reduce."""
    if order.is_protective:
        return True
    closes = order.is_derivative and only_reduces(order.side, order.position_side, reduce_only=order.reduce_only)
    return closes and order.order_type in CONDITIONAL


def closes_for_kill_switch(asked: Asked) -> bool:
    """Whether the kill switch itself made the order, to close a position."""
    return asked.rule_id is not None and asked.rule_id.startswith(KILL_SWITCH)
