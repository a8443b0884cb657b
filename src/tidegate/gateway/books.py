"""The books: executions, balances, portfolio, ledger, breaks."""

from decimal import Decimal

from tidegate.core.identifiers import AccountId, OrderId
from tidegate.core.money import ONE, ZERO, plain
from tidegate.core.records import Holding, User
from tidegate.core.vocabulary import Exchange
from tidegate.gateway.authentication import may_see, scope
from tidegate.gateway.bodies import ExecutionsQuery, LedgerQuery, NoQuery, UserQuery
from tidegate.gateway.context import Context
from tidegate.gateway.requests import AnyRequest, read_query
from tidegate.gateway.results import Items, Page, Result
from tidegate.gateway.views import (
    BalanceView,
    BreakView,
    ExecutionView,
    LedgerView,
    PortfolioRow,
    PortfolioView,
    amount,
    balance_view,
    break_view,
    execution_view,
    ledger_view,
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
    return Result(Page[ExecutionView]([execution_view(execution) for execution in found], next_cursor))


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


async def breaks(request: AnyRequest, user: User, context: Context) -> Result:
    """Differences between the venues' pictures and ours, of the accounts that the user may see."""
    read_query(request, NoQuery)
    seen = {account.account_id for account in await context.blotter.accounts() if may_see(user, account)}
    found = [one for one in await context.blotter.breaks() if one.account_id in seen]
    return Result(Items[BreakView]([break_view(one) for one in found]))


async def portfolio(request: AnyRequest, user: User, context: Context) -> Result:
    """Holdings with what they cost and what they are worth."""
    query = read_query(request, UserQuery)
    exchanges = {account.account_id: account.exchange for account in await context.blotter.accounts()}
    rows: list[PortfolioRow] = []
    unpriced: list[str] = []
    value, realized, unrealized = ZERO, ZERO, ZERO
    for holding in await context.blotter.holdings(scope(user, query.user_id)):
        price = _price(context, exchanges.get(holding.account_id), holding.asset)
        gain = _unrealized(holding, price)
        rows.append(_row(holding, price, gain))
        realized += holding.realized_pnl
        unrealized += gain or ZERO
        if price is not None:
            value += holding.quantity * price
        elif holding.quantity:
            unpriced.append(f"{holding.account_id}:{holding.asset}")
    view = PortfolioView(
        reporting_currency=context.settings.reporting_currency,
        total_value=plain(value),
        realized_pnl=plain(realized),
        unrealized_pnl=plain(unrealized),
        unpriced=unpriced,
        items=rows,
    )
    return Result(view)


def _price(context: Context, exchange: Exchange | None, asset: str) -> Decimal | None:
    """One unit of an asset in the reporting currency, at the venue where it lies."""
    reporting = context.settings.reporting_currency
    if asset == reporting:
        return ONE
    price = None if exchange is None else context.reference.price(exchange, f"{asset}/{reporting}")
    return None if price is None else price.last


def _unrealized(holding: Holding, price: Decimal | None) -> Decimal | None:
    if price is None or holding.average_price is None:
        return None
    return (price - holding.average_price) * holding.quantity


def _row(holding: Holding, price: Decimal | None, unrealized: Decimal | None) -> PortfolioRow:
    return PortfolioRow(
        user_id=holding.user_id,
        account_id=holding.account_id,
        asset=holding.asset,
        quantity=plain(holding.quantity),
        reserved=plain(holding.reserved),
        average_price=amount(holding.average_price),
        realized_pnl=plain(holding.realized_pnl),
        price=amount(price),
        value=None if price is None else plain(holding.quantity * price),
        unrealized_pnl=amount(unrealized),
    )
