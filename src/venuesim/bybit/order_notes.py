"""What the venue writes into orders while they live: a bound for what a trigger woke, and whom prevention spared."""

from venuesim.bybit.pricing import protected_price
from venuesim.bybit.words import Extra
from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import OrderEvent, OrderEventKind
from venuesim.exchange.instruments import price_key
from venuesim.exchange.orders import Order
from venuesim.exchange.vocabulary import OrderType


class OrderNotes:
    """Listens to orders. It must hear an event before the private streams tell it."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        exchange.listeners.orders.append(self._order_changed)

    def _order_changed(self, event: OrderEvent) -> None:
        order = event.order
        if event.kind is OrderEventKind.PREVENTED and event.other is not None:
            note(order, Extra.SMP_ORDER_ID, str(event.other.order_id))
        elif event.kind is OrderEventKind.TRIGGERED and order.instrument.is_linear:
            self._bound(order)

    def _bound(self, order: Order) -> None:
        """Let a contract's market order go as far as any other now that it works."""
        if order.order_type is OrderType.MARKET:
            market = self._exchange.markets[order.instrument.symbol]
            order.price = protected_price(market, order.side)
            order.price_key = price_key(order.price)


def note(order: Order, key: Extra, value: str) -> None:
    """Write something into an order's extras."""
    order.extra = {**order.extra, key.value: value}
