"""Whether the protection attached to an entry can protect it: on the right sides of where the entry will trade."""

from decimal import Decimal

from tidegate.core.capabilities import Asked, capabilities_of
from tidegate.core.instruments import Instrument, Price
from tidegate.core.messages.commands import PlaceOrder
from tidegate.core.messages.values import Protection, Refusal
from tidegate.core.money import is_multiple, plain
from tidegate.core.portfolio.positions import only_reduces
from tidegate.core.validation.amounts import nearest, wrong_offset
from tidegate.core.validation.bounds import reference_price
from tidegate.core.validation.refusals import refuse
from tidegate.core.vocabulary import InstrumentKind, Leg, OrderType, RefusalCode, Side, TriggerBy


def check_protection(command: PlaceOrder, instrument: Instrument, fresh: Price | None) -> Refusal | None:
    """Only an entry is protected; each leg is complete, on the tick, beyond the entry's price, and not too large.

    `fresh` is the market as it was told just now; where it is not known, only the order's own prices are held against
    each other. A stop that the market has passed when it comes to be made is set off at once.
    """
    if command.stop_loss is None and command.take_profit is None:
        return None
    if command.leg is not None or only_reduces(command.side, command.position_side, reduce_only=command.reduce_only):
        return _no("only an order that opens is protected: what closes leaves nothing to protect")
    entry = _entry_price(command, fresh)
    problem = None
    if command.stop_loss is not None:
        problem = _wrong_leg(command, Leg.STOP_LOSS, command.stop_loss, instrument, entry)
    if problem is None and command.take_profit is not None:
        problem = _wrong_leg(command, Leg.TAKE_PROFIT, command.take_profit, instrument, entry)
    return check_leg_size(command, instrument) if problem is None else _no(problem)


def check_leg_size(asked: Asked, instrument: Instrument) -> Refusal | None:
    """A leg without a price closes all that its entry fills in one order at the market: no more than the venue takes.

    An entry by quote quantity is itself at the market, and held to the same by the venue.
    """
    largest, quantity = instrument.market_quantity_max, asked.quantity
    if largest is None or quantity is None or quantity <= largest:
        return None
    for leg, wanted in ((Leg.STOP_LOSS, asked.stop_loss), (Leg.TAKE_PROFIT, asked.take_profit)):
        if wanted is not None and wanted.price is None:
            message = (
                f"its {leg} would close {plain(quantity)} {instrument.base} at the market, and {instrument.exchange} "
                f"takes {plain(largest)} at a time: split the order"
            )
            return refuse(RefusalCode.QUANTITY_ABOVE_MAXIMUM, message, largest, quantity)
    return None


def _no(message: str) -> Refusal:
    return refuse(RefusalCode.PROTECTION_NOT_ALLOWED, message)


def _entry_price(command: PlaceOrder, fresh: Price | None) -> Decimal | None:
    """The best price that the entry may get: at its trigger or at the market, and never worse than its limit."""
    market = command.trigger_price or reference_price(command.side, fresh)
    known = [value for value in (market, command.price) if value is not None]
    if not known:
        return None
    return min(known) if command.side is Side.BUY else max(known)


def _wrong_leg(
    command: PlaceOrder, leg: Leg, asked: Protection, instrument: Instrument, entry: Decimal | None
) -> str | None:
    return (
        _wrong_kind(leg, asked)
        or _wrong_trigger_by(leg, asked, instrument)
        or _wrong_prices(leg, asked, instrument)
        or _wrong_side(command, leg, asked, entry)
    )


def _wrong_kind(leg: Leg, asked: Protection) -> str | None:
    """A leg waits for its trigger_price; only a stop may trail instead, and then it closes at the market."""
    if asked.triggered or asked.failures or asked.again_at is not None or asked.crowded_out:
        return f"{leg}: what has become of it is the desk's own to say"
    if asked.trailing_offset is None:
        return f"{leg} needs a trigger_price" if asked.trigger_price is None else None
    if leg is Leg.TAKE_PROFIT:
        return f"{leg} takes no trailing_offset: a stop_loss may trail"
    if asked.trigger_price is not None or asked.price is not None:
        return f"a {leg} that trails takes its trailing_offset alone: it trails from the entry's price on"
    problem = wrong_offset(asked.trailing_offset, asked.trailing_offset_unit)
    return None if problem is None else f"{leg}: {problem}"


def _wrong_trigger_by(leg: Leg, asked: Protection, instrument: Instrument) -> str | None:
    """The desk watches last prices, and marks of derivatives; a stop that does not trail is the venue's business."""
    supported = {TriggerBy.LAST} if instrument.kind is InstrumentKind.SPOT else {TriggerBy.LAST, TriggerBy.MARK}
    if leg is Leg.STOP_LOSS and asked.trailing_offset is None:
        is_native = instrument.order_types is None or OrderType.STOP_LOSS in instrument.order_types
        supported |= capabilities_of(instrument).trigger_by if is_native else set()
    if asked.trigger_by in supported:
        return None
    return f"{leg}: trigger_by {asked.trigger_by} is not supported here; supported: {', '.join(sorted(supported))}"


def _wrong_prices(leg: Leg, asked: Protection, instrument: Instrument) -> str | None:
    for name, price in (("trigger_price", asked.trigger_price), ("price", asked.price)):
        if price is None:
            continue
        if price <= 0:
            return f"{leg}: {name} is above zero, and {plain(price)} is not"
        if not is_multiple(price, instrument.price_tick):
            return f"{leg}: {name} {plain(price)}: {nearest('prices', price, instrument.price_tick)}"
    return None


def _wrong_side(command: PlaceOrder, leg: Leg, asked: Protection, entry: Decimal | None) -> str | None:
    """A stop is where the entry would lose, a target where it would win."""
    trigger = asked.trigger_price
    if trigger is None or entry is None:
        return None
    is_below = (command.side is Side.BUY) == (leg is Leg.STOP_LOSS)
    if trigger < entry if is_below else trigger > entry:
        return None
    where = "below" if is_below else "above"
    return f"the {leg} of a {command.side} is {where} its entry at {plain(entry)}, and {plain(trigger)} is not"
