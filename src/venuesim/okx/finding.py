"""Finds the order that a request names, by its id or else the newest with a client order id."""

from venuesim.exchange.accounts import Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.orders import Order
from venuesim.okx import errors
from venuesim.okx.errors import OkxError
from venuesim.okx.instruments import Instruments
from venuesim.okx.parameters import Parameters


class Finder:
    """Looks up orders as OKX's requests name them."""

    def __init__(self, exchange: Exchange, instruments: Instruments) -> None:
        self._exchange = exchange
        self._instruments = instruments

    def find(self, account: Account, item: Parameters) -> Order | None:
        """Return the order that an item names; raises OkxError when it names none."""
        instrument = self._instruments.read(item)
        order_id = item.integer("ordId")
        client_order_id = item.client_order_id()
        if order_id is None and client_order_id is None:
            raise errors.either("ordId", "clOrdId")
        order = self._exchange.find_order(account, order_id=order_id, client_order_id=client_order_id)
        return order if order is not None and order.instrument.symbol == instrument.symbol else None

    def find_or_none(self, account: Account, item: Parameters) -> Order | None:
        """Return the same, or None also when the item makes no sense."""
        try:
            return self.find(account, item)
        except OkxError:
            return None
