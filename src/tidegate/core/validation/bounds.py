"""Whether an order's size and prices lie in the bounds of its market, as that stands now."""

from decimal import Decimal

from tidegate.core.capabilities import LIMIT_TYPES, Asked
from tidegate.core.instruments import Instrument, Price
from tidegate.core.messages.values import Refusal
from tidegate.core.money import ZERO, plain
from tidegate.core.order import CONDITIONAL, Order
from tidegate.core.triggers import is_met, watched_price
from tidegate.core.validation.refusals import refuse
from tidegate.core.vocabulary import OffsetUnit, OrderType, RefusalCode, Side, TriggerBy


def reference_price(side: Side, price: Price | None) -> Decimal | None:
    """The side of the book that an order would meet; the last price where that side is empty."""
    if price is None:
        return None
    best = price.ask if side is Side.BUY else price.bid
    return best if best is not None else price.last


def check_bounds(asked: Asked, instrument: Instrument, price: Price | None, fresh: Price | None) -> Refusal | None:
    """Whether the order is neither too small nor too large, and its prices are possible.

    `fresh` is the price where it is new enough to say what the market has passed, else None: the venue judges then.
    """
    reference = reference_price(asked.side, price)
    refusal = (
        _check_quantity(asked, instrument)
        or _check_positive(asked)
        or _check_notional(asked, instrument, reference)
        or _check_band(asked, instrument, reference)
        or _check_price_limit(asked, instrument, fresh)
    )
    if refusal is None and (asked.trigger_price is not None or asked.trailing_offset is not None):
        refusal = _check_offset(asked, reference) or _check_passed(asked, fresh)
    return refusal


def _check_quantity(asked: Asked, instrument: Instrument) -> Refusal | None:
    quantity = asked.quantity
    if quantity is None:
        return None
    if quantity <= ZERO or (instrument.quantity_min is not None and quantity < instrument.quantity_min):
        smallest = instrument.quantity_min or instrument.quantity_step
        message = f"order at least {plain(smallest)} {instrument.base}"
        return refuse(RefusalCode.QUANTITY_BELOW_MINIMUM, message, smallest, quantity)
    at_market = None if asked.order_type in LIMIT_TYPES else instrument.market_quantity_max
    for largest in (instrument.quantity_max, at_market):
        if largest is not None and quantity > largest:
            message = f"order at most {plain(largest)} {instrument.base}, or split the order"
            return refuse(RefusalCode.QUANTITY_ABOVE_MAXIMUM, message, largest, quantity)
    return None


def _check_positive(asked: Asked) -> Refusal | None:
    for price in (asked.price, asked.trigger_price):
        if price is not None and price <= ZERO:
            return refuse(RefusalCode.PRICE_OUTSIDE_BAND, "a price is above zero", ZERO, price)
    return None


def expected_price(asked: Asked, reference: Decimal | None) -> Decimal | None:
    """About where the order would trade: at its limit, at its trigger, else at the market; None: nobody knows."""
    if asked.price is not None:
        return asked.price
    return asked.trigger_price if asked.trigger_price is not None else reference


def _check_notional(asked: Asked, instrument: Instrument, reference: Decimal | None) -> Refusal | None:
    if asked.quote_quantity is not None:
        notional = asked.quote_quantity
    else:
        price = expected_price(asked, reference)
        if price is None or asked.quantity is None:
            return None  # Risk refuses what has no price at all.
        notional = asked.quantity * price
    if notional <= ZERO or (instrument.notional_min is not None and notional < instrument.notional_min):
        smallest = instrument.notional_min or ZERO
        message = f"the order must be worth at least {plain(smallest)} {instrument.quote}"
        return refuse(RefusalCode.NOTIONAL_BELOW_MINIMUM, message, smallest, notional)
    if instrument.notional_max is not None and notional > instrument.notional_max:
        message = f"the order may be worth at most {plain(instrument.notional_max)} {instrument.quote}"
        return refuse(RefusalCode.NOTIONAL_ABOVE_MAXIMUM, message, instrument.notional_max, notional)
    return None


def _check_band(asked: Asked, instrument: Instrument, reference: Decimal | None) -> Refusal | None:
    """A limit price against the market: a conditional order's against where the market is once it is set off."""
    price = asked.price
    market = reference if asked.order_type is OrderType.LIMIT else asked.trigger_price
    if price is None or market is None:
        return None  # The venue holds its own band against its own price.
    lowest, highest = _ratios(asked.side, instrument)
    if lowest is not None and price < market * lowest:
        edge = market * lowest
    elif highest is not None and price > market * highest:
        edge = market * highest
    else:
        return None
    message = f"{instrument.exchange} takes no price beyond {plain(edge)} while the market is at {plain(market)}"
    return refuse(RefusalCode.PRICE_OUTSIDE_BAND, message, edge, price)


def _check_price_limit(asked: Asked, instrument: Instrument, fresh: Price | None) -> Refusal | None:
    """A limit price against what the venue says that it takes now. What waits for its trigger is judged by it then."""
    price = asked.price
    if price is None or fresh is None or asked.order_type is not OrderType.LIMIT:
        return None
    is_buy = asked.side is Side.BUY
    edge = fresh.buy_max if is_buy else fresh.sell_min
    if edge is None or (price <= edge if is_buy else price >= edge):
        return None
    message = f"{instrument.exchange} takes no {asked.side} beyond {plain(edge)} now: stay closer to the market"
    return refuse(RefusalCode.PRICE_OUTSIDE_BAND, message, edge, price)


def _ratios(side: Side, instrument: Instrument) -> tuple[Decimal | None, Decimal | None]:
    """How far from the market a price may be: the narrower of what holds for both sides, and for this one."""
    lowest, highest = instrument.price_ratio_min, instrument.price_ratio_max
    if side is Side.BUY:
        own_lowest, own_highest = instrument.buy_price_ratio_min, instrument.buy_price_ratio_max
    else:
        own_lowest, own_highest = instrument.sell_price_ratio_min, instrument.sell_price_ratio_max
    if own_lowest is not None and (lowest is None or own_lowest > lowest):
        lowest = own_lowest
    if own_highest is not None and (highest is None or own_highest < highest):
        highest = own_highest
    return lowest, highest


def _check_offset(asked: Asked, reference: Decimal | None) -> Refusal | None:
    offset = asked.trailing_offset
    if offset is None or reference is None or asked.trailing_offset_unit is OffsetUnit.PERCENT or offset < reference:
        return None
    message = f"it would trail behind a market at {plain(reference)} for ever: stay closer"
    return refuse(RefusalCode.TRAILING_OFFSET_NOT_ALLOWED, message, reference, offset)


def _check_passed(asked: Asked, price: Price | None) -> Refusal | None:
    """A trigger that the market has passed is a mistake of the user's. A protective leg's is none: it goes off at once.

    By which index the venue triggers, the desk does not see.
    """
    trigger = asked.trigger_price
    if trigger is None or price is None or asked.order_type not in CONDITIONAL or asked.leg is not None:
        return None
    if isinstance(asked, Order) and asked.triggered_at is not None:
        return None
    if asked.trigger_by is TriggerBy.INDEX or asked.order_type is OrderType.TRAILING_STOP:
        return None
    market = watched_price(price, asked.trigger_by)
    if not is_met(asked, trigger, market):
        return None
    message = f"it would go off at once: the market is at {plain(market)}; order at the market instead"
    return refuse(RefusalCode.TRIGGER_PRICE_ALREADY_PASSED, message, market, trigger)
