"""When a conditional order goes off, and how a trailing stop follows the market: pure rules, by prices alone."""

from decimal import Decimal

from tidegate.core.capabilities import Asked
from tidegate.core.instruments import Price
from tidegate.core.money import round_down, round_up
from tidegate.core.vocabulary import OffsetUnit, OrderType, Side, TriggerBy

_STOPS = frozenset({OrderType.STOP_LOSS, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP})
_HUNDRED = Decimal(100)


def watched_price(price: Price, by: TriggerBy) -> Decimal:
    """The price that decides. Where the mark is not known, the last price stands in for it."""
    return price.last if by is TriggerBy.LAST or price.mark is None else price.mark


def rises_to_trigger(order_type: OrderType, side: Side) -> bool:
    """Whether the order goes off on the way up: stops that buy and targets that sell. The others wait for a fall."""
    return (order_type in _STOPS) == (side is Side.BUY)


def is_met(asked: Asked, trigger_price: Decimal, price: Decimal) -> bool:
    """Whether a price sets the order off."""
    if rises_to_trigger(asked.order_type, asked.side):
        return price >= trigger_price
    return price <= trigger_price


def trailing_trigger(asked: Asked, extreme: Decimal, tick: Decimal) -> Decimal:
    """Where a trailing stop goes off, behind the best price it has seen: on the tick, rounded away from the market."""
    assert asked.trailing_offset is not None
    distance = asked.trailing_offset
    if asked.trailing_offset_unit is OffsetUnit.PERCENT:
        distance = extreme * distance / _HUNDRED
    if asked.side is Side.SELL:
        trigger = extreme - distance
        return round_down(trigger, tick) if tick and trigger > 0 else trigger
    trigger = extreme + distance
    return round_up(trigger, tick) if tick else trigger


def is_further(asked: Asked, trigger_price: Decimal, before: Decimal) -> bool:
    """Whether a trigger has followed the market: up for a stop that sells, down for one that buys."""
    return trigger_price > before if asked.side is Side.SELL else trigger_price < before
