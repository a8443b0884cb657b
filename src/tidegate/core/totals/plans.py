"""Each limit in force with where its figure is found: over which dimensions it is summed, and in which totals."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from operator import itemgetter
from typing import Any

import msgspec

from tidegate.core.messages.risk_values import RiskLimit
from tidegate.core.money import ZERO
from tidegate.core.totals.exposures import Exposure
from tidegate.core.totals.standings import Standing
from tidegate.core.totals.windows import Counts, Sums
from tidegate.core.vocabulary import LimitKind, RefusalCode

# Fields of a `Place`, by their numbers.
_, USER, ACCOUNT, EXCHANGE, SYMBOL, NAME, ASSET = range(7)
Fields = tuple[int, ...]
Figure = Decimal | RefusalCode | None  # None: the limit is not about this order. A code: data is missing.

NO_TIME = timedelta(0)
_IMPLIED = {
    LimitKind.POSITION_QUANTITY: NAME,
    LimitKind.POSITION_NOTIONAL: NAME,
    LimitKind.ASSET_EXPOSURE: ASSET,
}


class Dimensions(msgspec.Struct, frozen=True):
    """Over which fields of a place the figures of a limit are kept: sums, counts of orders, and worths of owners.

    A role's limit is one of each of its users; a position's is one of each symbol, whatever its scope names.
    """

    summed: Fields
    counted: Fields
    owners: Fields


def dimensions_of(limit: RiskLimit) -> Dimensions:
    """What a limit's scope and kind ask for."""
    scope = limit.scope
    named = {
        USER: scope.user_id is not None or scope.role is not None,
        ACCOUNT: scope.account_id is not None,
        EXCHANGE: scope.exchange is not None,
    }
    owners = tuple(field for field, is_named in named.items() if is_named)
    implied = _IMPLIED.get(limit.kind)
    summed = {*owners, *(() if implied is None else (implied,))}
    if scope.symbol is not None and implied != ASSET:
        summed.add(NAME)
    counted = (*owners, SYMBOL) if scope.symbol is not None else owners
    return Dimensions(tuple(sorted(summed)), counted, owners)


class Plan(msgspec.Struct, eq=False, kw_only=True):
    """One limit, ready to be held against an order: how its figure is measured, and the totals that it is found in.

    `..._of` pick the key of the limit's own totals from a place. `ends_at`: to reach the limit is to exceed it.
    `stage` orders what is told of an order that exceeds several.
    """

    limit: RiskLimit
    kind: LimitKind
    value: Decimal  # Of a limit on lists, zero.
    interval: timedelta
    symbols: frozenset[str]
    stage: int
    ends_at: bool
    measure: Callable[[Any, "Plan"], Figure]
    dimensions: Dimensions
    sum_of: Callable[[Any], Any]
    count_of: Callable[[Any], Any]
    owners_of: Callable[[Any], Any]
    sums: dict[Any, Exposure]
    open_orders: dict[Any, int]
    orders: Counts
    rejections: Counts
    notional: Sums
    standings: dict[Any, Standing]


def value_of(limit: RiskLimit) -> Decimal:
    """What a limit allows at most."""
    return ZERO if limit.value is None else limit.value


def interval_of(limit: RiskLimit) -> timedelta:
    """Over how long a limit counts."""
    return NO_TIME if limit.interval_seconds is None else timedelta(seconds=limit.interval_seconds)


def picking(fields: Fields) -> Callable[[Any], Any]:
    """Takes these fields of a place; of none, the same for all."""
    return itemgetter(*fields) if fields else _nothing


def exceeds(plan: Plan, figure: Decimal) -> bool:
    """Whether a figure is more than the limit lets through."""
    return figure > plan.value or (plan.ends_at and figure == plan.value)


def _nothing(place: object) -> tuple[()]:  # noqa: ARG001  All places lie in the desk.
    return ()
