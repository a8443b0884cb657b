"""Matching: price-time priority, self-trade prevention, reduce-only bounds, and what a trade does to both sides."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.events import OrderEvent, OrderEventKind, PublicTrade
from venuesim.exchange.fees import Fee, fee_of
from venuesim.exchange.market import Market, Quote, house_order
from venuesim.exchange.orders import Execution, Order
from venuesim.exchange.settlement import Fill, release, settle, shrink_hold
from venuesim.exchange.vocabulary import (
    EndReason,
    FlowKind,
    OrderStatus,
    OrderType,
    PositionSide,
    SelfTradePrevention,
    Side,
)

if TYPE_CHECKING:
    from venuesim.exchange.engine import Exchange

_ENDINGS = {
    OrderStatus.FILLED: OrderEventKind.AMENDED,  # Amended to what it has filled already (OKX).
    OrderStatus.CANCELED: OrderEventKind.CANCELED,
    OrderStatus.EXPIRED: OrderEventKind.EXPIRED,
    OrderStatus.REJECTED: OrderEventKind.REJECTED,
}
_CLOSING = {PositionSide.LONG: Side.SELL, PositionSide.SHORT: Side.BUY}


class Matching:
    """The matching engine of one exchange."""

    def __init__(self, exchange: Exchange, *, flows_of_trades: bool) -> None:
        self._exchange = exchange
        self._flows_of_trades = flows_of_trades

    # The book

    def match(self, market: Market, taker: Order) -> None:
        """Trade an order against the book as far as its limit allows."""
        opposite = market.book.side(taker.side.opposite)
        limit_key = taker.limit_key
        while taker.account is None or taker.is_open:
            maker = opposite.best()
            if maker is None or not opposite.reaches(maker, limit_key):
                return
            if self._prevents(maker, taker):
                continue
            wanted = self.tradable(taker)
            if wanted <= 0:
                if taker.leaves_quantity > 0:
                    self.end(taker, OrderStatus.EXPIRED, EndReason.REDUCE_ONLY)
                return
            quantity = min(self.tradable(maker), maker.visible_quantity, wanted)
            if quantity <= 0:
                self.end(maker, OrderStatus.EXPIRED, EndReason.REDUCE_ONLY)
                continue
            self._trade(market, maker, taker, quantity)

    def match_backstop(self, market: Market, taker: Order, price: Decimal) -> None:
        """Trade all that is left of an order with the exchange itself at a price, past the book."""
        quote = Quote(taker.side.opposite, price, taker.leaves_quantity)
        maker = house_order(market.instrument, quote, self._exchange.counters.house_order_id())
        self._trade(market, maker, taker, taker.leaves_quantity)

    def fill_resting(self, market: Market, order: Order, quantity: Decimal) -> None:
        """Trade some of a resting order with the exchange itself at its own price, whatever stands before it."""
        quote = Quote(order.side.opposite, order.price, quantity)
        taker = house_order(market.instrument, quote, self._exchange.counters.house_order_id())
        self._trade(market, order, taker, quantity)

    def rest(self, market: Market, order: Order) -> None:
        """Put an order into the book."""
        market.book.side(order.side).add(order)
        order.rests = True
        if order.account is not None:
            market.resting_orders += 1

    def withdraw(self, order: Order) -> None:
        """Take an order off the book, if it stands there."""
        if order.rests:
            market = self._exchange.markets[order.instrument.symbol]
            market.book.side(order.side).remove(order)
            order.rests = False
            if order.account is not None:
                market.resting_orders -= 1

    @staticmethod
    def tradable(order: Order) -> Decimal:
        """Return how much of an order can trade now: what is left, or of a closing order what there is to close."""
        left = order.leaves_quantity
        closes = order.reduce_only or _CLOSING.get(order.position_side) is order.side
        if order.account is None or not order.instrument.is_linear or not closes:
            return left
        return min(left, order.account.holding_of(order).reducible(order.side, order.position_side))

    # Trades

    def _trade(self, market: Market, maker: Order, taker: Order, quantity: Decimal) -> None:
        price = maker.price
        market.update_id += 1
        peak = maker.visible_quantity
        for order in (taker, maker):
            order.filled_quantity += quantity
            order.filled_quote += price * quantity
        if maker.leaves_quantity == 0:
            self.withdraw(maker)
        elif quantity >= peak and maker.rests:  # The next peak of an iceberg order joins the end of the queue.
            market.book.side(maker.side).requeue(maker)
        trade_id = self.publish(market, price, quantity, buyer_is_maker=maker.side is Side.BUY)
        for order in (taker, maker):
            if order.account is not None:
                self._execute(market, order, order.account, trade_id, price, quantity, is_maker=order is maker)

    def _execute(
        self,
        market: Market,
        order: Order,
        account: Account,
        trade_id: int,
        price: Decimal,
        quantity: Decimal,
        *,
        is_maker: bool,
    ) -> None:
        exchange, instrument = self._exchange, order.instrument
        order.updated_ms = exchange.clock.now_ms()
        fee = self._fee(order, account, price, quantity, is_maker=is_maker)
        change = settle(order, account, Fill(price, quantity, fee, order.updated_ms))
        execution = Execution(
            sequence=exchange.counters.execution_sequence(),
            trade_id=trade_id,
            account=account,
            order=order,
            side=order.side,
            price=price,
            quantity=quantity,
            fee=fee.amount,
            fee_asset=fee.asset,
            fee_rate=fee.rate,
            is_maker=is_maker,
            time_ms=order.updated_ms,
            leaves_quantity=order.leaves_quantity,
            realized_pnl=change.realized_pnl,
            closed_quantity=change.closed_quantity,
            mark_price=market.mark,
        )
        order.executions.append(execution)
        exchange.records.executed(execution)
        self._note_flows(execution)
        if order.leaves_quantity == 0:
            self._close(order, OrderStatus.FILLED)
        else:
            order.status = OrderStatus.PARTIALLY_FILLED
        exchange.clearing.traded(execution)
        assets: tuple[str, ...] = (instrument.quote,) if instrument.is_linear else (instrument.base, instrument.quote)
        if fee.asset not in assets:
            assets += (fee.asset,)
        self.tell(OrderEventKind.TRADE, order, assets, execution)

    def _fee(self, order: Order, account: Account, price: Decimal, quantity: Decimal, *, is_maker: bool) -> Fee:
        instrument = order.instrument
        takes_base = not instrument.is_linear and order.side is Side.BUY
        return fee_of(
            account,
            instrument,
            asset=instrument.base if takes_base else instrument.quote,
            amount=quantity if takes_base else price * quantity,
            is_maker=is_maker,
            worth=self._exchange.clearing.worth,
        )

    def _note_flows(self, execution: Execution) -> None:
        instrument = execution.instrument
        if instrument.is_linear:
            moved = {instrument.quote: execution.realized_pnl}
        elif self._flows_of_trades:
            sign = execution.side.sign
            moved = {instrument.base: execution.quantity * sign, instrument.quote: -execution.quote_quantity * sign}
        else:
            return
        moved[execution.fee_asset] = moved.get(execution.fee_asset, ZERO) - execution.fee
        for asset, amount in moved.items():
            self._exchange.flows.add(
                execution.account,
                FlowKind.TRADE,
                asset=asset,
                amount=amount,
                time_ms=execution.time_ms,
                symbol=instrument.symbol,
                execution=execution,
            )

    def publish(self, market: Market, price: Decimal, quantity: Decimal, *, buyer_is_maker: bool) -> int:
        """Number a trade, tell everybody, and return its id."""
        exchange = self._exchange
        trade = PublicTrade(
            trade_id=exchange.counters.trade_id(market.instrument.symbol),
            instrument=market.instrument,
            price=price,
            quantity=quantity,
            buyer_is_maker=buyer_is_maker,
            time_ms=exchange.clock.now_ms(),
        )
        market.print_trade(trade)
        for listener in exchange.listeners.trades:
            listener(trade)
        return trade.trade_id

    # Self-trade prevention

    def _prevents(self, maker: Order, taker: Order) -> bool:
        """Keep two orders of one account from trading, in the way that the taker asks for; return whether it did."""
        mode = taker.self_trade_prevention
        if mode is SelfTradePrevention.NONE or maker.account is not taker.account or taker.account is None:
            return False
        quantity = min(maker.leaves_quantity, taker.leaves_quantity)
        shrinks = mode is SelfTradePrevention.DECREMENT
        for order, other, ends in (
            (taker, maker, mode is not SelfTradePrevention.EXPIRE_MAKER),
            (maker, taker, mode is not SelfTradePrevention.EXPIRE_TAKER),
        ):
            if ends:
                self._prevent(order, other, quantity if shrinks else order.leaves_quantity)
        return True

    def _prevent(self, order: Order, other: Order, quantity: Decimal) -> None:
        account = order.account
        assert account is not None, "liquidity trades with anybody"
        order.prevented_quantity += quantity
        shrink_hold(order, account, quantity, rests=order.order_type is OrderType.LIMIT)
        order.updated_ms = self._exchange.clock.now_ms()
        if order.leaves_quantity == 0:
            self.withdraw(order)
        self.tell(OrderEventKind.PREVENTED, order, (order.locked_asset,), other=other, quantity=quantity)
        if order.leaves_quantity == 0:
            self.end(order, OrderStatus.EXPIRED, EndReason.SELF_TRADE, at_ms=order.updated_ms)

    # Ending and telling

    def end(self, order: Order, status: OrderStatus, reason: EndReason, *, at_ms: int | None = None) -> None:
        """End an open order that waits for no trigger; `at_ms` is when that was told already, if it was."""
        account = order.account
        assert account is not None, "liquidity is withdrawn, not ended"
        self.withdraw(order)
        release(order, account)
        order.updated_ms = self._exchange.clock.now_ms() if at_ms is None else at_ms
        order.end_reason = reason
        self._close(order, status)
        self.tell(_ENDINGS[status], order, (order.locked_asset,))

    def _close(self, order: Order, status: OrderStatus) -> None:
        assert order.account is not None, "liquidity has no status"
        order.status = status
        self._exchange.records.ended(order, order.account)

    def tell(
        self,
        kind: OrderEventKind,
        order: Order,
        assets: tuple[str, ...],
        execution: Execution | None = None,
        *,
        other: Order | None = None,
        quantity: Decimal = ZERO,
    ) -> None:
        """Tell the owner's listeners that an order changed."""
        assert order.account is not None, "liquidity has no owner to tell"
        order.remember()
        order.account.updated_ms = order.updated_ms
        event = OrderEvent(
            kind=kind,
            account=order.account,
            order=order,
            assets=assets,
            time_ms=order.updated_ms,
            execution=execution,
            other=other,
            quantity=quantity,
        )
        for listener in self._exchange.listeners.orders:
            listener(event)
