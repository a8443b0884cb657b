"""Notices that a balance moved although nothing was traded: a transfer, a deposit, a conversion by hand.

Bybit's wallet topic tells the coins that changed and not why. What trades move is told by their executions, at about
the same time on another topic; anything else must be asked for.
"""

import asyncio
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from tidegate.core.messages.values import VenueBalance
from tidegate.venues.values import amount_or_zero, rows, text

NEAR_SECONDS = 1.0
"""How far apart the topics may tell one trade."""


class WalletWatch:
    """Compares what the wallet topic says with what it said before. `moved` is called for what no trade explains."""

    def __init__(self, moved: Callable[[], None]) -> None:
        self._moved = moved
        self._balances: dict[str, Decimal] = {}
        self._traded_at = float("-inf")
        self._question: asyncio.TimerHandle | None = None

    def learn(self, balances: Iterable[VenueBalance]) -> None:
        """Take over all balances, as they were asked for."""
        self._balances = {balance.asset: balance.free + balance.locked for balance in balances}

    def traded(self) -> None:
        """An execution was told: what moves the balances now is known."""
        self._traded_at = asyncio.get_running_loop().time()

    def hear(self, row: Any) -> None:
        """Take over the coins that changed; whether a trade explains it is seen a moment later."""
        changed = False
        for coin in rows(row.get("coin")):
            name, balance = text(coin, "coin"), amount_or_zero(coin.get("walletBalance"))
            changed = changed or balance != self._balances.get(name, Decimal(0))
            self._balances[name] = balance
        if changed and self._question is None:
            loop = asyncio.get_running_loop()
            self._question = loop.call_later(NEAR_SECONDS, self._judge, loop.time() - NEAR_SECONDS)

    def _judge(self, since: float) -> None:
        self._question = None
        if self._traded_at < since:
            self._moved()
