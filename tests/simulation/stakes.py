"""What everybody has at stake, added up anew from orders, holdings and positions by plain loops."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from tidegate.core.identifiers import AccountId, OrderId, UserId
from tidegate.core.instruments import Price
from tidegate.core.messages.values import Protection
from tidegate.core.order import Order
from tidegate.core.records import Holding, Position
from tidegate.core.vocabulary import Exchange, Leg, OffsetUnit, OrderStatus, Side

ZERO = Decimal(0)
CASH = "USDT"
_Key = tuple[AccountId, UserId, str]


class Books(NamedTuple):
    """Rows, of memory or of storage, and the prices that they are valued by."""

    orders: Mapping[OrderId, Order]
    holdings: Iterable[Holding]
    positions: Iterable[Position]
    exchanges: Mapping[AccountId, Exchange]
    prices: Mapping[tuple[Exchange, str], Price]

    def price(self, account_id: AccountId, name: str) -> Decimal:
        """What one is worth in cash: of a derivative, or an asset; what no market prices is worth nothing."""
        if name == CASH:
            return Decimal(1)
        found = self.prices.get((self.exchanges[account_id], name if ":" in name else f"{name}/{CASH}"))
        return ZERO if found is None else found.last


class Stake(NamedTuple):
    """One user's part in an asset or derivative in one account: what comes of it with everything of one side filled, in
    base, and what its stops would lose, in cash."""

    account_id: AccountId
    exchange: Exchange
    user_id: UserId
    name: str
    price: Decimal
    long: Decimal
    short: Decimal
    at_risk: Decimal


def stakes_of(books: Books) -> Iterator[Stake]:
    """Everything but cash."""
    held: dict[_Key, Decimal] = {}
    for holding in books.holdings:
        if holding.asset != CASH:
            key = (holding.account_id, holding.user_id, holding.asset)
            held[key] = held.get(key, ZERO) + holding.quantity
    held |= {(one.account_id, one.user_id, one.symbol): one.quantity for one in books.positions}
    orders: dict[_Key, list[Order]] = {}
    for order in books.orders.values():
        if order.status not in (OrderStatus.CREATED, OrderStatus.INVALIDATED):
            name = order.symbol if order.is_derivative else order.symbol.partition("/")[0]
            orders.setdefault((order.account_id, order.user_id, name), []).append(order)
    for key in held.keys() | orders.keys():
        yield _stake(books, key, held.get(key, ZERO), orders.get(key, []))


def _stake(books: Books, key: _Key, held: Decimal, orders: list[Order]) -> Stake:
    """What only closes moves the position as far as to nothing; what may open comes on top."""
    account_id, user_id, name = key
    price = books.price(account_id, name)
    adds, closes, at_risk = dict.fromkeys(Side, ZERO), dict.fromkeys(Side, ZERO), ZERO
    for order in orders:
        if order.leg is None and order.stop_loss is not None:
            at_risk += _at_risk(order, order.stop_loss, price)
        if not order.is_closed and not _is_second(order, books.orders):
            only_closes = order.reduce_only or order.leg is not None
            (closes if only_closes else adds)[order.side] += _left(order)
    most, least = held, held
    if held < 0:
        most = min(held + closes[Side.BUY], ZERO)
    if held > 0:
        least = max(held - closes[Side.SELL], ZERO)
    long, short = most + adds[Side.BUY], least - adds[Side.SELL]
    return Stake(account_id, books.exchanges[account_id], user_id, name, price, long, short, at_risk)


def _is_second(order: Order, orders: Mapping[OrderId, Order]) -> bool:
    """A target beside a stop: only one of the two trades."""
    parent = None if order.parent_order_id is None else orders.get(order.parent_order_id)
    return order.leg is Leg.TAKE_PROFIT and parent is not None and parent.stop_loss is not None


def _left(order: Order) -> Decimal:
    """What may still be filled, in base; of an amount of cash, by the price that it came at."""
    if order.quantity_most is not None:
        return max(order.quantity_most - order.filled_quantity, ZERO)
    price = order.arrival_price or order.reserve_price
    left = max((order.quote_quantity or ZERO) - order.filled_value, ZERO)
    return left / price if price else ZERO


def _at_risk(order: Order, stop: Protection, price: Decimal) -> Decimal:
    """From here to the stop for what it protects, from its own price for what has not traded."""
    filled = max(order.filled_quantity - order.exited_quantity, ZERO) if order.guarding else ZERO
    left = ZERO if order.is_closed else _left(order)
    entry = order.price or order.trigger_price or order.arrival_price or ZERO
    if stop.trigger_price is None:
        offset = stop.trailing_offset or ZERO
        if stop.trailing_offset_unit is OffsetUnit.PRICE:
            return offset * (filled + left)
        return offset / 100 * (price * filled + entry * left)
    here, there = price - stop.trigger_price, entry - stop.trigger_price
    if order.side is Side.SELL:
        here, there = -here, -there
    return here * filled + max(there, ZERO) * left
