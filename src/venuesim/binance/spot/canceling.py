"""Cancels: one order, or every one of a symbol."""

from enum import StrEnum

from venuesim.binance import errors
from venuesim.binance.errors import BinanceError
from venuesim.binance.operations import Request, Result
from venuesim.binance.parameters import Parameters
from venuesim.binance.spot.formats import Json, keep
from venuesim.binance.spot.instruments import ClientOrderIds, Instruments
from venuesim.binance.spot.list_operations import ListOperations
from venuesim.binance.spot.order_lists import OrderLists
from venuesim.binance.spot.rendering import canceled
from venuesim.binance.spot.vocabulary import Extra
from venuesim.exchange.accounts import Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.orders import Order
from venuesim.exchange.vocabulary import OrderStatus


class CancelRestriction(StrEnum):
    """The `cancelRestrictions` values."""

    ONLY_NEW = "ONLY_NEW"
    ONLY_PARTIALLY_FILLED = "ONLY_PARTIALLY_FILLED"


_ALLOWED = {
    CancelRestriction.ONLY_NEW: {OrderStatus.NEW, OrderStatus.WAITING},
    CancelRestriction.ONLY_PARTIALLY_FILLED: {OrderStatus.PARTIALLY_FILLED},
}


class Canceling:
    """Cancels orders. Whoever cancels an order of a list cancels the list."""

    def __init__(
        self,
        *,
        exchange: Exchange,
        instruments: Instruments,
        ids: ClientOrderIds,
        lists: OrderLists,
        list_operations: ListOperations,
    ) -> None:
        self._exchange = exchange
        self._instruments = instruments
        self._ids = ids
        self._lists = lists
        self._list_operations = list_operations

    def cancel(self, request: Request) -> Result:
        """Cancel one order."""
        parameters = request.parameters
        instrument = self._instruments.read(parameters)
        cancel_id = parameters.client_order_id("newClientOrderId") or self._ids.new()
        restriction = read_restriction(parameters)
        ids = read_ids(parameters)
        request.all_read()
        order = self.find(request.account, instrument, *ids)
        return Result(self.cancel_found(order, cancel_id, restriction), accepted=True)

    def cancel_all(self, request: Request) -> Result:
        """Cancel every open order of a symbol, lists included; -2011 when there is none."""
        instrument = self._instruments.read(request.parameters)
        request.all_read()
        orders = list(request.account.open_orders_of(instrument.symbol))
        if not orders:
            raise errors.unknown_order_to_cancel()
        lists = self._lists.open_of(request.account, instrument.venue_id)
        alone = [order for order in orders if self._lists.of_order(order) is None]
        answers = [self._cancel(order, self._ids.new()) for order in alone if order.is_open]
        answers += [self._list_operations.canceled(entry, self._ids.new()) for entry in lists if not entry.is_done]
        return Result(answers, accepted=True)

    def cancel_found(self, order: Order | None, cancel_id: str, restriction: CancelRestriction | None) -> Json:
        """Cancel an order that was looked up, and return the answer; raises BinanceError if that is not possible."""
        if order is None or not order.is_open:
            raise errors.unknown_order_to_cancel()
        if restriction is not None and order.status not in _ALLOWED[restriction]:
            raise BinanceError(-2011, "Order was not canceled due to cancel restrictions.")
        entry = self._lists.of_order(order)
        return self._cancel(order, cancel_id) if entry is None else self._list_operations.canceled(entry, cancel_id)

    def find(
        self, account: Account, instrument: Instrument, order_id: int | None, client_order_id: str | None
    ) -> Order | None:
        """Return an order of a symbol; with both ids sent, both must name it."""
        order = self._exchange.find_order(account, order_id=order_id, client_order_id=client_order_id)
        if order is None or order.instrument.symbol != instrument.symbol:
            return None
        return order if client_order_id in {None, order.client_order_id} else None

    def _cancel(self, order: Order, cancel_id: str) -> Json:
        keep(order, Extra.CANCEL_ID, cancel_id)
        self._exchange.cancel(order)
        return canceled(order)


def read_ids(
    parameters: Parameters, order_name: str = "orderId", client_name: str = "origClientOrderId"
) -> tuple[int | None, str | None]:
    """Return (order id, client order id), of which one must be there."""
    order_id, client_order_id = parameters.integer(order_name), parameters.client_order_id(client_name)
    if order_id is None and client_order_id is None:
        raise errors.one_of_mandatory(client_name, order_name)
    return order_id, client_order_id


def read_restriction(parameters: Parameters) -> CancelRestriction | None:
    """Return the state that an order must be in to be canceled, if any is asked for."""
    if not parameters.has("cancelRestrictions"):
        return None
    return parameters.choice("cancelRestrictions", CancelRestriction, -1145, "Invalid cancelRestrictions")
