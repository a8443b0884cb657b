"""Every operation with its endpoint name, security and limit, by REST path and by the op of the trade socket."""

from venuesim.bybit.catalog_data import DataHalf
from venuesim.bybit.operations import Handler, Operation, Security
from venuesim.bybit.parameters import Parameters
from venuesim.bybit.placing import Placing
from venuesim.bybit.quotas import per_second
from venuesim.bybit.trading import Trading, names_an_order
from venuesim.faults import Endpoint
from venuesim.wire.calls import Call

REALTIME = "order/realtime"


class Catalog:
    """The operations of the simulated Bybit. The number is how many requests a second an account may make."""

    def __init__(self, *, data: DataHalf, placing: Placing, trading: Trading) -> None:
        read, trade = Security.READ, Security.TRADE
        gets = {
            "position/list": (Endpoint.POSITIONS, read, 50, data.holdings.positions),
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
            (method, f"/v5/{name}"): operation for method, name, operation in data.operations()
        }
        self.rest |= {
            (method, f"/v5/{name}"): _operation(name, *settings)
            for method, operations in (("GET", gets), ("POST", posts))
            for name, settings in operations.items()
        }
        self.socket: dict[str, Operation] = {
            "order.create": self.rest["POST", "/v5/order/create"],
            "order.cancel": self.rest["POST", "/v5/order/cancel"],
        }


def _operation(
    name: str, endpoint: Endpoint, security: Security, requests_max: int, run: Handler
) -> Operation:
    quota = per_second(name, requests_max) if requests_max else None
    endpoint_of = _realtime_endpoint if name == REALTIME else None
    return Operation(endpoint=endpoint, security=security, run=run, quota=quota, endpoint_of=endpoint_of)


def _realtime_endpoint(call: Call) -> Endpoint:
    """Tell a look-up of one order from one of the open orders: Bybit has one path for both."""
    return Endpoint.QUERY if names_an_order(Parameters.of_query(call.query)) else Endpoint.OPEN_ORDERS
