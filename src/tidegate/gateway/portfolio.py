"""The portfolio: what is held and what positions would earn, valued by the rules that limits are held against."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from tidegate.core.money import ZERO, plain
from tidegate.core.rates import Worth
from tidegate.core.records import Account, Holding, Position, User
from tidegate.gateway.authentication import scope
from tidegate.gateway.context import Context
from tidegate.gateway.order_views import amount
from tidegate.gateway.portfolio_views import (
    GroupBy,
    PortfolioGroup,
    PortfolioPosition,
    PortfolioQuery,
    PortfolioRow,
    PortfolioView,
)
from tidegate.gateway.requests import AnyRequest, read_query
from tidegate.gateway.results import Result


class Valued(msgspec.Struct, frozen=True, kw_only=True):
    """A holding or a position with its worth; `asset` is a position's base. `exposure` is signed, cash has none.

    `realized`, `unrealized` and the rest are in the reporting currency; None: no price is known.
    """

    of: Holding | Position
    exchange: str
    asset: str
    price: Worth
    value: Decimal | None
    unrealized: Decimal | None
    realized: Decimal | None
    exposure: Decimal | None
    stale: bool

    @property
    def is_unpriced(self) -> bool:
        """Whether something is there, and nobody knows what it is worth."""
        return self.value is None and self.of.quantity != 0

    @property
    def name(self) -> str:
        """As `unpriced` names it."""
        return f"{self.of.account_id}:{self.of.asset if isinstance(self.of, Holding) else self.of.symbol}"


async def portfolio(request: AnyRequest, user: User, context: Context) -> Result:
    """What is held and open, what it cost and what it is worth, by row or in groups."""
    query = read_query(request, PortfolioQuery)
    owner = scope(user, query.user_id)
    held, open_positions = await context.blotter.holdings(owner), await context.blotter.positions(owner)
    accounts = {account.account_id: account for account in await context.blotter.accounts()}  # Of all that is held.
    now = context.clock.now()
    holdings = [_value_holding(context, accounts, one, now) for one in held]
    positions = [_value_position(context, one, now) for one in open_positions]
    holdings = [valued for valued in holdings if _is_asked(valued, query)]
    positions = [valued for valued in positions if _is_asked(valued, query)]
    return Result(_view(context.settings.reporting_currency, holdings, positions, query.group_by))


def _is_asked(valued: Valued, query: PortfolioQuery) -> bool:
    pairs = (
        (query.account, valued.of.account_id),
        (query.exchange, valued.exchange),
        (query.asset, valued.asset),
    )
    return all(asked in (None, actual) for asked, actual in pairs)


# --- valuing -------------------------------------------------------------------------------------------------------


def _value_holding(context: Context, accounts: dict[Any, Account], held: Holding, now: datetime) -> Valued:
    exchange = accounts[held.account_id].exchange
    price = context.reference.worth(exchange, held.asset, now)
    value = None if price.value is None else held.quantity * price.value
    gain = None
    if price.value is not None and held.average_price is not None:
        gain = (price.value - held.average_price) * held.quantity
    return Valued(
        of=held,
        exchange=exchange,
        asset=held.asset,
        price=price,
        value=value,
        unrealized=gain,
        realized=held.realized_pnl,
        exposure=ZERO if held.asset in context.settings.cash_assets else value,
        stale=price.stale and held.quantity != 0,
    )


def _value_position(context: Context, held: Position, now: datetime) -> Valued:
    mark = context.reference.mark(held.exchange, held.symbol, now)
    rate = context.reference.worth(held.exchange, held.symbol.partition(":")[2], now)
    gain = exposure = None
    if mark.value is not None and rate.value is not None:
        gain = held.quantity * (mark.value - (held.average_price or ZERO)) * rate.value
        exposure = held.quantity * mark.value * rate.value
    return Valued(
        of=held,
        exchange=held.exchange,
        asset=held.symbol.partition("/")[0],
        price=mark,
        value=gain if held.quantity else ZERO,
        unrealized=gain if held.quantity else ZERO,
        realized=None if rate.value is None else held.realized_pnl * rate.value,
        exposure=exposure if held.quantity else ZERO,
        stale=(mark.stale or rate.stale) and held.quantity != 0,
    )


# --- showing -------------------------------------------------------------------------------------------------------


def _view(currency: str, holdings: list[Valued], positions: list[Valued], group_by: GroupBy | None) -> PortfolioView:
    everything = [*holdings, *positions]
    sums = _sums(everything)
    rows = group_by is None
    return PortfolioView(
        reporting_currency=currency,
        total_value=sums["value"],
        realized_pnl=sums["realized_pnl"],
        unrealized_pnl=sums["unrealized_pnl"],
        unpriced=sums["unpriced"],
        items=[_row(valued.of, valued) for valued in holdings if rows and isinstance(valued.of, Holding)],
        positions=[_position(valued.of, valued) for valued in positions if rows and isinstance(valued.of, Position)],
        groups=[] if group_by is None else _groups(everything, group_by),
        gross_exposure=sums["gross_exposure"],
        net_exposure=sums["net_exposure"],
        stale=sums["stale"],
    )


def _sums(rows: Iterable[Valued]) -> dict[str, Any]:
    """What has a price, added up; and the names of what has none."""
    rows = list(rows)
    exposures = [valued.exposure or ZERO for valued in rows]
    return {
        "value": plain(sum((valued.value or ZERO for valued in rows), ZERO)),
        "realized_pnl": plain(sum((valued.realized or ZERO for valued in rows), ZERO)),
        "unrealized_pnl": plain(sum((valued.unrealized or ZERO for valued in rows), ZERO)),
        "gross_exposure": plain(sum(map(abs, exposures), ZERO)),
        "net_exposure": plain(sum(exposures, ZERO)),
        "stale": any(valued.stale for valued in rows),
        "unpriced": [valued.name for valued in rows if valued.is_unpriced],
    }


def _groups(rows: list[Valued], group_by: GroupBy) -> list[PortfolioGroup]:
    found: dict[str, list[Valued]] = {}
    for valued in rows:
        found.setdefault(_key(valued, group_by), []).append(valued)
    return [PortfolioGroup(key=key, **_sums(group)) for key, group in sorted(found.items())]


def _key(valued: Valued, group_by: GroupBy) -> str:
    match group_by:
        case "user":
            return valued.of.user_id
        case "account":
            return valued.of.account_id
        case "exchange":
            return valued.exchange
        case _:
            return valued.asset


def _row(held: Holding, valued: Valued) -> PortfolioRow:
    return PortfolioRow(
        user_id=held.user_id,
        account_id=held.account_id,
        exchange=valued.exchange,
        asset=held.asset,
        wallet=held.wallet,
        quantity=plain(held.quantity),
        reserved=plain(held.reserved),
        average_price=amount(held.average_price),
        realized_pnl=plain(held.realized_pnl),
        price=amount(valued.price.value),
        value=amount(valued.value),
        unrealized_pnl=amount(valued.unrealized),
        exposure=amount(valued.exposure),
        stale=valued.stale,
    )


def _position(held: Position, valued: Valued) -> PortfolioPosition:
    return PortfolioPosition(
        user_id=held.user_id,
        account_id=held.account_id,
        exchange=held.exchange,
        symbol=held.symbol,
        position_side=held.position_side,
        quantity=plain(held.quantity),
        average_price=amount(held.average_price),
        price=amount(valued.price.value),
        exposure=amount(valued.exposure),
        unrealized_pnl=amount(valued.unrealized),
        realized_pnl=amount(valued.realized),
        stale=valued.stale,
    )
