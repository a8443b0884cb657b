"""Orders that the desk holds, by what they wait for: a price finds those that it reaches, and touches no others."""

from bisect import bisect_left, bisect_right, insort
from decimal import Decimal
from operator import itemgetter

import msgspec

from tidegate.core.identifiers import OrderId
from tidegate.core.instruments import Price
from tidegate.core.order import Order
from tidegate.core.triggers import rises_to_trigger, watched_price
from tidegate.core.vocabulary import Exchange, OrderType, Side, TriggerBy

Market = tuple[Exchange, str]
_Way = tuple[TriggerBy, bool]  # Which price decides, and whether it has to rise.
_Wait = tuple[_Way, Decimal]
_HIGHEST, _LOWEST = Decimal("Infinity"), Decimal("-Infinity")
_price_of = itemgetter(0)


class _HeldInMarket(msgspec.Struct):
    """Those of one market: what each waits for, and the same again in the order of the prices."""

    waits: dict[OrderId, list[_Wait]] = {}
    by_price: dict[_Way, list[tuple[Decimal, OrderId]]] = {}


class HeldOrders(msgspec.Struct):
    """All that a price may set off at the desk. `markets` becomes another object whenever the markets are others."""

    markets: frozenset[Market] = frozenset()
    in_markets: dict[Market, _HeldInMarket] = {}

    def __bool__(self) -> bool:
        return bool(self.markets)

    def index(self, order: Order) -> None:
        """Keep an order while it is held and waits for its trigger, by its figures as they now are; else let it go."""
        market = (order.exchange, order.symbol)
        held = self.in_markets.get(market)
        if order.is_held and order.is_conditional:
            if held is None:
                held = self.in_markets[market] = _HeldInMarket()
                self.markets = frozenset(self.in_markets)
            _keep(held, order.order_id, _waits_of(order))
        elif held is not None:
            _drop(held, order.order_id)
            if not held.waits:
                del self.in_markets[market]
                self.markets = frozenset(self.in_markets)

    def reached(self, exchange: Exchange, symbol: str, price: Price) -> list[OrderId]:
        """The orders that a price sets off, or that trail and may follow it; oldest first."""
        held = self.in_markets.get((exchange, symbol))
        if held is None:
            return []
        found: set[OrderId] = set()
        for (trigger_by, rises), waiting in held.by_price.items():
            seen = watched_price(price, trigger_by)
            near = (
                waiting[: bisect_right(waiting, seen, key=_price_of)]
                if rises
                else waiting[bisect_left(waiting, seen, key=_price_of) :]
            )
            found.update(order_id for _, order_id in near)
        return sorted(found)


def _waits_of(order: Order) -> list[_Wait]:
    """Its trigger; and what trails waits for a better price than any before, at first for any price at all."""
    waits: list[_Wait] = []
    if order.order_type is OrderType.TRAILING_STOP:
        follows_up = order.side is Side.SELL
        best = order.trailing_extreme
        if best is None:
            best = _LOWEST if follows_up else _HIGHEST
        waits.append(((order.trigger_by, follows_up), best))
    if order.trigger_price is not None:
        rises = rises_to_trigger(order.order_type, order.side)
        waits.append(((order.trigger_by, rises), order.trigger_price))
    return waits


def _keep(held: _HeldInMarket, order_id: OrderId, waits: list[_Wait]) -> None:
    if held.waits.get(order_id) == waits:
        return
    _drop(held, order_id)
    held.waits[order_id] = waits
    for way, price in waits:
        insort(held.by_price.setdefault(way, []), (price, order_id))


def _drop(held: _HeldInMarket, order_id: OrderId) -> None:
    for way, price in held.waits.pop(order_id, ()):
        waiting = held.by_price[way]
        del waiting[bisect_left(waiting, (price, order_id))]
        if not waiting:
            del held.by_price[way]
