"""The quick look at an order: whether it is certainly within all limits, so that none has to be measured by itself."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from tidegate.core.totals.asking import Ask
from tidegate.core.totals.exposures import Growth
from tidegate.core.totals.screens import Screen, Sum
from tidegate.core.totals.templates import Bounds, OrderBounds
from tidegate.core.totals.windows import count_since


def passes(ask: Ask) -> bool:
    """Whether an order is certainly within all limits. One that moves two assets that count is measured."""
    screen = ask.screen
    return (
        ask.quote_leg is None
        and _passes_by_itself(screen.order, ask)
        and (not ask.is_new or _passes_over_time(screen, ask))
        and (not ask.adds or (_passes_quantities(screen, ask) and (not screen.sums or _passes_sums(screen, ask))))
        and (not screen.worths or _passes_worths(screen, ask))
        and (not screen.others or _passes_others(screen, ask))
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


def _passes_over_time(screen: Screen, ask: Ask) -> bool:
    order, at = screen.order, ask.at
    if (order.alike or order.executed_alike) and not ask.is_first() and not _passes_alike(order, ask):
        return False
    for orders, key, most in screen.open_orders:
        if orders.get(key, 0) >= most:
            return False
    for counts, key, interval, most in screen.counts:
        times = counts.times(key)
        if len(times) >= most and count_since(times, at - interval) >= most:
            return False
    return not screen.amounts or _passes_amounts(screen, ask)


def _passes_alike(order: OrderBounds, ask: Ask) -> bool:
    return _passes_times(ask.alike, order.alike, ask.at) and _passes_times(
        ask.executed_alike, order.executed_alike, ask.at
    )


def _passes_times(times: Sequence[datetime], bounds: Bounds, at: datetime) -> bool:
    return all(len(times) < most or count_since(times, at - interval) < most for interval, most in bounds)


def _passes_amounts(screen: Screen, ask: Ask) -> bool:
    notional, at = ask.notional, ask.at
    if notional is None:
        return False
    for amounts, key, interval, most in screen.amounts:
        gone = ask.gone(amounts, key, at - interval)
        if gone is None or gone + notional > most:
            return False
    return True


def _passes_quantities(screen: Screen, ask: Ask) -> bool:
    """A position grows by no more than what is added, whichever way it is."""
    adds, is_buy = ask.adds, ask.is_buy
    for exposure, most in screen.quantities:
        if (exposure.long_quantity + adds if is_buy else adds - exposure.short_quantity) > most:
            return False
    return True


def _passes_sums(screen: Screen, ask: Ask) -> bool:
    """What there was room for when somebody last looked there still is, less what all has grown since."""
    added, growth = ask.added_worth, ask.totals.growth
    if added is None:
        return False
    if growth.blinded == screen.blinded and growth.worth + added <= screen.until:
        return True
    return _has_room(screen, growth, added) or _passes_each_sum(screen.sums, ask, added)


def _has_room(screen: Screen, growth: Growth, added: Decimal) -> bool:
    """Look at every sum, and remember by how much all of them may grow. No side of one is more than its gross."""
    if any(found.exposure.unpriced for found in screen.sums):
        return False
    room = min(found.tightest - found.exposure.gross for found in screen.sums)
    screen.until, screen.blinded = growth.worth + room, growth.blinded
    return added <= room


def _passes_each_sum(sums: list[Sum], ask: Ask, added: Decimal) -> bool:
    for exposure, _, worth, gross in sums:
        if exposure.unpriced or (gross is not None and exposure.gross + added > gross):
            return False
        if worth is not None and (exposure.long + added if ask.is_buy else added - exposure.short) > worth:
            return False
    return True


def _passes_worths(screen: Screen, ask: Ask) -> bool:
    added, at_stop, set_leverage = ask.added_worth, ask.loss_at_stop(), ask.asked.leverage
    if at_stop is None or added is None or screen.owner not in ask.totals.owned:
        return False
    for standing, exposure, leverage, loss, drawdown in screen.worths:
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
