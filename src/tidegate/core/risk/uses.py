"""How far every limit is used up, in every scope that it is about: a role's limit once for each of its users, a
position's once for each symbol, an asset's once for each asset."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from tidegate.core.desk import Desk
from tidegate.core.messages.risk_values import LimitUse, Scope
from tidegate.core.money import ZERO, ratio
from tidegate.core.records import FOREIGN_ORDER
from tidegate.core.scopes import Place, Subject, covers
from tidegate.core.totals.exposures import Exposure
from tidegate.core.totals.plans import ACCOUNT, EXCHANGE, NAME, USER, Plan
from tidegate.core.totals.running import Totals
from tidegate.core.vocabulary import Exchange, LimitKind

_OF_ONE_ORDER = frozenset(
    {
        LimitKind.ORDER_NOTIONAL,
        LimitKind.ORDER_QUANTITY,
        LimitKind.PRICE_COLLAR,
        LimitKind.PROTECTION_REQUIRED,
        LimitKind.ALLOWED_SYMBOLS,
        LimitKind.RESTRICTED_SYMBOLS,
        LimitKind.DUPLICATE_ORDERS,
        LimitKind.REPEATED_EXECUTIONS,
    }
)
_PER_SYMBOL = frozenset({LimitKind.POSITION_QUANTITY, LimitKind.POSITION_NOTIONAL, LimitKind.ASSET_EXPOSURE})


def uses(desk: Desk, at: datetime | None = None) -> list[LimitUse]:
    """Every limit that is used up over time, not by each order anew. `at` ends the intervals; else the last order does.

    What is not known (no equity was marked yet) is left out. Costs as much as there are limits and users.
    """
    totals = desk.totals
    if totals is None:
        return []
    now = at or max((recent.timestamp for recent in desk.risk.recent_orders.values()), default=None)
    unknown = _of_unknown_worth(desk)
    return [
        _use(plan, scope, actual)
        for plan in totals.all_plans
        if plan.kind not in _OF_ONE_ORDER
        for scope, actual in _actuals(desk, totals, plan, now)
        if plan.kind is not LimitKind.LEVERAGE or not _lies_in(scope, unknown)
    ] + _of_breaks(desk)


def _of_unknown_worth(desk: Desk) -> list[Subject]:
    """Owners whose equity was not marked yet: their derivatives count already, and must not stand on that of others."""
    return [
        Subject(
            role=None if (user := desk.users.get(user_id)) is None else user.role,
            user_id=user_id,
            account_id=account_id,
            exchange=desk.accounts[account_id].exchange,
        )
        for account_id, user_id in desk.risk.capital.keys() - desk.risk.marks.keys()
    ]


def _lies_in(scope: Scope, owners: list[Subject]) -> bool:
    """Whether one of these owners, whatever the market, is a part of the scope."""
    return any(covers(scope, owner._replace(symbol=scope.symbol)) for owner in owners)


def _use(plan: Plan, scope: Scope, actual: Decimal) -> LimitUse:
    return LimitUse(
        limit_id=plan.limit.limit_id,
        kind=plan.kind,
        scope=scope,
        limit=plan.value,
        actual=actual,
        utilization=ratio(actual, plan.value) if plan.value > 0 else None,
    )


def _actuals(desk: Desk, totals: Totals, plan: Plan, now: datetime | None) -> Iterator[tuple[Scope, Decimal]]:
    if plan.kind in _PER_SYMBOL:
        yield from _per_symbol(desk, plan)
        return
    for scope in _scopes(desk, plan):
        actual = _actual(desk, totals, plan, _place(desk, scope), now)
        if actual is not None:
            yield scope, actual


def _scopes(desk: Desk, plan: Plan) -> Iterator[Scope]:
    """A role's limit is one of each of its users."""
    scope = plan.limit.scope
    if scope.role is None or scope.user_id is not None:
        yield scope
        return
    for user in desk.users.values():
        if user.role is scope.role:
            yield msgspec.structs.replace(scope, role=None, user_id=user.user_id)


def _place(desk: Desk, scope: Scope) -> Any:
    """Where the scope's totals are found: the fields that it names are all that is picked."""
    account = None if scope.account_id is None else desk.accounts.get(scope.account_id)
    exchange = scope.exchange or (None if account is None else account.exchange)
    symbol = scope.symbol or ""
    base = symbol.partition("/")[0]
    name = symbol if ":" in symbol else base
    return (None, scope.user_id, scope.account_id, exchange, symbol, name, base)


