"""Accounts: an API key with its secret and permissions, its balances and its orders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from venuesim.exchange.orders import Execution, Order

ZERO = Decimal(0)
ALL_PERMISSIONS = frozenset({"read", "trade"})


@dataclass(slots=True)
class Balance:
    """One asset of one account: what can be spent, and what open orders hold."""

    free: Decimal = ZERO
    locked: Decimal = ZERO


@dataclass(slots=True, kw_only=True, eq=False)
class Account:
    """One trading account, reached by one API key.

    `orders` holds every order ever accepted by its venue id, `by_client_order_id` the newest of each client order id.
    """

    account_id: int
    api_key: str
    secret: str
    passphrase: str = ""
    permissions: frozenset[str] = ALL_PERMISSIONS
    balances: defaultdict[str, Balance] = field(default_factory=lambda: defaultdict(Balance))
    orders: dict[int, Order] = field(default_factory=dict)
    open_orders: dict[int, Order] = field(default_factory=dict)
    by_client_order_id: dict[str, Order] = field(default_factory=dict)
    executions: list[Execution] = field(default_factory=list)
    arrivals: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    updated_ms: int = 0

    def credit(self, balances: Mapping[str, Decimal]) -> None:
        """Set the free amount of each named asset."""
        for asset, amount in balances.items():
            self.balances[asset].free = amount

    def lock(self, asset: str, amount: Decimal) -> None:
        """Move `amount` from free to locked; the caller has checked that it is there."""
        balance = self.balances[asset]
        balance.free -= amount
        balance.locked += amount
        assert balance.free >= 0, f"{asset} of {self.api_key} would fall below zero"

    def unlock(self, asset: str, amount: Decimal) -> None:
        """Move `amount` from locked back to free."""
        balance = self.balances[asset]
        balance.free += amount
        balance.locked -= amount
        assert balance.locked >= 0, f"more {asset} of {self.api_key} unlocked than was locked"

    def arrived(self, client_order_id: str) -> None:
        """Count that a request to place an order with this client order id reached the venue."""
        self.arrivals[client_order_id] += 1

    def open_orders_of(self, symbol: str | None) -> Iterable[Order]:
        """Return the open orders, oldest first, of one symbol or of all."""
        return [order for order in self.open_orders.values() if symbol is None or order.instrument.symbol == symbol]
