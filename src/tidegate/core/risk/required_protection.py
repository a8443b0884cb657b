"""Entries above a size have a stop-loss: they are given one where the limit says so, else refused."""

from decimal import Decimal

import msgspec

from tidegate.core.desk import Desk
from tidegate.core.instruments import Instrument
from tidegate.core.messages.values import Protection, Refusal
from tidegate.core.money import ONE, plain, round_down, round_up
from tidegate.core.risk.states import reduces
from tidegate.core.risk.words import refusal_of, whose_limit
from tidegate.core.totals.asking import Ask
from tidegate.core.totals.plans import Plan, exceeds
from tidegate.core.validation import ValidOrder
from tidegate.core.validation.protection import check_protection
from tidegate.core.vocabulary import Side


def with_required_stop(valid: ValidOrder, ask: Ask, desk: Desk) -> ValidOrder | Refusal:
    """The order with the stop-loss that a limit attaches; itself where it needs none, or the limit only refuses."""
    if ask.stop is not None or not ask.totals.protections:
        return valid
    plans = [plan for plan in ask.totals.protections.covering(ask.place) if _is_due(ask, plan)]
    ratios = [plan.limit.attach_stop_ratio for plan in plans if plan.limit.attach_stop_ratio is not None]
    if not plans or len(ratios) < len(plans) or ask.entry is None:
        return valid  # It needs none; or it is refused with all the other limits.
    if reduces(desk, valid.command, valid.command.quantity):
        return valid
    trigger_price = _stop_price(ask.asked.side, _best_entry(ask, ask.entry), min(ratios), valid.instrument)
    command = msgspec.structs.replace(valid.command, stop_loss=Protection(trigger_price=trigger_price))
    refusal = check_protection(command, valid.instrument, None) if trigger_price > 0 else None
    if trigger_price <= 0 or refusal is not None:
        return refusal_of(ask, plans[0], ask.notional or ONE)
    return msgspec.structs.replace(valid, command=command)


def _is_due(ask: Ask, plan: Plan) -> bool:
    figure = plan.measure(ask, plan)
    return isinstance(figure, Decimal) and exceeds(plan, figure)


def _best_entry(ask: Ask, entry: Decimal) -> Decimal:
    """The best price that the entry may get: a stop beyond it would go off at once."""
    if ask.reference is None or ask.asked.trigger_price is not None:
        return entry
    return min(entry, ask.reference) if ask.is_buy else max(entry, ask.reference)


def _stop_price(side: Side, entry: Decimal, distance: Decimal, instrument: Instrument) -> Decimal:
    """So far from the entry, on the tick, and never further."""
    tick = instrument.price_tick
    if side is Side.BUY:
        price = entry * (ONE - distance)
        return round_up(price, tick) if tick else price
    price = entry * (ONE + distance)
    return round_down(price, tick) if tick else price


def told(valid: ValidOrder, ask: Ask) -> str:
    """What the order's history says of a stop that it was given."""
    stop, notional = valid.command.stop_loss, ask.notional
    assert stop is not None
    assert stop.trigger_price is not None
    assert notional is not None
    plans = [plan for plan in ask.totals.protections.covering(ask.place) if exceeds(plan, notional)]
    return f"given a stop_loss at {plain(stop.trigger_price)} by {', '.join(whose_limit(plan) for plan in plans)}"
