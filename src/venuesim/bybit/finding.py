"""Finds orders by what a request names: an id, a client id, or a pair, coin and kind."""

import re
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator

from venuesim.bybit import errors
from venuesim.bybit.listing import Instruments
from venuesim.bybit.parameters import Category, Parameters
from venuesim.bybit.rendering import stop_type_of
from venuesim.bybit.words import OrderFilter, StopType
from venuesim.exchange.accounts import Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import OrderEvent
from venuesim.exchange.orders import Order
from venuesim.exchange.vocabulary import OrderStatus

CLOSED_SHOWN_MAX = 500
"""How many ended orders of an account order/realtime still shows."""

TRADED = frozenset({Category.SPOT, Category.LINEAR})


class OrderFinder:
    """Finds the orders of accounts, and remembers which ended last."""

    def __init__(self, *, exchange: Exchange, instruments: Instruments) -> None:
        self._exchange = exchange
        self.instruments = instruments
        self._closed: defaultdict[int, deque[int]] = defaultdict(lambda: deque(maxlen=CLOSED_SHOWN_MAX))
        exchange.listeners.orders.append(self._note_closed)

    def named(self, account: Account, parameters: Parameters) -> Order | None:
        """Return the order that a request names by `orderId` or else by `orderLinkId`; one of them must be there."""
        order_id, order_link_id = parameters.text("orderId"), parameters.text("orderLinkId")
        if order_id is None and order_link_id is None:
            raise errors.parameter("params error: orderId or orderLinkId is required")
        if order_id is None:
            order = self._exchange.find_order(account, client_order_id=order_link_id or "")
        else:
            # Ids of the real Bybit can be UUIDs; here none is, so what is no number names no order.
            number = int(order_id) if re.fullmatch(r"[0-9]{1,19}", order_id) else None
            order = None if number is None else self._exchange.records.order(account, number)
        is_linear = parameters.category() is Category.LINEAR
        return order if order is not None and order.instrument.is_linear is is_linear else None

    def to_change(self, account: Account, parameters: Parameters) -> Order | None:
        """Return the order of a pair or contract that a request to change or cancel names; it may have ended."""
        if parameters.category() not in TRADED:
            raise errors.no_such_contract()
        instrument = self.instruments.to_trade(parameters)
        order = self.named(account, parameters)
        return order if order is not None and order.instrument.symbol == instrument.symbol else None

    def present(self, account: Account, as_of_ms: int | None, *, with_closed: bool) -> Iterator[Order]:
        """Yield open orders and, if wanted, the latest ended ones, newest first."""
        if as_of_ms is None and not with_closed:
            yield from reversed(account.open_orders.values())
            return
        closed = set(self._closed[account.account_id])
        for order in self._exchange.records.orders(account, newest_first=True):
            seen = order.as_of(as_of_ms)
            if seen is not None and (seen.is_open or (with_closed and seen.order_id in closed)):
                yield seen

    def matching(self, parameters: Parameters, orders: Iterable[Order], *, by_default: str = "") -> Iterator[Order]:
        """Yield the orders of the category, pair (or else base, or else settlement coin) and kind that are wanted.

        `by_default` is the `orderFilter` when none is sent; empty means every kind.
        """
        is_linear = parameters.category() is Category.LINEAR
        instrument = self.instruments.to_show(parameters)
        base, settle = parameters.text("baseCoin"), parameters.text("settleCoin")
        wanted = parameters.echo("orderFilter") or by_default
        for order in orders:
            named = order.instrument
            if named.is_linear is not is_linear or (wanted and not is_kind(order, wanted)):
                continue
            if instrument is not None:
                if named.symbol == instrument.symbol:
                    yield order
            elif base in {None, named.base} and (base is not None or settle in {None, named.quote}):
                yield order

    def is_shown(self, account: Account, order: Order) -> bool:
        """Whether order/realtime shows an order."""
        return order.is_open or order.order_id in self._closed[account.account_id]

    def _note_closed(self, event: OrderEvent) -> None:
        if not event.order.is_open:
            self._closed[event.account.account_id].append(event.order.order_id)


def is_kind(order: Order, order_filter: str) -> bool:
    """Whether an order is of the kind that an `orderFilter` names: a contract's stops are all of one kind.

    A conditional order that was triggered works like any other (assumption) and counts as one.
    """
    stop_type = stop_type_of(order)
    was_triggered = order.triggered_ms is not None and order.status is not OrderStatus.WAITING
    if order.instrument.is_linear:
        is_stop = stop_type is not StopType.NONE and not was_triggered
        return order_filter == (OrderFilter.STOP_ORDER if is_stop else OrderFilter.ORDER).value
    kinds = {
        StopType.STOP: OrderFilter.STOP_ORDER,
        StopType.TPSL_ORDER: OrderFilter.TPSL_ORDER,
        StopType.BIDIRECTIONAL: OrderFilter.BIDIRECTIONAL,
    }
    kind = OrderFilter.ORDER if was_triggered else kinds.get(stop_type, OrderFilter.ORDER)
    return order_filter == kind.value


def names_an_order(parameters: Parameters) -> bool:
    """Whether a look-up is for one order."""
    return parameters.text("orderId") is not None or parameters.text("orderLinkId") is not None
