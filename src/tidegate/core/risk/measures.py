"""The figure that each kind of limit is held against, with the order in it. Each costs the same however many orders,
users and instruments there are: a look-up in the running totals."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from tidegate.core.money import ONE, ZERO, ratio
from tidegate.core.rates import HUBS
from tidegate.core.risk.asks import Ask, is_expected
from tidegate.core.totals.exposures import Exposure, larger
from tidegate.core.totals.plans import Plan
from tidegate.core.totals.recent import alike_key, executed_alike_key, quote_of
from tidegate.core.totals.running import Standing
from tidegate.core.vocabulary import LimitKind, RefusalCode

Figure = Decimal | RefusalCode | None  # None: the limit is not about this order. A code: data is missing.
Measure = Callable[[Ask, Plan], Figure]
NO_PRICE, NO_EQUITY = RefusalCode.NO_REFERENCE_PRICE, RefusalCode.EQUITY_UNKNOWN
_NOTHING = Exposure()


# --- the order by itself -----------------------------------------------------------------------------------------


def _allowed(ask: Ask, plan: Plan) -> Figure:
    return None if ask.place.symbol in plan.symbols else ONE


def _restricted(ask: Ask, plan: Plan) -> Figure:
    return ONE if ask.place.symbol in plan.symbols else None


def _order_quantity(ask: Ask, plan: Plan) -> Figure:  # noqa: ARG001  All measures are called alike.
    if ask.asked.quantity is not None:
        return ask.asked.quantity
    return ask.adds or NO_PRICE


def _order_notional(ask: Ask, plan: Plan) -> Figure:  # noqa: ARG001
    return NO_PRICE if ask.notional is None else ask.notional


def _collar(ask: Ask, plan: Plan) -> Figure:  # noqa: ARG001
    """How far a price is on the side where it trades at once; once it is set off, for a conditional order."""
    price = ask.asked.price
    if price is None:
        return None
    market = ask.asked.trigger_price if ask.asked.trigger_price is not None else ask.reference
    if not market:
        return NO_PRICE
    beyond = price - market if ask.is_buy else market - price
    return ratio(beyond, market) if beyond > 0 else ZERO


# --- counted -----------------------------------------------------------------------------------------------------


def _duplicates(ask: Ask, plan: Plan) -> Figure:
    if not ask.is_new:
        return None
    return Decimal(ask.totals.alike.count(alike_key(ask.asked), ask.at - plan.interval) + 1)


def _repeated(ask: Ask, plan: Plan) -> Figure:
    if not ask.is_new:
        return None
    return Decimal(ask.totals.executed_alike.count(executed_alike_key(ask.asked), ask.at - plan.interval) + 1)


def _orders_lately(ask: Ask, plan: Plan) -> Figure:
    if not ask.is_new:
        return None
    key = (plan.counted, plan.count_of(ask.place))
    return Decimal(ask.totals.orders.count(key, ask.at - plan.interval) + 1)


def _notional_lately(ask: Ask, plan: Plan) -> Figure:
    if not ask.is_new:
        return None
    if ask.notional is None:
        return NO_PRICE
    key, quote = plan.count_of(ask.place), quote_of(ask.place.symbol)
    since, total = ask.at - plan.interval, ask.notional
    for other in ask.totals.quotes:
        gone = ask.totals.notional.total((plan.counted, key, other), since)
        if gone:
            rate = ask.rate if other == quote else ask.desk.rate(ask.place.exchange, other)
            if rate is None:
                return NO_PRICE
            total += gone * rate
    return total


def _rejections(ask: Ask, plan: Plan) -> Figure:
    if not ask.is_new:
        return None
    key = (plan.counted, plan.count_of(ask.place))
    return Decimal(ask.totals.rejections.count(key, ask.at - plan.interval))


def _open_orders(ask: Ask, plan: Plan) -> Figure:
    if not ask.is_new:
        return None
    return Decimal(ask.totals.open_orders.get((plan.counted, plan.count_of(ask.place)), 0) + 1)


# --- summed ------------------------------------------------------------------------------------------------------


def _sum(ask: Ask, plan: Plan) -> Exposure:
    return ask.totals.sums.get((plan.dimensions, plan.sum_of(ask.place)), _NOTHING)


def _is_unpriced(ask: Ask, exposure: Exposure) -> bool:
    """Whether something in it has no price that should have one. What nobody trades counts nothing."""
    if not exposure.unpriced:
        return False
    return any(is_expected(ask.desk, exchange, name, HUBS) for exchange, name in exposure.unpriced)


def _position_quantity(ask: Ask, plan: Plan) -> Figure:
    if not ask.adds:
        return None
    exposure = _sum(ask, plan)
    return exposure.long_quantity + ask.adds if ask.is_buy else ask.adds - exposure.short_quantity


def _position_worth(ask: Ask, plan: Plan) -> Figure:
    """Of a position, an asset, or all of them net: the side that the order adds to."""
    if not ask.adds:
        return None
    exposure, added = _sum(ask, plan), ask.added_worth
    if added is None or (exposure.unpriced and _is_unpriced(ask, exposure)):
        return NO_PRICE
    return exposure.long + added if ask.is_buy else added - exposure.short


def _gross(ask: Ask, plan: Plan) -> Figure:
    if not ask.adds:
        return None
    exposure = _sum(ask, plan)
    if ask.price is None or (exposure.unpriced and _is_unpriced(ask, exposure)):
        return NO_PRICE
    return exposure.gross + _grows(ask) * ask.price


def _grows(ask: Ask) -> Decimal:
    """By how much the worst case of the user's own position grows; another side of it may be the worse one."""
    cell = ask.cell
    if cell is None:
        return ask.adds
    if ask.is_buy:
        return larger(cell.long + ask.adds, cell.short) - cell.gross
    return larger(cell.long, cell.short - ask.adds) - cell.gross


