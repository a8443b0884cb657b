"""Amends: orders changed in place ("Amend Order")."""

from decimal import Decimal

from venuesim.bybit import attachments, errors
from venuesim.bybit.cancelling import too_late
from venuesim.bybit.errors import BybitError
from venuesim.bybit.finding import OrderFinder
from venuesim.bybit.operations import Request, Result
from venuesim.bybit.parameters import Category, Parameters
from venuesim.bybit.rendering import ids, stop_type_of
from venuesim.bybit.rules import check_pair_amount, check_pair_price, check_pair_quantity
from venuesim.bybit.rules_linear import check_contract_price, check_contract_quantity, check_position_limit
from venuesim.bybit.stop_orders import FULL
from venuesim.bybit.words import PRICE_KINDS, Extra, StopType, TriggerBy
from venuesim.exchange.accounts import Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.orders import Order, OrderRefused
from venuesim.exchange.vocabulary import Direction, OrderStatus, OrderType
from venuesim.wire.calls import plain

UNCHANGED = "The order remains unchanged as the parameters entered match the existing ones."
ATTACHED = (
    ("takeProfit", Extra.TAKE_PROFIT, "tpTriggerBy", Extra.TP_TRIGGER_BY),
    ("stopLoss", Extra.STOP_LOSS, "slTriggerBy", Extra.SL_TRIGGER_BY),
)


class Amending:
    """Amends orders for order/amend and its twins."""

    def __init__(self, *, exchange: Exchange, finder: OrderFinder) -> None:
        self._exchange = exchange
        self._finder = finder

    def amend(self, request: Request) -> Result:
        """Accept the change of one order."""
        return Result(result=ids(self.accept(request.parameters, request.account)), accepted=True)

    def accept(self, parameters: Parameters, account: Account) -> Order:
        """Change one order; raises BybitError for one that cannot be changed so, and then nothing has changed."""
        order = self._to_amend(parameters, account)
        quantity = _changed(parameters.positive("qty"), order.quantity)
        price = None if order.order_type is OrderType.MARKET else _changed(parameters.positive("price"), order.price)
        trigger_price = self._trigger_price(parameters, order)
        attached = _attached(parameters, order)
        if quantity is None and price is None and trigger_price is None and attached is None:
            raise BybitError(10001, UNCHANGED)
        self._check(account, order, quantity, price)
        before = order.extra
        order.extra = before if attached is None else attached  # First: an amended order may trade at once.
        try:
            self._exchange.amend(order, quantity=quantity, price=price, trigger_price=trigger_price)
        except OrderRefused as refused:
            order.extra = before
            raise errors.insufficient_balance(linear=order.instrument.is_linear) from refused
        return order

    def _to_amend(self, parameters: Parameters, account: Account) -> Order:
        order = self._finder.to_change(account, parameters)
        is_linear = parameters.category() is Category.LINEAR
        if order is None or (is_linear and not order.is_open):
            raise errors.no_such_order(linear=is_linear, to="replace")
        if not order.is_open:
            raise too_late(order)
        if parameters.has("qty") and stop_type_of(order) in FULL:
            raise BybitError(110060, "Under full TP/SL mode, it is not allowed to modify TP/SL")
        is_by_quote = bool(order.quote_quantity) and parameters.has("qty")
        if is_by_quote or stop_type_of(order) is StopType.TRAILING_STOP:
            raise BybitError(170312, "The current order does not support modification")
        return order

    def _trigger_price(self, parameters: Parameters, order: Order) -> Decimal | None:
        """Return the new trigger price; refuse one that the market has reached already."""
        price = parameters.positive("triggerPrice")
        trigger = order.trigger
        if price is None or trigger is None or order.status is not OrderStatus.WAITING or price == trigger.price:
            return None
        attachments.check_step(price, order.instrument)
        current = self._exchange.markets[order.instrument.symbol].price_of(trigger.price_kind)
        rising = trigger.direction is Direction.RISING
        if price <= current if rising else price >= current:
            if not order.instrument.is_linear:
                raise BybitError(10001, "params error: triggerPrice invalid")
            name = next(name for name, kind in PRICE_KINDS.items() if kind is trigger.price_kind)
            raise errors.trigger_is_met(rising=rising, trigger=price, current=current, trigger_by=name.value)
        return price

    def _check(self, account: Account, order: Order, quantity: Decimal | None, price: Decimal | None) -> None:
        market = self._exchange.markets[order.instrument.symbol]
        is_market = order.order_type is OrderType.MARKET
        waits = order.status is OrderStatus.WAITING
        if quantity is not None and quantity <= order.filled_quantity:
            if order.instrument.is_linear:
                raise BybitError(110064, "The modified contract quantity cannot be less than or equal to the filled.")
            raise BybitError(170313, "The modified contract quantity cannot be less than to the filled quantity")
        if order.instrument.is_linear:
            if quantity is not None:
                check_contract_quantity(quantity, market.instrument, is_market=is_market)
            if price is not None:
                check_contract_price(price, order.side, market, waits=waits)
            if not order.reduce_only and not waits:
                worth = (quantity or order.quantity) * (price or order.price) - order.quantity * order.price
                if worth > 0:
                    check_position_limit(order, worth, market, account)
            return
        if quantity is not None:
            check_pair_quantity(quantity, market.instrument, is_market=is_market)
        if price is not None:
            check_pair_price(price, order.side, market, waits=waits)
        if not is_market:
            check_pair_amount(quantity or order.quantity, price or order.price, market.instrument)


def _changed(wanted: Decimal | None, present: Decimal) -> Decimal | None:
    return None if wanted == present else wanted


def _attached(parameters: Parameters, order: Order) -> dict[str, str] | None:
    """Return the order's extras with other stops to attach, or None when they stay as they are; "0" removes one."""
    if stop_type_of(order) not in {StopType.NONE, StopType.STOP}:
        return None  # It is such a stop itself.
    extra = dict(order.extra)
    for name, key, by_name, by_key in ATTACHED:
        price = parameters.amount(name)
        if price is None:
            continue
        if price:
            attachments.check_step(price, order.instrument)
            extra[key.value] = plain(price)
            if order.instrument.is_linear:
                present = TriggerBy(extra.get(by_key.value, TriggerBy.LAST.value))
                extra[by_key.value] = parameters.chosen(by_name, present).value
        else:
            extra.pop(key.value, None)
            extra.pop(by_key.value, None)
    for name, key in (("tpLimitPrice", Extra.TP_LIMIT_PRICE), ("slLimitPrice", Extra.SL_LIMIT_PRICE)):
        price = parameters.positive(name)
        if price is not None and key.value in extra:
            attachments.check_step(price, order.instrument)
            extra[key.value] = plain(price)
    if extra == order.extra:
        return None
    if order.filled_quantity:
        raise BybitError(110059, "Not allowed to modify the TP/SL of a partially filled open order")
    return extra
