"""A quick look that most orders pass: they are far from every limit, and one look at each total says so.

It lets nothing through that a limit would refuse. What does not pass here is measured limit by limit, which says which
one it is and why; so nothing here has to be exact, only never too lenient.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from tidegate.core.memory import keep
from tidegate.core.money import ONE
from tidegate.core.scopes import Place
from tidegate.core.totals.asking import Ask
from tidegate.core.totals.exposures import Exposure
from tidegate.core.totals.plans import Plan
from tidegate.core.totals.running import Totals
from tidegate.core.totals.standings import Standing
from tidegate.core.totals.windows import Counts, count_since
from tidegate.core.vocabulary import LimitKind

_WORTHS = (LimitKind.POSITION_NOTIONAL, LimitKind.ASSET_EXPOSURE, LimitKind.NET_EXPOSURE)
_SUMMED = frozenset({*_WORTHS, LimitKind.POSITION_QUANTITY, LimitKind.GROSS_EXPOSURE})
_SCREENED = _SUMMED | frozenset(
    {
        LimitKind.ORDER_QUANTITY,
        LimitKind.ORDER_NOTIONAL,
        LimitKind.PRICE_COLLAR,
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
Pick = Callable[[Place], Any]
_NOTHING = Exposure()


class _SumScreen(NamedTuple):
    """The tightest limits on one sum."""

    pick: Pick
    sums: dict[Any, Exposure]
    quantity: Decimal | None
    worth: Decimal | None
    gross: Decimal | None


class _WorthScreen(NamedTuple):
    """The tightest limits by what one scope is worth."""

    pick: Pick
    standings: dict[Any, Standing]
    sum_of: Pick
    sums: dict[Any, Exposure]
    leverage: Decimal | None
    loss: Decimal | None
    drawdown: Decimal | None


class _CountScreen(NamedTuple):
    """So many may have been before within the interval; more would be too many with one more."""

    pick: Pick
    counts: Counts
    interval: timedelta
    most: int


class Screen(msgspec.Struct, gc=False, kw_only=True):
    """All limits that some orders fall under, the tightest of each kind."""

    quantity: Decimal | None
    notional: Decimal | None
    collar: Decimal | None
    alike: list[tuple[timedelta, int]]
    executed_alike: list[tuple[timedelta, int]]
    counts: list[_CountScreen]
    open_orders: list[tuple[Pick, dict[Any, int], int]]
    sums: list[_SumScreen]
    worths: list[_WorthScreen]
    others: list[Plan]


def screen_for(totals: Totals, place: Place) -> Screen:
    """The screen of all orders that fall under the same limits: made once, and remembered with the totals."""
    screen = totals.screens_by_place.get(place)
    if screen is None:
        found = totals.plans.lists_covering(place)
        key = tuple(map(id, found))
        screen = totals.screens.get(key)
        if screen is None:
            screen = totals.screens[key] = _screen([plan for plans in found for plan in plans])
        keep(totals.screens_by_place, place, screen)
    assert isinstance(screen, Screen)
    return screen


def passes(screen: Screen, ask: Ask) -> bool:
    """Whether an order is certainly within all limits. One that moves two assets that count is measured."""
    return (
        ask.quote_leg is None
        and _passes_by_itself(screen, ask)
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


def _passes_by_itself(screen: Screen, ask: Ask) -> bool:
    asked = ask.asked
    if screen.quantity is not None and (asked.quantity is None or asked.quantity > screen.quantity):
        return False
    if screen.notional is not None and (ask.notional is None or ask.notional > screen.notional):
        return False
    price, collar = asked.price, screen.collar
    if collar is None or price is None:
        return True
    market = ask.reference if asked.trigger_price is None else asked.trigger_price
    if not market:
        return False
    return price <= market * (ONE + collar) if ask.is_buy else price >= market * (ONE - collar)


def _passes_counts(screen: Screen, ask: Ask) -> bool:
    place, at = ask.place, ask.at
    if screen.alike and not _passes_times(ask.alike, screen.alike, at):
        return False
    if screen.executed_alike and not _passes_times(ask.executed_alike, screen.executed_alike, at):
        return False
    for pick, counts, interval, most in screen.counts:
        times = counts.times(pick(place))
        if len(times) >= most and count_since(times, at - interval) >= most:
            return False
    return all(orders.get(pick(place), 0) < most for pick, orders, most in screen.open_orders)


def _passes_times(times: Sequence[datetime], bounds: list[tuple[timedelta, int]], at: datetime) -> bool:
    return all(count_since(times, at - interval) < most for interval, most in bounds)


def _passes_sums(screen: Screen, ask: Ask) -> bool:
    """A position grows by no more than what is added, whichever way it is."""
    place, adds, added, is_buy = ask.place, ask.adds, ask.added_worth, ask.is_buy
    if added is None:
        return False
    for pick, sums, quantity, worth, gross in screen.sums:
        exposure = sums.get(pick(place), _NOTHING)
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
    place, added, at_stop = ask.place, ask.added_worth, ask.loss_at_stop
    if at_stop is None or added is None or (place.account_id, place.user_id) not in ask.totals.owned:
        return False
    for pick, standings, sum_of, sums, leverage, loss, drawdown in screen.worths:
        standing = standings.get(pick(place))
        if standing is None:
            return False
        exposure = sums.get(sum_of(place), _NOTHING)
        if loss is not None and (standing.lost is None or standing.lost + exposure.at_risk + at_stop >= loss):
            return False
        if drawdown is not None and (standing.drawdown is None or standing.drawdown >= drawdown):
            return False
        if leverage is None:
            continue
        if exposure.unpriced or exposure.derivatives + added > leverage * standing.equity:
            return False
        if ask.asked.leverage is not None and ask.asked.leverage > leverage:
            return False
    return True


# --- made once ---------------------------------------------------------------------------------------------------


def _screen(plans: list[Plan]) -> Screen:
    return Screen(
        quantity=_tightest(plans, LimitKind.ORDER_QUANTITY),
        notional=_tightest(plans, LimitKind.ORDER_NOTIONAL),
        collar=_tightest(plans, LimitKind.PRICE_COLLAR),
        alike=[(plan.interval, int(plan.value)) for plan in _of(plans, LimitKind.DUPLICATE_ORDERS)],
        executed_alike=[(plan.interval, int(plan.value)) for plan in _of(plans, LimitKind.REPEATED_EXECUTIONS)],
        counts=[
            *(_count(plan, plan.orders) for plan in _of(plans, LimitKind.ORDERS_PER_INTERVAL)),
            *(_count(plan, plan.rejections) for plan in _of(plans, LimitKind.REJECTIONS_PER_INTERVAL)),
        ],
        open_orders=[(plan.count_of, plan.open_orders, int(plan.value)) for plan in _of(plans, LimitKind.OPEN_ORDERS)],
        sums=_sums([plan for plan in plans if plan.kind in _SUMMED]),
        worths=_worths(_of(plans, LimitKind.LEVERAGE, LimitKind.DAILY_LOSS, LimitKind.DRAWDOWN)),
        others=[plan for plan in plans if plan.kind not in _SCREENED],
    )


def _count(plan: Plan, counts: Counts) -> _CountScreen:
    return _CountScreen(plan.count_of, counts, plan.interval, int(plan.value))


def _sums(plans: list[Plan]) -> list[_SumScreen]:
    """Limits on the same sum are looked at together."""
    found = []
    for fields in dict.fromkeys(plan.dimensions.summed for plan in plans):
        same = [plan for plan in plans if plan.dimensions.summed == fields]
        quantity = _tightest(same, LimitKind.POSITION_QUANTITY)
        gross = _tightest(same, LimitKind.GROSS_EXPOSURE)
        found.append(_SumScreen(same[0].sum_of, same[0].sums, quantity, _tightest(same, *_WORTHS), gross))
    return found


def _worths(plans: list[Plan]) -> list[_WorthScreen]:
    found = []
    for dimensions in dict.fromkeys((plan.dimensions.owners, plan.dimensions.summed) for plan in plans):
        same = [plan for plan in plans if (plan.dimensions.owners, plan.dimensions.summed) == dimensions]
        first = next((plan for plan in same if plan.kind is not LimitKind.DRAWDOWN), same[0])
        found.append(
            _WorthScreen(
                pick=first.owners_of,
                standings=first.standings,
                sum_of=first.sum_of,
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
