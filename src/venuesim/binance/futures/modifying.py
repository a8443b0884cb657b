"""Modifies orders in place, and keeps what was modified ("Modify Order", "Get Order Modify History")."""

from collections import OrderedDict
from decimal import Decimal
from itertools import count

import msgspec

from venuesim.binance.errors import BinanceError
from venuesim.binance.futures import filters
from venuesim.binance.futures.errors import Code, modified_notional_too_small, refused
from venuesim.binance.futures.fields import Fields
from venuesim.binance.futures.finding import Finder
from venuesim.binance.futures.formats import Json, price_text, quantity_text
from venuesim.binance.futures.limits import ONE_BATCH, ONE_ORDER
from venuesim.binance.futures.listing import MOVE_ORDER_LIMIT_MAX
from venuesim.binance.futures.placing import read_batch, refusal_of
from venuesim.binance.futures.reading import read_price, read_price_match
from venuesim.binance.futures.rendering import MODIFY_ID, changed
from venuesim.binance.futures.symbols import Symbols
from venuesim.binance.futures.words import WireSide, WireType
from venuesim.binance.limits import BinanceLimits
from venuesim.binance.operations import Request, Result
from venuesim.exchange.accounts import Account
from venuesim.exchange.checks import closes_hedged
from venuesim.exchange.engine import Exchange
from venuesim.exchange.margin import largest_notional
from venuesim.exchange.market import Market
from venuesim.exchange.orders import Order, OrderRefused
from venuesim.exchange.vocabulary import OrderType, RefusalReason
from venuesim.wire.calls import plain

HISTORIES_KEPT = 20_000
HISTORY_PAGE = 50
HISTORY_PAGE_MAX = 100
FIRST_AMENDMENT_ID = 5363


class Amendment(msgspec.Struct, frozen=True, kw_only=True):
    """One modification of one order: `count` is which it was, `modify_id` what the client called it."""

    amendment_id: int
    time_ms: int
    price_before: Decimal
    price_after: Decimal
    quantity_before: Decimal
    quantity_after: Decimal
    count: int
    modify_id: int | None


