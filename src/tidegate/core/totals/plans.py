"""Each limit in force with where its figure is found: over which dimensions it is summed, and in which totals."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from decimal import Decimal
from operator import itemgetter
from typing import Any

import msgspec

from tidegate.core.messages.risk_values import RiskLimit
from tidegate.core.money import ZERO
from tidegate.core.vocabulary import LimitKind

# Fields of a `Place`, by their numbers.
USER, ACCOUNT, EXCHANGE, NAME, ASSET, SYMBOL = range(6)
OWNER = (USER, ACCOUNT, EXCHANGE)

SUMMED = frozenset(
    {
        LimitKind.POSITION_QUANTITY,
        LimitKind.POSITION_NOTIONAL,
        LimitKind.ASSET_EXPOSURE,
        LimitKind.GROSS_EXPOSURE,
        LimitKind.NET_EXPOSURE,
        LimitKind.LEVERAGE,
        LimitKind.DAILY_LOSS,
    }
)
MEASURED_BY_EQUITY = frozenset({LimitKind.LEVERAGE, LimitKind.DAILY_LOSS, LimitKind.DRAWDOWN})
COUNTED_OVER_TIME = frozenset(
    {
        LimitKind.ORDERS_PER_INTERVAL,
        LimitKind.NOTIONAL_PER_INTERVAL,
        LimitKind.DUPLICATE_ORDERS,
        LimitKind.REPEATED_EXECUTIONS,
        LimitKind.REJECTIONS_PER_INTERVAL,
    }
)
_IMPLIED = {
    LimitKind.POSITION_QUANTITY: NAME,
    LimitKind.POSITION_NOTIONAL: NAME,
    LimitKind.ASSET_EXPOSURE: ASSET,
}
NO_TIME = timedelta(0)


class Plan(msgspec.Struct, frozen=True, eq=False):
    """One limit, ready to be held against an order. `sum_of`, `count_of` and `owners_of` pick the key of its totals
    from a place; `dimensions` and the other two name what they pick."""

    limit: RiskLimit
    kind: LimitKind
    value: Decimal  # Of a limit on lists, zero.
    interval: timedelta
    symbols: frozenset[str]
    dimensions: tuple[int, ...]
    counted: tuple[int, ...]
    owners: tuple[int, ...]
    sum_of: Callable[[Any], Any]
    count_of: Callable[[Any], Any]
    owners_of: Callable[[Any], Any]


def plan(limit: RiskLimit) -> Plan:
    """A limit with where its figure is found. A role's limit is one of each of its users."""
    scope = limit.scope
    named = {
        USER: scope.user_id is not None or scope.role is not None,
        ACCOUNT: scope.account_id is not None,
        EXCHANGE: scope.exchange is not None,
    }
    owners = tuple(place for place in OWNER if named[place])
    implied = _IMPLIED.get(limit.kind)
    per_name = scope.symbol is not None and implied is not ASSET
    dimensions = {*owners, *((NAME,) if per_name else ()), *(() if implied is None else (implied,))}
    counted = (*owners, SYMBOL) if scope.symbol is not None else owners
    summed = tuple(sorted(dimensions))
    return Plan(
        limit=limit,
        kind=limit.kind,
        value=ZERO if limit.value is None else limit.value,
        interval=NO_TIME if limit.interval_seconds is None else timedelta(seconds=limit.interval_seconds),
        symbols=frozenset(limit.symbols),
        dimensions=summed,
        counted=counted,
        owners=owners,
        sum_of=picking(summed),
        count_of=picking(counted),
        owners_of=picking(owners),
    )


def picking(fields: tuple[int, ...]) -> Callable[[Any], Any]:
    """Takes these fields of a place; of none, the same for all."""
    return itemgetter(*fields) if fields else _nothing


def of_kinds(plans: Iterable[Plan], kinds: frozenset[LimitKind]) -> list[Plan]:
    """Those of some kinds."""
    return [one for one in plans if one.kind in kinds]


def _nothing(place: object) -> tuple[()]:  # noqa: ARG001  All places lie in the desk.
    return ()
