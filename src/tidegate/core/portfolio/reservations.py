"""What an order ties up: the worst case of what is open or in doubt.

Spot venues take the fee from what is received, so nothing is added for it.
"""

from decimal import Decimal

from tidegate.core.capabilities import Asked
from tidegate.core.money import ZERO, ratio_up
from tidegate.core.order import Order
from tidegate.core.vocabulary import Side


def worst_case(order: Order, reserve_price: Decimal | None, rate: Decimal | None = None) -> Decimal:
    """What an order ties up with what it has filled already behind it; `rate` is its own unless told otherwise.

    While it changes, the worse of what it is and what it is to be; once only the latter can trade, that alone.
    """
    changed = order.as_asked()
    if changed is order:
        return _as_it_is(order, reserve_price, rate)
    after = _as_it_is(changed, changed.reserve_price, rate)
    return after if order.is_resending else max(_as_it_is(order, reserve_price, rate), after)


def _as_it_is(order: Order, reserve_price: Decimal | None, rate: Decimal | None) -> Decimal:
    quantity = None if order.quantity is None else max(order.quantity - order.filled_quantity, ZERO)
    value = max((order.quote_quantity or ZERO) - order.filled_value, ZERO)
    return tied_up(order, quantity, value, reserve_price, order.reserve_rate if rate is None else rate)


def tied_up(
    asked: Asked, quantity: Decimal | None, value: Decimal, reserve_price: Decimal | None, rate: Decimal
) -> Decimal:
    """In the spent asset: quote for buys, base for sells; for derivatives the settlement asset, as margin and fees.

    For so much base, or (where its quantity is not known) quote. `reserve_price` prices what has no limit price: for a
    buy of a base quantity it is the highest price that may be paid, for a sell of a quote quantity the lowest. `rate`
    is zero where nothing is tied up: for what only closes, and for a leg whose sibling reserves for both.
    """
    if not rate:
        return ZERO
    if ":" in asked.symbol:
        assert quantity is not None
        worst = asked.price or ZERO
        if reserve_price is not None and reserve_price > worst:
            worst = reserve_price
        return quantity * worst * rate
    if asked.side is Side.BUY:
        if quantity is None:
            return value
        price = asked.price if asked.price is not None else reserve_price
        assert price is not None
        return quantity * price
    if quantity is not None:
        return quantity
    assert reserve_price is not None
    return ratio_up(value, reserve_price)
