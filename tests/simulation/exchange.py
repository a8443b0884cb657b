"""A venue in memory: it takes, matches, sets off and ends orders by its rules. Slow to tell perhaps, but no liar."""

import itertools
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from random import Random

from simulation.book import ZERO, Flow, Trade, VenueBooks, VenueOrder
from simulation.faults import Fault, Faults
from simulation.rules import FEE_RATE, LINEAR, SPOT, START_PRICE, STEP, SYMBOLS, TICK, Rules
from tidegate.core.identifiers import ExchangeOrderId, TradeId
from tidegate.core.messages.effects import SendAmend, SendOrder
from tidegate.core.messages.values import Fee
from tidegate.core.vocabulary import (
    CashFlowKind,
    OffsetUnit,
    RejectReason,
    Side,
    TimeInForce,
    VenueOrderStatus,
)
from tidegate.venues.outcomes import CallFailed, Verdict

HALF_SPREAD = 5 * TICK


def refused(reason: RejectReason, message: str) -> CallFailed:
    """The venue says no for good."""
    return CallFailed(Verdict.REFUSED, reason, message)


class ModelAccount:
    """One account: its books, its orders, and who hears of what happens to them."""

    def __init__(self, exchange: "ModelExchange", books: VenueBooks) -> None:
        self.exchange = exchange
        self.books = books
        self.orders: list[VenueOrder] = []
        self.cancel_at: datetime | None = None  # Unless its owner is heard of before.
        self.dead_man_cancels = 0
        self.on_order: Callable[[VenueOrder], None] = lambda _: None
        self.on_trade: Callable[[Trade], None] = lambda _: None

    def open_orders(self) -> list[VenueOrder]:
        return [order for order in self.orders if order.is_open]

    def named(self, client_order_id: str) -> VenueOrder | None:
        """The latest order of this client id."""
        return next((order for order in reversed(self.orders) if order.client_order_id == client_order_id), None)

    def free(self, asset: str) -> Decimal:
        """What spot orders may still spend of an asset."""
        wallet = self.exchange.rules.wallet(SPOT)
        locked = sum((self._locks(order, asset) for order in self.open_orders()), ZERO)
        return self.books.balances.get((asset, wallet), ZERO) - locked

    def _locks(self, order: VenueOrder, asset: str) -> Decimal:
        if order.symbol != SPOT or (order.at_market and not order.waiting):
            return ZERO
        if order.side is Side.SELL:
            return order.left(START_PRICE) if asset == "BTC" else ZERO
        price = order.price or order.trigger_price or ZERO
        return order.left(price) * price if asset == "USDT" else ZERO


