"""Money: what an order needs, what a fill moves between the balances, what is released at the end."""

from decimal import Decimal

import msgspec

from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.book import Book
from venuesim.exchange.fees import Fee
from venuesim.exchange.orders import Order, OrderRequest
from venuesim.exchange.positions import Change
from venuesim.exchange.vocabulary import MarginMode, OrderType, Side


class Fill(msgspec.Struct, frozen=True, gc=False):
    """One order's part of a trade, before it is booked."""

    price: Decimal
    quantity: Decimal
    fee: Fee
    now_ms: int


def amount_needed(request: OrderRequest | Order, quantity: Decimal, book: Book) -> Decimal:
    """Return what an order for `quantity` (base) can cost at most, in the asset it gives; a contract's notional."""
    if request.instrument.is_linear:
        return _notional(request, quantity, book)
    if request.side is Side.SELL:
        return quantity
    if request.order_type is OrderType.LIMIT:
        return quantity * request.price
    return request.quote_quantity or book.available(request.side, quantity, None)[1]


def hold(order: Order, account: Account, amount: Decimal) -> None:
    """Lock what a limit order gives, or count what a contract's limit order could add to the position."""
    order.locked_amount = amount
    if not order.instrument.is_linear:
        account.lock(order.locked_asset, amount)
    elif not order.reduce_only:
        account.holding_of(order).count(order, order.leaves_quantity, amount)


def release(order: Order, account: Account) -> None:
    """Free what an order still holds."""
    if order.locked_amount:
        if not order.instrument.is_linear:
            account.unlock(order.locked_asset, order.locked_amount)
        elif not order.reduce_only:
            account.holding_of(order).count(order, -order.leaves_quantity, -order.locked_amount)
    order.locked_amount = ZERO


def settle(order: Order, account: Account, fill: Fill) -> Change:
    """Move the money of one side of a trade; the order's filled quantities must already include it."""
    if order.instrument.is_linear:
        return _settle_contract(order, account, fill)
    _settle_exchange(order, account, fill)
    return Change(ZERO, ZERO)


def shrink_hold(order: Order, account: Account, quantity: Decimal, *, rests: bool) -> None:
    """Let the hold follow what is left after `quantity` (base) of an order is gone, by a fill or by prevention.

    What only takes (a market order) holds nothing for its rest: it was checked when it was accepted.
    """
    if order.instrument.is_linear:
        if order.reduce_only or not order.locked_amount:
            return
        still = order.leaves_quantity * order.price
        account.holding_of(order).count(order, -quantity, still - order.locked_amount)
        order.locked_amount = still
        return
    still = _needed_to_rest(order) if rests and order.locked_amount else ZERO
    account.unlock(order.locked_asset, order.locked_amount - still)
    order.locked_amount = still


def _settle_exchange(order: Order, account: Account, fill: Fill) -> None:
    instrument = order.instrument
    buys = order.side is Side.BUY
    given = fill.price * fill.quantity if buys else fill.quantity
    received = fill.quantity if buys else fill.price * fill.quantity
    shrink_hold(order, account, fill.quantity, rests=order.order_type is OrderType.LIMIT)
    account.balances[order.locked_asset].free -= given
    account.balances[instrument.base if buys else instrument.quote].free += received
    account.balances[fill.fee.asset].free -= fill.fee.amount


def _settle_contract(order: Order, account: Account, fill: Fill) -> Change:
    holding = account.holding_of(order)
    shrink_hold(order, account, fill.quantity, rests=True)
    position = holding.position(order.position_side)
    change = position.fill(order.side, fill.price, fill.quantity, fill.now_ms)
    opened = fill.quantity - change.closed_quantity
    if opened and holding.margin_mode is MarginMode.ISOLATED:
        position.isolated_margin += (opened * fill.price / holding.leverage).quantize(order.instrument.money_step)
    if fill.fee.asset == order.instrument.quote:
        # Of a fill that turns a position round, what closed belongs to the one before.
        share = opened / fill.quantity if opened and change.closed_quantity else 1
        position.fees += fill.fee.amount * share
    account.balances[order.instrument.quote].free += change.realized_pnl
    account.balances[fill.fee.asset].free -= fill.fee.amount
    return change


def _notional(request: OrderRequest | Order, quantity: Decimal, book: Book) -> Decimal:
    if request.price:  # A limit order, or a market order with a worst price.
        return quantity * request.price
    base, quote = book.available(request.side, quantity, None)
    return quote * quantity / base if base else quote  # What the book does not have counts like what it has.


def _needed_to_rest(order: Order) -> Decimal:
    return order.leaves_quantity * order.price if order.side is Side.BUY else order.leaves_quantity
