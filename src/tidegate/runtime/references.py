"""Which orders a batch of inputs speaks of and memory no longer holds: looked up before anything is decided."""

from collections.abc import Iterable

from tidegate.core.desk import Desk
from tidegate.core.engine import Input
from tidegate.core.identifiers import ExchangeClientOrderId, order_of
from tidegate.core.messages.commands import CancelOrder, PlaceOrder
from tidegate.core.messages.reports import AccountSynchronized, ExecutionReported, OrderAccepted, OrderReported
from tidegate.ports import OrderKeys


def not_in_memory(desk: Desk, inputs: Iterable[Input]) -> OrderKeys:
    """By which ids storage must be asked."""
    keys = OrderKeys()
    for message in inputs:
        match message:
            case PlaceOrder():
                _note_request(desk, message, keys)
            case CancelOrder() | OrderAccepted():  # An acceptance may come after we have given the order up.
                if message.order_id not in desk.orders:
                    keys.order_ids.add(message.order_id)
            case OrderReported() | ExecutionReported():
                _note_venue_order(desk, message, keys)
            case AccountSynchronized():
                for exchange_client_order_id in message.open_exchange_client_order_ids:
                    _note_attempt(desk, exchange_client_order_id, keys)
            case _:
                pass
    return keys


def _note_request(desk: Desk, command: PlaceOrder, keys: OrderKeys) -> None:
    """A request that was seen before has an order by its key or by the caller's own name for it."""
    if command.idempotency_key is not None:
        key = (command.user_id, command.idempotency_key)
        if key not in desk.by_idempotency_key:
            keys.idempotency_keys.add(key)
    if command.client_order_id is not None:
        name = (command.user_id, command.client_order_id)
        if name not in desk.by_client_order_id:
            keys.client_order_ids.add(name)


def _note_venue_order(desk: Desk, report: OrderReported | ExecutionReported, keys: OrderKeys) -> None:
    """An order as its venue calls it: by our id for the attempt if it tells that, else by its own."""
    ours, theirs = report.exchange_client_order_id, report.exchange_order_id
    if desk.order_for(report.account_id, report.symbol, ours, theirs) is not None:
        return
    if ours is not None and order_of(ours) is not None:
        _note_attempt(desk, ours, keys)
    elif theirs is not None:
        keys.exchange_order_ids.add((report.account_id, report.symbol, theirs))


def _note_attempt(desk: Desk, exchange_client_order_id: ExchangeClientOrderId, keys: OrderKeys) -> None:
    named = order_of(exchange_client_order_id)
    if named is not None and named[0] not in desk.orders:
        keys.order_ids.add(named[0])
