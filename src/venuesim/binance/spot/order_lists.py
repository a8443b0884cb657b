"""Order lists: which orders belong together, and what the fate of one does to the others.

OCO: two orders of which the first to fill or to trigger ends the other. OTO: a pending order begins when the working
one has filled. OTOCO: two pending orders that are an OCO. OPO and OPOCO: pending orders for what the working one has
brought in (REST API, "Order lists"; One Pays the Other FAQ).

Pending orders hold their funds from the beginning, unless what the working order brings in pays them: only for those
does the FAQ say that nothing is required for them at placement.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from itertools import chain, count

from venuesim.binance.spot.formats import Json, keep, type_of
from venuesim.binance.spot.vocabulary import Extra
from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import OrderEvent, OrderEventKind
from venuesim.exchange.instruments import floor_to
from venuesim.exchange.orders import Order, OrderRequest
from venuesim.exchange.settlement import hold, release
from venuesim.exchange.vocabulary import EndReason, OrderStatus, PriceKind, Side

DONE_KEPT = 20_000
"""How many lists that are over are remembered; older ones are forgotten."""

_ENDINGS = frozenset({OrderEventKind.CANCELED, OrderEventKind.EXPIRED, OrderEventKind.REJECTED})


class Contingency(StrEnum):
    """The `contingencyType` values; OTOCO, OPO and OPOCO are told as OTO."""

    OCO = "OCO"
    OTO = "OTO"


@dataclass(slots=True, kw_only=True, eq=False)
class OrderList:
    """Some orders of one account and symbol. `pair` are two that cancel each other; `pending` wait for `working`.

    `received` is the base that an OPO's working order has brought in and that is locked for the pending ones.
    `is_armed` is false while the list is being placed: nothing happens to it before that is answered.
    """

    list_id: int
    client_id: str
    account: Account
    contingency: Contingency
    orders: list[Order]
    updated_ms: int
    created_ms: int
    working: Order | None = None
    pending: list[Order] = field(default_factory=list)
    pair: list[Order] = field(default_factory=list)
    pays: bool = False
    received: Decimal = ZERO
    is_armed: bool = False
    is_settling: bool = False
    is_done: bool = False

    @property
    def symbol(self) -> str:
        """The pair that its orders trade."""
        return self.orders[0].instrument.venue_id

    @property
    def twins(self) -> list[Order]:
        """The orders of its pair, pending or not; none without a pair."""
        return self.pair or (self.pending if len(self.pending) > 1 else [])

    def summary(self) -> Json:
        """Return the list as every answer shows it."""
        return {
            "orderListId": self.list_id,
            "contingencyType": self.contingency.value,
            "listStatusType": "ALL_DONE" if self.is_done else "EXEC_STARTED",
            "listOrderStatus": "ALL_DONE" if self.is_done else "EXECUTING",
            "listClientOrderId": self.client_id,
            "transactionTime": self.updated_ms,
            "symbol": self.symbol,
            "orders": [
                {"symbol": self.symbol, "orderId": order.order_id, "clientOrderId": order.client_order_id}
                for order in self.orders
            ],
        }

    def event(self, *, is_update: bool = False) -> Json:
        """Return the user stream's listStatus."""
        kind = "UPDATED" if is_update else "ALL_DONE" if self.is_done else "EXEC_STARTED"
        return {
            "e": "listStatus",
            "E": self.updated_ms,
            "s": self.symbol,
            "g": self.list_id,
            "c": self.contingency.value,
            "l": kind,
            "L": "ALL_DONE" if self.is_done else "EXECUTING",
            "r": "NONE",
            "C": self.client_id,
            "T": self.updated_ms,
            "O": [{"s": self.symbol, "i": order.order_id, "c": order.client_order_id} for order in self.orders],
        }


