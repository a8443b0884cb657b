"""Every operation with its endpoint name, security and limit, by REST path and by the op of a socket."""

from collections.abc import Callable, Mapping

from venuesim.faults import Endpoint
from venuesim.okx.holdings import Holdings
from venuesim.okx.limits import SECONDS
from venuesim.okx.operations import Operation, Request, Result, Security
from venuesim.okx.placing import Placing
from venuesim.okx.trading import Trading
from venuesim.wire.windows import Window


class Catalog:
    """The operations of the simulated OKX. The number is how many requests each two seconds allow.

    `data_gets` and `data_posts` are the operations on public data, balances, bills and the funding account, by path.
    """

    def __init__(
        self,
        *,
        data_gets: Mapping[str, Operation],
        data_posts: Mapping[str, Operation],
        holdings: Holdings,
        placing: Placing,
        trading: Trading,
    ) -> None:
        read = Security.READ
        place = _order_operation(Endpoint.PLACE, placing.place)
        place_batch = _order_operation(Endpoint.PLACE, placing.place, is_batch=True)
        cancel = _order_operation(Endpoint.CANCEL, trading.cancel)
        cancel_batch = _order_operation(Endpoint.CANCEL, trading.cancel, is_batch=True)
        gets = {
            "account/config": (Endpoint.OTHER, read, 5, holdings.config),
            "account/positions": (Endpoint.OTHER, read, 10, holdings.positions),
            "trade/order": (Endpoint.QUERY, read, 60, trading.query),
            "trade/orders-pending": (Endpoint.OPEN_ORDERS, read, 60, trading.pending),
            "trade/orders-history": (Endpoint.QUERY, read, 40, trading.history),
            "trade/orders-history-archive": (Endpoint.QUERY, read, 20, trading.archive),
            "trade/fills": (Endpoint.EXECUTIONS, read, 60, trading.fills),
            "trade/fills-history": (Endpoint.EXECUTIONS, read, 10, trading.fills_history),
        }
        posts = {
            "trade/order": place,
            "trade/batch-orders": place_batch,
            "trade/cancel-order": cancel,
            "trade/cancel-batch-orders": cancel_batch,
        }
        signed_gets = {name: _get(name, *settings) for name, settings in gets.items()}
        self.rest: dict[tuple[str, str], Operation] = {
            (method, f"/api/v5/{name}"): operation
            for method, operations in (("GET", {**data_gets, **signed_gets}), ("POST", {**data_posts, **posts}))
            for name, operation in operations.items()
        }
        self.socket: dict[str, Operation] = {
            "order": place,
            "batch-orders": place_batch,
            "cancel-order": cancel,
            "batch-cancel-orders": cancel_batch,
        }


def _get(
    name: str, endpoint: Endpoint, security: Security, requests_max: int, run: Callable[[Request], Result]
) -> Operation:
    return Operation(endpoint=endpoint, security=security, run=run, window=Window(name, requests_max, SECONDS))


def _order_operation(endpoint: Endpoint, run: Callable[[Request], Result], *, is_batch: bool = False) -> Operation:
    return Operation(endpoint=endpoint, security=Security.TRADE, run=run, is_batch=is_batch)
