"""Binance's rate limits: request weight per address, orders per account, bans of those who do not heed them."""

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

_ORDER_HEADERS = {seconds: f"x-mbx-order-count-{name}" for seconds, (_, _, name) in _INTERVALS.items()}

FIRST_FILL_CREDIT = 1
FIRST_FILL_CREDIT_MAKER = 5
"""By how much an order's first fill lowers the counts; the figures are those of the rules' examples."""

STRIKES_MAX = 10
"""Assumption: an address that is refused more often than this within one window is banned."""

BAN_SECONDS = (120, 600, 3600, 21_600, 86_400, 259_200)
"""From two minutes to three days ("IP Limits"); the steps between are an assumption."""


class Bans:
    """Which addresses are banned, and for how long: longer each time."""

    def __init__(self) -> None:
        self._until: dict[str, int] = {}
        self._bans: dict[str, int] = {}
        self._strikes: dict[str, tuple[int, int]] = {}

    def until_ms(self, remote: str, now_ms: int) -> int | None:
        """Return when an address's ban ends, or None if it is not banned."""
        until_ms = self._until.get(remote, 0)
        return until_ms if until_ms > now_ms else None

    def strike(self, remote: str, now_ms: int, window_ms: int) -> int | None:
        """Count a refusal; return when the ban that it brings ends, if it does."""
        number = now_ms // window_ms
        window, strikes = self._strikes.get(remote, (number, 0))
        strikes = strikes + 1 if window == number else 1
        self._strikes[remote] = (number, strikes)
        if strikes <= STRIKES_MAX:
            return None
        bans = self._bans.get(remote, 0)
        self._bans[remote] = bans + 1
        self._until[remote] = now_ms + BAN_SECONDS[min(bans, len(BAN_SECONDS) - 1)] * 1000
        return self._until[remote]


class LimitPlan(NamedTuple):
    """The limits of one API, and how it words that an address asks too much (limit, seconds to wait).

    `banned` words that it may ask nothing for a while (until when in milliseconds, seconds to wait).
    """

    weight: Window
    orders: tuple[Window, ...]
    too_much_weight: Callable[[int, int], BinanceError]
    banned: Callable[[int, int], BinanceError] = errors.banned


SPOT_PLAN = LimitPlan(WEIGHT, (ORDERS_10S, ORDERS_1D), errors.too_much_weight)


class BinanceLimits:
    """Counts and refuses; the counters are shared by REST and sockets, as on Binance."""

    def __init__(self, windows: RateWindows, plan: LimitPlan = SPOT_PLAN) -> None:
        self._windows = windows
        self._plan = plan
        self._bans = Bans()

    def spend_weight(self, remote: str, weight: int, now_ms: int) -> int:
        """Count an address's request and return its weight in this minute; raises BinanceError above the limit."""
        until_ms = self._bans.until_ms(remote, now_ms)
        if until_ms is None:
            usage = self._windows.spend(self._plan.weight, remote, weight, now_ms)
            if not usage.exceeded:
                return usage.used
            until_ms = self._bans.strike(remote, now_ms, self._plan.weight.seconds * 1000)
            if until_ms is None:
                raise self._plan.too_much_weight(usage.limit, usage.retry_after_seconds)
        raise self._plan.banned(until_ms, (until_ms - now_ms + 999) // 1000)

    def is_banned(self, remote: str, now_ms: int) -> bool:
        """Whether an address is banned now."""
        return self._bans.until_ms(remote, now_ms) is not None

    def weight_headers(self, remote: str, now_ms: int) -> dict[str, str]:
        """Return the weight that an address has used in this minute as response headers."""
        used = str(self._used(self._plan.weight, remote, now_ms))
        return {"x-mbx-used-weight": used, "x-mbx-used-weight-1m": used}

    def check_orders(self, account: Account, now_ms: int) -> None:
        """Refuse a new order of an account that has reached its count."""
        for window in self._plan.orders:
            if self._used(window, account.api_key, now_ms) >= self._windows.limit_of(window):
                usage = self._windows.spend(window, account.api_key, 0, now_ms)
                interval, number, _ = _INTERVALS[window.seconds]
                raise errors.too_many_orders(usage.limit, f"{number} {interval}", usage.retry_after_seconds)

    def count_order(self, account: Account, now_ms: int, counts: tuple[int, ...] | None = None) -> None:
        """Count an accepted order; `counts` is by how much in each window, if not by one."""
        for window, count in zip(self._plan.orders, counts or (1,) * len(self._plan.orders), strict=True):
            self._windows.spend(window, account.api_key, count, now_ms)

    def order_filled(self, account: Account, now_ms: int, *, is_maker: bool) -> None:
        """Take a first fill off the counts: what trades may go on ("Spot Unfilled Order Count Rules")."""
        credit = FIRST_FILL_CREDIT_MAKER if is_maker else FIRST_FILL_CREDIT
        for window in self._plan.orders:
            self._windows.give_back(window, account.api_key, credit, now_ms)

    def order_headers(self, account: Account, now_ms: int) -> dict[str, str]:
        """Return the counts of an account's orders as response headers."""
        return {
            _ORDER_HEADERS[window.seconds]: str(self._used(window, account.api_key, now_ms))
            for window in self._plan.orders
        }

    def listed(self) -> list[dict[str, object]]:
        """Return the limits as exchangeInfo lists them."""
        return [self._listed("REQUEST_WEIGHT", self._plan.weight), *self.listed_orders()]

    def listed_orders(self) -> list[dict[str, object]]:
        """Return the limits of orders alone."""
        return [self._listed("ORDERS", window) for window in self._plan.orders]

    def order_status(self, account: Account, now_ms: int) -> list[dict[str, object]]:
        """Return the limits of orders with an account's present counts."""
        used = [self._used(window, account.api_key, now_ms) for window in self._plan.orders]
        return [{**entry, "count": count} for entry, count in zip(self.listed_orders(), used, strict=True)]

    def status(self, remote: str, account: Account | None, now_ms: int) -> list[dict[str, object]]:
        """Return the limits with their present counts, as the WebSocket API appends them to answers: short ones first.

        `account` is whose order counts the request concerned, or None if it placed no order.
        """
        counts = [] if account is None else zip(self._plan.orders, self.order_status(account, now_ms), strict=True)
        orders = [count for _, count in sorted(counts, key=lambda pair: pair[0].seconds)]
        weight = self._used(self._plan.weight, remote, now_ms)
        return [*orders, {**self._listed("REQUEST_WEIGHT", self._plan.weight), "count": weight}]

    def _used(self, window: Window, key: str, now_ms: int) -> int:
        return self._windows.used(window, key, now_ms)

    def _listed(self, kind: str, window: Window) -> dict[str, object]:
        interval, number, _ = _INTERVALS[window.seconds]
        limit = self._windows.limit_of(window)
        return {"rateLimitType": kind, "interval": interval, "intervalNum": number, "limit": limit}