class OrderLists:
    """Every list there is. `tell` sends an event to the owner of a list.

    It must hear of an event after who renders it, because it causes further ones.
    """

    def __init__(self, exchange: Exchange, tell: Callable[[Account, Json], None]) -> None:
        self._exchange = exchange
        self._tell = tell
        self._ids = count(1)
        self._open: dict[int, OrderList] = {}
        self._of_order: dict[int, OrderList] = {}
        self._done: deque[OrderList] = deque(maxlen=DONE_KEPT)
        exchange.listeners.orders.append(self._heard)

    # Looking up

    def of_order(self, order: Order) -> OrderList | None:
        """Return the open list that an order belongs to."""
        return self._of_order.get(order.order_id)

    def open_of(self, account: Account, symbol: str | None = None) -> list[OrderList]:
        """Return an account's open lists, oldest first, of one symbol (like BTCUSDT) or of all."""
        return [entry for entry in self._open.values() if entry.account is account and symbol in {None, entry.symbol}]

    def all_of(self, account: Account) -> list[OrderList]:
        """Return an account's lists, oldest first."""
        found = [entry for entry in chain(self._done, self._open.values()) if entry.account is account]
        return sorted(found, key=lambda entry: entry.list_id)

    def find(self, account: Account, list_id: int | None, client_id: str | None) -> OrderList | None:
        """Return a list by its id, or the newest with a client id; with both sent, both must name it."""
        for entry in reversed(self.all_of(account)):
            if list_id is not None:
                if entry.list_id == list_id:
                    return entry if client_id in {None, entry.client_id} else None
            elif entry.client_id == client_id:
                return entry
        return None

    # Living

    def next_id(self) -> int:
        """Return the id of a new list."""
        return next(self._ids)

    def begin(self, entry: OrderList) -> None:
        """Take in a list whose orders have been placed, and tell its owner."""
        self._open[entry.list_id] = entry
        for order in entry.orders:
            self._of_order[order.order_id] = entry
        self._tell(entry.account, entry.event())

    def arm(self, entry: OrderList) -> None:
        """Let the list follow its orders, starting with what has happened to them meanwhile."""
        entry.is_armed = True
        lost = next((o for o in entry.orders if not o.is_open and o.status is not OrderStatus.FILLED), None)
        if entry.working is not None:
            self._receive(entry, entry.working.filled_quantity)
        if lost is not None:
            self._end_others(entry, lost, OrderStatus.EXPIRED)
        elif entry.working is not None and entry.working.status is OrderStatus.FILLED:
            self._activate(entry)
        self._finish_if_over(entry)

    def amended(self, entry: OrderList) -> None:
        """Note that an order of a list got another quantity, and perhaps another client order id."""
        entry.updated_ms = self._exchange.clock.now_ms()
        for stop in [] if entry.pays and entry.pending else entry.twins:
            if type_of(stop).is_stop_loss and stop.is_open:
                release(stop, entry.account)
                hold_difference(stop, next(order for order in entry.twins if order is not stop))
        self._tell(entry.account, entry.event(is_update=True))

    def cancel(self, entry: OrderList, cancel_id: str) -> list[Order]:
        """Cancel what is open of a list, and return those orders."""
        canceled = [order for order in entry.orders if order.is_open]
        entry.is_settling = True
        for order in canceled:
            keep(order, Extra.CANCEL_ID, cancel_id)
            self._exchange.cancel(order)
        self._finish(entry)
        return canceled

    def _heard(self, event: OrderEvent) -> None:
        entry = self._of_order.get(event.order.order_id)
        if entry is None or entry.is_settling or not entry.is_armed:
            return
        order = event.order
        if event.kind in _ENDINGS:
            is_canceled = event.kind is OrderEventKind.CANCELED
            self._end_others(entry, order, OrderStatus.CANCELED if is_canceled else OrderStatus.EXPIRED)
        elif event.kind is OrderEventKind.TRADE:
            assert event.execution is not None, "a trade has an execution"
            self._traded(entry, order, event.execution.quantity)
        elif event.kind is OrderEventKind.TRIGGERED and order in entry.pair:
            self._resolve(entry, order)
        self._finish_if_over(entry)

    def _traded(self, entry: OrderList, order: Order, quantity: Decimal) -> None:
        if order in entry.pair:
            self._resolve(entry, order)
        elif order is entry.working:
            self._receive(entry, quantity)
            if order.status is OrderStatus.FILLED:
                self._activate(entry)

    def _resolve(self, entry: OrderList, order: Order) -> None:
        """End the other order of a pair: this one has begun to trade, or to work."""
        entry.is_settling = True
        for other in entry.pair:
            if other is not order and other.is_open:
                self._exchange.end(other, OrderStatus.EXPIRED, EndReason.ONE_CANCELS_OTHER)
        entry.is_settling = False
        if not entry.pending:
            self._finish(entry)

    def _end_others(self, entry: OrderList, order: Order, status: OrderStatus) -> None:
        """End everything else that is open: the list has lost one of its orders."""
        entry.is_settling = True
        for other in entry.orders:
            if other is not order and other.is_open:
                self._exchange.end(other, status, EndReason.ONE_CANCELS_OTHER)
        entry.is_settling = False

    def _receive(self, entry: OrderList, quantity: Decimal) -> None:
        """Lock what an OPO's working order brought in; the fee comes out of what else is free, if there is any."""
        if not entry.pays or not quantity:
            return
        asset = entry.orders[0].instrument.base
        locked = min(quantity, entry.account.balances[asset].free)
        entry.account.lock(asset, locked)
        entry.received += locked

    def _activate(self, entry: OrderList) -> None:
        """Let the pending orders begin: the working one has filled."""
        entry.updated_ms = self._exchange.clock.now_ms()
        pending, entry.pending = entry.pending, []
        for order in pending:
            release(order, entry.account)
            order.extra = {name: value for name, value in order.extra.items() if name != Extra.PENDING}
        if entry.pays and not self._pay(entry, pending):
            for order in pending:
                self._exchange.end(order, OrderStatus.REJECTED, EndReason.INSUFFICIENT_BALANCE)
        elif len(pending) == 1:
            self._exchange.waking.let_go(pending[0])
        else:
            self._let_go_pair(entry, pending)

    def _pay(self, entry: OrderList, pending: list[Order]) -> bool:
        """Give the pending orders what was received, in whole lots; return whether it is enough for an order."""
        instrument = entry.orders[0].instrument
        entry.account.unlock(instrument.base, entry.received)
        quantity = floor_to(entry.received, instrument.lot_size)
        entry.received = ZERO
        for order in pending:
            order.quantity = quantity
        return quantity >= instrument.quantity_min

    def _let_go_pair(self, entry: OrderList, pending: list[Order]) -> None:
        """Let an OCO begin whose funds are held once; it is rejected if the market stands beyond one of its prices."""
        entry.is_settling = True
        first, second = sorted(pending, key=lambda order: not type_of(order).is_stop_loss)
        market = self._exchange.markets[first.instrument.symbol]
        last = market.price_of(PriceKind.LAST)
        limit = far_price(second.price, stop_price_of(second))
        is_apart = prices_are_apart(first.side, stop_price_of(first), limit, last)
        if is_apart:
            self._exchange.waking.let_go(second)
            if second.is_open:
                self._exchange.waking.let_go(first, locks=False)
                hold_difference(first, second)
        if not is_apart or not all(order.is_open for order in pending):
            for order in pending:
                if order.is_open:
                    self._exchange.end(order, OrderStatus.REJECTED, EndReason.WOULD_TRIGGER)
        entry.pair = pending
        entry.is_settling = False

    def _finish_if_over(self, entry: OrderList) -> None:
        if not entry.is_done and not any(order.is_open for order in entry.orders):
            self._finish(entry)

    def _finish(self, entry: OrderList) -> None:
        if entry.received:
            entry.account.unlock(entry.orders[0].instrument.base, entry.received)
            entry.received = ZERO
        entry.is_done = True
        entry.updated_ms = self._exchange.clock.now_ms()
        self._open.pop(entry.list_id, None)
        for order in entry.orders:
            self._of_order.pop(order.order_id, None)
        self._done.append(entry)
        self._tell(entry.account, entry.event())