class ModelExchange:
    """One venue, its market and its accounts. `now` is the venue's own clock."""

    def __init__(self, rules: Rules, random: Random, faults: Faults, now: Callable[[], datetime]) -> None:
        self.rules = rules
        self.random = random
        self.faults = faults
        self.now = now
        self.price = dict.fromkeys(SYMBOLS, START_PRICE)
        self.accounts: list[ModelAccount] = []
        self._numbers = itertools.count(1)

    # --- orders ------------------------------------------------------------------------------------------------------

    def place(self, account: ModelAccount, send: SendOrder) -> VenueOrder:
        """Take an order, or refuse it by raising `CallFailed`."""
        self._check_id(account, send.exchange_client_order_id)
        order = VenueOrder(
            client_order_id=send.exchange_client_order_id,
            exchange_order_id=self._order_id(),
            symbol=send.symbol,
            side=send.side,
            order_type=send.order_type,
            quantity=send.quantity,
            quote_quantity=send.quote_quantity,
            price=send.price,
            trigger_price=send.trigger_price,
            trailing_offset=send.trailing_offset,
            trailing_offset_unit=send.trailing_offset_unit,
            time_in_force=send.time_in_force,
            reduce_only=send.reduce_only,
            accepted_at=self.now(),
        )
        order.waiting = order.trigger_price is not None or order.trailing_offset is not None
        refusal = self._refusal(account, order, post_only=send.post_only)
        if refusal is not None and not self.rules.acknowledges_first:
            raise refusal
        account.orders.append(order)
        doomed = self.faults.chance(Fault.ASYNC_REJECT, 0.02) if self.rules.acknowledges_first else False
        if refusal is not None or doomed:
            self._end(account, order, VenueOrderStatus.REJECTED)
        else:
            account.on_order(order)
            self._work(account, order)
        return order

    def _check_id(self, account: ModelAccount, client_order_id: str) -> None:
        known = account.named(client_order_id)
        if known is not None and (known.is_open or self.rules.ids_unique_for_ever):
            raise CallFailed(Verdict.UNKNOWN, RejectReason.DUPLICATE_ORDER_ID, "such an id is there already")

    def _refusal(self, account: ModelAccount, order: VenueOrder, *, post_only: bool) -> CallFailed | None:
        if order.reduce_only and not self._reducible(account, order.side):
            return refused(RejectReason.OUTSIDE_VENUE_RULES, "there is no position to reduce")
        if order.waiting and order.trigger_price is not None and self._sets_off(order):
            return refused(RejectReason.IMMEDIATE_MATCH_REFUSED, "it would be set off at once")
        if post_only and self._is_marketable(order):
            return refused(RejectReason.IMMEDIATE_MATCH_REFUSED, "it would take")
        if order.symbol == SPOT and self._needs(order) > account.free(self._spends(order)):
            return refused(RejectReason.INSUFFICIENT_FUNDS, "insufficient balance")
        return None

    def _spends(self, order: VenueOrder) -> str:
        return "USDT" if order.side is Side.BUY else "BTC"

    def _needs(self, order: VenueOrder) -> Decimal:
        price = order.price or order.trigger_price or self.touch(order.symbol, order.side)
        left = order.left(price)
        return left * price if order.side is Side.BUY else left

    def amend(self, account: ModelAccount, order: VenueOrder, amend: SendAmend) -> None:
        """Change an order in place; raises `CallFailed` when that cannot be."""
        if not order.is_open:
            raise CallFailed(Verdict.CLOSED, RejectReason.TOO_LATE, "the order has ended")
        markets = self.rules.amends_conditional if order.waiting else self.rules.amends
        if order.symbol not in markets:
            raise refused(RejectReason.INVALID_PARAMETERS, "this market has no such change")
        if amend.quantity <= order.filled:
            raise refused(RejectReason.OUTSIDE_VENUE_RULES, "less than is filled already")
        before = (order.quantity, order.price, order.trigger_price)
        order.quantity, order.price = amend.quantity, amend.price
        order.trigger_price = amend.trigger_price if order.waiting else order.trigger_price
        if order.symbol == SPOT and account.free(self._spends(order)) < 0:
            order.quantity, order.price, order.trigger_price = before
            raise refused(RejectReason.INSUFFICIENT_FUNDS, "insufficient balance")
        account.on_order(order)
        self._work(account, order)

    def cancel(self, account: ModelAccount, order: VenueOrder) -> None:
        """Take an order out of the market."""
        if not order.is_open:
            raise CallFailed(Verdict.CLOSED, RejectReason.TOO_LATE, "the order has ended")
        if self._is_touched(order) and self.faults.chance(Fault.FILL_DURING_CANCEL, 0.15):
            self._fill(account, order, self._part(order))
        if order.is_open:
            self._end(account, order, VenueOrderStatus.CANCELED)

    # --- the market --------------------------------------------------------------------------------------------------

    def tick(self) -> None:
        """The market moves a step, and does what that does to the orders."""
        for symbol in SYMBOLS:
            step = self.random.choice([-40, -15, -5, 0, 5, 15, 40]) * TICK
            self.price[symbol] = max(self.price[symbol] + step, TICK * 1000)
        for account in self.accounts:
            self._run_out(account)
            for order in account.open_orders():
                if order.is_open:
                    self._work(account, order)

    def _run_out(self, account: ModelAccount) -> None:
        """The dead-man switch: nothing was heard of the account's owner in time."""
        if account.cancel_at is None or self.now() < account.cancel_at:
            return
        account.cancel_at = None
        for order in account.open_orders():
            self._end(account, order, VenueOrderStatus.CANCELED)
            account.dead_man_cancels += 1

    def touch(self, symbol: str, side: Side) -> Decimal:
        """The price that a taker of this side gets."""
        return self.price[symbol] + (HALF_SPREAD if side is Side.BUY else -HALF_SPREAD)

    def _work(self, account: ModelAccount, order: VenueOrder) -> None:
        if order.waiting:
            self._trail(order)
            if not self._sets_off(order):
                return
            self._set_off(account, order)
        if order.reduce_only and not self._reducible(account, order.side):
            self._end(account, order, VenueOrderStatus.EXPIRED)
        elif order.at_market or self._is_marketable(order):
            self._take(account, order)
        elif order.time_in_force in (TimeInForce.IOC, TimeInForce.FOK):
            self._end(account, order, VenueOrderStatus.EXPIRED)

    def _take(self, account: ModelAccount, order: VenueOrder) -> None:
        at_once = order.at_market or order.time_in_force in (TimeInForce.IOC, TimeInForce.FOK)
        if order.time_in_force is TimeInForce.IOC and not order.at_market and self.random.random() < 0.3:
            self._fill(account, order, self._part(order))
            if order.is_open:
                self._end(account, order, VenueOrderStatus.EXPIRED)
            return
        if not at_once and self.random.random() < 0.4:
            self._fill(account, order, self._part(order))
            return
        if self.random.random() < 0.3:
            self._fill(account, order, self._part(order))
        if order.is_open:
            self._fill(account, order, self._fillable(account, order))
        if order.is_open and at_once and order.reduce_only and self.rules.cuts_closing_orders:
            order.quantity = order.filled  # What closes is cut to the position, and so it is filled whole.
            self._end(account, order, VenueOrderStatus.FILLED)
        elif order.is_open and at_once:
            spent = order.quote_quantity is not None and order.filled > 0
            self._end(account, order, VenueOrderStatus.FILLED if spent else VenueOrderStatus.EXPIRED)

    def _fillable(self, account: ModelAccount, order: VenueOrder) -> Decimal:
        left = order.left(self.touch(order.symbol, order.side))
        return min(left, self._reducible(account, order.side)) if order.reduce_only else left

    def _part(self, order: VenueOrder) -> Decimal:
        left = order.left(self.touch(order.symbol, order.side))
        return max((left * Decimal(self.random.randint(1, 9)) / 10) // STEP * STEP, min(STEP, left))

    def _fill(self, account: ModelAccount, order: VenueOrder, quantity: Decimal) -> None:
        if order.reduce_only:
            quantity = min(quantity, self._reducible(account, order.side))
        if quantity <= 0:
            return
        price = self.touch(order.symbol, order.side)
        if order.price is not None:
            price = min(price, order.price) if order.side is Side.BUY else max(price, order.price)
        is_last = order.quantity is not None and quantity == order.quantity - order.filled
        if is_last and not order.reduce_only and self.faults.chance(Fault.OVERFILL, 0.01):
            quantity += STEP
        self._remember(order)
        fee = self._fee(order, quantity, price)
        trade = Trade(TradeId(str(next(self._numbers))), order, quantity, price, fee, self.now())
        account.books.book(trade, self.rules.wallet(order.symbol))
        order.trades = [*order.trades, trade]
        account.on_trade(trade)
        if order.quantity is not None and order.filled >= order.quantity:
            self._end(account, order, VenueOrderStatus.FILLED)
        else:
            account.on_order(order)

    def _fee(self, order: VenueOrder, quantity: Decimal, price: Decimal) -> Fee:
        if order.symbol == LINEAR:
            return Fee("USDT", quantity * price * FEE_RATE)
        if self.rules.fee_asset is not None:
            return Fee(self.rules.fee_asset, quantity * price * FEE_RATE / 500)
        return Fee("BTC", quantity * FEE_RATE) if order.side is Side.BUY else Fee("USDT", quantity * price * FEE_RATE)

    def _reducible(self, account: ModelAccount, side: Side) -> Decimal:
        position = account.books.position
        return max(-position if side is Side.BUY else position, ZERO)

    def _is_marketable(self, order: VenueOrder) -> bool:
        if order.price is None:
            return True
        touch = self.touch(order.symbol, order.side)
        return order.price >= touch if order.side is Side.BUY else order.price <= touch

    def _is_touched(self, order: VenueOrder) -> bool:
        """Whether the market is so near that somebody may have met it."""
        return not order.waiting and order.price is not None and abs(order.price - self.price[order.symbol]) < 50

    # --- conditional orders ------------------------------------------------------------------------------------------

    def _trail(self, order: VenueOrder) -> None:
        if order.trailing_offset is None:
            return
        price, up = self.price[order.symbol], order.side is Side.SELL
        best = price if order.extreme is None else (max if up else min)(order.extreme, price)
        percent = order.trailing_offset_unit is OffsetUnit.PERCENT
        distance = best * order.trailing_offset / 100 if percent else order.trailing_offset
        order.extreme = best
        order.trigger_price = best - distance if up else best + distance

    def _sets_off(self, order: VenueOrder) -> bool:
        price, trigger = self.price[order.symbol], order.trigger_price
        if trigger is None:
            return False
        falling = (order.side is Side.SELL) == order.is_stop
        return price <= trigger if falling else price >= trigger

    def _set_off(self, account: ModelAccount, order: VenueOrder) -> None:
        order.waiting, order.triggered = False, True
        if order.symbol in self.rules.own_ids:
            order.conditional_id = order.exchange_order_id
            order.exchange_order_id = self._order_id()
        account.on_order(order)

    # --- what happens without being asked ----------------------------------------------------------------------------

    def surprise(self, account: ModelAccount) -> None:
        """Now and then the venue, or a person there, does something of its own."""
        ours = [order for order in account.open_orders() if order.is_ours]
        if ours and self.faults.chance(Fault.UNSOLICITED_CANCEL, 0.01):
            self._end(account, self.random.choice(ours), VenueOrderStatus.CANCELED)
        elif self.faults.chance(Fault.BY_HAND, 0.01):
            self._by_hand(account, ours)
        if account.books.position and self.faults.chance(Fault.FUNDING, 0.01):
            self._fund(account)

    def _by_hand(self, account: ModelAccount, ours: list[VenueOrder]) -> None:
        foreign = [order for order in account.open_orders() if not order.is_ours]
        if foreign:
            self._end(account, foreign[0], VenueOrderStatus.CANCELED)
        elif ours and self.random.random() < 0.3:
            self._end(account, self.random.choice(ours), VenueOrderStatus.CANCELED)
        elif (reducible := [order for order in ours if self._can_shrink(order)]) and self.random.random() < 0.5:
            self._shrink(account, self.random.choice(reducible))
        else:
            order = VenueOrder(
                client_order_id=f"hand{next(self._numbers)}",  # type: ignore[arg-type]
                exchange_order_id=self._order_id(),
                symbol=SPOT,
                side=Side.BUY,
                order_type="limit",  # type: ignore[arg-type]
                quantity=STEP,
                price=START_PRICE / 10,
                is_ours=False,
                accepted_at=self.now(),
            )
            account.orders.append(order)
            account.on_order(order)

    def _can_shrink(self, order: VenueOrder) -> bool:
        markets = self.rules.amends_conditional if order.waiting else self.rules.amends
        return order.symbol in markets and order.quantity is not None and order.quantity - order.filled > 2 * STEP

    def _shrink(self, account: ModelAccount, order: VenueOrder) -> None:
        """Somebody makes an order of ours smaller in the venue's own window."""
        assert order.quantity is not None
        order.quantity = order.filled + (order.quantity - order.filled) / 2 // STEP * STEP
        account.on_order(order)

    def cancel_by_hand(self, account: ModelAccount) -> None:
        """Nobody leaves orders of their own behind."""
        for order in account.open_orders():
            if not order.is_ours:
                self._end(account, order, VenueOrderStatus.CANCELED)

    def _fund(self, account: ModelAccount) -> None:
        amount = (account.books.position * self.price[LINEAR] * Decimal("-0.0001")).quantize(Decimal("1e-8"))
        wallet = self.rules.wallet(LINEAR)
        account.books.move("USDT", wallet, amount)
        account.books.flows.append(
            Flow(f"f{next(self._numbers)}", CashFlowKind.FUNDING, "USDT", amount, wallet, LINEAR, self.now())
        )

    # --- small things ------------------------------------------------------------------------------------------------

    def _end(self, account: ModelAccount, order: VenueOrder, status: VenueOrderStatus) -> None:
        self._remember(order)
        order.status = status
        order.ended_at = self.now()
        account.on_order(order)

    def _remember(self, order: VenueOrder) -> None:
        order.past = [*order.past, (self.now(), order.status, order.filled)]

    def _order_id(self) -> ExchangeOrderId:
        return ExchangeOrderId(f"{self.rules.exchange[:2]}{next(self._numbers)}")
