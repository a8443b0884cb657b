"""Take-profit and stop-loss that come with a spot limit order: orders of their own once it has ended with a fill.

Of two legs the one that is triggered or cancelled ends the other; they hold the assets only once. Assumption: they
appear when the order is done, not fill by fill, and sell what was bought less its fee.
"""

from decimal import Decimal
from typing import NamedTuple

import msgspec

from venuesim.bybit.order_notes import note
from venuesim.bybit.statuses import CancelType
from venuesim.bybit.words import Extra, StopType, WireTime
from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import OrderEvent, OrderEventKind
from venuesim.exchange.instruments import floor_to
from venuesim.exchange.orders import Order, OrderRefused, OrderRequest
from venuesim.exchange.triggers import Trigger
from venuesim.exchange.vocabulary import (
    Direction,
    EndReason,
    OrderStatus,
    OrderType,
    Origin,
    PriceKind,
    Side,
    TimeInForce,
)

UNKNOWN_LEG, PROFIT_LEG, LOSS_LEG = "OcoTriggerByUnknown", "OcoTriggerByTp", "OcoTriggerBySl"


class Pair(NamedTuple):
    """Two legs that end each other."""

    take: Order
    stop: Order


class SpotProtection:
    """Listens to spot orders, and makes and looks after the stops that they bring."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._pairs: dict[int, Pair] = {}  # By the id of either leg.

    def listen(self) -> None:
        """Begin to look after orders: behind the private streams, so that they tell a fill before what it brings."""
        self._exchange.listeners.orders.append(self._order_changed)

    def _order_changed(self, event: OrderEvent) -> None:
        order = event.order
        if order.instrument.is_linear:
            return
        if order.order_id in self._pairs:
            self._leg_changed(event)
        elif not order.is_open and order.filled_quantity and _brings_stops(order):
            self._arm(event.account, order)

    def _arm(self, account: Account, entry: Order) -> None:
        instrument = entry.instrument
        bought = entry.filled_quantity - entry.fees().get(instrument.base, ZERO)
        quantity = floor_to(bought if entry.side is Side.BUY else entry.filled_quantity, instrument.lot_size)
        if quantity < instrument.quantity_min:
            return
        has_both = Extra.TAKE_PROFIT in entry.extra and Extra.STOP_LOSS in entry.extra
        kind = StopType.BIDIRECTIONAL if has_both else StopType.TPSL_ORDER
        legs: list[Order] = []
        for price, limit, is_profit in (
            (Extra.STOP_LOSS, Extra.SL_LIMIT_PRICE, False),
            (Extra.TAKE_PROFIT, Extra.TP_LIMIT_PRICE, True),
        ):
            if price in entry.extra:
                request = _leg(entry, quantity, price, limit, kind, is_profit=is_profit)
                legs.append(self._place(account, request, holds=not legs))
        if len(legs) < 2:
            return
        stop, take = legs
        if all(leg.status is OrderStatus.WAITING for leg in legs):
            self._pairs[stop.order_id] = self._pairs[take.order_id] = Pair(take, stop)
            return
        for leg in legs:  # The market has passed one of the two already.
            if leg.status is OrderStatus.WAITING:
                self._exchange.cancel(leg, EndReason.ONE_CANCELS_OTHER)

    def _place(self, account: Account, request: OrderRequest, *, holds: bool) -> Order:
        """Place a leg that holds the assets, if they are there; else it looks for them once it is triggered."""
        if holds:
            try:
                return self._exchange.place(account, msgspec.structs.replace(request, locks_while_waiting=True))
            except OrderRefused:
                pass
        return self._exchange.place(account, request)

    def _leg_changed(self, event: OrderEvent) -> None:
        order = event.order
        pair = self._pairs[order.order_id]
        other = pair.take if order is pair.stop else pair.stop
        is_triggered = event.kind is OrderEventKind.TRIGGERED
        if not is_triggered and order.is_open:
            return
        del self._pairs[pair.take.order_id], self._pairs[pair.stop.order_id]
        if is_triggered:
            is_stop = order is pair.stop
            note(order, Extra.OCO_TRIGGER_BY, LOSS_LEG if is_stop else PROFIT_LEG)
            cancel_type = CancelType.STOP_LOSS_FIRED if is_stop else CancelType.TAKE_PROFIT_FIRED
        else:
            cancel_type = CancelType.USER
        if other.is_open:
            note(other, Extra.CANCEL_TYPE, cancel_type.value)
            self._exchange.cancel(other, EndReason.ONE_CANCELS_OTHER)


def _brings_stops(order: Order) -> bool:
    return Extra.STOP_TYPE not in order.extra and (Extra.TAKE_PROFIT in order.extra or Extra.STOP_LOSS in order.extra)


def _leg(
    entry: Order, quantity: Decimal, price: Extra, limit: Extra, kind: StopType, *, is_profit: bool
) -> OrderRequest:
    limit_price = entry.extra.get(limit)
    is_limit = limit_price is not None
    rises = is_profit is (entry.side is Side.BUY)
    extra = {
        Extra.STOP_TYPE: kind.value,
        Extra.TIME_IN_FORCE: (WireTime.GTC if is_limit else WireTime.IOC).value,
        Extra.MARKET_UNIT: "" if is_limit else "baseCoin",
        Extra.OCO_TRIGGER_BY: UNKNOWN_LEG if kind is StopType.BIDIRECTIONAL else "",
    }
    return OrderRequest(
        instrument=entry.instrument,
        side=entry.side.opposite,
        order_type=OrderType.LIMIT if is_limit else OrderType.MARKET,
        client_order_id="",
        time_in_force=TimeInForce.GTC if is_limit else TimeInForce.IOC,
        quantity=quantity,
        price=ZERO if limit_price is None else Decimal(limit_price),
        trigger=Trigger(
            price_kind=PriceKind.LAST,
            direction=Direction.RISING if rises else Direction.FALLING,
            price=Decimal(entry.extra[price]),
        ),
        refuses_met_trigger=False,
        locks_while_waiting=False,
        origin=Origin.CONDITIONAL,
        extra={name.value: value for name, value in extra.items() if value},
    )
