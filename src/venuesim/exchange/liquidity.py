"""The simulator's own liquidity: quotes around each market's price, moved step by step or by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from venuesim.exchange.accounts import ZERO
from venuesim.exchange.events import BookChanged
from venuesim.exchange.market import Market, Quote, house_order
from venuesim.exchange.orders import Order
from venuesim.exchange.vocabulary import PriceKind, Side

if TYPE_CHECKING:
    from venuesim.exchange.engine import Exchange


class Liquidity:
    """Quotes the markets of one exchange."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        for market in exchange.markets.values():
            market.quote_anew = self._requote
            market.is_stale = True

    def step_market(self, market: Market) -> None:
        """Move one market by what its source says, unless it is frozen; wake and liquidate what the price reaches."""
        if market.frozen:
            self.tell_book(market)
            return
        moved, ticks = market.advance(self._exchange.clock.now_ms())
        for tick in ticks:
            self.move(market, tick.price, tick.quantity, buyer_is_maker=tick.buyer_is_maker)
        if moved and market.is_watched:
            self.quote(market)
        else:
            market.is_stale = market.is_stale or moved
            self.tell_book(market)
        self._print_tape(market)
        self.settle_prices(market)

    def move(
        self, market: Market, price: Decimal, quantity: Decimal | None = None, *, buyer_is_maker: bool = False
    ) -> None:
        """Trade through `price`, filling every resting client order that it reaches, and quote around it."""
        market.is_swept = True
        self._withdraw(market)
        for side in (Side.SELL, Side.BUY):
            reached = sum((order.leaves_quantity for order in market.book.side(side.opposite)), ZERO)
            sweep = self._house_order(market, Quote(side, price, reached))
            self._exchange.matching.match(market, sweep)
        market.recenter(price)
        self.quote(market)
        market.is_swept = False
        printed = quantity or market.instrument.quantity_min
        self._exchange.matching.publish(market, price, printed, buyer_is_maker=buyer_is_maker)
        self.settle_prices(market)

    def settle_prices(self, market: Market) -> None:
        """Wake what last, mark and index price reach, and liquidate what the mark price leaves uncovered."""
        exchange = self._exchange
        exchange.waking.settle(market)
        if len(market.triggers):
            for kind in (PriceKind.MARK, PriceKind.INDEX):
                for watch, price in market.triggers.due(kind, [market.price_of(kind)]):
                    watch.wake(price)
            exchange.waking.settle(market)
        if market.instrument.is_linear:
            exchange.clearing.liquidate_due(market)

    def quote(self, market: Market) -> None:
        """Quote the liquidity anew at the present price."""
        self._requote(market)
        self.tell_book(market)

    def _requote(self, market: Market) -> None:
        self._withdraw(market)
        for quote in market.quotes():
            self.add(market, quote)

    def add(self, market: Market, quote: Quote) -> None:
        """Add one synthetic order; it trades with what it crosses."""
        order = self._house_order(market, quote)
        self._exchange.matching.match(market, order)
        if order.leaves_quantity > 0:
            self._exchange.matching.rest(market, order)
            market.house_orders.append(order)

    def tell_book(self, market: Market) -> None:
        """Tell the listeners that a book changed."""
        market.update_id += 1
        for listener in self._exchange.listeners.books:
            listener(BookChanged(instrument=market.instrument, time_ms=self._exchange.clock.now_ms()))

    def _withdraw(self, market: Market) -> None:
        market.is_stale = False  # What is being replaced must not be quoted anew while it is taken away.
        for order in market.house_orders:
            self._exchange.matching.withdraw(order)
        market.house_orders.clear()

    def _house_order(self, market: Market, quote: Quote) -> Order:
        return house_order(market.instrument, quote, self._exchange.counters.house_order_id())

    def _print_tape(self, market: Market) -> None:
        printed = market.tape()
        if printed is not None:
            buyer_is_maker, price, quantity = printed
            self._exchange.matching.publish(market, price, quantity, buyer_is_maker=buyer_is_maker)
