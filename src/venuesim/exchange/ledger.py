"""The truth about a venue: every order it accepted, every execution, every balance, and what arrived how often."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import NamedTuple

from venuesim.exchange.engine import Exchange
from venuesim.exchange.orders import Execution, Order, OrderType

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Row = dict[str, object]


class Cursor(NamedTuple):
    """How far a reader has come: the venue's place in the list, and the rows already given of each kind."""

    venue: int = 0
    orders: int = 0
    executions: int = 0
    arrivals: int = 0

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Read what `str` wrote; raises ValueError for anything else."""
        numbers = [int(part) for part in text.split(".")]
        if len(numbers) != len(cls._fields) or min(numbers) < 0:
            raise ValueError("a cursor is the next_cursor of an earlier page")
        return cls(*numbers)

    def __str__(self) -> str:
        return ".".join(map(str, self))


class Page(NamedTuple):
    """Rows of one venue, and where to go on (None: the venue has no more)."""

    rows: dict[str, list[Row]]
    following: Cursor | None


def read_page(exchange: Exchange, cursor: Cursor, *, limit: int) -> Page:
    """Return up to `limit` rows of each kind after `cursor`; balances come with a venue's first page."""
    orders = exchange.orders[cursor.orders : cursor.orders + limit]
    executions = exchange.executions[cursor.executions : cursor.executions + limit]
    arrivals = _arrivals(exchange, cursor.arrivals, limit)
    is_first = cursor[1:] == (0, 0, 0)
    following = Cursor(
        cursor.venue, cursor.orders + len(orders), cursor.executions + len(executions), cursor.arrivals + len(arrivals)
    )
    is_full = limit in {len(orders), len(executions), len(arrivals)}
    return Page(
        rows={
            "orders": [order_row(exchange, order) for order in orders],
            "executions": [execution_row(exchange, execution) for execution in executions],
            "arrivals": arrivals,
            "balances": _balances(exchange) if is_first else [],
        },
        following=following if is_full else None,
    )


def order_row(exchange: Exchange, order: Order) -> Row:
    """Return one order as it stands now; `arrivals` counts the requests that named its client order id."""
    assert order.account is not None, "liquidity is not in the ledger"
    return {
        "exchange": exchange.name,
        "api_key": order.account.api_key,
        "exchange_order_id": str(order.order_id),
        "client_order_id": order.client_order_id,
        "arrivals": order.account.arrivals.get(order.client_order_id, 0),
        "symbol": order.instrument.symbol,
        "side": order.side.value,
        "order_type": order.order_type.value,
        "time_in_force": order.time_in_force.value,
        "post_only": order.post_only,
        "price": None if order.order_type is OrderType.MARKET else f"{order.price:f}",
        "quantity": f"{order.quantity:f}",
        "quote_quantity": f"{order.quote_quantity:f}" if order.quote_quantity else None,
        "filled_quantity": f"{order.filled_quantity:f}",
        "filled_quote": f"{order.filled_quote:f}",
        "status": order.status.value,
        "end_reason": order.end_reason.value,
        "created_at": iso_time(order.created_ms),
        "updated_at": iso_time(order.updated_ms),
    }


def execution_row(exchange: Exchange, execution: Execution) -> Row:
    """Return one execution; `fee` is a cost."""
    return {
        "exchange": exchange.name,
        "api_key": execution.account.api_key,
        "trade_id": str(execution.trade_id),
        "exchange_order_id": str(execution.order_id),
        "client_order_id": execution.client_order_id,
        "symbol": execution.instrument.symbol,
        "side": execution.side.value,
        "price": f"{execution.price:f}",
        "quantity": f"{execution.quantity:f}",
        "fee": f"{execution.fee:f}",
        "fee_asset": execution.fee_asset,
        "liquidity": "maker" if execution.is_maker else "taker",
        "executed_at": iso_time(execution.time_ms),
    }


def iso_time(time_ms: int) -> str:
    """Write milliseconds since the epoch as ISO 8601, UTC, with microseconds."""
    return (_EPOCH + timedelta(milliseconds=time_ms)).isoformat(timespec="microseconds")


def _arrivals(exchange: Exchange, start: int, limit: int) -> list[Row]:
    counted = (
        {"exchange": exchange.name, "api_key": account.api_key, "client_order_id": client_order_id, "count": count}
        for account in exchange.accounts.values()
        for client_order_id, count in account.arrivals.items()
    )
    return list(islice(counted, start, start + limit))


def _balances(exchange: Exchange) -> list[Row]:
    return [
        {
            "exchange": exchange.name,
            "api_key": account.api_key,
            "asset": asset,
            "free": f"{balance.free:f}",
            "locked": f"{balance.locked:f}",
            "total": f"{balance.free + balance.locked:f}",
        }
        for account in exchange.accounts.values()
        for asset, balance in sorted(account.balances.items())
    ]
