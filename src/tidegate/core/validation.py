"""Stage 1: is the order well-formed for this instrument and venue?"""

from decimal import Decimal
from typing import NamedTuple

from tidegate.core.desk import Desk
from tidegate.core.instruments import Instrument, Price
from tidegate.core.messages.commands import PlaceOrder
from tidegate.core.messages.values import Refusal
from tidegate.core.money import is_multiple, is_workable, plain, round_down
from tidegate.core.records import Account
from tidegate.core.vocabulary import OrderType, RefusalCode, Routing, Side, TimeInForce

SUPPORTED_ORDER_TYPES = (OrderType.MARKET, OrderType.LIMIT)
SUPPORTED_TIMES_IN_FORCE = (TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK)


class ValidOrder(NamedTuple):
    """Proof that an order fits its instrument. `reference_price` is the side of the book it would meet."""

    command: PlaceOrder
    account: Account
    instrument: Instrument
    reference_price: Decimal | None


def validate(command: PlaceOrder, account: Account, desk: Desk) -> ValidOrder | Refusal:
    """The instrument exists and trades, the options fit together, amounts lie on the venue's grid and in its bounds."""
    instrument = desk.instruments.get((account.exchange, command.symbol))
    if instrument is None:
        return _refuse(
            RefusalCode.SYMBOL_NOT_FOUND,
            f"{account.exchange} lists no {command.symbol}: GET /api/v1/instruments shows what it lists",
        )
    if not instrument.trading:
        return _refuse(RefusalCode.INSTRUMENT_NOT_TRADING, f"{account.exchange} has halted {command.symbol}")
    reference = _reference_price(command.side, desk.prices.get((account.exchange, command.symbol)))
    refusal = (
        _check_options(command) or _check_amounts(command, instrument) or _check_bounds(command, instrument, reference)
    )
    return refusal or ValidOrder(command, account, instrument, reference)


def _reference_price(side: Side, price: Price | None) -> Decimal | None:
    if price is None:
        return None
    best = price.ask if side is Side.BUY else price.bid
    return best if best is not None else price.last


def _check_options(command: PlaceOrder) -> Refusal | None:
    if command.order_type not in SUPPORTED_ORDER_TYPES:
        return _unsupported(RefusalCode.UNSUPPORTED_ORDER_TYPE, command.order_type, SUPPORTED_ORDER_TYPES)
    if command.time_in_force not in SUPPORTED_TIMES_IN_FORCE:
        return _unsupported(RefusalCode.UNSUPPORTED_TIME_IN_FORCE, command.time_in_force, SUPPORTED_TIMES_IN_FORCE)
    if command.routing is not Routing.VENUE:
        return _unsupported(RefusalCode.UNSUPPORTED_ROUTING, command.routing, (Routing.VENUE,))
    if command.params:
        return _refuse(
            RefusalCode.PARAMETER_NOT_ALLOWED, f"not on this venue's list: {', '.join(sorted(command.params))}"
        )
    if command.reduce_only:
        return _refuse(RefusalCode.UNSUPPORTED_COMBINATION, "reduce_only is for derivatives; this is a spot market")
    if command.trigger_price is not None:
        return _refuse(RefusalCode.PRICE_NOT_ALLOWED, f"a {command.order_type} order takes no trigger_price")
    if command.post_only and (command.order_type is OrderType.MARKET or command.time_in_force is not TimeInForce.GTC):
        return _refuse(RefusalCode.UNSUPPORTED_COMBINATION, "post_only goes with limit orders that are gtc")
    if command.order_type is OrderType.MARKET and command.time_in_force is TimeInForce.FOK:
        return _refuse(RefusalCode.UNSUPPORTED_COMBINATION, "market orders are gtc or ioc; fok goes with limit orders")
    return None


