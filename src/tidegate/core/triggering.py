"""Orders that the desk itself holds: what a price sets off, and how a trailing stop follows the market."""

from datetime import datetime
from decimal import Decimal

from tidegate.core.decision import NOTHING, Decision
from tidegate.core.desk import Desk
from tidegate.core.instruments import Price
from tidegate.core.launching import set_off
from tidegate.core.messages.events import PriceMoved, TrailingMoved
from tidegate.core.messages.reports import PriceReported
from tidegate.core.order import Order
from tidegate.core.triggers import is_further, is_met, trailing_trigger, watched_price
from tidegate.core.vocabulary import OrderType, PendingAction, Side


def priced(desk: Desk, report: PriceReported) -> Decision:
    """A market moved. A price that is none (an empty book, a broken feed) is not one to calculate with."""
    if not report.last > 0:
        return NOTHING
    moved = PriceMoved(
        at=report.at,
        exchange=report.exchange,
        symbol=report.symbol,
        last=report.last,
        bid=report.bid or None,
        ask=report.ask or None,
        mark=report.mark or None,
        buy_max=report.buy_max,
        sell_min=report.sell_min,
    )
    decision = Decision([moved])
    if (report.exchange, report.symbol) not in desk.held.markets:
        return decision  # By far the most frequent input: nothing more to do.
    price = Price(last=moved.last, bid=moved.bid, ask=moved.ask, mark=moved.mark)
    for order_id in desk.held.reached(report.exchange, report.symbol, price):
        due = _look_at(desk, desk.orders[order_id], price, report.at)
        if due is not None:
            decision.events += due.events
            decision.effects += due.effects
    return decision


def _look_at(desk: Desk, order: Order, price: Price, at: datetime) -> Decision | None:
    if order.pending_action is PendingAction.CANCEL:
        return None
    seen = watched_price(price, order.trigger_by)
    if order.order_type is OrderType.TRAILING_STOP and (moved := _follow(desk, order, seen, at)) is not None:
        return Decision([moved])
    if order.trigger_price is None or not is_met(order, order.trigger_price, seen):
        return None
    return set_off(desk, order, at, price)


def _follow(desk: Desk, order: Order, seen: Decimal, at: datetime) -> TrailingMoved | None:
    """A better price than any before pulls the trigger along, by a tick or more; a worse one leaves it."""
    extreme, before = order.trailing_extreme, order.trigger_price
    instrument = desk.instrument_of(order)
    if instrument is None or (extreme is not None and not _is_better(order.side, seen, extreme)):
        return None
    trigger = trailing_trigger(order, seen, instrument.price_tick)
    if before is not None and not is_further(order, trigger, before):
        return None
    return TrailingMoved(at=at, order_id=order.order_id, extreme=seen, trigger_price=trigger)


def _is_better(side: Side, price: Decimal, extreme: Decimal) -> bool:
    return price > extreme if side is Side.SELL else price < extreme
