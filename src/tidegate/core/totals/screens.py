"""All limits that the orders of one place fall under, made ready to be looked at together, and remembered.

A place is one user's orders in one market. Its limits are the same as those of many others: only the totals differ.
"""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

import msgspec

from tidegate.core.memory import keep
from tidegate.core.money import ZERO
from tidegate.core.scopes import Place
from tidegate.core.totals.exposures import Exposure, Unit
from tidegate.core.totals.places import MarketKey, market_key_of
from tidegate.core.totals.plans import Plan
from tidegate.core.totals.running import Totals
from tidegate.core.totals.standings import Standing
from tidegate.core.totals.templates import (
    AmountBounds,
    BoundsT,
    CountBounds,
    OpenBounds,
    OrderBounds,
    QuantityBounds,
    SumBounds,
    Template,
    WorthBounds,
    template_of,
)
from tidegate.core.totals.windows import Counts, Sums
from tidegate.core.vocabulary import LimitKind

MadeT = TypeVar("MadeT")


class Count(NamedTuple):
    """What is counted of a place, and the bound of it."""

    counts: Counts
    key: Any
    interval: timedelta
    most: int


class Amount(NamedTuple):
    """What is summed over time of a place, and the bound of it."""

    sums: Sums
    key: Any
    interval: timedelta
    most: Decimal


class OpenOrders(NamedTuple):
    """How many orders of a place are open, and the bound of it."""

    orders: dict[Any, int]
    key: Any
    most: int


class Quantity(NamedTuple):
    """What is summed over a place in base, and the bound of it."""

    exposure: Exposure
    most: Decimal


class Sum(NamedTuple):
    """What is summed over a place, and the bounds of it by worth: of one side, and of all; `tightest` is the lesser."""

    exposure: Exposure
    tightest: Decimal
    worth: Decimal | None
    gross: Decimal | None


class Worth(NamedTuple):
    """What a scope of a place is worth, and the bounds by it."""

    standing: Standing
    exposure: Exposure
    leverage: Decimal | None
    loss: Decimal | None
    drawdown: Decimal | None


class Screen(msgspec.Struct, gc=False, kw_only=True, eq=False):
    """All limits that the orders of one place fall under, each with its own total already found.

    `unit` is what one of what they trade is worth, None if there was none yet; `moves_quote`: their quote is no cash.
    `until`: so much may all sums have grown before one could be beyond its limit, if as often as `blinded` a worth
    became unknown.
    """

    place: Place
    key: MarketKey
    unit: Unit | None
    moves_quote: bool
    order: OrderBounds
    owner: tuple[Any, Any]
    counts: list[Count]
    amounts: list[Amount]
    open_orders: list[OpenOrders]
    quantities: list[Quantity]
    sums: list[Sum]
    worths: list[Worth]
    others: list[Plan]
    until: Decimal = ZERO
    blinded: int = -1


def remembered(totals: Totals, key: MarketKey) -> Screen | None:
    """The screen of a place that was asked for lately."""
    return totals.screens.get(key)  # type: ignore[return-value]  # Nothing else is kept there.


def make_screen(totals: Totals, place: Place) -> Screen:
    """The screen of a place; remembered with the totals, if it is known who orders there."""
    screen = _screen(totals, _template_for(totals, place), place)
    if place.role is not None:
        keep(totals.screens, screen.key, screen)
    return screen


def _template_for(totals: Totals, place: Place) -> Template:
    """The limits of a place: the same for all places that fall under the same ones."""
    found = totals.plans.lists_covering(place)
    key = tuple(map(id, found))
    template = totals.templates.get(key)
    if template is None:
        template = totals.templates[key] = template_of([plan for plans in found for plan in plans])
    assert isinstance(template, Template)
    return template


def _screen(totals: Totals, template: Template, place: Place) -> Screen:
    return Screen(
        place=place,
        key=market_key_of(place),
        unit=totals.units.get((place.exchange, place.name)),
        moves_quote=totals.quote_traded(place.symbol) is not None,
        order=template.order,
        owner=(place.account_id, place.user_id),
        counts=_made(template, template.counts, place, _count),
        amounts=_made(template, template.amounts, place, _amount),
        open_orders=_made(template, template.open_orders, place, _open_orders),
        quantities=_made(template, template.quantities, place, _quantity),
        sums=_made(template, template.sums, place, _sum),
        worths=_made(template, template.worths, place, _worth),
        others=[plan for plan in template.others if not _lets_all_pass(plan, place)],
    )


def _made(
    template: Template, bounds: list[BoundsT], place: Place, make: Callable[[BoundsT, Place], MadeT]
) -> list[MadeT]:
    """The very same list for all places with the same totals, so that those in use fit the processor's caches."""
    key = (make, *(one.pick(place) for one in bounds))
    found = template.made.get(key)
    if found is None:
        found = template.made[key] = [make(one, place) for one in bounds]
    return found


def _count(bounds: CountBounds, place: Place) -> Count:
    return Count(bounds.counts, bounds.pick(place), bounds.interval, bounds.most)


def _amount(bounds: AmountBounds, place: Place) -> Amount:
    return Amount(bounds.sums, bounds.pick(place), bounds.interval, bounds.most)


def _open_orders(bounds: OpenBounds, place: Place) -> OpenOrders:
    return OpenOrders(bounds.orders, bounds.pick(place), bounds.most)


def _quantity(bounds: QuantityBounds, place: Place) -> Quantity:
    return Quantity(_exposure(bounds.sums, bounds.pick(place)), bounds.most)


def _sum(bounds: SumBounds, place: Place) -> Sum:
    tightest = min(most for most in (bounds.worth, bounds.gross) if most is not None)
    return Sum(_exposure(bounds.sums, bounds.pick(place)), tightest, bounds.worth, bounds.gross)


def _worth(bounds: WorthBounds, place: Place) -> Worth:
    owners, summed = bounds.pick(place)
    standing = bounds.standings.setdefault(owners, Standing())
    return Worth(standing, _exposure(bounds.sums, summed), bounds.leverage, bounds.loss, bounds.drawdown)


def _exposure(sums: dict[Any, Exposure], key: Any) -> Exposure:
    """The sum itself, so that it need not be looked up for each order: empty until something is in it."""
    return sums.setdefault(key, Exposure())


def _lets_all_pass(plan: Plan, place: Place) -> bool:
    """Whether a limit that is a list of symbols is none for this one."""
    if plan.kind is LimitKind.ALLOWED_SYMBOLS:
        return place.symbol in plan.symbols
    return plan.kind is LimitKind.RESTRICTED_SYMBOLS and place.symbol not in plan.symbols
