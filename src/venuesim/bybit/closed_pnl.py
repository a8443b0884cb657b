"""What closing orders earned ("Get Closed PnL"): one row per order, fees of opening and closing deducted."""

from collections import defaultdict, deque
from dataclasses import dataclass
from decimal import Decimal
from itertools import count

from venuesim.bybit import errors
from venuesim.bybit.listing import Instruments
from venuesim.bybit.operations import Json, Request, Result
from venuesim.bybit.pages import below, cursor, listed, page, period
from venuesim.bybit.parameters import Category
from venuesim.bybit.rendering import execution_type_of, shown
from venuesim.bybit.words import SIDE_NAMES
from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import AccountEvent, AccountEventKind, OrderEvent
from venuesim.exchange.instruments import AMOUNT_STEP
from venuesim.exchange.orders import Execution, Order
from venuesim.exchange.positions import Position
from venuesim.exchange.vocabulary import PositionSide
from venuesim.wire.calls import plain

KEPT = 20_000
"""How many rows of each account are kept; older ones are forgotten."""


@dataclass(slots=True, kw_only=True)
class Closing:
    """What one order closed of a position so far (quote; fees are costs)."""

    number: int
    order: Order
    leverage: Decimal
    created_ms: int
    updated_ms: int
    quantity: Decimal = ZERO
    entry_value: Decimal = ZERO
    exit_value: Decimal = ZERO
    open_fee: Decimal = ZERO
    close_fee: Decimal = ZERO
    realized: Decimal = ZERO
    fill_count: int = 0

    @property
    def pnl(self) -> Decimal:
        """What it earned."""
        return self.realized - self.open_fee - self.close_fee


@dataclass(slots=True)
class Ledger:
    """The running figures of one position: the opening fees of what is in it, and all that it ever realized."""

    open_fees: Decimal = ZERO
    realized: Decimal = ZERO


class ClosedPnl:
    """Listens to trades and funding. It must hear a trade before the private streams tell it."""

    def __init__(self, *, exchange: Exchange, instruments: Instruments) -> None:
        self._exchange = exchange
        self._instruments = instruments
        self._numbers = count(1)
        self._rows: defaultdict[int, deque[Closing]] = defaultdict(lambda: deque(maxlen=KEPT))
        self._by_order: dict[int, Closing] = {}
        self._ledgers: defaultdict[Position, Ledger] = defaultdict(Ledger)
        exchange.listeners.orders.append(self._order_changed)
        exchange.listeners.accounts.append(self._account_changed)

    def of_order(self, order: Order) -> Decimal:
        """Return what an order that still works, or has just ended, earned by closing."""
        closing = self._by_order.get(order.order_id)
        return ZERO if closing is None else closing.pnl

    def realized(self, position: Position) -> Decimal:
        """Return what a position has realized since it first existed: profit and loss, fees, funding."""
        return self._ledgers[position].realized

    def show(self, request: Request) -> Result:
        """List what closing orders earned, newest first."""
        parameters = request.parameters
        category = parameters.category()
        if category is not Category.LINEAR:
            if category is Category.SPOT:
                raise errors.parameter("params error: category invalid")
            return listed(category, [])
        instrument = self._instruments.to_show(parameters)
        begin_ms, end_ms = period(request)
        number_below, _ = below(parameters)
        wanted = (
            closing
            for closing in reversed(self._rows[request.account.account_id])
            if closing.number < number_below
            and begin_ms <= closing.updated_ms <= end_ms
            and (instrument is None or closing.order.instrument.symbol == instrument.symbol)
        )
        found, is_last = page(wanted, parameters.limit(default=50, maximum=100))
        following = "" if is_last else cursor(found[-1].number, found[-1].updated_ms)
        return listed(category, [_row(closing) for closing in found], following)

    # Counting

    def _order_changed(self, event: OrderEvent) -> None:
        order = event.order
        if event.execution is not None and order.instrument.is_linear:
            self._traded(event.account, event.execution)

    def _traded(self, account: Account, execution: Execution) -> None:
        order = execution.order
        holding = account.holding_of(order)
        position = holding.position(order.position_side)
        ledger = self._ledgers[position]
        ledger.realized += execution.realized_pnl - execution.fee
        closed = execution.closed_quantity
        closing_fee = _cut(execution.fee * closed / execution.quantity)
        if closed:
            before = abs(position.quantity) + closed if position.is_open and closed == execution.quantity else closed
            share = ledger.open_fees if closed == before else _cut(ledger.open_fees * closed / before)
            ledger.open_fees -= share
            closing = self._closing(account, order, holding.leverage)
            sign = -order.side.sign  # 1: a long position was closed.
            closing.quantity += closed
            closing.exit_value += closed * execution.price
            closing.entry_value += closed * execution.price - sign * execution.realized_pnl
            closing.open_fee += share
            closing.close_fee += closing_fee
            closing.realized += execution.realized_pnl
            closing.fill_count += 1
            closing.updated_ms = execution.time_ms
        ledger.open_fees += execution.fee - closing_fee

    def _closing(self, account: Account, order: Order, leverage: Decimal) -> Closing:
        closing = self._by_order.get(order.order_id)
        if closing is None:
            now_ms = self._exchange.clock.now_ms()
            closing = Closing(
                number=next(self._numbers), order=order, leverage=leverage, created_ms=now_ms, updated_ms=now_ms
            )
            self._rows[account.account_id].append(closing)
            self._by_order[order.order_id] = closing
            if len(self._by_order) > KEPT:  # The streams ask for orders that still work or have just ended.
                self._by_order.pop(next(iter(self._by_order)))
        return closing

    def _account_changed(self, event: AccountEvent) -> None:
        if event.kind is not AccountEventKind.FUNDING or event.instrument is None:
            return
        flow = next(self._exchange.flows.newest_first(event.account))
        side = PositionSide.NET
        if event.account.hedges(event.instrument):
            side = PositionSide.LONG if flow.quantity > 0 else PositionSide.SHORT
        position = event.account.holding(event.instrument).position(side)
        self._ledgers[position].realized += event.amount


def _row(closing: Closing) -> Json:
    order = closing.order
    row = shown(order)
    return {
        "symbol": order.instrument.venue_id,
        "orderId": str(order.order_id),
        "side": SIDE_NAMES[order.side],
        "qty": row["qty"],
        "orderPrice": row["price"],
        "orderType": row["orderType"],
        "execType": execution_type_of(order),
        "closedSize": plain(closing.quantity),
        "cumEntryValue": plain(closing.entry_value),
        "avgEntryPrice": _average(closing.entry_value, closing.quantity),
        "cumExitValue": plain(closing.exit_value),
        "avgExitPrice": _average(closing.exit_value, closing.quantity),
        "closedPnl": plain(closing.pnl),
        "openFee": plain(closing.open_fee),
        "closeFee": plain(closing.close_fee),
        "fillCount": str(closing.fill_count),
        "leverage": plain(closing.leverage),
        "createdTime": str(closing.created_ms),
        "updatedTime": str(closing.updated_ms),
    }


def _cut(fee: Decimal) -> Decimal:
    return fee.quantize(AMOUNT_STEP)


def _average(value: Decimal, quantity: Decimal) -> str:
    return plain((value / quantity).quantize(AMOUNT_STEP))
