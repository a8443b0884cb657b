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
from venuesim.bybit.words import PRICE_KINDS, Extra, StopType, TpslMode, TriggerBy
from venuesim.exchange.accounts import Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.orders import Order, OrderRefused
from venuesim.exchange.vocabulary import Direction, OrderStatus, OrderType, PriceKind
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
        kind = _changed_kind(parameters, order)
        attached = _attached(parameters, order, price or order.price or self._waits_at(order))
        if quantity is None and price is None and trigger_price is None and kind is None and attached is None:
            raise BybitError(10001, UNCHANGED)
        self._check(account, order, quantity, price)
        before = order.extra
        order.extra = before if attached is None else attached  # First: an amended order may trade at once.
        if kind is not None:
            self._watch(order, kind)
        try:
            self._exchange.amend(order, quantity=quantity, price=price, trigger_price=trigger_price)
        except OrderRefused as refused:
            order.extra = before
            raise errors.insufficient_balance(linear=order.instrument.is_linear) from refused
        return order

    def _watch(self, order: Order, kind: PriceKind) -> None:
        """Let a waiting order look at another price."""
        triggers = self._exchange.markets[order.instrument.symbol].triggers
        watch = order.watch
        assert watch is not None, "only a waiting order looks at a price"
        triggers.remove(watch)
        watch.trigger.price_kind = kind
        triggers.add(watch)

    def _waits_at(self, order: Order) -> Decimal:
        if order.trigger is not None:
            return order.trigger.price
        return self._exchange.markets[order.instrument.symbol].statistics.last

    def _to_amend(self, parameters: Parameters, account: Account) -> Order:
        order = self._finder.to_change(account, parameters)
        is_linear = parameters.category() is Category.LINEAR
        if order is None or (is_linear and not order.is_open):
            raise errors.no_such_order(linear=is_linear, to="replace")
        if not order.is_open:
            raise too_late(order)
        if not order.instrument.is_trading:
            raise errors.not_trading(linear=is_linear)
        if parameters.has("qty") and stop_type_of(order) in FULL:
            raise BybitError(110060, "Under full TP/SL mode, it is not allowed to modify TP/SL")
        is_by_quote = bool(order.quote_quantity) and parameters.has("qty")
        if is_by_quote or stop_type_of(order) is StopType.TRAILING_STOP:
            raise BybitError(170312, "The current order does not support modification")
        return order

    def _trigger_price(self, parameters: Parameters, order: Order) -> Decimal | None:
        """Return the new trigger price; refuse one that the market has reached already."""
        trigger = order.trigger
        if trigger is None or order.status is not OrderStatus.WAITING:
            return None
        kind = _changed_kind(parameters, order)
        sent = parameters.positive("triggerPrice")
        price = trigger.price if sent is None else sent
        if price == trigger.price and kind is None:
            return None
        attachments.check_step(price, order.instrument)
        current = self._exchange.markets[order.instrument.symbol].price_of(kind or trigger.price_kind)
        rising = trigger.direction is Direction.RISING
        if price <= current if rising else price >= current:
            if not order.instrument.is_linear:
                raise BybitError(10001, "params error: triggerPrice invalid")
            wanted = kind or trigger.price_kind
            name = next(name for name, known in PRICE_KINDS.items() if known is wanted)
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


def _changed_kind(parameters: Parameters, order: Order) -> PriceKind | None:
    """Return which other price a contract's waiting order is to look at, if any."""
    trigger = order.trigger
    if trigger is None or not order.instrument.is_linear or order.status is not OrderStatus.WAITING:
        return None
    if not parameters.has("triggerBy"):
        return None
    kind = PRICE_KINDS[parameters.choice("triggerBy", TriggerBy)]
    return None if kind is trigger.price_kind else kind


def _changed(wanted: Decimal | None, present: Decimal) -> Decimal | None:
    return None if wanted == present else wanted


def _attached(parameters: Parameters, order: Order, reference: Decimal) -> dict[str, str] | None:
    """Return the order's extras with other stops to attach, or None when they stay as they are; "0" removes one.

    `reference` is the price that the stops must lie around.
    """
    if stop_type_of(order) not in {StopType.NONE, StopType.STOP}:
        return None  # It is such a stop itself.
    extra = dict(order.extra)
    for name, key, by_name, by_key in ATTACHED:
        price = parameters.amount(name)
        if price is None:
            continue
        if price:
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
    if order.instrument.is_linear:
        _set_mode(extra, parameters)
    if extra == order.extra:
        return None
    if order.filled_quantity:
        raise BybitError(110059, "Not allowed to modify the TP/SL of a partially filled open order")
    _check_attached(parameters, extra, order, reference)
    return extra


def _set_mode(extra: dict[str, str], parameters: Parameters) -> None:
    """Say whether the stops of a contract's order are for the whole position; without stops there is nothing to say."""
    if not any(key.value in extra for _, key, _, _ in ATTACHED):
        extra.pop(Extra.TPSL_MODE.value, None)
        return
    present = TpslMode(extra.get(Extra.TPSL_MODE.value, TpslMode.FULL.value))
    extra[Extra.TPSL_MODE.value] = parameters.chosen("tpslMode", present).value


def _check_attached(parameters: Parameters, extra: dict[str, str], order: Order, reference: Decimal) -> None:
    take, stop = parameters.positive("takeProfit"), parameters.positive("stopLoss")
    if not order.instrument.is_linear:
        attachments.check_pair_sides(order.instrument, order.side, take, stop, reference)
        return
    take_by, stop_by = (TriggerBy(extra.get(by_key.value, TriggerBy.LAST.value)) for _, _, _, by_key in ATTACHED)
    attachments.check_sides(order.instrument, order.side, take, stop, reference, reference, take_by, stop_by)
