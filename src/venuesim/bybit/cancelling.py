"""Cancels of one order, of many, and of all when a client has gone ("Cancel Order", "Cancel All Orders", "Set DCP")."""

from venuesim.bybit import errors
from venuesim.bybit.disconnects import PRODUCTS, time_window_setting
from venuesim.bybit.errors import BybitError
from venuesim.bybit.finding import TRADED, OrderFinder
from venuesim.bybit.operations import Request, Result
from venuesim.bybit.parameters import Category, Parameters
from venuesim.bybit.rendering import ids, stop_type_of
from venuesim.bybit.words import OrderFilter, StopType
from venuesim.exchange.accounts import Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.orders import Order
from venuesim.exchange.vocabulary import EndReason, OrderStatus

LINEAR_CANCELED_MAX = 500
PRODUCT_DEFAULT = "OPTIONS"
WINDOW_SECONDS_MIN, WINDOW_SECONDS_MAX = 3, 300


class Cancelling:
    """Everything that cancels orders."""

    def __init__(self, *, exchange: Exchange, finder: OrderFinder) -> None:
        self._exchange = exchange
        self._finder = finder

    def cancel(self, request: Request) -> Result:
        """Accept the cancel of one order."""
        return Result(result=ids(self.accept(request.parameters, request.account)), accepted=True)

    def accept(self, parameters: Parameters, account: Account) -> Order:
        """Cancel one order; raises BybitError for one that is not there or has ended."""
        order = self._finder.to_change(account, parameters)
        is_linear = parameters.category() is Category.LINEAR
        if order is None or (is_linear and not order.is_open):
            raise errors.no_such_order(linear=is_linear)
        if not order.is_open:
            raise too_late(order)
        self._exchange.cancel(order)
        return order

    def cancel_all(self, request: Request) -> Result:
        """Cancel open orders: of a pair, or else a base coin, or else a settlement coin; in spot of all pairs too.

        Without an `orderFilter` spot cancels normal orders only, linear every kind.
        """
        parameters, account = request.parameters, request.account
        category = parameters.category()
        if category not in TRADED:
            return Result(result={"list": [], "success": "1"})
        if category is Category.LINEAR:
            if not any(parameters.text(name) for name in ("symbol", "baseCoin", "settleCoin")):
                raise errors.parameter("params error: symbol, baseCoin or settleCoin is required")
        elif parameters.has("symbol"):
            self._finder.instruments.to_trade(parameters)  # An unknown pair is refused by spot's own code.
        by_default = OrderFilter.ORDER.value if category is Category.SPOT else ""
        oldest_first = list(account.open_orders.values())
        wanted = list(self._finder.matching(parameters, oldest_first, by_default=by_default))
        if category is Category.LINEAR:
            only_stops = parameters.echo("stopOrderType") == StopType.STOP.value
            wanted = [order for order in wanted if not only_stops or stop_type_of(order) is StopType.STOP]
            wanted = wanted[:LINEAR_CANCELED_MAX]
        for order in wanted:
            if order.is_open:  # One may have ended with another: the stops of a position come in pairs.
                self._exchange.cancel(order)
        return Result(result={"list": [ids(order) for order in wanted], "success": "1"}, accepted=bool(wanted))

    # Disconnection protection

    def set_disconnect_window(self, request: Request) -> Result:
        """Set how long after a disconnection the orders of a product are cancelled."""
        product = request.parameters.text("product") or PRODUCT_DEFAULT
        seconds = request.parameters.integer("timeWindow")
        if product not in PRODUCTS:
            raise errors.parameter("params error: product invalid")
        if seconds is None or not WINDOW_SECONDS_MIN <= seconds <= WINDOW_SECONDS_MAX:
            raise errors.parameter("params error: timeWindow invalid")
        request.account.settings[time_window_setting(product)] = str(seconds)
        return Result(result={}, message="success")


def too_late(order: Order) -> BybitError:
    """Return the refusal to change a spot order that has ended."""
    if order.status is OrderStatus.FILLED:
        return BybitError(170139, "Order has been filled.")
    if order.end_reason is EndReason.USER:
        return BybitError(170142, "Order has been canceled.")
    return BybitError(170143, "Cannot be found on order book.")
