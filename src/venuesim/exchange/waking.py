"""Orders that wait, for a trigger or for their turn, and what happens when they wake."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.checks import check_client_order_id
from venuesim.exchange.events import OrderEventKind
from venuesim.exchange.market import Market
from venuesim.exchange.orders import Order, OrderRefused, OrderRequest, owner_of
from venuesim.exchange.quote_orders import base_wanted
from venuesim.exchange.settlement import amount_needed, hold, release
from venuesim.exchange.triggers import Watch
from venuesim.exchange.vocabulary import EndReason, OrderStatus, OrderType, PriceKind, RefusalReason, Side

if TYPE_CHECKING:
    from venuesim.exchange.engine import Exchange


class Waking:
    """The waiting orders of one exchange. `tells_awakening` tells one as NEW once more when it begins to work."""

    def __init__(self, exchange: Exchange, *, tells_awakening: bool) -> None:
        self._exchange = exchange
        self._tells_awakening = tells_awakening

    def place(self, account: Account, request: OrderRequest) -> Order:
        """Accept an order that waits for its trigger; raises OrderRefused, and then nothing has changed."""
        exchange, trigger = self._exchange, request.trigger
        assert trigger is not None, "only a conditional order waits"
        market = exchange.markets[request.instrument.symbol]
        price = market.price_of(trigger.price_kind)
        is_met = trigger.trailing is None and trigger.is_met(price)
        if is_met and request.refuses_met_trigger:
            raise OrderRefused(RefusalReason.WOULD_TRIGGER)
        needed = _held_while_waiting(request) if request.locks_while_waiting else ZERO
        if needed:
            exchange.funds.check(account, request, request.quantity, needed)
        order = exchange.accept(account, request, request.quantity)
        if needed:
            hold(order, account, needed)
        exchange.matching.tell(OrderEventKind.NEW, order, (order.locked_asset,))
        if is_met and not market.is_swept:
            self._wake(order)
        else:
            self._wait(market, order)
        return order

    def _wait(self, market: Market, order: Order) -> None:
        trigger = order.trigger
        assert trigger is not None, "only a conditional order waits"
        order.watch = Watch(number=order.sequence, trigger=trigger, fire=lambda _: self._wake(order))
        market.triggers.add(order.watch)
        if trigger.trailing is not None and trigger.trailing.activation_price is None:
            trigger.follow(market.price_of(trigger.price_kind))

    def hold_back(self, account: Account, request: OrderRequest, held: Decimal = ZERO) -> Order:
        """Accept an order that waits for `let_go`: it has an id and can be found, but does nothing; it locks `held`.

        Raises OrderRefused, and then nothing has changed.
        """
        exchange = self._exchange
        check_client_order_id(account, request)
        order = exchange.accept(account, request, request.quantity)
        order.status, order.working_ms = OrderStatus.WAITING, None
        if held:
            hold(order, account, held)
        exchange.matching.tell(OrderEventKind.NEW, order, (order.locked_asset,) if held else ())
        return order

    def let_go(self, order: Order, *, locks: bool = True) -> None:
        """Let an order that was held back wait for its trigger, or work; what the venue would refuse now is rejected.

        `locks` says whether it holds its funds while it waits.
        """
        exchange = self._exchange
        market = exchange.markets[order.instrument.symbol]
        if order.trigger is None:
            self._wake(order)
            self.settle(market)
            return
        account = owner_of(order)
        if order.trigger.trailing is None and order.trigger.is_met(market.price_of(order.trigger.price_kind)):
            exchange.end(order, OrderStatus.REJECTED, EndReason.WOULD_TRIGGER)
            return
        release(order, account)
        needed = _held_while_waiting(order) if locks else ZERO
        if needed and not exchange.funds.suffice(account, order, order.quantity, needed):
            exchange.end(order, OrderStatus.REJECTED, EndReason.INSUFFICIENT_BALANCE)
            return
        if needed:
            hold(order, account, needed)
        order.updated_ms = exchange.clock.now_ms()
        exchange.matching.tell(OrderEventKind.NEW, order, (order.locked_asset,))
        self._wait(market, order)

    def _wake(self, order: Order) -> None:
        """Let a conditional order whose trigger fired become one that works, if its funds allow."""
        exchange = self._exchange
        market = exchange.markets[order.instrument.symbol]
        account = owner_of(order)
        order.watch = None
        order.triggered_ms = order.updated_ms = exchange.clock.now_ms()
        exchange.matching.tell(OrderEventKind.TRIGGERED, order, ())
        if not order.is_open:  # Whoever heard it ended the order.
            return
        release(order, account)
        if order.quote_quantity:
            order.quantity = base_wanted(order, account, market.book)
        needed = amount_needed(order, order.quantity, market.book)
        if not exchange.funds.suffice(account, order, order.quantity, needed):
            exchange.matching.end(order, OrderStatus.REJECTED, EndReason.INSUFFICIENT_BALANCE)
            return
        order.status = OrderStatus.NEW
        order.working_ms = order.triggered_ms
        if order.order_type is OrderType.LIMIT:
            hold(order, account, needed)
        if self._tells_awakening:
            exchange.matching.tell(OrderEventKind.NEW, order, (order.locked_asset,))
        exchange.work(market, order)

    def move(self, order: Order, trigger_price: Decimal) -> None:
        """Give a waiting order another trigger price."""
        market = self._exchange.markets[order.instrument.symbol]
        assert order.watch is not None, "only a waiting order has a trigger to move"
        market.triggers.remove(order.watch)
        order.watch.trigger.price = trigger_price
        market.triggers.add(order.watch)

    def settle(self, market: Market) -> None:
        """Wake what the trades since the last call woke, and what those trades wake in turn."""
        while market.printed and not market.is_swept:
            prices, market.printed = market.printed, []
            for watch, price in market.triggers.due(PriceKind.LAST, prices):
                watch.wake(price)


def _held_while_waiting(request: OrderRequest | Order) -> Decimal:
    if request.instrument.is_linear:
        return ZERO
    if request.side is Side.SELL:
        return request.quantity
    if request.order_type is OrderType.LIMIT:
        return request.quantity * request.price
    assert request.trigger is not None, "only a conditional order waits"
    return request.quote_quantity or request.quantity * request.trigger.price