def prices_are_apart(side: Side, stop_price: Decimal, limit: Decimal, last: Decimal) -> bool:
    """Whether the last price lies between a pair's two prices; a zero price (a trailing stop's) is not looked at."""
    low, high = (stop_price, limit) if side is Side.SELL else (limit, stop_price)
    return (not low or low < last) and (not high or high > last)


def far_price(price: Decimal, stop_price: Decimal) -> Decimal:
    """Return the price of a pair's order that is no stop-loss: its limit, or else its trigger."""
    return price or stop_price


def hold_difference(stop: Order, other: Order) -> None:
    """Let a pair hold what the dearer of its orders needs: the other holds its own, the stop what it needs beyond."""
    account = stop.account
    assert account is not None, "a list has an owner"
    missing = stop_need(stop.side, stop.quantity, stop.price, stop_price_of(stop)) - other.locked_amount
    missing = min(missing, account.balances[stop.locked_asset].free)
    if missing > 0 and stop.is_open and not stop.locked_amount:
        hold(stop, account, missing)


def stop_need(side: Side, quantity: Decimal, price: Decimal, stop_price: Decimal) -> Decimal:
    """Return what a stop order will need of the asset it gives; a market stop at its trigger."""
    return quantity if side is Side.SELL else quantity * (price or stop_price)


def pending_need(request: OrderRequest, last: Decimal) -> Decimal:
    """Return what a pending order holds of the asset it gives; a market order that buys, at its trigger or now."""
    if request.side is Side.SELL:
        return request.quantity
    return request.quantity * (request.price or (request.trigger.price if request.trigger else last))


def stop_price_of(order: Order) -> Decimal:
    """Return an order's stop price; zero without one."""
    return Decimal(order.extra.get(Extra.STOP_PRICE, "0"))