def _per_symbol(desk: Desk, plan: Plan) -> Iterator[tuple[Scope, Decimal]]:
    """Each symbol or asset of each scope in which there is something."""
    fields = plan.dimensions.summed
    named = plan.limit.scope.symbol
    wanted = None if named is None else named if ":" in named else named.partition("/")[0]
    users = None if plan.limit.scope.role is None else {user.user_id: user.role for user in desk.users.values()}
    for key, exposure in plan.sums.items():
        values = dict(zip(fields, key if len(fields) > 1 else (key,), strict=True))
        name = values.get(NAME) or values[max(fields)]
        scope = _scope_of(plan, values, name)
        if scope is None or (users is not None and users.get(values[USER]) is not plan.limit.scope.role):
            continue
        actual = _largest(exposure, plan.kind)
        if actual and wanted in (None, name):
            yield scope, actual


def _scope_of(plan: Plan, values: dict[int, Any], name: str) -> Scope | None:
    """The scope of one of the sums that a limit is kept with; None: of another than the limit names."""
    scope = plan.limit.scope
    user_id = values.get(USER)
    subject = Subject(
        role=scope.role,
        user_id=user_id,
        account_id=values.get(ACCOUNT),
        exchange=values.get(EXCHANGE),
        symbol=scope.symbol,
    )
    if not covers(scope, subject):
        return None
    return Scope(user_id=user_id, account_id=subject.account_id, exchange=subject.exchange, symbol=name)


def _largest(exposure: Exposure, kind: LimitKind) -> Decimal:
    if kind is LimitKind.POSITION_QUANTITY:
        return max(exposure.long_quantity, -exposure.short_quantity, ZERO)
    return max(exposure.long, -exposure.short, ZERO)


def _notional(desk: Desk, totals: Totals, plan: Plan, key: Any, since: datetime) -> Decimal | None:
    """What went by in each quote asset, at what that is worth anywhere; None: not known."""
    total = ZERO
    for quote in totals.quotes:
        amount, rate = plan.notional.total((key, quote), since), desk.rate(Exchange.BINANCE, quote)
        if amount and rate is None:
            return None
        total += amount * (rate or ZERO)
    return total


def _actual(desk: Desk, totals: Totals, plan: Plan, place: Place, now: datetime | None) -> Decimal | None:
    exposure = plan.sums.get(plan.sum_of(place), Exposure())
    standing = plan.standings.get(plan.owners_of(place))
    since = None if now is None else now - plan.interval
    match plan.kind:
        case LimitKind.OPEN_ORDERS:
            return Decimal(plan.open_orders.get(plan.count_of(place), 0))
        case LimitKind.ORDERS_PER_INTERVAL:
            return ZERO if since is None else Decimal(plan.orders.count(plan.count_of(place), since))
        case LimitKind.REJECTIONS_PER_INTERVAL:
            return ZERO if since is None else Decimal(plan.rejections.count(plan.count_of(place), since))
        case LimitKind.NOTIONAL_PER_INTERVAL:
            if since is None:
                return ZERO
            return _notional(desk, totals, plan, plan.count_of(place), since)
        case LimitKind.GROSS_EXPOSURE:
            return exposure.gross
        case LimitKind.NET_EXPOSURE:
            return max(exposure.long, -exposure.short, ZERO)
        case LimitKind.LEVERAGE:
            return None if standing is None else _leverage(plan, exposure.derivatives, standing.equity)
        case LimitKind.DAILY_LOSS:
            lost = None if standing is None else standing.lost
            return None if lost is None else max(lost + exposure.at_risk, ZERO)
        case LimitKind.DRAWDOWN:
            return None if standing is None else standing.drawdown
        case _:
            return None


def _leverage(plan: Plan, derivatives: Decimal, equity: Decimal) -> Decimal:
    """Where nothing is left any leverage is too much: it is told as if one unit of the reporting currency were."""
    if not derivatives:
        return ZERO
    return ratio(derivatives, equity) if equity > 0 else max(derivatives, plan.value)


def _of_breaks(desk: Desk) -> list[LimitUse]:
    """Orders at venues that are not ours, by the accounts that they are in."""
    found = []
    for limit in desk.risk.limits:
        if limit.kind is LimitKind.UNKNOWN_ORDERS and limit.value is not None:
            count = sum(
                _concerns(desk, limit.scope, one.account_id)
                for one in desk.open_breaks.values()
                if one.kind == FOREIGN_ORDER
            )
            utilization = ratio(Decimal(count), limit.value) if limit.value > 0 else None
            found.append(
                LimitUse(
                    limit_id=limit.limit_id,
                    kind=limit.kind,
                    scope=limit.scope,
                    limit=limit.value,
                    actual=Decimal(count),
                    utilization=utilization,
                )
            )
    return found


def _concerns(desk: Desk, scope: Scope, account_id: Any) -> bool:
    """Whether an account lies in a scope; what is not ours is of no user and no symbol."""
    account = desk.accounts.get(account_id)
    return covers(scope, Subject(account_id=account_id, exchange=None if account is None else account.exchange))
