"""The books: executions, balances, positions, ledger."""

from decimal import Decimal

from tidegate.core.identifiers import AccountId, OrderId
from tidegate.core.records import User
from tidegate.core.vocabulary import Exchange
from tidegate.gateway.authentication import scope
from tidegate.gateway.context import Context
from tidegate.gateway.queries import ExecutionsQuery, LedgerQuery, UserQuery
from tidegate.gateway.requests import AnyRequest, read_query
from tidegate.gateway.results import Items, Page, Result
from tidegate.gateway.views import (
    BalanceView,
    ExecutionView,
    LedgerView,
    PositionView,
    balance_view,
    execution_view,
    ledger_view,
    position_view,
)
from tidegate.ports import ExecutionFilter


async def executions(request: AnyRequest, user: User, context: Context) -> Result:
    """Trades, newest first."""
    query = read_query(request, ExecutionsQuery)
    wanted = ExecutionFilter(
        user_id=scope(user, query.user_id),
        account_id=None if query.account is None else AccountId(query.account),
        exchange=query.exchange,
        symbol=query.symbol,
        order_id=None if query.order_id is None else OrderId(query.order_id),
        since=query.since,
        until=query.until,
    )
    found, next_cursor = await context.blotter.executions(wanted, limit=query.limit, cursor=query.cursor)
    busts = await context.blotter.busts([execution.execution_id for execution in found])
    views = [execution_view(execution, busts.get(execution.execution_id)) for execution in found]
    return Result(Page[ExecutionView](views, next_cursor))


async def balances(request: AnyRequest, user: User, context: Context) -> Result:
    """What is held, reserved and free, per account and asset."""
    query = read_query(request, UserQuery)
    holdings = await context.blotter.holdings(scope(user, query.user_id))
    return Result(Items[BalanceView]([balance_view(holding) for holding in holdings]))


async def ledger(request: AnyRequest, user: User, context: Context) -> Result:
    """Lines of the double-entry ledger, newest first."""
    query = read_query(request, LedgerQuery)
    entries, next_cursor = await context.blotter.ledger(
        scope(user, query.user_id), limit=query.limit, cursor=query.cursor
    )
    return Result(Page[LedgerView]([ledger_view(entry) for entry in entries], next_cursor))


async def positions(request: AnyRequest, user: User, context: Context) -> Result:
    """Positions in derivatives, with what they are worth now."""
    query = read_query(request, UserQuery)
    settings = {(setting.account_id, setting.symbol): setting for setting in await context.blotter.leverages()}
    views = [
        position_view(
            position,
            settings.get((position.account_id, position.symbol)),
            _mark(context, position.exchange, position.symbol),
        )
        for position in await context.blotter.positions(scope(user, query.user_id))
    ]
    return Result(Items[PositionView](views))


def _mark(context: Context, exchange: Exchange, symbol: str) -> Decimal | None:
    """What a derivative is worth: its mark, or the last price where its venue tells none."""
    price = context.reference.price(exchange, symbol)
    if price is None:
        return None
    return price.last if price.mark is None else price.mark
