"""Money: what an order needs, what a fill moves between the balances, what is released at the end."""

from decimal import Decimal

from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.book import Book
from venuesim.exchange.instruments import fee_for
from venuesim.exchange.orders import Execution, Order, OrderRequest, OrderType, Side


def amount_needed(request: OrderRequest, quantity: Decimal, book: Book) -> Decimal:
    """Return what an order for `quantity` (base) can cost at most, in the asset it gives."""
    if request.side is Side.SELL:
        return quantity
    if request.order_type is OrderType.LIMIT:
        return quantity * request.price
    return request.quote_quantity or book.available(request.side, quantity, None)[1]


def settle(
    order: Order, account: Account, *, trade_id: int, price: Decimal, quantity: Decimal, is_maker: bool, time_ms: int
) -> Execution:
    """Move the balances of one side of a trade and book its execution.

    The order's filled quantities already include the trade. The fee is taken from what is received.
    """
    instrument = order.instrument
    buys = order.side is Side.BUY
    given = price * quantity if buys else quantity
    received = quantity if buys else price * quantity
    received_asset = instrument.base if buys else instrument.quote
    fee = fee_for(received, instrument.maker_fee if is_maker else instrument.taker_fee)

    # The lock follows what is left at the limit price; a better price frees the difference.
    still_locked = _needed_to_rest(order)
    account.unlock(order.locked_asset, order.locked_amount - still_locked)
    order.locked_amount = still_locked
    account.balances[order.locked_asset].free -= given
    assert account.balances[order.locked_asset].free >= 0, "the account was checked before the order was accepted"
    account.balances[received_asset].free += received - fee

    execution = Execution(
        trade_id=trade_id,
        account=account,
        order_id=order.order_id,
        client_order_id=order.client_order_id,
        instrument=instrument,
        side=order.side,
        price=price,
        quantity=quantity,
        fee=fee,
        fee_asset=received_asset,
        is_maker=is_maker,
        time_ms=time_ms,
    )
    order.executions.append(execution)
    account.executions.append(execution)
    return execution


def release(order: Order, account: Account) -> None:
    """Free what an order still holds."""
    account.unlock(order.locked_asset, order.locked_amount)
    order.locked_amount = ZERO


def _needed_to_rest(order: Order) -> Decimal:
    if order.order_type is OrderType.MARKET:
        return ZERO
    return order.leaves_quantity * order.price if order.side is Side.BUY else order.leaves_quantity
