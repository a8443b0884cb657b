"""What an order asks of the limits: a new one all of itself, an open one what it is to add."""

from datetime import datetime
from decimal import Decimal

from tidegate.core.desk import Desk
from tidegate.core.messages.commands import PlaceOrder
from tidegate.core.money import ZERO, ratio_up
from tidegate.core.order import Order
from tidegate.core.totals.asking import Ask, ask
from tidegate.core.totals.footprints import leaves_of
from tidegate.core.totals.running import Totals
from tidegate.core.totals.screens import Screen
from tidegate.core.validation import ValidOrder


def ask_of(valid: ValidOrder, desk: Desk, totals: Totals, screen: Screen) -> Ask:
    """A new order."""
    command, reference = valid.command, valid.reference_price
    return ask(desk, totals, command, screen, reference, command.at, added_by(command, reference), is_new=True)


def ask_again(
    changed: Order, before: Order, desk: Desk, totals: Totals, screen: Screen, reference: Decimal | None, at: datetime
) -> Ask:
    """An open order as it is to be (again): it adds what it may fill more than before."""
    adds = max(leaves_of(changed) - leaves_of(before), ZERO)
    return ask(desk, totals, changed, screen, reference, at, adds, is_new=False)


def added_by(command: PlaceOrder, reference: Decimal | None) -> Decimal:
    """A new order's size in base; of one by its worth in quote, at the market."""
    if command.quantity is not None:
        return command.quantity
    return ratio_up(command.quote_quantity or ZERO, reference) if reference else ZERO
