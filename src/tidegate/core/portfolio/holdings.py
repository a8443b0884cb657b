"""Average cost: what a holding costs on average, and what is realized when some of it leaves.

Prices here are in the reporting currency per unit. An unknown price moves quantities all the same; it only leaves the
average as it was.
"""

from decimal import Decimal

from tidegate.core.messages.events import ExecutionBooked
from tidegate.core.money import ONE, ZERO, ratio
from tidegate.core.records import Holding
from tidegate.core.vocabulary import Side


def acquire(holding: Holding, quantity: Decimal, price: Decimal | None) -> None:
    """Add to a holding at a price."""
    held = holding.quantity
    holding.quantity = held + quantity
    if price is None or quantity == 0:
        return
    if held <= 0 or holding.average_price is None:
        holding.average_price = price
    elif holding.average_price != price:
        holding.average_price = ratio(held * holding.average_price + quantity * price, holding.quantity)


def dispose(holding: Holding, quantity: Decimal, price: Decimal | None) -> None:
    """Take from a holding at a price; what that earns against the average is realized."""
    if price is not None and holding.average_price is not None:
        holding.realized_pnl += (price - holding.average_price) * quantity
    holding.quantity -= quantity
    if holding.quantity == 0:
        holding.average_price = None


def settle(holding: Holding, amount: Decimal, price: Decimal | None) -> None:
    """Cash that a derivative earns (positive) comes in at a price; what it costs leaves at it."""
    if amount > 0:
        acquire(holding, amount, price)
    elif amount:
        dispose(holding, -amount, price)


def take_fee(holding: Holding, amount: Decimal) -> None:
    """A fee leaves at average cost: it moves neither the average price nor the realized profit. A rebate comes in."""
    holding.quantity -= amount
    if holding.quantity == 0:
        holding.average_price = None


def trade(event: ExecutionBooked, base: Holding, quote: Holding) -> None:
    """Apply the two sides of a spot trade, fees aside."""
    value = event.quantity * event.price
    base_price = None if event.rate is None else event.price * event.rate
    if event.side is Side.BUY:
        dispose(quote, value, event.rate)
        acquire(base, event.quantity, base_price)
    else:
        dispose(base, event.quantity, base_price)
        acquire(quote, value, event.rate)


def realized_in_quote(
    base: Holding | None, side: Side, quantity: Decimal, price: Decimal, rate: Decimal | None
) -> Decimal:
    """What an execution earns before fees, in the quote asset: sells against the base asset's average cost."""
    if side is Side.BUY or base is None or base.average_price is None or not rate:
        return ZERO
    average = base.average_price if rate == ONE else ratio(base.average_price, rate)
    return (price - average) * quantity
