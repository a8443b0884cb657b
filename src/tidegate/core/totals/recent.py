"""Orders that were let through lately: what throttles, duplicates and repeated executions are counted from."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import msgspec

from tidegate.core.messages.risk_records import RecentOrder
from tidegate.core.messages.risk_values import RiskLimit
from tidegate.core.money import ZERO
from tidegate.core.order import Order
from tidegate.core.totals.footprints import NOT_LET_THROUGH
from tidegate.core.totals.places import market_key_of, place_of, quote_of
from tidegate.core.totals.running import COUNTED_OVER_TIME, Totals
from tidegate.core.vocabulary import OrderStatus


def recent_of(order: Order) -> RecentOrder:
    """What is remembered of an order."""
    return RecentOrder(
        order_id=order.order_id,
        user_id=order.user_id,
        account_id=order.account_id,
        exchange=order.exchange,
        symbol=order.symbol,
        side=order.side,
        order_type=order.order_type,
        price=order.price,
        trigger_price=order.trigger_price,
        quantity=order.quantity,
        quote_quantity=order.quote_quantity,
        timestamp=order.timestamp,
        status=order.status,
        filled_quantity=order.filled_quantity,
        arrival_price=order.arrival_price,
    )


def was_let_through(order: Order) -> bool:
    """Whether an order counts: nobody sends legs of protection, what was refused never left, and what a venue does
    by itself nobody asked for."""
    return order.leg is None and order.status not in NOT_LET_THROUGH and not order.is_forced


def counts_over_time(limits: Iterable[RiskLimit]) -> bool:
    """Whether any of these limits has to remember orders."""
    return any(limit.kind in COUNTED_OVER_TIME for limit in limits)


def alike_key(asked: Any) -> tuple[Any, ...]:
    """The same for orders that are the same."""
    return (executed_alike_key(asked), asked.price, asked.trigger_price)


def executed_alike_key(asked: Any) -> tuple[Any, ...]:
    """The same for orders that are the same but for their prices: what a program repeats when it runs wild."""
    return (
        asked.user_id,
        asked.account_id,
        asked.symbol,
        asked.side,
        asked.order_type,
        asked.quantity,
        asked.quote_quantity,
    )


def worth_of(order: RecentOrder) -> Decimal:
    """What an order was worth when it came, in its quote asset."""
    if order.quote_quantity is not None:
        return order.quote_quantity
    price = order.price or order.trigger_price or order.arrival_price or ZERO
    return (order.quantity or ZERO) * price


def count_order(totals: Totals, order: RecentOrder) -> None:
    """It was let through."""
    place, at = place_of(order, order.exchange), order.timestamp
    for fields, counts in totals.orders.items():
        counts.add(totals.key(fields, place), at)
    if totals.notional:
        totals.quotes[quote_of(order.symbol)] = None
    for fields, sums in totals.notional.items():
        sums.add((totals.key(fields, place), quote_of(order.symbol)), at, worth_of(order))
    totals.ordered.add(market_key_of(place), at)
    totals.alike.add(alike_key(order), at)


def count_outcome(totals: Totals, order: RecentOrder) -> None:
    """It has traded, or its venue has refused it: counted by when it was placed, once."""
    if order.filled_quantity:
        totals.executed_alike.add(executed_alike_key(order), order.timestamp)
    elif order.status is OrderStatus.REJECTED:
        place = place_of(order, order.exchange)
        for fields, counts in totals.rejections.items():
            counts.add(totals.key(fields, place), order.timestamp)


def has_outcome(order: RecentOrder) -> bool:
    """Whether its outcome is counted already."""
    return bool(order.filled_quantity) or order.status is OrderStatus.REJECTED


def with_outcome(before: RecentOrder, order: Order) -> RecentOrder:
    """The same order as it now stands."""
    return msgspec.structs.replace(before, status=order.status, filled_quantity=order.filled_quantity)
