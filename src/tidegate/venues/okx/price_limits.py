"""The highest price of a buy and the lowest of a sell that OKX takes now: they move with the market."""

from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from tidegate.core.instruments import Price
from tidegate.venues.values import amount_or_zero


class PriceLimit(NamedTuple):
    """What the channel `price-limit` tells of an instrument: nothing while OKX sets no limit."""

    buy_max: Decimal | None = None
    sell_min: Decimal | None = None


class PriceLimits:
    """The newest of each instrument that is streamed. Of others they are not known: each would cost a call."""

    def __init__(self) -> None:
        self._limits: dict[str, PriceLimit] = {}

    def hear(self, symbol: str, row: Any) -> None:
        """Take over a row. One that is not in effect ("enabled") bounds nothing."""
        if row.get("enabled") is False:
            self._limits.pop(symbol, None)
            return
        buy_max, sell_min = amount_or_zero(row.get("buyLmt")) or None, amount_or_zero(row.get("sellLmt")) or None
        self._limits[symbol] = PriceLimit(buy_max, sell_min)

    def forget(self) -> None:
        """The stream is gone: nobody tells any more how they move."""
        self._limits.clear()

    def within(self, symbol: str, price: Price) -> Price:
        """A price with the limits as they are now."""
        known = self._limits.get(symbol)
        return (
            price if known is None else msgspec.structs.replace(price, buy_max=known.buy_max, sell_min=known.sell_min)
        )
