"""A quick look that most orders pass: they are far from every limit, and one look at each total says so.

It lets nothing through that a limit would refuse. What does not pass here is measured limit by limit, which says which
one it is and why; so nothing here has to be exact, only never too lenient.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from tidegate.core.memory import keep
from tidegate.core.scopes import Place
from tidegate.core.totals.asking import Ask
from tidegate.core.totals.exposures import Exposure
from tidegate.core.totals.plans import Plan
from tidegate.core.totals.running import Totals
from tidegate.core.totals.standings import Standing
from tidegate.core.totals.templates import Bounds, OrderBounds, Template, template_of
from tidegate.core.totals.windows import Counts, count_since
from tidegate.core.vocabulary import LimitKind

_NOTHING = Exposure()


class _Count(NamedTuple):
    """What is counted of a place, and the bound of it."""

    counts: Counts
    key: Any
    interval: timedelta
    most: int


class _Sum(NamedTuple):
    """What is summed over a place, and the bounds of it. `exposure` is None if there was nothing yet to be summed."""

    exposure: Exposure | None
    sums: dict[Any, Exposure]
    key: Any
    quantity: Decimal | None
    worth: Decimal | None
    gross: Decimal | None


class _Worth(NamedTuple):
    """What a scope of a place is worth, and the bounds by it. `exposure` as above."""

    standings: dict[Any, Standing]
    owners: Any
    exposure: Exposure | None
    sums: dict[Any, Exposure]
    key: Any
    leverage: Decimal | None
    loss: Decimal | None
    drawdown: Decimal | None


class Screen(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """All limits that the orders of one place fall under, each with its own total already found."""

    order: OrderBounds
    owner: tuple[Any, Any]
    counts: list[_Count]
    open_orders: list[tuple[dict[Any, int], Any, int]]
    sums: list[_Sum]
    worths: list[_Worth]
    others: list[Plan]


def screen_for(totals: Totals, place: Place) -> Screen:
    """The screen of a place: made once, and remembered with the totals."""
    screen = totals.screens.get(place)
    if screen is None:
        screen = _screen(_template_for(totals, place), place)
        keep(totals.screens, place, screen)
    assert isinstance(screen, Screen)
    return screen


def passes(screen: Screen, ask: Ask) -> bool:
    """Whether an order is certainly within all limits. One that moves two assets that count is measured."""
    return (
        ask.quote_leg is None
        and _passes_by_itself(screen.order, ask)
        and (not ask.is_new or _passes_counts(screen, ask))
        and (not ask.adds or not screen.sums or _passes_sums(screen, ask))
        and (not screen.worths or _passes_worths(screen, ask))
        and _passes_others(screen, ask)
    )


def _passes_others(screen: Screen, ask: Ask) -> bool:
    for plan in screen.others:
        figure = plan.measure(ask, plan)
        if figure is not None and not (type(figure) is Decimal and figure < plan.value):
            return False
    return True


def _passes_by_itself(order: OrderBounds, ask: Ask) -> bool:
    asked, notional = ask.asked, ask.notional
    if order.quantity is not None and (asked.quantity is None or asked.quantity > order.quantity):
        return False
    if order.notional is not None and (notional is None or notional > order.notional):
        return False
    unprotected = order.unprotected if ask.stop is None and ask.adds else None
    if unprotected is not None and (notional is None or notional > unprotected):
        return False
    price = asked.price
    if order.price_most is None or order.price_least is None or price is None:
        return True
    market = ask.reference if asked.trigger_price is None else asked.trigger_price
    if not market:
        return False
    return price <= market * order.price_most if ask.is_buy else price >= market * order.price_least


def _passes_counts(screen: Screen, ask: Ask) -> bool:
    order, at = screen.order, ask.at
    if order.alike and not _passes_times(ask.alike, order.alike, at):
        return False
    if order.executed_alike and not _passes_times(ask.executed_alike, order.executed_alike, at):
        return False
    for orders, key, most in screen.open_orders:
        if orders.get(key, 0) >= most:
            return False
    for counts, key, interval, most in screen.counts:
        times = counts.times(key)
        if len(times) >= most and count_since(times, at - interval) >= most:
            return False
    return True


def _passes_times(times: Sequence[datetime], bounds: Bounds, at: datetime) -> bool:
    for interval, most in bounds:
        before = count_since(times, at - interval) if times else 0
        if before >= most:
            return False
    return True


def _passes_sums(screen: Screen, ask: Ask) -> bool:
    """A position grows by no more than what is added, whichever way it is."""
    adds, added, is_buy = ask.adds, ask.added_worth, ask.is_buy
    if added is None:
        return False
    for found, sums, key, quantity, worth, gross in screen.sums:
        exposure = found or sums.get(key, _NOTHING)
        if exposure.unpriced or (gross is not None and exposure.gross + added > gross):
            return False
        if worth is not None and (exposure.long + added if is_buy else added - exposure.short) > worth:
            return False
        if quantity is None:
            continue
        if (exposure.long_quantity + adds if is_buy else adds - exposure.short_quantity) > quantity:
            return False
    return True


def _passes_worths(screen: Screen, ask: Ask) -> bool:
    added, at_stop, set_leverage = ask.added_worth, ask.loss_at_stop, ask.asked.leverage
    if at_stop is None or added is None or screen.owner not in ask.totals.owned:
        return False
    for standings, owners, found, sums, key, leverage, loss, drawdown in screen.worths:
        standing = standings.get(owners)
        if standing is None:
            return False
        exposure = found or sums.get(key, _NOTHING)
        if loss is not None and (standing.lost is None or standing.lost + exposure.at_risk + at_stop >= loss):
            return False
        if drawdown is not None and (standing.drawdown is None or standing.drawdown >= drawdown):
            return False
        if leverage is None:
            continue
        if exposure.unpriced or exposure.derivatives + added > leverage * standing.equity:
            return False
        if set_leverage is not None and set_leverage > leverage:
            return False
    return True


# --- made once ---------------------------------------------------------------------------------------------------


def _template_for(totals: Totals, place: Place) -> Template:
    """The limits of a place: the same for all places that fall under the same ones."""
    found = totals.plans.lists_covering(place)
    key = tuple(map(id, found))
    template = totals.templates.get(key)
    if template is None:
        template = totals.templates[key] = template_of([plan for plans in found for plan in plans])
    assert isinstance(template, Template)
    return template


def _screen(template: Template, place: Place) -> Screen:
    return Screen(
        order=template.order,
        owner=(place.account_id, place.user_id),
        counts=[_Count(one.counts, one.pick(place), one.interval, one.most) for one in template.counts],
        open_orders=[(one.orders, one.pick(place), one.most) for one in template.open_orders],
        sums=[
            _Sum(one.sums.get(key := one.pick(place)), one.sums, key, one.quantity, one.worth, one.gross)
            for one in template.sums
        ],
        worths=[
            _Worth(
                one.standings,
                one.pick(place),
                one.sums.get(key := one.pick_sum(place)),
                one.sums,
                key,
                one.leverage,
                one.loss,
                one.drawdown,
            )
            for one in template.worths
        ],
        others=[plan for plan in template.others if not _lets_all_pass(plan, place)],
    )


def _lets_all_pass(plan: Plan, place: Place) -> bool:
    """Whether a limit that is a list of symbols is none for this one."""
    if plan.kind is LimitKind.ALLOWED_SYMBOLS:
        return place.symbol in plan.symbols
    return plan.kind is LimitKind.RESTRICTED_SYMBOLS and place.symbol not in plan.symbols
