"""What each event changes of the running totals: the only place that moves them. Nothing while no limit is in force."""

from datetime import datetime, timedelta
from typing import get_args

from tidegate.core.apply_orders import OrderChange
from tidegate.core.desk import Desk
from tidegate.core.identifiers import OrderId
from tidegate.core.messages import events as happened
from tidegate.core.messages.events import Event
from tidegate.core.messages.risk_records import RecentOrder
from tidegate.core.order import Order
from tidegate.core.totals.recent import (
    count_order,
    count_outcome,
    counts_over_time,
    has_outcome,
    recent_of,
    was_let_through,
    with_outcome,
)
from tidegate.core.totals.recount import (
    exchanges_of,
    follow_order,
    hold_asset,
    hold_position,
    price_moved,
    recount,
)
from tidegate.core.totals.running import Totals
from tidegate.core.vocabulary import InstrumentKind, OrderStatus

REMEMBERED = timedelta(hours=1)  # So long orders that were let through are remembered, and are after a restart.

BEGINNINGS = frozenset({happened.RiskLimitsSet, happened.TradingStateSet})
_CHANGES = frozenset(get_args(OrderChange))


def begin(desk: Desk, at: datetime) -> None:
    """Other limits or states are in force: count what they need, from scratch."""
    if counts_over_time(desk.risk.limits) and not (desk.totals is not None and desk.totals.remembers):
        desk.risk.recent_orders = _let_through_since(desk, at - REMEMBERED)
    desk.found_recent = ()
    desk.totals = recount(desk)
    if desk.totals is None or not desk.totals.remembers:
        desk.risk.recent_orders.clear()


def _let_through_since(desk: Desk, since: datetime) -> dict[OrderId, RecentOrder]:
    """What was let through while nothing was remembered, oldest first: as storage has found it, and memory is newer."""
    found = {recent.order_id: recent for recent in desk.found_recent}
    found |= {order.order_id: recent_of(order) for order in desk.orders.values() if was_let_through(order)}
    recent = sorted((one for one in found.values() if one.timestamp >= since), key=lambda one: one.timestamp)
    return {one.order_id: one for one in recent}


def follow_price(totals: Totals, desk: Desk, event: happened.PriceMoved, *, is_new: bool) -> None:
    """A market moved; `is_new`: it had no price before."""
    price_moved(totals, desk, event.exchange, event.symbol, is_new=is_new)


def follow(totals: Totals, desk: Desk, event: Event) -> None:
    """Carry an event that has just been applied into the totals."""
    if type(event) in _CHANGES:
        _changed(totals, desk, desk.orders[event.order_id])  # type: ignore[union-attr]
        if type(event) is happened.ProtectionChanged:
            for leg in desk.legs_of(event.order_id):  # A target counts where no stop is beside it any more.
                follow_order(totals, desk, leg)
        return
    match event:
        case happened.ExecutionBooked():
            _traded(totals, desk, event)
            _changed(totals, desk, desk.orders[event.order_id])
        case happened.ExecutionReversed():
            _traded(totals, desk, event.booked)
            _changed(totals, desk, desk.orders[event.order_id])
        case happened.BalanceOpened() | happened.BalanceAdjusted() | happened.CashFlowBooked():
            hold_asset(totals, desk, event.account_id, event.user_id, event.asset)
        case happened.FundsTransferred():
            hold_asset(totals, desk, event.from_account_id, event.from_user_id, event.asset)
            hold_asset(totals, desk, event.to_account_id, event.to_user_id, event.asset)
        case happened.PositionAdjusted():
            key = (event.account_id, event.user_id, event.symbol, event.position_side)
            hold_position(totals, desk, desk.positions[key])
        case happened.EquityMarked():
            totals.mark(desk.risk.marks, exchanges_of(desk), desk.risk.measuring())
        case _:
            pass  # Nothing that is counted.


def _traded(totals: Totals, desk: Desk, booked: happened.ExecutionBooked) -> None:
    owner = (booked.account_id, booked.user_id)
    assets = {booked.quote, *(fee.asset for fee in booked.fees)}
    if booked.kind is InstrumentKind.SPOT:
        assets.add(booked.base)
    else:
        hold_position(totals, desk, desk.positions[(*owner, booked.symbol, booked.position_side)])
    for asset in assets:
        hold_asset(totals, desk, *owner, asset)


def _changed(totals: Totals, desk: Desk, order: Order) -> None:
    is_new = follow_order(totals, desk, order)
    if not totals.remembers or order.leg is not None:
        return
    if is_new:
        _remember(totals, desk, order)
    elif order.filled_quantity or order.status is OrderStatus.REJECTED:
        _note_outcome(totals, desk, order)


def _remember(totals: Totals, desk: Desk, order: Order) -> None:
    orders = desk.risk.recent_orders
    recent = orders[order.order_id] = recent_of(order)
    count_order(totals, recent)
    while orders[first := next(iter(orders))].timestamp < order.timestamp - REMEMBERED:
        del orders[first]


def _note_outcome(totals: Totals, desk: Desk, order: Order) -> None:
    recent = desk.risk.recent_orders.get(order.order_id)
    if recent is None or has_outcome(recent):
        return
    after = desk.risk.recent_orders[order.order_id] = with_outcome(recent, order)
    count_outcome(totals, after)
