"""How an order's protection stands: what its legs are to close, and which of them there are."""

from decimal import Decimal
from typing import NamedTuple

from tidegate.core.capabilities import Asked, what_leaves
from tidegate.core.desk import Desk
from tidegate.core.instruments import Instrument, Price
from tidegate.core.money import ZERO, plain, round_down
from tidegate.core.order import Order
from tidegate.core.records import Account
from tidegate.core.validation.bounds import expected_price, reference_price
from tidegate.core.vocabulary import AccountState, Leg, OrderType, Side


class Standing(NamedTuple):
    """An order whose fills are protected. `quantity` is what is still to be closed, on the venue's grid, in base.

    Of each kind of leg there is never more than one that is not closed.
    """

    parent: Order
    account: Account
    instrument: Instrument
    price: Price | None
    quantity: Decimal
    stop: Order | None
    target: Order | None


def look_at(desk: Desk, parent: Order) -> Standing | None:
    """How it stands; None while the market's rules are not known."""
    instrument = desk.instrument_of(parent)
    if instrument is None:
        return None
    legs = {leg.leg: leg for leg in desk.legs_of(parent.order_id)}
    stop, target = legs.get(Leg.STOP_LOSS), legs.get(Leg.TAKE_PROFIT)
    quantity = _wanted(desk, parent, instrument)
    if parent.is_derivative and (_leaves_to_close(stop) or claims_the_venue(target)):
        there = _position_of(desk, parent)
        quantity = min(quantity, there) if there > 0 else quantity
    return Standing(
        parent=parent,
        account=desk.accounts[parent.account_id],
        instrument=instrument,
        price=desk.prices.get((parent.exchange, parent.symbol)),
        quantity=quantity,
        stop=stop,
        target=target,
    )


def _wanted(desk: Desk, parent: Order, instrument: Instrument) -> Decimal:
    """What it filled, less what its legs have closed. Nothing once nobody wants it protected, or it is closed."""
    if not parent.guarding or (parent.stop_loss is None and parent.take_profit is None):
        return ZERO
    if is_position_closed(desk, parent):
        return ZERO
    left = max(entered(parent, instrument) - parent.exited_quantity, ZERO)
    return round_down(left, instrument.quantity_step) if instrument.quantity_step else left


def entered(parent: Order, instrument: Instrument) -> Decimal:
    """What its fills brought. A spot venue takes a buyer's fee from what was bought, unless it is paid otherwise."""
    if parent.is_derivative or parent.side is Side.SELL:
        return parent.filled_quantity
    taken = sum((fee.amount for fee in parent.fees if fee.asset == instrument.base), ZERO)
    return parent.filled_quantity - taken


def is_position_closed(desk: Desk, parent: Order) -> bool:
    """Whether the position that it opened is gone, by whatever else: another order, a liquidation.

    Only believed while the account's books are compared: an execution may be missing before.
    """
    if not parent.is_derivative or desk.accounts[parent.account_id].state is not AccountState.READY:
        return False
    return _position_of(desk, parent) <= 0


def _position_of(desk: Desk, parent: Order) -> Decimal:
    """How large the position is in the direction in which the order opened it; negative: it has turned around."""
    position = desk.positions.get((parent.account_id, parent.user_id, parent.symbol, parent.position_side))
    quantity = ZERO if position is None else position.quantity
    return quantity if parent.side is Side.BUY else -quantity


def _leaves_to_close(leg: Order | None) -> bool:
    """Whether the desk has set it off and is to send it.

    The venues cut their own stops to what is left of a position when they set them off. What the desk sends to close
    at once, OKX refuses where another order has closed a part of it: it must be no more than there is.
    """
    return leg is not None and leg.is_held and claims_the_venue(leg)


def claims_the_venue(leg: Order | None) -> bool:
    """Whether a leg has been set off, so that it is its turn to close what was filled."""
    return leg is not None and (not leg.is_conditional or leg.filled_quantity > 0)


def is_at_venue(leg: Order | None) -> bool:
    """Whether the venue has it, or may have it."""
    return leg is not None and not leg.is_held


def closes_at_market(leg: Order) -> bool:
    """Whether it never rests once it has been set off."""
    return what_leaves(leg.order_type) is OrderType.MARKET


def too_small(standing: Standing, leg: Asked) -> str | None:
    """Why the venue would not take a leg for what is to be closed; None: it would.

    What only reduces a derivative's position may be worth as little as it likes, by all three venues' rules.
    """
    instrument, quantity = standing.instrument, standing.quantity
    if instrument.quantity_min is not None and quantity < instrument.quantity_min:
        return _less(quantity, instrument.quantity_min, instrument, instrument.base)
    if instrument.notional_min is None or standing.parent.is_derivative:
        return None
    price = expected_price(leg, reference_price(leg.side, standing.price))
    if price is None or quantity * price >= instrument.notional_min:
        return None
    return _less(quantity * price, instrument.notional_min, instrument, instrument.quote)


def _less(amount: Decimal, smallest: Decimal, instrument: Instrument, asset: str) -> str:
    return f"{plain(amount)} {asset} is less than the {plain(smallest)} that {instrument.exchange} takes"
