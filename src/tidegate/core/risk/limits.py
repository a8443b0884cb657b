"""An order held against every limit that it falls under; the tightest wins."""

from datetime import datetime
from decimal import Decimal
from operator import attrgetter, itemgetter

from tidegate.core.desk import Desk
from tidegate.core.instruments import Price
from tidegate.core.messages.risk_values import CheckFigure
from tidegate.core.messages.values import Refusal
from tidegate.core.money import plain, ratio
from tidegate.core.order import Order
from tidegate.core.risk.asks import ask_again
from tidegate.core.risk.states import check_state, passes_limits, screen_of
from tidegate.core.risk.words import refusal_of
from tidegate.core.totals.asking import Ask
from tidegate.core.totals.footprints import leaves_of
from tidegate.core.totals.passing import passes
from tidegate.core.totals.plans import Figure, Plan, exceeds
from tidegate.core.validation import reference_price
from tidegate.core.vocabulary import LimitKind, OrderType, RefusalCode, Side

_BY_SIDE = frozenset(
    {
        LimitKind.POSITION_QUANTITY,
        LimitKind.POSITION_NOTIONAL,
        LimitKind.ASSET_EXPOSURE,
        LimitKind.NET_EXPOSURE,
    }
)


def check_limits(ask: Ask) -> Refusal | None:
    """Whether an order that does more than reduce a position keeps within all limits.

    Of several that it does not keep, the one is told that is the simplest to see and to put right.
    """
    if passes(ask):
        return None
    failed: list[tuple[int, Plan, Decimal | RefusalCode]] = []
    for plan in ask.totals.plans.covering(ask.place):
        figure = plan.measure(ask, plan)
        if figure is None or (type(figure) is Decimal and (figure < plan.value or not exceeds(plan, figure))):
            continue
        failed.append((plan.stage, plan, figure))
    if not failed:
        return None
    _, plan, figure = min(failed, key=itemgetter(0))
    return refusal_of(ask, plan, figure)


def check_collar(ask: Ask) -> Refusal | None:
    """Whether the price of an order that only reduces is no slip: of all limits, the collar alone holds it."""
    failed = ((plan, figure) for plan, figure in _collars(ask) if exceeds(plan, figure))
    return next((refusal_of(ask, plan, figure) for plan, figure in failed), None)


def collar_figures(ask: Ask) -> tuple[CheckFigure, ...]:
    """The same with its figures."""
    return tuple(_figure(ask, plan, figure) for plan, figure in _collars(ask))


def _collars(ask: Ask) -> list[tuple[Plan, Decimal]]:
    """None where trading is stopped, while no market is known, and for what waits for a trigger: one has to get out."""
    if ask.asked.order_type is not OrderType.LIMIT or ask.books.risk.restrictions.covering(ask.place):
        return []
    plans = [plan for plan in ask.totals.plans.covering(ask.place) if plan.kind is LimitKind.PRICE_COLLAR]
    measured = [(plan, plan.measure(ask, plan)) for plan in plans]
    return [(plan, figure) for plan, figure in measured if isinstance(figure, Decimal)]


def figures_of(ask: Ask) -> tuple[CheckFigure, ...]:
    """Every limit that an order falls under, with its figures, in the order in which they are told."""
    plans = sorted(ask.totals.plans.covering(ask.place), key=attrgetter("stage"))
    return tuple(_figure(ask, plan, plan.measure(ask, plan)) for plan in plans)


def _figure(ask: Ask, plan: Plan, figure: Figure) -> CheckFigure:
    passed = figure is None or (isinstance(figure, Decimal) and not exceeds(plan, figure))
    refusal = None if passed or figure is None else refusal_of(ask, plan, figure)
    is_amount = isinstance(figure, Decimal) and not plan.symbols
    if isinstance(figure, Decimal) and plan.kind in _BY_SIDE:
        figure = abs(figure)  # Below zero, the order leaves so much on the other side.
    return CheckFigure(
        check=plan.kind,
        passed=passed,
        limit_id=plan.limit.limit_id,
        scope=plan.limit.scope.key,
        limit=None if plan.limit.value is None else plain(plan.value),
        actual=plain(figure) if isinstance(figure, Decimal) and is_amount else None,
        utilization=plain(ratio(figure, plan.value)) if isinstance(figure, Decimal) and plan.value > 0 else None,
        message="" if refusal is None else refusal.message,
    )


def check_open_order(desk: Desk, order: Order, changed: Order, price: Price | None, at: datetime) -> Refusal | None:
    """Whether an open order may become this, or go on from here as this: triggered, corrected, or changed.

    What it may fill at most counts already; only what comes on top is held against sums. `order` is as it is counted.
    Protection always passes.
    """
    if desk.totals is None or order.is_protective:
        return None
    screen = screen_of(desk, desk.totals, order)
    adds = leaves_of(changed) - leaves_of(order)
    if (refusal := check_state(desk, changed, screen.place, adds)) is not None:
        return refusal
    if not desk.risk.limits:
        return None
    ask = ask_again(changed, order, desk, desk.totals, screen, reference_price(order.side, price), at)
    return check_collar(ask) if passes_limits(desk, changed, adds) else check_limits(ask)


def asks_for_more(order: Order, changed: Order) -> bool:
    """Whether a change may fill more, or at a price that the market is more likely to take."""
    if leaves_of(changed) > leaves_of(order):
        return True
    if changed.price is None or order.price is None:
        return changed.trigger_price != order.trigger_price
    return changed.price > order.price if order.side is Side.BUY else changed.price < order.price
