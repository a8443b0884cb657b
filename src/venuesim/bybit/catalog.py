"""Every operation with its endpoint name, security and limit, by REST path and by the op of the trade socket."""

from venuesim.bybit.catalog_data import DataHalf
from venuesim.bybit.operations import Operation
from venuesim.bybit.trade_operations import TradeOperations


class Catalog:
    """The operations of the simulated Bybit: those that trade, and those that only tell."""

    def __init__(self, *, data: DataHalf, trading: TradeOperations) -> None:
        self.rest: dict[tuple[str, str], Operation] = {
            **{(method, f"/v5/{name}"): operation for method, name, operation in data.operations()},
            **trading.rest,
        }
        self.socket = trading.socket
