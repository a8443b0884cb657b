"""Disconnected-cancel-all: open orders go when every private connection that guarded them is gone ("DCP")."""

from collections import defaultdict

from venuesim.bybit.listing import category_of
from venuesim.bybit.parameters import Category
from venuesim.exchange.accounts import Account
from venuesim.exchange.clock import Clock
from venuesim.exchange.engine import Exchange
from venuesim.exchange.vocabulary import EndReason

SECOND_MS = 1000
PRODUCTS = {"SPOT": Category.SPOT, "DERIVATIVES": Category.LINEAR, "OPTIONS": Category.OPTION}
"""The `product` values, and whose orders they mean."""

TOPICS = {
    "dcp": frozenset(PRODUCTS),  # The topic of old, for everything (assumption).
    "dcp.spot": frozenset({"SPOT"}),
    "dcp.future": frozenset({"DERIVATIVES"}),
    "dcp.option": frozenset({"OPTIONS"}),
}
"""The topics that guard, and which products each does."""

Guarded = tuple[int, str]
"""An account and one of its products."""


def time_window_setting(product: str) -> str:
    """Return the key of an account's setting that holds a product's time window, in seconds."""
    return f"dcp/{product}"


class Disconnects:
    """Counts the connections that guard, and cancels when none has come back within the account's time window."""

    def __init__(self, exchange: Exchange, clock: Clock) -> None:
        self._exchange = exchange
        self._clock = clock
        self._guards: defaultdict[Guarded, int] = defaultdict(int)
        self._due: dict[Guarded, tuple[int, Account]] = {}

    def guard(self, account: Account, topic: str) -> None:
        """Note that one more connection listens to a guarding topic."""
        for product in TOPICS[topic]:
            key = (account.account_id, product)
            self._guards[key] += 1
            self._due.pop(key, None)

    def dismiss(self, account: Account, topic: str) -> None:
        """Note that a connection listens no more.

        Assumption: it is alive, so that no time runs. Bybit speaks only of connections that are dead.
        """
        for product in TOPICS[topic]:
            self._guards[account.account_id, product] -= 1

    def leave(self, account: Account, topic: str) -> None:
        """Note that such a connection is gone; after the last one the time runs."""
        self.dismiss(account, topic)
        for product in TOPICS[topic]:
            key = (account.account_id, product)
            seconds = account.settings.get(time_window_setting(product))
            if self._guards[key] == 0 and seconds is not None:
                self._due[key] = (self._clock.now_ms() + int(seconds) * SECOND_MS, account)

    def cancel_due(self) -> None:
        """Cancel the orders of every account whose time is over."""
        now_ms = self._clock.now_ms()
        for key, (due_ms, account) in list(self._due.items()):
            if due_ms <= now_ms:
                del self._due[key]
                self._cancel(account, PRODUCTS[key[1]])

    def _cancel(self, account: Account, category: Category) -> None:
        for order in account.open_orders_of(None):
            if category_of(order.instrument) is category and order.is_open:
                self._exchange.cancel(order, EndReason.DEAD_MAN_SWITCH)