class Modifying:
    """Modifies limit orders; the id stays."""

    def __init__(self, *, exchange: Exchange, symbols: Symbols, finder: Finder, limits: BinanceLimits) -> None:
        self._exchange = exchange
        self._symbols = symbols
        self._finder = finder
        self._limits = limits
        self._ids = count(FIRST_AMENDMENT_ID)
        self._histories: OrderedDict[int, list[Amendment]] = OrderedDict()

    def modify(self, request: Request) -> Result:
        """Give an order another price and quantity."""
        self._limits.check_orders(request.account, request.now_ms)
        answer = self._modify(Fields(request.parameters), request)
        self._limits.count_order(request.account, request.now_ms, ONE_ORDER)
        return Result(answer, accepted=True)

    def modify_batch(self, request: Request) -> Result:
        """Modify up to five orders; each answers for itself."""
        items = read_batch(request.parameters)
        self._limits.check_orders(request.account, request.now_ms)
        answers: list[Json] = []
        for item in items:
            try:
                answers.append(self._modify(Fields(item), request))
            except BinanceError as error:
                answers.append(error.payload())
        self._limits.count_order(request.account, request.now_ms, ONE_BATCH)
        return Result(answers, accepted=any("orderId" in answer for answer in answers))

    def history(self, request: Request) -> Result:
        """Show how an order was modified."""
        fields = Fields(request.parameters)
        order = self._finder.find(fields, request.account)
        start_ms, end_ms = fields.whole("startTime") or 0, fields.whole("endTime")
        limit = fields.limit(HISTORY_PAGE, HISTORY_PAGE_MAX)
        if order is None:
            raise refused(Code.NO_SUCH_ORDER)
        wanted = [
            _shown(amendment, order)
            for amendment in self._histories.get(order.order_id, [])
            if start_ms <= amendment.time_ms and (end_ms is None or amendment.time_ms <= end_ms)
        ]
        return Result(wanted[-limit:][::-1])

    def _modify(self, fields: Fields, request: Request) -> Json:
        market = self._symbols.read(fields.parameters)
        side = fields.word("side", WireSide, Code.INVALID_SIDE).side
        quantity = fields.number("quantity")
        filters.check_quantity(quantity, market.instrument, is_market=False)
        match = read_price_match(fields, WireType.LIMIT)
        price = read_price(fields, match, market, side)
        order = self._finder.find(fields, request.account)
        modify_id = fields.whole("modifyId")
        if order is None or not order.is_open or order.side is not side:
            raise refused(Code.NO_SUCH_ORDER)
        self._check(order, price, quantity, reduce_only=fields.flag("reduceOnly"))
        if quantity <= order.filled_quantity:
            self._exchange.cancel(order)
        else:
            _check_position_size(request.account, order, price, quantity, market)
            self._amend(order, price, quantity, modify_id)
        answer = changed(order)
        return answer if modify_id is None else {**answer, "modifyId": modify_id}

    def _check(self, order: Order, price: Decimal, quantity: Decimal, *, reduce_only: bool) -> None:
        if order.order_type is not OrderType.LIMIT:
            raise refused(Code.LIMIT_ORDER_ONLY)
        if reduce_only and not order.reduce_only:
            raise refused(Code.NOT_A_REDUCE_ONLY_ORDER)
        if price == order.price and quantity == order.quantity:
            raise refused(Code.SAME_ORDER)
        if order.amended_count >= MOVE_ORDER_LIMIT_MAX:
            raise refused(Code.EXCEED_MAXIMUM_MODIFY_ORDER_LIMIT)
        if price * quantity < order.instrument.notional_min and not reduce_only:
            raise modified_notional_too_small(plain(order.instrument.notional_min))

    def _amend(self, order: Order, price: Decimal, quantity: Decimal, modify_id: int | None) -> None:
        """Change an order; its event tells `modify_id`, so the order bears it before and loses it if it is refused."""
        before, extra = (order.price, order.quantity), order.extra
        order.extra = _named(order, modify_id)
        try:
            self._exchange.amend(order, price=price, quantity=quantity)
        except OrderRefused as refusal:
            order.extra = extra
            if refusal.reason is RefusalReason.WOULD_TAKE:
                # A post-only order that the new price would make trade is canceled by the modification.
                self._exchange.cancel(order)
                return
            raise refusal_of(refusal) from refusal
        if order.rests:
            # "Modify Order": modified orders are reordered in the match queue, smaller ones too.
            self._exchange.markets[order.instrument.symbol].book.side(order.side).requeue(order)
        self._remember(order, before, modify_id)

    def _remember(self, order: Order, before: tuple[Decimal, Decimal], modify_id: int | None) -> None:
        history = self._histories.setdefault(order.order_id, [])
        history.append(
            Amendment(
                amendment_id=next(self._ids),
                time_ms=order.updated_ms,
                price_before=before[0],
                price_after=order.price,
                quantity_before=before[1],
                quantity_after=order.quantity,
                count=len(history) + 1,
                modify_id=modify_id,
            )
        )
        if len(self._histories) > HISTORIES_KEPT:
            self._histories.popitem(last=False)


def _check_position_size(account: Account, order: Order, price: Decimal, quantity: Decimal, market: Market) -> None:
    """Refuse a change that would close more than there is (-2022) or open more than the bracket allows (-2027)."""
    holding, left = account.holding(order.instrument), quantity - order.filled_quantity
    if order.reduce_only or closes_hedged(order):
        if left > order.leaves_quantity and left > holding.reducible(order.side, order.position_side):
            raise refused(Code.REDUCE_ONLY_REJECT)
        return
    added = left * price - order.leaves_quantity * order.price
    reached = largest_notional(holding, market.mark, order.position_side, order.side, added)
    if added > 0 and reached > market.instrument.notional_at(holding.leverage):
        raise refused(Code.MAX_LEVERAGE_RATIO)


def _named(order: Order, modify_id: int | None) -> dict[str, str]:
    """Return what is kept with an order, with what its latest modification is called."""
    kept = {name: value for name, value in order.extra.items() if name != MODIFY_ID}
    return kept if modify_id is None else {**kept, MODIFY_ID: str(modify_id)}


def _shown(amendment: Amendment, order: Order) -> Json:
    instrument = order.instrument
    details: Json = {
        "price": {
            "before": price_text(amendment.price_before, instrument),
            "after": price_text(amendment.price_after, instrument),
        },
        "origQty": {
            "before": quantity_text(amendment.quantity_before, instrument),
            "after": quantity_text(amendment.quantity_after, instrument),
        },
        "count": amendment.count,
    }
    if amendment.modify_id is not None:
        details["modifyId"] = amendment.modify_id
    return {
        "amendmentId": amendment.amendment_id,
        "symbol": instrument.venue_id,
        "pair": instrument.venue_id,
        "orderId": order.order_id,
        "clientOrderId": order.client_order_id,
        "time": amendment.time_ms,
        "amendment": details,
    }
