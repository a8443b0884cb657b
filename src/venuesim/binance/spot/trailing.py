"""When trailing orders began to follow the price: their `trailingTime`."""

from collections import defaultdict

from venuesim.binance.spot.formats import keep
from venuesim.binance.spot.vocabulary import Extra
from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import OrderEvent, OrderEventKind, PublicTrade
from venuesim.exchange.orders import Order
from venuesim.exchange.triggers import Trailing
from venuesim.exchange.vocabulary import Direction


class TrailingTimes:
    """Keeps the time with each order. It must hear of an event before who renders it."""

    def __init__(self, exchange: Exchange) -> None:
        self._inactive: defaultdict[str, dict[int, Order]] = defaultdict(dict)
        exchange.listeners.orders.append(self._changed)
        exchange.listeners.trades.append(self._traded)

    def _changed(self, event: OrderEvent) -> None:
        order = event.order
        if Extra.TRAILING_DELTA not in order.extra:
            return
        if not order.is_open:
            self._inactive[order.instrument.symbol].pop(order.order_id, None)
        elif event.kind is OrderEventKind.NEW and Extra.PENDING not in order.extra:
            if _trailing(order).activation_price is None:
                keep(order, Extra.TRAILING_MS, str(event.time_ms))
            else:
                self._inactive[order.instrument.symbol][order.order_id] = order

    def _traded(self, trade: PublicTrade) -> None:
        waiting = self._inactive.get(trade.instrument.symbol)
        if not waiting:
            return
        for order in list(waiting.values()):
            trailing = _trailing(order)
            assert trailing.activation_price is not None, "it waits for a price"
            rises = trailing.activation_direction is Direction.RISING
            if trade.price >= trailing.activation_price if rises else trade.price <= trailing.activation_price:
                keep(order, Extra.TRAILING_MS, str(trade.time_ms))
                del waiting[order.order_id]


def _trailing(order: Order) -> Trailing:
    assert order.trigger is not None, "a trailing order has a trigger"
    assert order.trigger.trailing is not None, "and it trails"
    return order.trigger.trailing