def _check_amounts(command: PlaceOrder, instrument: Instrument) -> Refusal | None:
    for amount in (command.price, command.quantity, command.quote_quantity):
        if amount is not None and not is_workable(amount):
            message = "amounts are finite, with at most 20 digits before and 18 behind the decimal point"
            return _refuse(RefusalCode.QUANTITY_AMBIGUOUS, message)
    if (command.quantity is None) == (command.quote_quantity is None):
        return _refuse(RefusalCode.QUANTITY_AMBIGUOUS, "give either quantity or quote_quantity")
    if command.order_type is OrderType.MARKET:
        if command.price is not None:
            return _refuse(RefusalCode.PRICE_NOT_ALLOWED, "a market order takes no price; a limit order does")
    elif command.price is None:
        return _refuse(RefusalCode.PRICE_REQUIRED, "a limit order needs a price")
    elif command.quote_quantity is not None:
        return _refuse(RefusalCode.QUANTITY_AMBIGUOUS, "quote_quantity goes with market orders; give quantity")
    elif not is_multiple(command.price, instrument.price_tick):
        down = round_down(command.price, instrument.price_tick)
        message = f"the nearest prices are {plain(down)} and {plain(down + instrument.price_tick)}"
        return _refuse(RefusalCode.PRICE_NOT_MULTIPLE_OF_TICK, message, instrument.price_tick, command.price)
    if command.quantity is not None and not is_multiple(command.quantity, instrument.quantity_step):
        down = round_down(command.quantity, instrument.quantity_step)
        message = f"the nearest quantities are {plain(down)} and {plain(down + instrument.quantity_step)}"
        return _refuse(RefusalCode.QUANTITY_NOT_MULTIPLE_OF_STEP, message, instrument.quantity_step, command.quantity)
    return None


def _check_bounds(command: PlaceOrder, instrument: Instrument, reference: Decimal | None) -> Refusal | None:
    return (
        _check_quantity(command, instrument)
        or _check_notional(command, instrument, reference)
        or _check_band(command, instrument, reference)
    )


def _check_quantity(command: PlaceOrder, instrument: Instrument) -> Refusal | None:
    quantity = command.quantity
    if quantity is None:
        return None
    if quantity <= 0 or (instrument.quantity_min is not None and quantity < instrument.quantity_min):
        smallest = instrument.quantity_min or instrument.quantity_step
        message = f"order at least {plain(smallest)} {instrument.base}"
        return _refuse(RefusalCode.QUANTITY_BELOW_MINIMUM, message, smallest, quantity)
    limits = [instrument.quantity_max]
    if command.order_type is OrderType.MARKET:
        limits.append(instrument.market_quantity_max)
    for largest in limits:
        if largest is not None and quantity > largest:
            message = f"order at most {plain(largest)} {instrument.base}, or split the order"
            return _refuse(RefusalCode.QUANTITY_ABOVE_MAXIMUM, message, largest, quantity)
    return None


def _check_notional(command: PlaceOrder, instrument: Instrument, reference: Decimal | None) -> Refusal | None:
    if command.quote_quantity is not None:
        notional = command.quote_quantity
    else:
        price = command.price if command.price is not None else reference
        if price is None or command.quantity is None:
            return None  # Risk refuses what has no price at all.
        notional = command.quantity * price
    if notional <= 0 or (instrument.notional_min is not None and notional < instrument.notional_min):
        smallest = instrument.notional_min or Decimal(0)
        message = f"the order must be worth at least {plain(smallest)} {instrument.quote}"
        return _refuse(RefusalCode.NOTIONAL_BELOW_MINIMUM, message, smallest, notional)
    if instrument.notional_max is not None and notional > instrument.notional_max:
        message = f"the order may be worth at most {plain(instrument.notional_max)} {instrument.quote}"
        return _refuse(RefusalCode.NOTIONAL_ABOVE_MAXIMUM, message, instrument.notional_max, notional)
    return None


def _check_band(command: PlaceOrder, instrument: Instrument, reference: Decimal | None) -> Refusal | None:
    price = command.price
    if price is None:
        return None
    if price <= 0:
        return _refuse(RefusalCode.PRICE_OUTSIDE_BAND, "a price is above zero", Decimal(0), price)
    if reference is None:
        return None  # The venue holds its own band against its own price.
    lowest = None if instrument.price_ratio_min is None else reference * instrument.price_ratio_min
    highest = None if instrument.price_ratio_max is None else reference * instrument.price_ratio_max
    if lowest is not None and price < lowest:
        edge = lowest
    elif highest is not None and price > highest:
        edge = highest
    else:
        return None
    message = f"{instrument.exchange} takes no price beyond {plain(edge)} while the market is at {plain(reference)}"
    return _refuse(RefusalCode.PRICE_OUTSIDE_BAND, message, edge, price)


def _unsupported(code: RefusalCode, asked: str, supported: tuple[str, ...]) -> Refusal:
    return _refuse(code, f"{asked} is not supported here; supported: {', '.join(supported)}")


def _refuse(code: RefusalCode, message: str, limit: Decimal | None = None, actual: Decimal | None = None) -> Refusal:
    return Refusal(
        code=code,
        message=message,
        limit=None if limit is None else plain(limit),
        actual=None if actual is None else plain(actual),
    )
