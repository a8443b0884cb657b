"""Binance's rate limits: request weight per address, orders per account."""

from venuesim.binance import errors
from venuesim.exchange.accounts import Account
from venuesim.wire.windows import RateWindows, Window

WEIGHT = Window("REQUEST_WEIGHT", 6000, 60)
ORDERS_10S = Window("ORDERS_10S", 100, 10)
ORDERS_1D = Window("ORDERS_1D", 200_000, 86_400)


class BinanceLimits:
    """Counts and refuses; the counters are shared by REST and sockets, as on Binance."""

    def __init__(self, windows: RateWindows) -> None:
        self._windows = windows

    def spend_weight(self, remote: str, weight: int, now_ms: int) -> int:
        """Count an address's request and return its weight in this minute; raises BinanceError above the limit."""
        usage = self._windows.spend(WEIGHT, remote, weight, now_ms)
        if usage.exceeded:
            raise errors.too_much_weight(usage.limit, usage.retry_after_seconds)
        return usage.used

    def check_orders(self, account: Account, now_ms: int) -> None:
        """Refuse a new order of an account that has reached its count."""
        for window, interval in ((ORDERS_10S, "10 SECOND"), (ORDERS_1D, "1 DAY")):
            usage = self._windows.spend(window, account.api_key, 0, now_ms)
            if usage.used >= usage.limit:
                raise errors.too_many_orders(usage.limit, interval, usage.retry_after_seconds)

    def count_order(self, account: Account, now_ms: int) -> None:
        """Count an accepted order."""
        for window in (ORDERS_10S, ORDERS_1D):
            self._windows.spend(window, account.api_key, 1, now_ms)

    def order_headers(self, account: Account, now_ms: int) -> dict[str, str]:
        """Return the counts of an account's orders as response headers."""
        return {
            "x-mbx-order-count-10s": str(self._windows.spend(ORDERS_10S, account.api_key, 0, now_ms).used),
            "x-mbx-order-count-1d": str(self._windows.spend(ORDERS_1D, account.api_key, 0, now_ms).used),
        }

    def listed(self) -> list[dict[str, object]]:
        """Return the limits as exchangeInfo lists them."""
        limit_of = self._windows.limit_of
        return [
            _listed("REQUEST_WEIGHT", "MINUTE", 1, limit_of(WEIGHT)),
            _listed("ORDERS", "SECOND", 10, limit_of(ORDERS_10S)),
            _listed("ORDERS", "DAY", 1, limit_of(ORDERS_1D)),
        ]

    def status(self, remote: str, account: Account | None, now_ms: int) -> list[dict[str, object]]:
        """Return the limits with their present counts, as the WebSocket API appends them to answers."""
        used = [self._windows.spend(WEIGHT, remote, 0, now_ms).used]
        if account is not None:
            used += [self._windows.spend(window, account.api_key, 0, now_ms).used for window in (ORDERS_10S, ORDERS_1D)]
        return [{**entry, "count": count} for entry, count in zip(self.listed(), used, strict=False)]


def _listed(kind: str, interval: str, number: int, limit: int) -> dict[str, object]:
    return {"rateLimitType": kind, "interval": interval, "intervalNum": number, "limit": limit}
