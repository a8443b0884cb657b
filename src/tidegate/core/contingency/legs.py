"""The legs of an order's protection as orders: made, sent, held, fitted to what they protect, and let go."""

import copy
from datetime import datetime
from decimal import Decimal

import msgspec

from tidegate.core.amendments import became
from tidegate.core.canceling import cancel_order
from tidegate.core.changes.asking import can_be_sent_again, can_change_in_place, change
from tidegate.core.contingency.standing import Standing, is_at_venue
from tidegate.core.decision import NOTHING, Decision
from tidegate.core.desk import Desk
from tidegate.core.identifiers import CommandId, derived_order_id
from tidegate.core.instruments import Instrument
from tidegate.core.messages.commands import PlaceOrder
from tidegate.core.messages.effects import WakeAt
from tidegate.core.messages.events import Event, OrderHeld, TrailingMoved
from tidegate.core.messages.values import Amendment, Protection
from tidegate.core.money import ONE, ZERO, is_multiple, ratio, round_down, round_up
from tidegate.core.order import Order
from tidegate.core.placing import created_by
from tidegate.core.portfolio.reservations import worst_case
from tidegate.core.risk.checks import reserve_for_leg, worst_price_at
from tidegate.core.routing import first_attempt, hold, next_attempt, watch_dog
from tidegate.core.triggers import trailing_trigger
from tidegate.core.validation import ValidOrder
from tidegate.core.validation.bounds import reference_price
from tidegate.core.vocabulary import Leg, OffsetUnit, OrderType, RejectReason, Side, TimeInForce

BY_PROTECTION = "the order's protection"
FOLLOWS = "it follows what is to be closed"
_STOP, _TARGET = Leg.STOP_LOSS, Leg.TAKE_PROFIT
_WAITING = {
    (_STOP, False): OrderType.STOP_LOSS,
    (_STOP, True): OrderType.STOP_LIMIT,
    (_TARGET, False): OrderType.TAKE_PROFIT,
    (_TARGET, True): OrderType.TAKE_PROFIT_LIMIT,
}


def asked_for(desk: Desk, standing: Standing, which: Leg, at: datetime) -> PlaceOrder:
    """The leg as an order is asked for. A stop that has been set off before is what it became: market or limit.

    Its id follows from what the desk has lived through, so that a replay gives the same.
    """
    parent = standing.parent
    asked = parent.stop_loss if which is _STOP else parent.take_profit
    assert asked is not None
    waits = not asked.triggered
    number = 2 * desk.sequence + (which is _TARGET)
    order_id = derived_order_id(parent.order_id, number, at)
    leg = PlaceOrder(
        command_id=CommandId(order_id),
        at=at,
        user_id=parent.user_id,
        order_id=order_id,
        account_id=parent.account_id,
        symbol=parent.symbol,
        side=Side.SELL if parent.side is Side.BUY else Side.BUY,
        order_type=_order_type(asked, which),
        quantity=standing.quantity,
        price=asked.price,
        trigger_price=asked.trigger_price if waits and asked.trailing_offset is None else None,
        trigger_by=asked.trigger_by,
        trailing_offset=asked.trailing_offset if waits else None,
        trailing_offset_unit=asked.trailing_offset_unit,
        time_in_force=TimeInForce.GTC,
        reduce_only=parent.is_derivative,
        position_side=parent.position_side,
        margin_mode=parent.margin_mode,
        parent_order_id=parent.order_id,
        leg=which,
        retry_until=at,
    )
    price, trigger_price = on_tick(leg, standing.instrument)
    return msgspec.structs.replace(leg, price=price, trigger_price=trigger_price)


def on_tick(leg: PlaceOrder | Order, instrument: Instrument) -> tuple[Decimal | None, Decimal | None]:
    """A leg's price and trigger by the tick of now, which may be another than when they were asked for.

    Moved to where it goes off and fills sooner; one that the desk trails has a trigger of its own.
    """
    is_sell, tick = leg.side is Side.SELL, instrument.price_tick
    trigger = leg.trigger_price
    if trigger is not None and leg.order_type is not OrderType.TRAILING_STOP:
        trigger = _to_tick(trigger, tick, up=is_sell == (leg.leg is _STOP))
    return None if leg.price is None else _to_tick(leg.price, tick, up=not is_sell), trigger


def _to_tick(price: Decimal, tick: Decimal, *, up: bool) -> Decimal:
    if is_multiple(price, tick):
        return price
    return round_up(price, tick) if up else round_down(price, tick) or tick


def _order_type(asked: Protection, which: Leg) -> OrderType:
    if asked.triggered:
        return OrderType.MARKET if asked.price is None else OrderType.LIMIT
    if asked.trailing_offset is not None:
        return OrderType.TRAILING_STOP
    return _WAITING[which, asked.price is not None]


