"""The limits that orders of many places fall under, ready to be looked at together: the tightest of each kind."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from tidegate.core.money import ONE
from tidegate.core.totals.exposures import Exposure
from tidegate.core.totals.plans import Plan
from tidegate.core.totals.standings import Standing
from tidegate.core.totals.windows import Counts
from tidegate.core.vocabulary import LimitKind

_WORTHS = (LimitKind.POSITION_NOTIONAL, LimitKind.ASSET_EXPOSURE, LimitKind.NET_EXPOSURE)
_SUMMED = frozenset({*_WORTHS, LimitKind.POSITION_QUANTITY, LimitKind.GROSS_EXPOSURE})
_COMBINED = _SUMMED | frozenset(
    {
        LimitKind.ORDER_QUANTITY,
        LimitKind.ORDER_NOTIONAL,
        LimitKind.PRICE_COLLAR,
        LimitKind.PROTECTION_REQUIRED,
        LimitKind.DUPLICATE_ORDERS,
        LimitKind.REPEATED_EXECUTIONS,
        LimitKind.ORDERS_PER_INTERVAL,
        LimitKind.REJECTIONS_PER_INTERVAL,
        LimitKind.OPEN_ORDERS,
        LimitKind.LEVERAGE,
        LimitKind.DAILY_LOSS,
        LimitKind.DRAWDOWN,
    }
)
Pick = Callable[[Any], Any]
Bounds = list[tuple[timedelta, int]]  # So many may have been before within an interval; one more is too many.


class OrderBounds(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The tightest limits on one order by itself. A price may be so many times the market, or so little of it."""

    quantity: Decimal | None
    notional: Decimal | None
    unprotected: Decimal | None
    price_most: Decimal | None
    price_least: Decimal | None
    alike: Bounds
    executed_alike: Bounds


class CountBounds(NamedTuple):
    """So many may have been before within the interval; more would be too many with one more."""

    pick: Pick
    counts: Counts
    interval: timedelta
    most: int


class OpenBounds(NamedTuple):
    """So many orders may be open; more would be too many with one more."""

    pick: Pick
    orders: dict[Any, int]
    most: int


class SumBounds(NamedTuple):
    """The tightest limits on one sum."""

    pick: Pick
    sums: dict[Any, Exposure]
    quantity: Decimal | None
    worth: Decimal | None
    gross: Decimal | None


class WorthBounds(NamedTuple):
    """The tightest limits by what one scope is worth."""

    pick: Pick
    standings: dict[Any, Standing]
    pick_sum: Pick
    sums: dict[Any, Exposure]
    leverage: Decimal | None
    loss: Decimal | None
    drawdown: Decimal | None


class Template(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """All limits that some orders fall under. `others` are those that are not looked at together."""

    order: OrderBounds
    counts: list[CountBounds]
    open_orders: list[OpenBounds]
    sums: list[SumBounds]
    worths: list[WorthBounds]
    others: list[Plan]


def template_of(plans: list[Plan]) -> Template:
    """These limits together."""
    return Template(
        order=_order(plans),
        counts=[
            *(_count(plan, plan.orders) for plan in _of(plans, LimitKind.ORDERS_PER_INTERVAL)),
            *(_count(plan, plan.rejections) for plan in _of(plans, LimitKind.REJECTIONS_PER_INTERVAL)),
        ],
        open_orders=[
            OpenBounds(plan.count_of, plan.open_orders, int(plan.value)) for plan in _of(plans, LimitKind.OPEN_ORDERS)
        ],
        sums=_sums([plan for plan in plans if plan.kind in _SUMMED]),
        worths=_worths(_of(plans, LimitKind.LEVERAGE, LimitKind.DAILY_LOSS, LimitKind.DRAWDOWN)),
        others=[plan for plan in plans if plan.kind not in _COMBINED],
    )


def _order(plans: list[Plan]) -> OrderBounds:
    collar = _tightest(plans, LimitKind.PRICE_COLLAR)
    return OrderBounds(
        quantity=_tightest(plans, LimitKind.ORDER_QUANTITY),
        notional=_tightest(plans, LimitKind.ORDER_NOTIONAL),
        unprotected=_tightest(plans, LimitKind.PROTECTION_REQUIRED),
        price_most=None if collar is None else ONE + collar,
        price_least=None if collar is None else ONE - collar,
        alike=[(plan.interval, int(plan.value)) for plan in _of(plans, LimitKind.DUPLICATE_ORDERS)],
        executed_alike=[(plan.interval, int(plan.value)) for plan in _of(plans, LimitKind.REPEATED_EXECUTIONS)],
    )


def _count(plan: Plan, counts: Counts) -> CountBounds:
    return CountBounds(plan.count_of, counts, plan.interval, int(plan.value))


def _sums(plans: list[Plan]) -> list[SumBounds]:
    """Limits on the same sum are looked at together."""
    found = []
    for fields in dict.fromkeys(plan.dimensions.summed for plan in plans):
        same = [plan for plan in plans if plan.dimensions.summed == fields]
        quantity = _tightest(same, LimitKind.POSITION_QUANTITY)
        gross = _tightest(same, LimitKind.GROSS_EXPOSURE)
        found.append(SumBounds(same[0].sum_of, same[0].sums, quantity, _tightest(same, *_WORTHS), gross))
    return found


def _worths(plans: list[Plan]) -> list[WorthBounds]:
    found = []
    for dimensions in dict.fromkeys((plan.dimensions.owners, plan.dimensions.summed) for plan in plans):
        same = [plan for plan in plans if (plan.dimensions.owners, plan.dimensions.summed) == dimensions]
        first = next((plan for plan in same if plan.kind is not LimitKind.DRAWDOWN), same[0])
        found.append(
            WorthBounds(
                pick=first.owners_of,
                standings=first.standings,
                pick_sum=first.sum_of,
                sums=first.sums,
                leverage=_tightest(same, LimitKind.LEVERAGE),
                loss=_tightest(same, LimitKind.DAILY_LOSS),
                drawdown=_tightest(same, LimitKind.DRAWDOWN),
            )
        )
    return found


def _of(plans: Iterable[Plan], *kinds: LimitKind) -> list[Plan]:
    return [plan for plan in plans if plan.kind in kinds]


def _tightest(plans: Iterable[Plan], *kinds: LimitKind) -> Decimal | None:
    return min((plan.value for plan in _of(plans, *kinds)), default=None)
