"""The figure that each kind of limit is held against, with the order in it. Each costs the same however many orders,
users and instruments there are: a look-up in the running totals."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from tidegate.core.money import ONE, ZERO, ratio
from tidegate.core.scopes import Place
from tidegate.core.totals.asking import Ask, QuoteLeg
from tidegate.core.totals.exposures import Exposure
from tidegate.core.totals.plans import NAME, Figure, Plan
from tidegate.core.totals.standings import Standing
from tidegate.core.totals.windows import count_since
from tidegate.core.vocabulary import LimitKind, RefusalCode

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
    return Decimal(count_since(ask.alike, ask.at - plan.interval) + 1)


def _repeated(ask: Ask, plan: Plan) -> Figure:
    if not ask.is_new:
        return None
    return Decimal(count_since(ask.executed_alike, ask.at - plan.interval) + 1)


def _orders_lately(ask: Ask, plan: Plan) -> Figure:
    if not ask.is_new:
        return None
    return Decimal(plan.orders.count(plan.count_of(ask.place), ask.at - plan.interval) + 1)


def _notional_lately(ask: Ask, plan: Plan) -> Figure:
    if not ask.is_new:
        return None
    gone = ask.gone(plan.notional, plan.count_of(ask.place), ask.at - plan.interval)
    return NO_PRICE if ask.notional is None or gone is None else gone + ask.notional


def _rejections(ask: Ask, plan: Plan) -> Figure:
    if not ask.is_new:
        return None
    return Decimal(plan.rejections.count(plan.count_of(ask.place), ask.at - plan.interval))


def _open_orders(ask: Ask, plan: Plan) -> Figure:
    if not ask.is_new:
        return None
    return Decimal(plan.open_orders.get(plan.count_of(ask.place), 0) + 1)


# --- summed ------------------------------------------------------------------------------------------------------


def _sum(ask: Ask, plan: Plan) -> Exposure:
    return plan.sums.get(plan.sum_of(ask.place), _NOTHING)


def _position_quantity(ask: Ask, plan: Plan) -> Figure:
    if not ask.adds:
        return None
    exposure = _sum(ask, plan)
    return exposure.long_quantity + ask.adds if ask.is_buy else ask.adds - exposure.short_quantity


def _position_worth(ask: Ask, plan: Plan) -> Figure:
    """Of a position, an asset, or all of them net: the side that the order adds to."""
    if not ask.adds:
        return None
    figure = _side_worth(plan, ask.place, ask.added_worth, is_buy=ask.is_buy)
    leg = _quote_leg(ask, plan)
    if leg is None or not isinstance(figure, Decimal):
        return figure
    quote = _side_worth(plan, leg.place, leg.added_worth, is_buy=leg.is_buy)
    return max(figure, quote) if isinstance(quote, Decimal) else quote


def _side_worth(plan: Plan, place: Place, added: Decimal | None, *, is_buy: bool) -> Decimal | RefusalCode:
    exposure = plan.sums.get(plan.sum_of(place), _NOTHING)
    if added is None or exposure.unpriced:
        return NO_PRICE
    return exposure.long + added if is_buy else added - exposure.short


def _quote_leg(ask: Ask, plan: Plan) -> QuoteLeg | None:
    """The order's other asset, where that counts and the limit is not about a single position."""
    return None if ask.quote_leg is None or NAME in plan.dimensions.summed else ask.quote_leg


def _gross(ask: Ask, plan: Plan) -> Figure:
    if not ask.adds:
        return None
    exposure = _sum(ask, plan)
    if ask.price is None or exposure.unpriced:
        return NO_PRICE
    figure, leg = exposure.gross + ask.grows * ask.price, _quote_leg(ask, plan)
    if leg is None:
        return figure
    return NO_PRICE if leg.grows is None or leg.price is None else figure + leg.grows * leg.price


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
    if ask.price is None or exposure.unpriced:
        return NO_PRICE
    worth = exposure.derivatives + ask.grows * ask.price
    return max(asked, ratio(worth, standing.equity)) if standing.equity > 0 else NO_EQUITY


# --- against what was earned -------------------------------------------------------------------------------------


def _standing(ask: Ask, plan: Plan) -> Standing | None:
    """What the scope is worth; None: not known, or not of the very owner who asks."""
    if (ask.place.account_id, ask.place.user_id) not in ask.totals.owned:
        return None
    return plan.standings.get(plan.owners_of(ask.place))


def _daily_loss(ask: Ask, plan: Plan) -> Figure:
    standing = _standing(ask, plan)
    lost = None if standing is None else standing.lost
    if lost is None:
        return NO_EQUITY
    at_stop = ask.loss_at_stop()
    if at_stop is None:
        return NO_PRICE
    return max(lost + _sum(ask, plan).at_risk + at_stop, ZERO)


def _drawdown(ask: Ask, plan: Plan) -> Figure:
    standing = _standing(ask, plan)
    drawdown = None if standing is None else standing.drawdown
    return NO_EQUITY if drawdown is None else drawdown


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