def _leverage(ask: Ask, plan: Plan) -> Figure:
    """What the order sets for its symbol, or all derivatives over the equity, whichever is more."""
    if ":" not in ask.place.symbol:
        return None
    asked = ask.asked.leverage or ZERO
    if not ask.adds or asked > plan.value:
        return asked or None
    exposure, standing = _sum(ask, plan), _standing(ask, plan)
    if standing is None:
        return NO_EQUITY
    if ask.price is None or (exposure.unpriced and _is_unpriced(ask, exposure)):
        return NO_PRICE
    worth = exposure.derivatives + _grows(ask) * ask.price
    return max(asked, ratio(worth, standing.equity)) if standing.equity > 0 else NO_EQUITY


# --- against what was earned -------------------------------------------------------------------------------------


def _standing(ask: Ask, plan: Plan) -> Standing | None:
    """What the scope is worth; None: not known, or not of the very owner who asks."""
    if (ask.place.account_id, ask.place.user_id) not in ask.totals.owned:
        return None
    return ask.totals.standings.get((plan.owners, plan.owners_of(ask.place)))


def _daily_loss(ask: Ask, plan: Plan) -> Figure:
    standing = _standing(ask, plan)
    if standing is None or standing.mark is None:
        return NO_EQUITY
    at_stop = ask.loss_at_stop
    if at_stop is None:
        return NO_PRICE
    lost = standing.mark.day_start - (standing.equity - standing.net_deposits)
    return max(lost + _sum(ask, plan).at_risk + at_stop, ZERO)


def _drawdown(ask: Ask, plan: Plan) -> Figure:
    standing = _standing(ask, plan)
    if standing is None or standing.mark is None:
        return NO_EQUITY
    return drawdown_of(standing)


def drawdown_of(standing: Standing) -> Figure:
    """How far the equity is below its highest, as a part of that."""
    assert standing.mark is not None
    highest = standing.mark.high + standing.net_deposits
    if highest <= 0:
        return NO_EQUITY
    return max(ratio(highest - standing.equity, highest), ZERO)


def _protection(ask: Ask, plan: Plan) -> Figure:
    if ask.stop is not None or not ask.adds:
        return None
    return _order_notional(ask, plan)


# In the order in which an order's problems are told: the simplest to see and put right first.
MEASURES: Mapping[LimitKind, Measure] = {
    LimitKind.ALLOWED_SYMBOLS: _allowed,
    LimitKind.RESTRICTED_SYMBOLS: _restricted,
    LimitKind.ORDER_QUANTITY: _order_quantity,
    LimitKind.ORDER_NOTIONAL: _order_notional,
    LimitKind.PRICE_COLLAR: _collar,
    LimitKind.DUPLICATE_ORDERS: _duplicates,
    LimitKind.REPEATED_EXECUTIONS: _repeated,
    LimitKind.ORDERS_PER_INTERVAL: _orders_lately,
    LimitKind.NOTIONAL_PER_INTERVAL: _notional_lately,
    LimitKind.REJECTIONS_PER_INTERVAL: _rejections,
    LimitKind.OPEN_ORDERS: _open_orders,
    LimitKind.POSITION_QUANTITY: _position_quantity,
    LimitKind.POSITION_NOTIONAL: _position_worth,
    LimitKind.ASSET_EXPOSURE: _position_worth,
    LimitKind.GROSS_EXPOSURE: _gross,
    LimitKind.NET_EXPOSURE: _position_worth,
    LimitKind.LEVERAGE: _leverage,
    LimitKind.PROTECTION_REQUIRED: _protection,
    LimitKind.DAILY_LOSS: _daily_loss,
    LimitKind.DRAWDOWN: _drawdown,
}
STAGES: Mapping[LimitKind, int] = {kind: stage for stage, kind in enumerate(MEASURES)}
# Of these the limit itself is the end; of the others, what goes beyond it.
ENDS_AT = frozenset({LimitKind.REJECTIONS_PER_INTERVAL, LimitKind.DAILY_LOSS, LimitKind.DRAWDOWN})


def exceeds(plan: Plan, figure: Decimal) -> bool:
    """Whether a figure is more than the limit lets through."""
    return figure >= plan.value if plan.kind in ENDS_AT else figure > plan.value
