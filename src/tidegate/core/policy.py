"""The desk's house rules: the numbers that decisions depend on, in one place."""

from datetime import timedelta
from decimal import Decimal

import msgspec

from tidegate.core.vocabulary import Exchange, InstrumentKind

Market = tuple[Exchange, InstrumentKind]
LOOKUP_RETENTION: dict[Market, timedelta] = {
    (Exchange.BINANCE, InstrumentKind.SPOT): timedelta(days=90),
    (Exchange.BINANCE, InstrumentKind.LINEAR): timedelta(days=3),
    (Exchange.OKX, InstrumentKind.SPOT): timedelta(hours=2),
    (Exchange.OKX, InstrumentKind.LINEAR): timedelta(hours=2),
    (Exchange.BYBIT, InstrumentKind.SPOT): timedelta(hours=24),
    (Exchange.BYBIT, InstrumentKind.LINEAR): timedelta(hours=24),
}

DOUBLINGS_MAX = 20  # Far above any longest wait: a leg of protection may be tried a thousand times.


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """How the desk behaves. All spans are positive.

    `absence_gap` separates the two clean "not found" answers that prove absence; both questions must leave after the
    request's expiry plus `processing_margin`. `price_collar_ratio` bounds how far a market order may run from the
    best price when its worst case is reserved. `lookup_retention` is how long a venue still finds an order that was
    canceled without a fill, by what is traded there. `rules_max` bounds the open rules of one user,
    `rule_retry_window` how long the order of a rule may be sent again. A leg of protection that fails `attempts_max`
    times is a break, and is made again every `protection_pause_max` from then on. A change that could not be made
    within `change_window` is given up: a later send would be a stale order. What stays unknown longer than
    `doubt_alarm` is told as a break. Only by a price told within `price_fresh` does the desk say that the market
    has passed a trigger: by an older one, the venue judges.
    """

    reporting_currency: str = "USDT"
    price_collar_ratio: Decimal = Decimal("0.05")
    price_fresh: timedelta = timedelta(seconds=1)
    request_lifetime: timedelta = timedelta(seconds=3)
    processing_margin: timedelta = timedelta(seconds=1)
    absence_gap: timedelta = timedelta(seconds=2)
    report_wait_max: timedelta = timedelta(seconds=10)
    attempts_max: int = 5
    back_off_min: timedelta = timedelta(milliseconds=250)
    back_off_max: timedelta = timedelta(seconds=10)
    cancel_wait_max: timedelta = timedelta(seconds=60)
    change_window: timedelta = timedelta(seconds=30)
    doubt_alarm: timedelta = timedelta(seconds=30)
    executions_wait_max: timedelta = timedelta(seconds=60)  # Then what is missing at the venue is a break.
    executions_overlap: timedelta = timedelta(seconds=60)
    recent_trades: timedelta = timedelta(hours=1)  # So long after an order's end its late executions are looked for.
    cash_flows_overlap: timedelta = timedelta(hours=1)  # Venues book some of them late.
    rules_max: int = 1_000
    rule_retry_window: timedelta = timedelta(seconds=10)
    protection_pause_max: timedelta = timedelta(seconds=60)
    trigger_retry_window: timedelta = timedelta(seconds=10)  # From when the desk sets an order off.
    taker_fee_rate: Decimal = Decimal("0.001")  # Where a venue does not tell its own.
    corrections_max: int = 2
    correction_ratio_max: Decimal = Decimal("0.1")  # How much larger than asked an order may become.
    break_confirmation: timedelta = timedelta(seconds=5)
    four_eyes: bool = True  # What loosens a limit, or releases a kill, needs a second person.
    approval_lifetime: timedelta = timedelta(hours=24)  # Then what nobody has decided about has lapsed.
    # Venues round what derivatives earn and cost, trade by trade: so much in the asset they settle in is no break.
    settlement_rounding_max: Decimal = Decimal("0.0001")
    cash_assets: frozenset[str] = frozenset({"USDT", "USDC", "FDUSD", "USD", "TUSD", "DAI"})  # No exposure.
    price_stale: timedelta = timedelta(seconds=60)  # What an older price values is marked so; it checks no order.
    equity_interval: timedelta = timedelta(seconds=60)
    equity_look: timedelta = timedelta(seconds=5)  # So often it is looked whether a mark must not wait that long,
    equity_step_ratio: Decimal = Decimal("0.005")  # as somebody's profit has moved by this part of the equity.
    compare_after: timedelta = timedelta(seconds=5)  # From a trade to the next look at what the venue holds.
    transfer_wait_max: timedelta = timedelta(days=1)  # So far the venue's word may lie from a transfer.
    lookup_retention: dict[Market, timedelta] = msgspec.field(default_factory=lambda: dict(LOOKUP_RETENTION))

    def back_off(self, attempt: int, *, seed: str) -> timedelta:
        """Exponential, with up to a quarter of jitter that depends on the seed alone: a replay waits the same."""
        doublings = 1 << min(attempt - 1, DOUBLINGS_MAX)
        jitter = sum(seed.encode()) % 64 / 256
        return min(self.back_off_min * doublings, self.back_off_max) * (1 + jitter)

    def look_again_after(self, waited: timedelta) -> timedelta:
        """How long until the next look-up, when an answer has been awaited this long already: grows with the wait."""
        return min(max(waited / 2, self.back_off_min), self.back_off_max)
