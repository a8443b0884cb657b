"""Finds the order that a request names, as long as the venue still knows it ("Query Order", notes)."""

from venuesim.binance.futures.errors import one_of
from venuesim.binance.futures.fields import DAY_MS, Fields
from venuesim.binance.futures.symbols import Symbols
from venuesim.exchange.accounts import Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.orders import Order
from venuesim.exchange.vocabulary import OrderStatus

UNFILLED_KEPT_MS = 3 * DAY_MS
KEPT_MS = 90 * DAY_MS


class Finder:
    """Looks up orders by id; the venue's id prevails when both are sent."""

    def __init__(self, exchange: Exchange, symbols: Symbols) -> None:
        self._exchange = exchange
        self._symbols = symbols

    def find(self, fields: Fields, account: Account) -> Order | None:
        """Return the order that `orderId` or `origClientOrderId` names in `symbol`, however old it is."""
        symbol = self._symbols.read(fields.parameters).instrument.symbol
        order_id = fields.whole("orderId")
        client_order_id = fields.client_order_id("origClientOrderId")
        if order_id is None and client_order_id is None:
            raise one_of("origClientOrderId", "orderId")
        order = self._exchange.find_order(account, order_id=order_id, client_order_id=client_order_id)
        return order if order is not None and order.instrument.symbol == symbol else None


def is_kept(order: Order, now_ms: int) -> bool:
    """Whether look-ups still find an order: 90 days, but three if it ended without a fill."""
    unfilled = order.status in {OrderStatus.CANCELED, OrderStatus.EXPIRED} and not order.filled_quantity
    return order.created_ms + (UNFILLED_KEPT_MS if unfilled else KEPT_MS) >= now_ms