def make(desk: Desk, standing: Standing, leg: PlaceOrder, why_held: str | None) -> Decision:
    """A new leg: on its way to the venue, or held by the desk where there is a reason to."""
    valid = ValidOrder(leg, standing.account, standing.instrument, reference_price(leg.side, standing.price))
    approved = reserve_for_leg(valid, desk, shared=shares(standing, leg))
    created = created_by(desk, leg, standing.account)
    if why_held is None:
        started, send = first_attempt(approved, leg.at, desk.policy)
        look_again = WakeAt(order_id=leg.order_id, at=leg.at + desk.policy.report_wait_max)
        return Decision([created, started], [send, look_again])
    held = msgspec.structs.replace(hold(approved, leg.at), message=why_held)
    return Decision([created, held, *_begin_to_trail(standing, leg)])


def _begin_to_trail(standing: Standing, leg: PlaceOrder) -> list[Event]:
    """From the entry's price on; a stop that is made again goes on from where the one before it was."""
    average, asked = standing.parent.average_price, standing.parent.stop_loss
    if leg.order_type is not OrderType.TRAILING_STOP or average is None or asked is None:
        return []
    extreme, trigger = average, asked.trigger_price
    if trigger is None:
        trigger = trailing_trigger(leg, average, standing.instrument.price_tick)
    else:
        extreme = _extreme_behind(trigger, asked, leg.side)
    return [TrailingMoved(at=leg.at, order_id=leg.order_id, extreme=extreme, trigger_price=trigger)]


def _extreme_behind(trigger: Decimal, asked: Protection, side: Side) -> Decimal:
    """The best price that a trailing stop must have seen to be where it is."""
    assert asked.trailing_offset is not None
    sign = 1 if side is Side.SELL else -1
    if asked.trailing_offset_unit is OffsetUnit.PRICE:
        return trigger + sign * asked.trailing_offset
    return ratio(trigger, ONE - sign * asked.trailing_offset / 100)


def send(desk: Desk, standing: Standing, leg: Order, at: datetime) -> Decision:
    """A leg that the desk has held leaves: to wait at the venue, or to close what was filled, if it was set off."""
    leaving = copy.copy(leg)
    leaving.quantity = leg.filled_quantity + standing.quantity
    leaving.price, leaving.trigger_price = on_tick(leg, standing.instrument)
    as_before = (leaving.quantity, leaving.price, leaving.trigger_price) == (leg.quantity, leg.price, leg.trigger_price)
    events: list[Event] = [] if as_before else [became(leaving, at, FOLLOWS)]
    if not leg.is_conditional:
        reference = reference_price(leg.side, standing.price)
        leaving.reserve_price = worst_price_at(reference, leg, desk) or leg.reserve_price
    started, sent = next_attempt(leaving, at, desk.policy)
    return Decision([*events, started], [sent, watch_dog(leg, at, desk.policy)])


def shares(standing: Standing, leg: PlaceOrder | Order) -> bool:
    """Whether the other leg's reservation covers this one, too: one cancels the other, so they are reserved once.

    The one at the venue reserves, else the stop. Only spot legs reserve at all.
    """
    other = standing.target if leg.leg is Leg.STOP_LOSS else standing.stop
    if other is None or standing.parent.is_derivative:
        return False
    return is_at_venue(other) or leg.leg is Leg.TAKE_PROFIT


def fit(desk: Desk, standing: Standing, leg: Order, at: datetime) -> Decision:
    """Let a leg be for what is to be closed, no more and no less."""
    quantity = leg.filled_quantity + standing.quantity
    if not leg.is_held:
        return NOTHING if leg.quantity == quantity else _resize(desk, leg, quantity, at)
    shared = shares(standing, leg)
    is_apart = shared != (not leg.reserve_rate) and not standing.parent.is_derivative
    if leg.quantity == quantity and not is_apart:
        return NOTHING
    changed = copy.copy(leg)
    changed.quantity = quantity
    events: list[Event] = []
    if is_apart:
        changed.reserve_rate = ZERO if shared else ONE
        events.append(_reserved_anew(changed, at))
    if leg.quantity != quantity:
        events.append(became(changed, at, FOLLOWS))
    return Decision(events)


def _resize(desk: Desk, leg: Order, quantity: Decimal, at: datetime) -> Decision:
    if not (can_change_in_place(leg) or can_be_sent_again(leg)):
        return let_go(desk, leg, at, RejectReason.REPLACED)
    return change(desk, leg, Amendment(quantity=quantity), at, BY_PROTECTION)


def _reserved_anew(leg: Order, at: datetime) -> OrderHeld:
    assert leg.reserved_asset is not None
    how = "itself: the other leg is gone" if leg.reserve_rate else "by the other leg"
    return OrderHeld(
        at=at,
        order_id=leg.order_id,
        reserved_asset=leg.reserved_asset,
        reserved_quantity=worst_case(leg, leg.reserve_price),
        reserve_price=leg.reserve_price,
        limits_version=leg.limits_version,
        message=f"what it needs is reserved {how}",
        reserve_rate=leg.reserve_rate,
    )


def let_go(desk: Desk, leg: Order, at: datetime, reason: RejectReason) -> Decision:
    """A leg is not wanted any more: ended at once while the desk holds it, else canceled at the venue, once."""
    return cancel_order(desk, leg, at, BY_PROTECTION, reason)
