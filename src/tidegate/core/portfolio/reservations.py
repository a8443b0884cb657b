"""What an order ties up: the worst case of what is open or in doubt.

Spot venues take the fee from what is received, so nothing is added for it.
"""

from decimal import Decimal

from tidegate.core.money import ZERO, ratio_up
from tidegate.core.order import Order
from tidegate.core.vocabulary import Side


def worst_case(order: Order, reserve_price: Decimal | None) -> Decimal:
    """In the spent asset: quote for buys, base for sells; for derivatives the settlement asset, as margin and fees.

    `reserve_price` prices what has no limit price.

    For a buy of a base quantity it is the highest price that may be paid, for a sell of a quote quantity the lowest.
    """
    if order.is_derivative:
        assert order.quantity is not None
        worst = max(order.price or ZERO, reserve_price or ZERO)
        return max(order.quantity - order.filled_quantity, ZERO) * worst * order.reserve_rate
    if order.side is Side.BUY:
        if order.quantity is None:
            return max((order.quote_quantity or ZERO) - order.filled_value, ZERO)
        price = order.price if order.price is not None else reserve_price
        assert price is not None
        return max(order.quantity - order.filled_quantity, ZERO) * price
    if order.quantity is not None:
        return max(order.quantity - order.filled_quantity, ZERO)
    assert order.quote_quantity is not None
    assert reserve_price is not None
    return ratio_up(max(order.quote_quantity - order.filled_value, ZERO), reserve_price)
