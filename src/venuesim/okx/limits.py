"""OKX's rate limits: requests per address or account, orders per account and instrument."""

from collections import Counter
from collections.abc import Iterable

from venuesim.exchange.accounts import Account
from venuesim.exchange.instruments import Instrument
from venuesim.okx import errors
from venuesim.wire.windows import RateWindows, Window

SECONDS = 2
"""Every window of the operations simulated here lasts two seconds."""

PLACE = Window("place", 60, SECONDS)
PLACE_BATCH = Window("place_batch", 300, SECONDS)
CANCEL = Window("cancel", 60, SECONDS)
CANCEL_BATCH = Window("cancel_batch", 300, SECONDS)
AMEND = Window("amend", 60, SECONDS)
AMEND_BATCH = Window("amend_batch", 300, SECONDS)
CONNECTIONS = Window("connections", 3, 1)
ACCOUNT_ORDERS = Window("account_orders", 1000, SECONDS)


class OkxLimits:
    """Counts and refuses; the counters are shared by REST and sockets, as on OKX."""

    def __init__(self, windows: RateWindows) -> None:
        self._windows = windows

    @property
    def scale(self) -> float:
        """What every limit is multiplied with."""
        return self._windows.scale

    def spend_connection(self, address: str, now_ms: int) -> None:
        """Count a socket that an address opens (OKX "Connect": three a second)."""
        if self._windows.spend(CONNECTIONS, address, 1, now_ms).exceeded:
            raise errors.too_many_requests()

    def spend_request(self, window: Window, key: str, now_ms: int) -> None:
        """Count a request of an address or an account."""
        if self._windows.spend(window, key, 1, now_ms).exceeded:
            raise errors.too_many_requests()

    def spend_placing(self, account: Account, instruments: Iterable[Instrument], now_ms: int) -> None:
        """Count a request that places an order in each of `instruments`."""
        self._spend_orders(PLACE, PLACE_BATCH, account, Counter(i.symbol for i in instruments), now_ms)

    def spend_canceling(self, account: Account, instruments: Iterable[Instrument], now_ms: int) -> None:
        """Count a request that cancels an order in each of `instruments`."""
        self._spend_orders(CANCEL, CANCEL_BATCH, account, Counter(i.symbol for i in instruments), now_ms)

    def spend_amending(self, account: Account, instruments: Iterable[Instrument], now_ms: int) -> None:
        """Count a request that amends an order in each of `instruments`."""
        self._spend_orders(AMEND, AMEND_BATCH, account, Counter(i.symbol for i in instruments), now_ms)

    def spend_account_order(self, account: Account, now_ms: int) -> None:
        """Count a new order or an amendment against the limit that all share (OKX "Sub-account rate limit")."""
        if self._windows.spend(ACCOUNT_ORDERS, account.api_key, 1, now_ms).exceeded:
            raise errors.too_many_orders()

    def _spend_orders(self, single: Window, batch: Window, account: Account, counts: Counter[str], now_ms: int) -> None:
        # A batch of one counts as a single order. Assumption: a batch above a limit is refused whole.
        window = single if counts.total() == 1 else batch
        for symbol, count in counts.items():
            if self._windows.spend(window, f"{account.api_key}/{symbol}", count, now_ms).exceeded:
                raise errors.too_many_requests()
