"""Accounts: an API key with its secret and permissions, its balances, its positions and its open orders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from venuesim.exchange.instruments import Instrument
from venuesim.exchange.vocabulary import MarginMode

if TYPE_CHECKING:
    from venuesim.exchange.orders import Execution, Order, OrderRequest
    from venuesim.exchange.positions import Holding, Position

ZERO = Decimal(0)
ALL_PERMISSIONS = frozenset({"read", "trade"})
FEE_TIER = "fee_tier"
"""The key of `Account.settings` that holds the venue's name for the account's fee tier, if one was given."""

LEVERAGE = 20
"""What an account's contracts begin with at most (Binance; assumption for the others: their packages set their own)."""


@dataclass(slots=True)
class Balance:
    """One asset of one account: what is free of orders, and what open spot orders hold.

    In a margin wallet `free` is cash: what positions and orders tie up is computed, see `margin`.
    """

    free: Decimal = ZERO
    locked: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        """The whole balance."""
        return self.free + self.locked


@dataclass(slots=True, kw_only=True)
class FeeTerms:
    """What an account pays: rates of its own (None: the instrument's), and whether another asset pays, discounted."""

    maker_rate: Decimal | None = None
    taker_rate: Decimal | None = None
    pays_in: str | None = None
    discount: Decimal = ZERO


@dataclass(slots=True, kw_only=True, eq=False)
class Account:
    """One trading account, reached by one API key.

    `orders` holds by venue id the orders that have not moved to disk, `by_client_order_id` the newest of each client
    order id among them, `executions` by sequence what filled them; look things up through `Records`. `is_hedged` is
    the position mode of contracts that have none of their own. `settings` is for what a venue keeps per account and the
    exchange does not know.
    `withheld` are permissions that a fault took from the key, `is_revoked` says that it took the key itself.
    """

    account_id: int
    api_key: str
    secret: str
    passphrase: str = ""
    permissions: frozenset[str] = ALL_PERMISSIONS
    withheld: frozenset[str] = frozenset()
    is_revoked: bool = False
    balances: defaultdict[str, Balance] = field(default_factory=lambda: defaultdict(Balance))
    holdings: dict[str, Holding] = field(default_factory=dict)
    is_hedged: bool = False
    margin_mode: MarginMode = MarginMode.CROSS
    leverage: int = LEVERAGE
    fee_terms: FeeTerms = field(default_factory=FeeTerms)
    orders: dict[int, Order] = field(default_factory=dict)
    open_orders: dict[int, Order] = field(default_factory=dict)
    by_client_order_id: dict[str, Order] = field(default_factory=dict)
    executions: dict[int, Execution] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    created_ms: int = 0
    updated_ms: int = 0

    @property
    def granted(self) -> frozenset[str]:
        """The permissions that the API key has now."""
        return frozenset() if self.is_revoked else self.permissions - self.withheld

    def may(self, permission: str) -> bool:
        """Whether the API key has a permission now."""
        return not self.is_revoked and permission in self.permissions and permission not in self.withheld

    def credit(self, balances: Mapping[str, Decimal]) -> None:
        """Set the free amount of each named asset."""
        for asset, amount in balances.items():
            self.balances[asset].free = amount

    def lock(self, asset: str, amount: Decimal) -> None:
        """Move `amount` from free to locked; the caller has checked that it is there."""
        balance = self.balances[asset]
        balance.free -= amount
        balance.locked += amount

    def unlock(self, asset: str, amount: Decimal) -> None:
        """Move `amount` from locked back to free."""
        balance = self.balances[asset]
        balance.free += amount
        balance.locked -= amount
        assert balance.locked >= 0, f"more {asset} of {self.api_key} unlocked than was locked"

    def holding(self, instrument: Instrument, pocket: str = "") -> Holding:
        """Return the account's settings and positions of a contract, or of one pocket of it, made on the first use."""
        key = f"{instrument.symbol}/{pocket}" if pocket else instrument.symbol
        holding = self.holdings.get(key)
        if holding is None:
            from venuesim.exchange.positions import Holding

            leverage = min(self.leverage, instrument.leverage_max)
            holding = Holding(
                instrument=instrument, leverage=Decimal(leverage), margin_mode=self.margin_mode, pocket=pocket
            )
            self.holdings[key] = holding
        return holding

    def holding_of(self, item: Order | OrderRequest | Position) -> Holding:
        """Return the holding that an order or a position belongs to."""
        return self.holding(item.instrument, item.pocket)

    def holdings_of(self, symbol: str) -> list[Holding]:
        """Return every holding of a contract: several where the venue keeps pockets apart."""
        return [holding for holding in self.holdings.values() if holding.instrument.symbol == symbol]

    def hedges(self, instrument: Instrument) -> bool:
        """Whether a contract is in hedge mode: by its own setting, else by the account's."""
        holding = self.holdings.get(instrument.symbol)
        own = None if holding is None else holding.is_hedged
        return self.is_hedged if own is None else own

    def open_orders_of(self, symbol: str | None) -> list[Order]:
        """Return the open orders, oldest first, of one symbol or of all."""
        return [order for order in self.open_orders.values() if symbol is None or order.instrument.symbol == symbol]
