"""The limits that orders of many places fall under, ready to be looked at together: the tightest of each kind."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

import msgspec

from tidegate.core.money import ONE
from tidegate.core.totals.exposures import Exposure
from tidegate.core.totals.plans import Plan
from tidegate.core.totals.standings import Standing
from tidegate.core.totals.windows import Counts, Sums
from tidegate.core.vocabulary import LimitKind

_WORTHS = (LimitKind.POSITION_NOTIONAL, LimitKind.ASSET_EXPOSURE, LimitKind.NET_EXPOSURE)
_ALIKE = (LimitKind.DUPLICATE_ORDERS, LimitKind.REPEATED_EXECUTIONS)
_COMBINED = frozenset(
    {
        *_WORTHS,
        LimitKind.POSITION_QUANTITY,
        LimitKind.GROSS_EXPOSURE,
        LimitKind.ORDER_QUANTITY,
        LimitKind.ORDER_NOTIONAL,
        LimitKind.PRICE_COLLAR,
        LimitKind.PROTECTION_REQUIRED,
        LimitKind.DUPLICATE_ORDERS,
        LimitKind.REPEATED_EXECUTIONS,
        LimitKind.ORDERS_PER_INTERVAL,
        LimitKind.NOTIONAL_PER_INTERVAL,
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


class AmountBounds(NamedTuple):
    """So much may go by within the interval, with the order in it."""

    pick: Pick
    sums: Sums
    interval: timedelta
    most: Decimal


class OpenBounds(NamedTuple):
    """So many orders may be open; more would be too many with one more."""

    pick: Pick
    orders: dict[Any, int]
    most: int


class QuantityBounds(NamedTuple):
    """The tightest limit on one sum in base."""

    pick: Pick
    sums: dict[Any, Exposure]
    most: Decimal


class SumBounds(NamedTuple):
    """The tightest limits on one sum by worth: of one side, and of all; at least one of them."""

    pick: Pick
    sums: dict[Any, Exposure]
    worth: Decimal | None
    gross: Decimal | None


class WorthBounds(NamedTuple):
    """The tightest limits by what one scope is worth. It picks both: whose worth, and which sum."""

    pick: Pick
    standings: dict[Any, Standing]
    sums: dict[Any, Exposure]
    leverage: Decimal | None
    loss: Decimal | None
    drawdown: Decimal | None


BoundsT = TypeVar("BoundsT", CountBounds, AmountBounds, OpenBounds, QuantityBounds, SumBounds, WorthBounds)


class Template(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """All limits that some orders fall under. `others` are those that are not looked at together; `made` remembers what
    `screens` makes of these bounds."""

    order: OrderBounds
    counts: list[CountBounds]
    amounts: list[AmountBounds]
    open_orders: list[OpenBounds]
    quantities: list[QuantityBounds]
    sums: list[SumBounds]
    worths: list[WorthBounds]
    others: list[Plan]
    made: dict[Any, list[Any]] = {}


def template_of(plans: list[Plan]) -> Template:
    """These limits together."""
    return Template(
        order=_order(plans),
        counts=[
            *(_count(plan, plan.orders) for plan in _of(plans, LimitKind.ORDERS_PER_INTERVAL)),
            *(_count(plan, plan.rejections) for plan in _of(plans, LimitKind.REJECTIONS_PER_INTERVAL)),
        ],
        amounts=[
            AmountBounds(plan.count_of, plan.notional, plan.interval, plan.value)
            for plan in _of(plans, LimitKind.NOTIONAL_PER_INTERVAL)
        ],
        open_orders=[
            OpenBounds(plan.count_of, plan.open_orders, int(plan.value)) for plan in _of(plans, LimitKind.OPEN_ORDERS)
        ],
        quantities=_quantities(_of(plans, LimitKind.POSITION_QUANTITY)),
        sums=_sums(plans),
        worths=_worths(_of(plans, LimitKind.LEVERAGE, LimitKind.DAILY_LOSS, LimitKind.DRAWDOWN)),
        others=[plan for plan in plans if plan.kind not in _COMBINED or _forbids_the_first(plan)],
    )


def _forbids_the_first(plan: Plan) -> bool:
    """Whether not even one order is let through: those that are the first of their kind are not counted."""
    return plan.kind in _ALIKE and plan.value < 1


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


def _quantities(plans: list[Plan]) -> list[QuantityBounds]:
    return [
        QuantityBounds(same[0].sum_of, same[0].sums, most)
        for same in _by_sum(plans)
        if (most := _tightest(same, LimitKind.POSITION_QUANTITY)) is not None
    ]


def _sums(plans: list[Plan]) -> list[SumBounds]:
    """Limits on the same sum are looked at together."""
    by_worth = _by_sum(_of(plans, *_WORTHS, LimitKind.GROSS_EXPOSURE))
    return [
        SumBounds(same[0].sum_of, same[0].sums, _tightest(same, *_WORTHS), _tightest(same, LimitKind.GROSS_EXPOSURE))
        for same in by_worth
    ]


def _by_sum(plans: list[Plan]) -> list[list[Plan]]:
    fields = dict.fromkeys(plan.dimensions.summed for plan in plans)
    return [[plan for plan in plans if plan.dimensions.summed == each] for each in fields]


def _worths(plans: list[Plan]) -> list[WorthBounds]:
    found = []
    for dimensions in dict.fromkeys((plan.dimensions.owners, plan.dimensions.summed) for plan in plans):
        same = [plan for plan in plans if (plan.dimensions.owners, plan.dimensions.summed) == dimensions]
        first = next((plan for plan in same if plan.kind is not LimitKind.DRAWDOWN), same[0])
        found.append(
            WorthBounds(
                pick=_picking_both(first.owners_of, first.sum_of),
                standings=first.standings,
                sums=first.sums,
                leverage=_tightest(same, LimitKind.LEVERAGE),
                loss=_tightest(same, LimitKind.DAILY_LOSS),
                drawdown=_tightest(same, LimitKind.DRAWDOWN),
            )
        )
    return found


def _picking_both(pick: Pick, pick_sum: Pick) -> Pick:
    return lambda place: (pick(place), pick_sum(place))


def _of(plans: Iterable[Plan], *kinds: LimitKind) -> list[Plan]:
    return [plan for plan in plans if plan.kind in kinds]


def _tightest(plans: Iterable[Plan], *kinds: LimitKind) -> Decimal | None:
    return min((plan.value for plan in _of(plans, *kinds)), default=None)
