"""Take-profit, stop-loss and trailing stop of positions: conditional orders that the venue makes and looks after.

In Full mode a position has at most one of each, as large as the position. In Partial mode orders bring pairs of their
own size: what triggers or cancels one of a pair ends the other. All of them go when the position is closed ("Set
Trading Stop"). Sources for pairs: measurements of others on the venue's demo; see also `parentOrderLinkId`.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

from venuesim.bybit.order_notes import note
from venuesim.bybit.statuses import CancelType
from venuesim.bybit.stop_orders import FULL, PARTIAL, Leg, stop_request, trigger_of
from venuesim.bybit.words import (
    CREATE_TYPES,
    PRICE_KINDS,
    Extra,
    StopType,
    TpslMode,
    TriggerBy,
)
from venuesim.exchange.accounts import Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import OrderEvent, OrderEventKind
from venuesim.exchange.orders import Execution, Order
from venuesim.exchange.positions import Position, closing_side
from venuesim.exchange.triggers import Trailing, Trigger, trailing_direction
from venuesim.exchange.vocabulary import (
    Direction,
    EndReason,
    OrderStatus,
    PriceKind,
)


@dataclass(slots=True, kw_only=True, eq=False)
class Pair:
    """The partial stops of one entry order (or of one request): one or two orders of the same size."""

    parent_id: int | None
    orders: list[Order]


class Protection:
    """The stops of every account's positions."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._full: dict[Position, dict[StopType, Order]] = {}
        self._pairs: dict[Position, list[Pair]] = {}
        self._is_busy = False
        self._fills: deque[tuple[OrderEvent, Execution]] = deque()
        exchange.listeners.orders.append(self._note_full)  # Before the private streams, which tell it of positions.

    def listen(self) -> None:
        """Begin to look after orders: behind the private streams, so that they tell a fill before what it brings."""
        self._exchange.listeners.orders.append(self._order_changed)

    # What there is

    def full(self, position: Position, stop_type: StopType) -> Order | None:
        """Return the stop for the whole position, if it waits."""
        return self._full.get(position, {}).get(stop_type)

    def pairs(self, position: Position) -> list[Pair]:
        """Return the partial stops of a position that wait."""
        return self._pairs.get(position, [])

    # Setting

    def set_full(self, account: Account, position: Position, leg: Leg) -> None:
        """Set the stop of one kind for the whole position; one that waits is moved and keeps its id."""
        with self._undisturbed():
            self._set_full(account, position, leg)

    def _set_full(self, account: Account, position: Position, leg: Leg) -> None:
        present = self.full(position, leg.stop_type)
        trigger = None if present is None else present.trigger
        if present is not None and trigger is not None and trigger.price_kind is PRICE_KINDS[leg.trigger_by]:
            if trigger.price != leg.price:
                self._exchange.amend(present, trigger_price=leg.price)
            return
        if present is not None:
            self._exchange.cancel(present, EndReason.ONE_CANCELS_OTHER)
        self._place(account, position, abs(position.quantity), leg, trigger_of(position, leg))

    def set_trailing(
        self, account: Account, position: Position, distance: Decimal, activation_price: Decimal | None
    ) -> None:
        """Let a stop follow the best price at a distance, from the activation price on."""
        self.clear_full(position, StopType.TRAILING_STOP)
        side = closing_side(position)
        last = self._exchange.markets[position.instrument.symbol].statistics.last
        rises = position.quantity > 0
        trigger = Trigger(
            price_kind=PriceKind.LAST,
            direction=trailing_direction(side),
            price=activation_price or last - distance * (1 if rises else -1),
            trailing=Trailing(
                distance=distance,
                activation_price=activation_price,
                activation_direction=Direction.RISING if rises else Direction.FALLING,
            ),
        )
        leg = Leg(StopType.TRAILING_STOP, trigger.price, TriggerBy.LAST)
        with self._undisturbed():
            self._place(account, position, abs(position.quantity), leg, trigger)

    def clear_full(self, position: Position, stop_type: StopType) -> None:
        """Take a stop of the whole position away."""
        present = self.full(position, stop_type)
        if present is not None:
            self._exchange.cancel(present, EndReason.ONE_CANCELS_OTHER)

    def add_pair(
        self, account: Account, position: Position, quantity: Decimal, legs: list[Leg], parent_id: int | None = None
    ) -> None:
        """Add stops for a part of the position; those of the same entry order grow instead."""
        with self._undisturbed():
            self._add_pair(account, position, quantity, legs, parent_id)

    def _add_pair(
        self, account: Account, position: Position, quantity: Decimal, legs: list[Leg], parent_id: int | None
    ) -> None:
        for pair in self.pairs(position):
            if parent_id is not None and pair.parent_id == parent_id:
                self._exchange.amend(pair.orders[0], quantity=pair.orders[0].quantity + quantity)
                return
        pair = Pair(parent_id=parent_id, orders=[])
        pairs = self._pairs.setdefault(position, [])
        pairs.append(pair)
        placed: list[Order] = []
        for leg in legs:
            order = self._place(account, position, quantity, leg, trigger_of(position, leg))
            placed.append(order)
            if order.status is not OrderStatus.WAITING or pair not in pairs:
                break  # The market has passed one of the two already.
            pair.orders.append(order)
        else:
            return
        if pair in pairs:
            pairs.remove(pair)
        for waiting in placed:
            if waiting.status is OrderStatus.WAITING:
                self._exchange.cancel(waiting, EndReason.ONE_CANCELS_OTHER)

    def _place(self, account: Account, position: Position, quantity: Decimal, leg: Leg, trigger: Trigger) -> Order:
        last = self._exchange.markets[position.instrument.symbol].statistics.last
        return self._exchange.place(account, stop_request(position, quantity, leg, trigger, last_price=last))

    # Looking after

    def _note_full(self, event: OrderEvent) -> None:
        """Keep which stops of whole positions wait."""
        order = event.order
        named = order.extra.get(Extra.STOP_TYPE)
        if named is None or not order.instrument.is_linear or (stop_type := StopType(named)) not in FULL:
            return
        stops = self._full.setdefault(_position_of(event), {})
        if _waits(order):
            stops[stop_type] = order
        elif stops.get(stop_type) is order:
            del stops[stop_type]

    def _order_changed(self, event: OrderEvent) -> None:
        order = event.order
        if not order.instrument.is_linear:
            return
        if event.execution is not None:
            self._fills.append((event, event.execution))
            with self._undisturbed():
                pass
        stop_type = StopType(order.extra.get(Extra.STOP_TYPE, ""))
        if stop_type in CREATE_TYPES and stop_type is not StopType.STOP:
            self._stop_changed(event)

    @contextmanager
    def _undisturbed(self) -> Iterator[None]:
        """Let the fills that come of what is done here wait until it is done: a stop may be met as it is placed."""
        if self._is_busy:
            yield
            return
        self._is_busy = True
        try:
            yield
            while self._fills:
                self._traded(*self._fills.popleft())
        finally:
            self._is_busy = False

    def _traded(self, event: OrderEvent, execution: Execution) -> None:
        order = event.order
        position = _position_of(event)
        self._follow(position)
        opened = execution.quantity - execution.closed_quantity
        if opened and position.is_open:
            self._arm(event.account, position, order, opened)

    def _follow(self, position: Position) -> None:
        """Let the stops follow the size of their position; those of a position that was closed or turned go."""
        size = abs(position.quantity)
        full = list(self._full.get(position, {}).values())
        pairs = [order for pair in self.pairs(position) for order in pair.orders]
        for order in full + pairs:
            if not order.is_open:
                continue
            if not position.is_open or closing_side(position) is not order.side:
                note(order, Extra.CANCEL_TYPE, CancelType.CLEARED.value)
                self._exchange.cancel(order, EndReason.ONE_CANCELS_OTHER)
            elif order.quantity > size or (order in full and order.quantity != size):
                self._exchange.amend(order, quantity=size)

    def _arm(self, account: Account, position: Position, entry: Order, opened: Decimal) -> None:
        """Arm a position with what the order that opened it brought."""
        extra = entry.extra
        is_full = extra.get(Extra.TPSL_MODE) == TpslMode.FULL.value
        names = (
            (Extra.TAKE_PROFIT, Extra.TP_TRIGGER_BY, Extra.TP_LIMIT_PRICE, StopType.TAKE_PROFIT),
            (Extra.STOP_LOSS, Extra.SL_TRIGGER_BY, Extra.SL_LIMIT_PRICE, StopType.STOP_LOSS),
        )
        legs: list[Leg] = []
        for price, trigger_by, limit_price, stop_type in names:
            if price not in extra:
                continue
            limit = extra.get(limit_price)
            legs.append(
                Leg(
                    stop_type=stop_type if is_full else PARTIAL[stop_type],
                    price=Decimal(extra[price]),
                    trigger_by=TriggerBy(extra.get(trigger_by, TriggerBy.LAST.value)),
                    limit_price=None if limit is None else Decimal(limit),
                    parent=entry.client_order_id,
                )
            )
        if not is_full and legs:
            self.add_pair(account, position, opened, legs, entry.order_id)
            return
        for leg in legs:
            if position.is_open:  # The market may have passed the first one, which closed it.
                self.set_full(account, position, leg)

    def _stop_changed(self, event: OrderEvent) -> None:
        """Let pairs go together: forget those of which one no longer waits."""
        order = event.order
        position = _position_of(event)
        if event.kind is OrderEventKind.AMENDED:
            self._match_sizes(position, order)
        if _waits(order):
            return
        for pair in list(self.pairs(position)):
            if any(present is order for present in pair.orders):
                self._pairs[position].remove(pair)
                for other in pair.orders:
                    if other is not order and other.is_open:
                        self._exchange.cancel(other, EndReason.ONE_CANCELS_OTHER)

    def _match_sizes(self, position: Position, order: Order) -> None:
        """Give the other one of a pair the size that one was amended to."""
        for pair in self.pairs(position):
            if any(present is order for present in pair.orders):
                for other in pair.orders:
                    if other.is_open and other.quantity != order.quantity:
                        self._exchange.amend(other, quantity=order.quantity)


def _position_of(event: OrderEvent) -> Position:
    return event.account.holding_of(event.order).position(event.order.position_side)


def _waits(order: Order) -> bool:
    return order.status is OrderStatus.WAITING and order.triggered_ms is None
