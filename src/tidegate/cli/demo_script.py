"""What the demo does: real orders on three venues, each with the end that it should have."""

import asyncio
from collections.abc import Callable
from decimal import ROUND_DOWN, Decimal
from typing import Any, NamedTuple

from tidegate.cli.simulator import SimulatedVenues
from tidegate.client import ApiError, AsyncClient, Order
from tidegate.core.vocabulary import Exchange, OrderStatus

MARKET_SYMBOL = "BTC/USDT"
LIMIT_SYMBOL = "ETH/USDT"
PART = "0.4"  # What each level of the prepared book offers, in ETH.
WAIT_SECONDS_MAX = 30.0


def account_of(exchange: Exchange) -> str:
    """The demo's account at a venue."""
    return f"{exchange}-demo"


class Ending(NamedTuple):
    """An order, what it was meant to show, and whether it did."""

    title: str
    exchange: Exchange
    order: Order
    expected: OrderStatus
    also: str  # What else had to be true, in words; empty when it was.

    @property
    def as_expected(self) -> bool:
        return self.order.status == self.expected and not self.also


class DemoScript:
    """Plays the scenes of one venue after another."""

    def __init__(self, desk: AsyncClient, venues: SimulatedVenues, say: Callable[[str], None]) -> None:
        self._desk = desk
        self._venues = venues
        self._say = say

    async def play(self) -> list[Ending]:
        """All scenes on all venues."""
        endings: list[Ending] = []
        for exchange in Exchange:
            endings.append(await self._market(exchange))
            endings.append(await self._limit_in_parts(exchange))
            endings.append(await self._canceled(exchange))
            endings.append(await self._reply_lost(exchange))
        endings.append(await self._refused_by_venue())
        endings.append(await self._invalid())
        return endings

    async def _market(self, exchange: Exchange) -> Ending:
        title = "market order"
        self._say(f"{exchange}: {title}")
        order = await self._place(
            exchange, symbol=MARKET_SYMBOL, side="buy", order_type="market", quantity="0.01", wait_for="closed"
        )
        return await self._ending(title, exchange, order, OrderStatus.FILLED)

    async def _limit_in_parts(self, exchange: Exchange) -> Ending:
        title = "limit order, filled in parts"
        self._say(f"{exchange}: {title}")
        market = {"symbol": LIMIT_SYMBOL, "exchange": exchange}
        await self._venues.control("market", {**market, "frozen": True, "levels": 5, "level_quantity": PART})
        ask = Decimal((await self._venues.price(exchange, LIMIT_SYMBOL))["ask"])
        order = await self._place(
            exchange, symbol=LIMIT_SYMBOL, side="buy", order_type="limit", price=f"{ask:f}", quantity="1"
        )
        await self._until(order.order_id, lambda now: now.filled_quantity > 0 or now.is_closed)
        lower = (ask * Decimal("0.995")).quantize(Decimal("0.1"), ROUND_DOWN)
        await self._venues.control("market", {**market, "price": f"{lower:f}"})
        ending = await self._ending(title, exchange, order, OrderStatus.FILLED)
        history = await self._desk.order_history(order.order_id)
        parts = sum(1 for row in history if row.execution_type == "trade")
        return ending if parts > 1 else ending._replace(also="it filled in one go")

    async def _canceled(self, exchange: Exchange) -> Ending:
        title = "limit order, canceled"
        self._say(f"{exchange}: {title}")
        bid = Decimal((await self._venues.price(exchange, LIMIT_SYMBOL))["bid"])
        price = (bid * Decimal("0.98")).quantize(Decimal("0.1"), ROUND_DOWN)
        order = await self._place(
            exchange, symbol=LIMIT_SYMBOL, side="buy", order_type="limit", price=f"{price:f}", quantity="0.5"
        )
        await self._desk.cancel_order(order.order_id)
        return await self._ending(title, exchange, order, OrderStatus.CANCELED)

    async def _reply_lost(self, exchange: Exchange) -> Ending:
        title = "market order, reply lost"
        self._say(f"{exchange}: {title}")
        await self._venues.control(
            "faults", {"kind": "lose_reply", "exchange": exchange, "match": {"endpoint": "place", "count": 1}}
        )
        order = await self._place(
            exchange, symbol=MARKET_SYMBOL, side="sell", order_type="market", quantity="0.005", wait_for="durable"
        )
        ending = await self._ending(title, exchange, order, OrderStatus.FILLED)
        history = await self._desk.order_history(order.order_id)
        doubted = any("unknown" in row.message for row in history)
        return ending if doubted else ending._replace(also="its reply was not lost")

    async def _refused_by_venue(self) -> Ending:
        exchange, title = Exchange.BINANCE, "refused by the venue"
        self._say(f"{exchange}: {title} (a post-only order, priced to take)")
        ask = Decimal((await self._venues.price(exchange, LIMIT_SYMBOL))["ask"])
        price = (ask * Decimal("1.01")).quantize(Decimal("0.1"), ROUND_DOWN)
        order = await self._place(
            exchange,
            symbol=LIMIT_SYMBOL,
            side="buy",
            order_type="limit",
            price=f"{price:f}",
            quantity="0.1",
            post_only=True,
        )
        return await self._ending(title, exchange, order, OrderStatus.REJECTED)

    async def _invalid(self) -> Ending:
        exchange, title = Exchange.OKX, "refused by the desk"
        self._say(f"{exchange}: {title} (a price off the tick)")
        order = await self._place(
            exchange, symbol=MARKET_SYMBOL, side="buy", order_type="limit", price="50000.123456", quantity="0.01"
        )
        return await self._ending(title, exchange, order, OrderStatus.INVALIDATED)

    async def _place(self, exchange: Exchange, **fields: Any) -> Order:
        """Place an order as any client would; one that the desk refused comes back invalidated."""
        try:
            return await self._desk.place_order(account=account_of(exchange), **fields)
        except ApiError as error:
            if error.order is None:
                raise
            return error.order

    async def _ending(self, title: str, exchange: Exchange, order: Order, expected: OrderStatus) -> Ending:
        """Wait for the order's end; one that has none within the time shows as what it is then."""
        ended = await self._until(order.order_id, lambda now: now.is_closed)
        also = "" if ended.is_closed else f"it had not ended after {WAIT_SECONDS_MAX:.0f} s"
        return Ending(title, exchange, ended, expected, also)

    async def _until(self, order_id: str, reached: Callable[[Order], bool]) -> Order:
        deadline = asyncio.get_running_loop().time() + WAIT_SECONDS_MAX
        while True:
            order = await self._desk.order(order_id)
            if reached(order) or asyncio.get_running_loop().time() > deadline:
                return order
            await asyncio.sleep(0.05)
