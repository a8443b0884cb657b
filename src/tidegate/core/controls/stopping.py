"""What a scope that is stopped does not let stand: its open orders end, protection of what is open aside.

Used when the switch is thrown, and looked at again every second while it is in force: a cancel that was refused is
asked for once more.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from tidegate.core.canceling import cancel_order
from tidegate.core.controls.left_over import is_left_over
from tidegate.core.decision import Decision
from tidegate.core.desk import Desk
from tidegate.core.identifiers import OrderId
from tidegate.core.messages.effects import Effect, RecallAmend, RecallOrder, SendCancel
from tidegate.core.messages.risk_records import RecentOrder, TradingRestriction
from tidegate.core.money import ZERO
from tidegate.core.order import Order
from tidegate.core.portfolio.positions import only_reduces
from tidegate.core.records import Position
from tidegate.core.risk.leaving import closes_for_kill_switch, protects
from tidegate.core.scopes import ScopeIndex, Subject
from tidegate.core.totals.footprints import leaves_of
from tidegate.core.vocabulary import PendingAction, PositionSide, RejectReason, Side, TradingState

Recall = RecallOrder | RecallAmend
PATIENCE = timedelta(seconds=5)  # So long the venue has for a cancel before it is asked for again.


def cancel_covered(
    desk: Desk,
    restrictions: Sequence[TradingRestriction],
    at: datetime,
    *,
    again_for: Sequence[TradingRestriction] = (),
) -> Decision:
    """Ask for the end of all that these do not let stand, once. `again_for`: of what has been asked for before, so
    that only those orders are asked for that have been left alone for a while.

    What has not left its session is called back first, then the cancels go: they must not wait behind timers.
    """
    decision = Decision([], [*_called_back(desk, restrictions)])
    asked: set[OrderId] = set()
    covered = _covered(desk, [*restrictions, *again_for])
    for restriction in (*restrictions, *again_for):
        for order in _not_let_stand(desk, restriction, covered[restriction.scope_key]):
            is_early = restriction in again_for and order.updated_at + PATIENCE > at
            if order.order_id not in asked and not is_early:
                asked.add(order.order_id)
                _cancel(desk, order, restriction, at, decision)
    decision.effects.sort(key=_urgency)
    return decision


def _cancel(desk: Desk, order: Order, restriction: TradingRestriction, at: datetime, decision: Decision) -> None:
    is_over = is_left_over(desk, order, restriction)
    reason = RejectReason.POSITION_CLOSED if is_over else RejectReason.KILLED
    canceled = cancel_order(desk, order, at, restriction.set_by, reason)
    decision.events += canceled.events
    decision.effects += canceled.effects
    if canceled.events:
        decision.effects += _recalls(order)


def _called_back(desk: Desk, restrictions: Sequence[TradingRestriction]) -> Iterator[Recall]:
    """What somebody has canceled before: such a cancel waits for the order to be there, so the order may yet leave,
    and a change that stands in line is not taken out of it."""
    index = ScopeIndex((restriction.scope, restriction) for restriction in restrictions)
    for order in desk.orders.values() if restrictions else ():
        is_canceled = order.pending_action is PendingAction.CANCEL and not order.is_closed
        if is_canceled and index.covering(subject_of(desk, order)):
            yield from _recalls(order)


def _recalls(order: Order) -> Iterator[Recall]:
    """The attempt, or its change in place, that may stand in its session's line: also where that is in doubt, for want
    of an answer."""
    if order.is_unresolved:
        yield RecallOrder(account_id=order.account_id, order_id=order.order_id, attempt=order.attempt)
    elif order.asked is not None and not order.replacing and order.amend_expires_at is not None:
        yield RecallAmend(account_id=order.account_id, order_id=order.order_id, amendment=order.amendment)


def _urgency(effect: Effect) -> int:
    return 0 if isinstance(effect, Recall) else 1 if isinstance(effect, SendCancel) else 2


def _covered(desk: Desk, restrictions: Iterable[TradingRestriction]) -> dict[str, list[Order]]:
    """The open orders that lie in each scope, by its key; one look at each order, however many scopes there are."""
    index = ScopeIndex((restriction.scope, restriction.scope_key) for restriction in restrictions)
    found: dict[str, list[Order]] = defaultdict(list)
    for order in desk.orders.values():
        if not order.is_closed and order.pending_action is not PendingAction.CANCEL:
            for key in index.covering(subject_of(desk, order)):
                found[key].append(order)
    return found


def _not_let_stand(desk: Desk, restriction: TradingRestriction, covered: list[Order]) -> list[Order]:
    stopped = [order for order in covered if not closes_for_kill_switch(order)]
    over = [order for order in stopped if is_left_over(desk, order, restriction)]
    ending = [order for order in stopped if restriction.protection_too or not protects(order)]
    return [*over, *(ending if restriction.state is TradingState.HALTED else _adding(desk, ending))]


def subject_of(desk: Desk, owned: Order | Position | RecentOrder) -> Subject:
    """Whose it is, and where."""
    user = desk.users.get(owned.user_id)
    role = None if user is None else user.role
    return Subject(role, owned.user_id, owned.account_id, owned.exchange, owned.symbol)


def _adding(desk: Desk, orders: list[Order]) -> list[Order]:
    """Those that could grow or flip a position: the oldest that together fit into what is to be closed may stay."""
    rooms: dict[tuple[str, str, str, PositionSide, Side], Decimal] = {}
    adding = []
    for order in sorted(orders, key=lambda one: (one.timestamp, one.order_id)):
        if not order.is_derivative:
            if order.side is Side.BUY:
                adding.append(order)
            continue
        if only_reduces(order.side, order.position_side, reduce_only=order.reduce_only):
            continue
        key = (order.account_id, order.user_id, order.symbol, order.position_side, order.side)
        room = rooms.setdefault(key, _to_close(desk, order))
        leaves = None if order.quantity is None else leaves_of(order)  # By its largest size while it changes.
        if leaves is not None and leaves <= room:
            rooms[key] = room - leaves
        else:
            adding.append(order)
    return adding


def _to_close(desk: Desk, order: Order) -> Decimal:
    """How much of the position an order of this side could close."""
    position = desk.positions.get((order.account_id, order.user_id, order.symbol, order.position_side))
    held = ZERO if position is None else position.quantity
    return max(held if order.side is Side.SELL else -held, ZERO)


def in_force(desk: Desk) -> Iterator[TradingRestriction]:
    """The restrictions in force, in the order of their scopes."""
    return (desk.risk.states[key] for key in sorted(desk.risk.states))
