"""Which figures go with which order type, and whether they lie on the market's grid."""

from decimal import Decimal

from tidegate.core.capabilities import LIMIT_TYPES, Asked
from tidegate.core.instruments import Instrument
from tidegate.core.messages.values import Refusal
from tidegate.core.money import is_multiple, is_workable, plain, round_down
from tidegate.core.order import CONDITIONAL, Order
from tidegate.core.validation.refusals import refuse
from tidegate.core.vocabulary import InstrumentKind, OffsetUnit, OrderType, RefusalCode

PERCENT_MAX = Decimal(100)


def check_workable(asked: Asked) -> Refusal | None:
    """Numbers made to stop the engine are refused before anything is calculated with them."""
    figures = (asked.price, asked.quantity, asked.quote_quantity, asked.trigger_price, asked.trailing_offset)
    legs = () if asked.stop_loss is None and asked.take_profit is None else _amounts_of_legs(asked)
    for amount in (*figures, asked.leverage, *legs):
        if amount is not None and not is_workable(amount):
            message = "amounts are finite, with at most 20 digits before and 18 behind the decimal point"
            return refuse(RefusalCode.QUANTITY_AMBIGUOUS, message)
    return None


def _amounts_of_legs(asked: Asked) -> list[Decimal | None]:
    legs = [leg for leg in (asked.stop_loss, asked.take_profit) if leg is not None]
    return [amount for leg in legs for amount in (leg.trigger_price, leg.price, leg.trailing_offset)]


def check_shape(asked: Asked, instrument: Instrument) -> Refusal | None:
    """Whether the order's type takes these figures, and has those that it needs."""
    refusal = _check_quantity_unit(asked) or _check_price(asked)
    if refusal is None and asked.quote_quantity is not None:
        refusal = _check_quote_quantity(asked, instrument)
    has_condition = asked.trigger_price is not None or asked.trailing_offset is not None
    if refusal is None and (has_condition or asked.order_type in CONDITIONAL):
        refusal = _check_trigger(asked) or _check_trailing(asked)
    return refusal


def _check_quantity_unit(asked: Asked) -> Refusal | None:
    if asked.quote_quantity is not None and isinstance(asked, Order):
        return None  # It has learned its quantity in base from its executions.
    if (asked.quantity is None) == (asked.quote_quantity is None):
        return refuse(RefusalCode.QUANTITY_AMBIGUOUS, "give either quantity or quote_quantity")
    return None


def _check_price(asked: Asked) -> Refusal | None:
    at_limit = asked.order_type in LIMIT_TYPES
    if at_limit and asked.price is None:
        return refuse(RefusalCode.PRICE_REQUIRED, f"a {asked.order_type} order needs a price")
    if not at_limit and asked.price is not None:
        message = f"a {asked.order_type} order takes no price; {_with_price(asked.order_type)}"
        return refuse(RefusalCode.PRICE_NOT_ALLOWED, message)
    return None


def _with_price(order_type: OrderType) -> str:
    match order_type:
        case OrderType.STOP_LOSS:
            return "a stop_limit order does"
        case OrderType.TAKE_PROFIT:
            return "a take_profit_limit order does"
        case OrderType.TRAILING_STOP:
            return "it closes at the market"
        case _:
            return "a limit order does"


def _check_quote_quantity(asked: Asked, instrument: Instrument) -> Refusal | None:
    if asked.order_type is OrderType.MARKET and instrument.kind is InstrumentKind.SPOT:
        return None
    message = "quote_quantity goes with market orders on spot markets; give quantity"
    return refuse(RefusalCode.QUANTITY_AMBIGUOUS, message)


def _check_trigger(asked: Asked) -> Refusal | None:
    if asked.order_type is OrderType.TRAILING_STOP:
        if asked.trigger_price is None or isinstance(asked, Order):
            return None  # Of an order that trails already it is the desk's own.
        message = "a trailing_stop order trails from the start: it takes trailing_offset and no trigger_price"
        return refuse(RefusalCode.TRIGGER_PRICE_NOT_ALLOWED, message)
    if asked.order_type in CONDITIONAL and asked.trigger_price is None:
        return refuse(RefusalCode.TRIGGER_PRICE_REQUIRED, f"a {asked.order_type} order needs a trigger_price")
    if asked.order_type not in CONDITIONAL and asked.trigger_price is not None:
        message = f"a {asked.order_type} order takes no trigger_price; stop_loss and take_profit orders do"
        return refuse(RefusalCode.TRIGGER_PRICE_NOT_ALLOWED, message)
    return None


def _check_trailing(asked: Asked) -> Refusal | None:
    offset = asked.trailing_offset
    if asked.order_type is not OrderType.TRAILING_STOP:
        if offset is None:
            return None
        message = f"a {asked.order_type} order takes no trailing_offset; a trailing_stop order does"
        return refuse(RefusalCode.TRAILING_OFFSET_NOT_ALLOWED, message)
    if offset is None:
        message = "a trailing_stop order needs a trailing_offset: how far it stays behind the best price"
        return refuse(RefusalCode.TRAILING_OFFSET_REQUIRED, message)
    problem = wrong_offset(offset, asked.trailing_offset_unit)
    return None if problem is None else refuse(RefusalCode.TRAILING_OFFSET_NOT_ALLOWED, problem)


def wrong_offset(offset: Decimal, unit: OffsetUnit) -> str | None:
    """What is wrong with a trailing offset; None: nothing."""
    if offset <= 0:
        return f"a trailing_offset is above zero, and {plain(offset)} is not"
    if unit is OffsetUnit.PERCENT and offset >= PERCENT_MAX:
        return f"a trailing_offset in percent is below 100, and {plain(offset)} is not"
    return None


def check_grid(asked: Asked, instrument: Instrument) -> Refusal | None:
    """Whether prices are multiples of the tick, and the quantity of the step."""
    return (
        _check_tick(asked.price, "prices", instrument)
        or _check_tick(None if asked.trailing_offset else asked.trigger_price, "trigger prices", instrument)
        or _check_step(asked.quantity, instrument)
    )


def _check_tick(price: Decimal | None, what: str, instrument: Instrument) -> Refusal | None:
    if price is None or is_multiple(price, instrument.price_tick):
        return None
    message = nearest(what, price, instrument.price_tick)
    return refuse(RefusalCode.PRICE_NOT_MULTIPLE_OF_TICK, message, instrument.price_tick, price)


def _check_step(quantity: Decimal | None, instrument: Instrument) -> Refusal | None:
    if quantity is None or is_multiple(quantity, instrument.quantity_step):
        return None
    message = nearest("quantities", quantity, instrument.quantity_step)
    return refuse(RefusalCode.QUANTITY_NOT_MULTIPLE_OF_STEP, message, instrument.quantity_step, quantity)


def nearest(what: str, value: Decimal, step: Decimal) -> str:
    """The two neighbors of a value on a grid, in words."""
    down = round_down(value, step)
    return f"the nearest {what} are {plain(down)} and {plain(down + step)}"
