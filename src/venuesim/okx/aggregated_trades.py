"""The trades channel tells one message for each taker order and price (OKX "Trades channel").

A taker's matches come in one go, so that matches at one price belong together until the next order is accepted, or
until whoever made them has done.
"""

import asyncio
from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from venuesim.exchange.events import PublicTrade


class Aggregated(NamedTuple):
    """Matches of one taker at one price: the last of them, what they come to (base), and how many they are."""

    last: PublicTrade
    quantity: Decimal
    matches: int


class AggregatedTrades:
    """Collects matches and hands on what belongs together."""

    def __init__(self, tell: Callable[[Aggregated], None]) -> None:
        self._tell = tell
        self._collected: dict[str, Aggregated] = {}

    def add(self, trade: PublicTrade) -> None:
        """Take in a match."""
        symbol = trade.instrument.symbol
        collected = self._collected.get(symbol)
        if collected is not None and _belongs(trade, collected.last):
            joined = Aggregated(trade, collected.quantity + trade.quantity, collected.matches + 1)
            self._collected[symbol] = joined
            return
        if collected is not None:
            self.end(symbol)
        self._collected[symbol] = Aggregated(trade, trade.quantity, 1)
        asyncio.get_running_loop().call_soon(self.end, symbol)

    def end(self, symbol: str) -> None:
        """Hand on what was collected of a market: another taker comes, or none."""
        collected = self._collected.pop(symbol, None)
        if collected is not None:
            self._tell(collected)


def _belongs(trade: PublicTrade, other: PublicTrade) -> bool:
    return trade.price == other.price and trade.buyer_is_maker is other.buyer_is_maker
