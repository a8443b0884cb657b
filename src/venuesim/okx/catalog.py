"""Every operation with its endpoint name, security and limit, by REST path and by the op of a socket."""

from collections.abc import Callable

from venuesim.faults import Endpoint
from venuesim.okx.holdings import Holdings
from venuesim.okx.limits import SECONDS
from venuesim.okx.market_data import MarketData
from venuesim.okx.operations import Operation, Request, Result, Security
from venuesim.okx.placing import Placing
from venuesim.okx.trading import Trading
from venuesim.wire.windows import Window


class Catalog:
    """The operations of the simulated OKX. The number is how many requests each two seconds allow."""

    def __init__(self, *, market_data: MarketData, holdings: Holdings, placing: Placing, trading: Trading) -> None:
        none, read = Security.NONE, Security.READ
        place = _order_operation(Endpoint.PLACE, placing.place)
        place_batch = _order_operation(Endpoint.PLACE, placing.place, is_batch=True)
        cancel = _order_operation(Endpoint.CANCEL, trading.cancel)
        cancel_batch = _order_operation(Endpoint.CANCEL, trading.cancel, is_batch=True)
        gets = {
            "public/time": (Endpoint.OTHER, none, 10, market_data.time),
            "public/instruments": (Endpoint.INSTRUMENTS, none, 20, market_data.instruments),
            "market/ticker": (Endpoint.TICKER, none, 20, market_data.ticker),
            "market/tickers": (Endpoint.TICKER, none, 20, market_data.tickers),
            "market/books": (Endpoint.TICKER, none, 40, market_data.books),
            "asset/currencies": (Endpoint.OTHER, read, 12, holdings.currencies),
            "account/balance": (Endpoint.BALANCES, read, 10, holdings.balance),
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
        self.rest: dict[tuple[str, str], Operation] = {
            ("GET", f"/api/v5/{name}"): _get(name, *settings) for name, settings in gets.items()
        } | {("POST", f"/api/v5/{name}"): operation for name, operation in posts.items()}
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
