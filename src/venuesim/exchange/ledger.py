"""The truth about a venue: every order it accepted, every execution, every balance, and what arrived how often."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from venuesim.exchange.accounts import Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.flows import Flow
from venuesim.exchange.orders import Execution, Order
from venuesim.exchange.records import Arrival
from venuesim.exchange.vocabulary import FlowKind, OrderType

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Row = dict[str, object]


class Cursor(NamedTuple):
    """How far a reader has come: the wallet's place in the list, the numbers of the last rows, arrivals given."""

    wallet: int = 0
    orders: int = 0
    executions: int = 0
    arrivals: int = 0
    flows: int = 0

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
    """Rows of one wallet, and where to go on (None: the wallet has no more)."""

    rows: dict[str, list[Row]]
    following: Cursor | None


def read_page(exchange: Exchange, cursor: Cursor, *, limit: int) -> Page:
    """Return up to `limit` rows of each kind after `cursor`; balances and positions come with a wallet's first page.

    The balances of a futures wallet are a list of their own, so that nobody takes them for those of the spot wallet.
    """
    orders = exchange.records.orders_after(cursor.orders, limit)
    executions = exchange.records.executions_after(cursor.executions, limit)
    arrivals = exchange.records.arrivals_after(cursor.arrivals, limit)
    flows = _flows(exchange, cursor.flows, limit)
    is_first = not any(cursor[1:])
    is_futures = exchange.wallet == "futures"
    following = Cursor(
        cursor.wallet,
        orders[-1].sequence if orders else cursor.orders,
        executions[-1].sequence if executions else cursor.executions,
        arrivals[-1].number if arrivals else cursor.arrivals,
        flows[-1][1].flow_id if flows else cursor.flows,
    )
    is_full = limit in {len(orders), len(executions), len(arrivals), len(flows)}
    return Page(
        rows={
            "orders": [order_row(exchange, order) for order in orders],
            "executions": [execution_row(exchange, execution) for execution in executions],
            "arrivals": [_arrival_row(exchange, arrival) for arrival in arrivals],
            "flows": [_flow_row(exchange, account, flow) for account, flow in flows],
            "balances": _balances(exchange) if is_first and not is_futures else [],
            "futures_balances": _balances(exchange) if is_first and is_futures else [],
            "positions": _positions(exchange) if is_first else [],
        },
        following=following if is_full else None,
    )


def order_row(exchange: Exchange, order: Order) -> Row:
    """Return one order as it stands now; `arrivals` counts the requests that named its client order id."""
    assert order.account is not None, "liquidity is not in the ledger"
    return {
        "exchange": exchange.name,
        "wallet": exchange.wallet,
        "api_key": order.account.api_key,
        "exchange_order_id": str(order.order_id),
        "client_order_id": order.client_order_id,
        "arrivals": exchange.records.arrivals_of(order.account, order.client_order_id),
        "symbol": order.instrument.symbol,
        "side": order.side.value,
        "order_type": order.order_type.value,
        "time_in_force": order.time_in_force.value,
        "post_only": order.post_only,
        "reduce_only": order.reduce_only,
        "position_side": order.position_side.value,
        "trigger_price": None if order.trigger is None else f"{order.trigger.price:f}",
        "origin": order.origin.value,
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
        "wallet": exchange.wallet,
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
        "realized_pnl": f"{execution.realized_pnl:f}",
        "busted": execution.sequence in exchange.busted,
        "executed_at": iso_time(execution.time_ms),
    }


def iso_time(time_ms: int) -> str:
    """Write milliseconds since the epoch as ISO 8601, UTC, with microseconds."""
    return (_EPOCH + timedelta(milliseconds=time_ms)).isoformat(timespec="microseconds")


def _arrival_row(exchange: Exchange, arrival: Arrival) -> Row:
    return {
        "exchange": exchange.name,
        "wallet": exchange.wallet,
        "api_key": arrival.account.api_key,
        "client_order_id": arrival.client_order_id,
        "count": arrival.count,
    }


def _flows(exchange: Exchange, after: int, limit: int) -> list[tuple[Account, Flow]]:
    """Return the movements of cash after one, the oldest first; those of trades are told by the executions."""
    found = [
        (account, flow)
        for account in exchange.accounts.values()
        for flow in exchange.flows.newest_first(account)
        if flow.flow_id > after and flow.kind is not FlowKind.TRADE
    ]
    return sorted(found, key=lambda entry: entry[1].flow_id)[:limit]


def _flow_row(exchange: Exchange, account: Account, flow: Flow) -> Row:
    return {
        "exchange": exchange.name,
        "wallet": exchange.wallet,
        "api_key": account.api_key,
        "kind": flow.kind.value,
        "asset": flow.asset,
        "amount": f"{flow.amount:f}",
        "balance": f"{flow.balance:f}",
        "symbol": flow.symbol,
        "moved_at": iso_time(flow.time_ms),
    }


def _balances(exchange: Exchange) -> list[Row]:
    return [
        {
            "exchange": exchange.name,
            "wallet": exchange.wallet,
            "api_key": account.api_key,
            "asset": asset,
            "free": f"{balance.free:f}",
            "locked": f"{balance.locked:f}",
            "total": f"{balance.total:f}",
        }
        for account in exchange.accounts.values()
        for asset, balance in sorted(account.balances.items())
    ]


def _positions(exchange: Exchange) -> list[Row]:
    return [
        {
            "exchange": exchange.name,
            "wallet": exchange.wallet,
            "api_key": account.api_key,
            "symbol": position.instrument.symbol,
            "position_side": position.side.value,
            "quantity": f"{position.quantity:f}",
            "entry_price": f"{position.entry_price:f}",
            "leverage": f"{holding.leverage:f}",
            "margin_mode": holding.margin_mode.value,
            "isolated_margin": f"{position.isolated_margin:f}",
            "realized_pnl": f"{position.realized_pnl:f}",
            "funding": f"{position.funding:f}",
        }
        for account in exchange.accounts.values()
        for holding in account.holdings.values()
        for position in holding.open_positions()
    ]
