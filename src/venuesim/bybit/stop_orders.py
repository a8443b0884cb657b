"""The orders that protect a position: what is asked of the exchange for a take-profit, a stop-loss, a trailing stop."""

from decimal import Decimal
from typing import NamedTuple

from venuesim.bybit.words import (
    CREATE_TYPES,
    PRICE_KINDS,
    TAKE_PROFITS,
    Extra,
    StopType,
    TpslMode,
    TriggerBy,
    WireTime,
)
from venuesim.exchange.accounts import ZERO
from venuesim.exchange.orders import OrderRequest
from venuesim.exchange.positions import Position, closing_side
from venuesim.exchange.triggers import Trigger
from venuesim.exchange.vocabulary import Direction, OrderType, Origin, Side, TimeInForce
from venuesim.wire.calls import plain

FULL = (StopType.TAKE_PROFIT, StopType.STOP_LOSS, StopType.TRAILING_STOP)
PARTIAL = {
    StopType.TAKE_PROFIT: StopType.PARTIAL_TAKE_PROFIT,
    StopType.STOP_LOSS: StopType.PARTIAL_STOP_LOSS,
}


class Leg(NamedTuple):
    """One stop to make: `limit_price` None is a market order. `parent` is the orderLinkId that it came with."""

    stop_type: StopType
    price: Decimal
    trigger_by: TriggerBy
    limit_price: Decimal | None = None
    parent: str = ""


def trigger_of(position: Position, leg: Leg) -> Trigger:
    """Return the trigger of a stop: a long position takes its profit when the price rises."""
    is_long = closing_side(position) is Side.SELL
    rises = is_long is (leg.stop_type in TAKE_PROFITS)
    return Trigger(
        price_kind=PRICE_KINDS[leg.trigger_by],
        direction=Direction.RISING if rises else Direction.FALLING,
        price=leg.price,
    )


def stop_request(
    position: Position, quantity: Decimal, leg: Leg, trigger: Trigger, *, last_price: Decimal
) -> OrderRequest:
    """Return the order that closes `quantity` of a position once its trigger fires."""
    is_limit = leg.limit_price is not None
    mode = TpslMode.FULL if leg.stop_type in FULL else TpslMode.PARTIAL
    extra = {
        Extra.STOP_TYPE: leg.stop_type.value,
        Extra.CREATE_TYPE: CREATE_TYPES[leg.stop_type].value,
        Extra.CLOSE_ON_TRIGGER: "1",
        Extra.TPSL_MODE: mode.value,
        Extra.TIME_IN_FORCE: (WireTime.GTC if is_limit else WireTime.IOC).value,
        Extra.LAST_PRICE: plain(last_price),
        Extra.PARENT_LINK: leg.parent,
    }
    return OrderRequest(
        instrument=position.instrument,
        side=closing_side(position),
        order_type=OrderType.LIMIT if is_limit else OrderType.MARKET,
        client_order_id="",
        time_in_force=TimeInForce.GTC if is_limit else TimeInForce.IOC,
        quantity=quantity,
        price=leg.limit_price or ZERO,
        reduce_only=True,
        position_side=position.side,
        trigger=trigger,
        refuses_met_trigger=False,
        locks_while_waiting=False,
        origin=Origin.CONDITIONAL,
        extra={name.value: value for name, value in extra.items() if value},
    )
