"""The book of one instrument: price-time priority over integer ticks."""

from bisect import bisect_left, insort
from collections.abc import Iterator
from decimal import Decimal

from venuesim.exchange.accounts import ZERO
from venuesim.exchange.instruments import floor_to
from venuesim.exchange.orders import Order
from venuesim.exchange.vocabulary import Side

Level = dict[int, Order]
"""The orders of one price by order id; a dictionary keeps the order of arrival."""


class BookSide:
    """One side of the book. Keys are ticks, negated for bids, so that the best price always sorts first."""

    def __init__(self, side: Side) -> None:
        self.side = side
        self._sign = -1 if side is Side.BUY else 1
        self._keys: list[int] = []
        self._levels: dict[int, Level] = {}

    def add(self, order: Order) -> None:
        """Put an order at the end of its price's queue."""
        key = order.price_key * self._sign
        level = self._levels.get(key)
        if level is None:
            level = self._levels[key] = {}
            insort(self._keys, key)
        level[order.order_id] = order

    def remove(self, order: Order) -> None:
        """Take an order off the book; it must be there."""
        key = order.price_key * self._sign
        level = self._levels[key]
        del level[order.order_id]
        if not level:
            del self._levels[key]
            del self._keys[bisect_left(self._keys, key)]

    def requeue(self, order: Order) -> None:
        """Put an order that is there at the end of its price's queue."""
        level = self._levels[order.price_key * self._sign]
        level[order.order_id] = level.pop(order.order_id)

    def best(self) -> Order | None:
        """Return the order that trades next."""
        if not self._keys:
            return None
        return next(iter(self._levels[self._keys[0]].values()))

    def best_price(self) -> Decimal | None:
        """Return the best price."""
        order = self.best()
        return order.price if order is not None else None

    def reaches(self, order: Order, limit_key: int | None) -> bool:
        """Whether a taker with this limit (None: market) can trade with a resting order."""
        return limit_key is None or order.price_key * self._sign <= limit_key * self._sign

    def __iter__(self) -> Iterator[Order]:
        """Yield resting orders in the order in which they would trade."""
        for key in self._keys:
            yield from self._levels[key].values()

    def levels(self, limit: int) -> list[tuple[Decimal, Decimal]]:
        """Return up to `limit` (price, total quantity on show), best first."""
        result: list[tuple[Decimal, Decimal]] = []
        for key in self._keys[:limit]:
            orders = self._levels[key].values()
            price = next(iter(orders)).price
            result.append((price, sum((order.visible_quantity for order in orders), ZERO)))
        return result

    def counted_levels(self, limit: int) -> list[tuple[Decimal, Decimal, int]]:
        """Return up to `limit` (price, total quantity, number of orders), best first."""
        counted = zip(self.levels(limit), self._keys, strict=False)
        return [(price, quantity, len(self._levels[key])) for (price, quantity), key in counted]


class Book:
    """Both sides of one instrument."""

    def __init__(self) -> None:
        self.bids = BookSide(Side.BUY)
        self.asks = BookSide(Side.SELL)

    def side(self, side: Side) -> BookSide:
        """Return the side where orders of `side` rest."""
        return self.bids if side is Side.BUY else self.asks

    def would_take(self, side: Side, limit_key: int) -> bool:
        """Whether an order with this limit would trade at once."""
        opposite = self.side(side.opposite)
        best = opposite.best()
        return best is not None and opposite.reaches(best, limit_key)

    def available(self, side: Side, quantity: Decimal, limit_key: int | None) -> tuple[Decimal, Decimal]:
        """Return the (base, quote) that a taker for `quantity` would trade now, within its limit (None: market)."""
        base = quote = ZERO
        opposite = self.side(side.opposite)
        for order in opposite:
            if base >= quantity or not opposite.reaches(order, limit_key):
                break
            traded = min(order.leaves_quantity, quantity - base)
            base += traded
            quote += traded * order.price
        return base, quote

    def base_for_quote(self, side: Side, quote_quantity: Decimal, lot_size: Decimal) -> Decimal:
        """Return the base that a market taker for `quote_quantity` would trade now, in whole lots."""
        base = ZERO
        left = quote_quantity
        for order in self.side(side.opposite):
            traded = min(order.leaves_quantity, floor_to(left / order.price, lot_size))
            if traded <= 0:
                break
            base += traded
            left -= traded * order.price
        return base
