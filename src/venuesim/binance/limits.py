"""Binance's rate limits: request weight per address, orders per account."""

from collections.abc import Callable
from typing import NamedTuple

from venuesim.binance import errors
from venuesim.binance.errors import BinanceError
from venuesim.exchange.accounts import Account
from venuesim.wire.windows import RateWindows, Window

WEIGHT = Window("REQUEST_WEIGHT", 6000, 60)
ORDERS_10S = Window("ORDERS_10S", 100, 10)
ORDERS_1D = Window("ORDERS_1D", 200_000, 86_400)

_INTERVALS = {10: ("SECOND", 10, "10s"), 60: ("MINUTE", 1, "1m"), 86_400: ("DAY", 1, "1d")}
"""By seconds: the interval, how many of it, and how headers name it."""


class LimitPlan(NamedTuple):
    """The limits of one API, and how it words that an address asks too much (limit, seconds to wait)."""

    weight: Window
    orders: tuple[Window, ...]
    too_much_weight: Callable[[int, int], BinanceError]


SPOT_PLAN = LimitPlan(WEIGHT, (ORDERS_10S, ORDERS_1D), errors.too_much_weight)


class BinanceLimits:
    """Counts and refuses; the counters are shared by REST and sockets, as on Binance."""

    def __init__(self, windows: RateWindows, plan: LimitPlan = SPOT_PLAN) -> None:
        self._windows = windows
        self._plan = plan

    def spend_weight(self, remote: str, weight: int, now_ms: int) -> int:
        """Count an address's request and return its weight in this minute; raises BinanceError above the limit."""
        usage = self._windows.spend(self._plan.weight, remote, weight, now_ms)
        if usage.exceeded:
            raise self._plan.too_much_weight(usage.limit, usage.retry_after_seconds)
        return usage.used

    def check_orders(self, account: Account, now_ms: int) -> None:
        """Refuse a new order of an account that has reached its count."""
        for window in self._plan.orders:
            usage = self._windows.spend(window, account.api_key, 0, now_ms)
            if usage.used >= usage.limit:
                interval, number, _ = _INTERVALS[window.seconds]
                raise errors.too_many_orders(usage.limit, f"{number} {interval}", usage.retry_after_seconds)

    def count_order(self, account: Account, now_ms: int, counts: tuple[int, ...] | None = None) -> None:
        """Count an accepted order; `counts` is by how much in each window, if not by one."""
        for window, count in zip(self._plan.orders, counts or (1,) * len(self._plan.orders), strict=True):
            self._windows.spend(window, account.api_key, count, now_ms)

    def order_headers(self, account: Account, now_ms: int) -> dict[str, str]:
        """Return the counts of an account's orders as response headers."""
        return {
            f"x-mbx-order-count-{_INTERVALS[window.seconds][2]}": str(self._used(window, account.api_key, now_ms))
            for window in self._plan.orders
        }

    def listed(self) -> list[dict[str, object]]:
        """Return the limits as exchangeInfo lists them."""
        return [self._listed("REQUEST_WEIGHT", self._plan.weight), *self.listed_orders()]

    def listed_orders(self) -> list[dict[str, object]]:
        """Return the limits of orders alone."""
        return [self._listed("ORDERS", window) for window in self._plan.orders]

    def status(self, remote: str, account: Account | None, now_ms: int) -> list[dict[str, object]]:
        """Return the limits with their present counts, as the WebSocket API appends them to answers."""
        used = [self._used(self._plan.weight, remote, now_ms)]
        if account is not None:
            used += [self._used(window, account.api_key, now_ms) for window in self._plan.orders]
        return [{**entry, "count": count} for entry, count in zip(self.listed(), used, strict=False)]

    def _used(self, window: Window, key: str, now_ms: int) -> int:
        return self._windows.spend(window, key, 0, now_ms).used

    def _listed(self, kind: str, window: Window) -> dict[str, object]:
        interval, number, _ = _INTERVALS[window.seconds]
        limit = self._windows.limit_of(window)
        return {"rateLimitType": kind, "interval": interval, "intervalNum": number, "limit": limit}
