"""Every operation by REST path and by the op of a socket."""

from collections.abc import Mapping

from venuesim.okx.operations import Operation
from venuesim.okx.trade_catalog import TradeCatalog


class Catalog:
    """The operations of the simulated OKX.

    `data_gets` and `data_posts` are the operations on public data, balances, bills and the funding account, by path.
    """

    def __init__(
        self, *, data_gets: Mapping[str, Operation], data_posts: Mapping[str, Operation], trade: TradeCatalog
    ) -> None:
        gets, posts = {**data_gets, **trade.gets}, {**data_posts, **trade.posts}
        self.rest: dict[tuple[str, str], Operation] = {
            (method, f"/api/v5/{name}"): operation
            for method, operations in (("GET", gets), ("POST", posts))
            for name, operation in operations.items()
        }
        self.socket: dict[str, Operation] = dict(trade.socket)
