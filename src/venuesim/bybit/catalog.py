"""Every operation with its endpoint name, security and limit, by REST path and by the op of the trade socket."""

from collections.abc import Callable

from venuesim.bybit.holdings import Holdings
from venuesim.bybit.market_data import MarketData
from venuesim.bybit.operations import Operation, Request, Result, Security
from venuesim.bybit.parameters import Parameters
from venuesim.bybit.placing import Placing
from venuesim.bybit.quotas import per_second
from venuesim.bybit.trading import Trading, names_an_order
from venuesim.faults import Endpoint
from venuesim.wire.calls import Call

REALTIME = "order/realtime"


class Catalog:
    """The operations of the simulated Bybit. The number is how many requests a second an account may make."""

    def __init__(self, *, market_data: MarketData, holdings: Holdings, placing: Placing, trading: Trading) -> None:
        none, read, trade = Security.NONE, Security.READ, Security.TRADE
        gets = {
            "market/time": (Endpoint.OTHER, none, 0, market_data.time),
            "market/instruments-info": (Endpoint.INSTRUMENTS, none, 0, market_data.instruments),
            "market/tickers": (Endpoint.TICKER, none, 0, market_data.tickers),
            "market/orderbook": (Endpoint.TICKER, none, 0, market_data.orderbook),
            "asset/coin/query-info": (Endpoint.OTHER, read, 5, holdings.coins),
            "user/query-api": (Endpoint.OTHER, read, 10, holdings.api_key),
            "account/info": (Endpoint.OTHER, read, 50, holdings.info),
            "account/wallet-balance": (Endpoint.BALANCES, read, 50, holdings.balance),
            "position/list": (Endpoint.OTHER, read, 50, holdings.positions),
            REALTIME: (Endpoint.QUERY, read, 50, trading.realtime),
            "order/history": (Endpoint.QUERY, read, 50, trading.history),
            "execution/list": (Endpoint.EXECUTIONS, read, 50, trading.executions),
        }
        posts = {
            "order/create": (Endpoint.PLACE, trade, 20, placing.place),
            "order/cancel": (Endpoint.CANCEL, trade, 20, trading.cancel),
            "order/cancel-all": (Endpoint.CANCEL, trade, 20, trading.cancel_all),
        }
        self.rest: dict[tuple[str, str], Operation] = {
            (method, f"/v5/{name}"): _operation(name, *settings)
            for method, operations in (("GET", gets), ("POST", posts))
            for name, settings in operations.items()
        }
        self.socket: dict[str, Operation] = {
            "order.create": self.rest["POST", "/v5/order/create"],
            "order.cancel": self.rest["POST", "/v5/order/cancel"],
        }


def _operation(
    name: str, endpoint: Endpoint, security: Security, requests_max: int, run: Callable[[Request], Result]
) -> Operation:
    quota = per_second(name, requests_max) if requests_max else None
    endpoint_of = _realtime_endpoint if name == REALTIME else None
    return Operation(endpoint=endpoint, security=security, run=run, quota=quota, endpoint_of=endpoint_of)


def _realtime_endpoint(call: Call) -> Endpoint:
    """Tell a look-up of one order from one of the open orders: Bybit has one path for both."""
    return Endpoint.QUERY if names_an_order(Parameters.of_query(call.query)) else Endpoint.OPEN_ORDERS
