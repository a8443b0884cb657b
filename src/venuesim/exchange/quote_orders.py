"""Market orders for an amount of the quote currency: how much of the base they are for."""

from decimal import Decimal

from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.book import Book
from venuesim.exchange.instruments import floor_to
from venuesim.exchange.orders import Order, OrderRequest
from venuesim.exchange.vocabulary import SelfTradePrevention


def base_wanted(order: Order | OrderRequest, account: Account, book: Book) -> Decimal:
    """Return the base that an order buys or sells for its quote quantity, in whole lots, taking the book as it is.

    A book that is too thin leaves one lot more than it has, so that the order fills in part and expires: Binance Spot
    changelog of 2023-03-13, and no venue lets the rest of a market order stand. What self-trade prevention takes out
    of the book before the order reaches it is passed over, or the order would go on to worse prices and spend more.
    """
    passes_own = order.self_trade_prevention is SelfTradePrevention.EXPIRE_MAKER
    lot_size = order.instrument.lot_size
    base, left = ZERO, order.quote_quantity
    opposite = book.side(order.side.opposite)
    for resting in opposite:
        if passes_own and resting.account is account:
            continue
        affordable = floor_to(left / resting.price, lot_size)
        traded = min(resting.leaves_quantity, affordable)
        base += traded
        left -= traded * resting.price
        if traded == affordable:
            return base
    return ZERO if opposite.best() is None else base + lot_size
