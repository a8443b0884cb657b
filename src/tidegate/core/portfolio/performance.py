"""How performance is measured, figure by figure. Memory grows with the number of markets, never with that of trades."""

from datetime import datetime
from decimal import Decimal

import msgspec

from tidegate.core.money import ONE, ZERO, ratio
from tidegate.core.order import CONDITIONAL
from tidegate.core.vocabulary import OrderType, Side

_BASIS_POINTS = Decimal(10_000)
Market = tuple[str, str, str, str]  # Account, user, symbol, position side.


class Trade(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An execution as it is measured. `rate` and `fees` are in the reporting currency; None: nobody knows them."""

    market: Market
    side: Side
    quantity: Decimal
    price: Decimal
    realized_pnl: Decimal
    rate: Decimal | None
    fees: Decimal | None
    executed_at: datetime
    benchmark: Decimal | None = None


def benchmark_of(order_type: OrderType, trigger_price: Decimal | None, arrival_price: Decimal | None) -> Decimal | None:
    """What an order's fills are measured against: the market when it came, or, for one that waits, its trigger."""
    return trigger_price if order_type in CONDITIONAL else arrival_price


def slippage_bps(side: Side, price: Decimal | None, benchmark: Decimal | None) -> Decimal | None:
    """How much worse than the benchmark an order has traded, in basis points of it; negative: better."""
    if price is None or not benchmark:
        return None
    return ratio(_worse_by(side, price, benchmark) * _BASIS_POINTS, benchmark)


def _worse_by(side: Side, price: Decimal, benchmark: Decimal) -> Decimal:
    return price - benchmark if side is Side.BUY else benchmark - price


class ReturnMeter:
    """The time-weighted return, and the deepest fall from a high, from marks in the order of time.

    From one mark to the next, what was worth E earns (E' - F) / E - 1, where F is what came in (net) between them;
    these returns are chained (GIPS, sub-periods at every external cash flow). Where nothing was there, nothing is
    earned. The drawdown is the largest fall of that chain below its high so far, as a part of the high; its value is
    the largest fall of the profit (equity minus net deposits) below its own.
    """

    def __init__(self) -> None:
        self._first: tuple[Decimal, Decimal] | None = None
        self._last: tuple[Decimal, Decimal] | None = None
        self._chain, self._high, self._profit_high = ONE, ONE, ZERO
        self._drawdown, self._drawdown_value = ZERO, ZERO
        self.stale = False

    def add(self, equity: Decimal, net_deposits: Decimal, *, stale: bool = False) -> None:
        """The next mark."""
        profit = equity - net_deposits
        self.stale |= stale
        if self._last is None:
            self._first, self._profit_high = (equity, net_deposits), profit
        else:
            self._earn(equity - (net_deposits - self._last[1]), self._last[0])
        self._last = (equity, net_deposits)
        self._high = max(self._high, self._chain)
        self._profit_high = max(self._profit_high, profit)
        self._drawdown = max(self._drawdown, ONE - ratio(self._chain, self._high))
        self._drawdown_value = max(self._drawdown_value, self._profit_high - profit)

    def _earn(self, grown: Decimal, before: Decimal) -> None:
        if before > 0:
            self._chain = max(ratio(self._chain * grown, before), ZERO)  # What owes more than it had has lost all.

    @property
    def starting_equity(self) -> Decimal | None:
        return None if self._first is None else self._first[0]

    @property
    def ending_equity(self) -> Decimal | None:
        return None if self._last is None else self._last[0]

    @property
    def net_deposits(self) -> Decimal:
        """What came in minus what went out between the first mark and the last."""
        return ZERO if self._first is None or self._last is None else self._last[1] - self._first[1]

    @property
    def pnl(self) -> Decimal | None:
        """The profit between the first mark and the last: equity's growth without what came in."""
        if self._first is None or self._last is None:
            return None
        return self._last[0] - self._first[0] - self.net_deposits

    @property
    def time_weighted_return(self) -> Decimal | None:
        return None if self._first is None else self._chain - ONE

    @property
    def maximum_drawdown(self) -> Decimal | None:
        return None if self._first is None else self._drawdown

    @property
    def maximum_drawdown_value(self) -> Decimal | None:
        return None if self._first is None else self._drawdown_value


class TradeMeter:
    """What trades come to: volume, profit, fees, and what they cost against their benchmarks.

    The slippage of all is the sum of (price - benchmark) x quantity (for sells the other way round) over the sum of
    benchmark x quantity, both in the reporting currency: each order's, weighted by what it traded.
    """

    def __init__(self) -> None:
        self.executions, self.unpriced = 0, 0
        self.volume, self.realized_pnl, self.fees, self.slippage = ZERO, ZERO, ZERO, ZERO
        self._measured = ZERO

    def add(self, trade: Trade) -> None:
        """One more trade, in any order."""
        self.executions += 1
        if trade.rate is None or trade.fees is None:
            self.unpriced += 1
        self.fees += trade.fees or ZERO
        if trade.rate is None:
            return
        self.volume += trade.quantity * trade.price * trade.rate
        self.realized_pnl += trade.realized_pnl * trade.rate
        if trade.benchmark is not None:
            self.slippage += _worse_by(trade.side, trade.price, trade.benchmark) * trade.quantity * trade.rate
            self._measured += trade.benchmark * trade.quantity * trade.rate

    @property
    def slippage_bps(self) -> Decimal | None:
        return ratio(self.slippage * _BASIS_POINTS, self._measured) if self._measured else None


class _Open(msgspec.Struct):
    """A signed quantity, and when it was opened on average (seconds)."""

    quantity: Decimal = ZERO
    opened_at: Decimal = ZERO


class HoldingMeter:
    """How long what was opened was held until it was closed, on average, weighted by what it was worth when closed.

    A market's openings count from their average time, as its position has an average price. Only what was both opened
    and closed within the period counts; on spot markets, only what was bought and then sold.
    """

    def __init__(self) -> None:
        self._open: dict[Market, _Open] = {}
        self._held, self._closed = ZERO, ZERO

    def add(self, trade: Trade) -> None:
        """The next trade, in the order of time."""
        now = Decimal(str(trade.executed_at.timestamp()))
        change = trade.quantity if trade.side is Side.BUY else -trade.quantity
        held = self._open.setdefault(trade.market, _Open())
        closing = min(trade.quantity, abs(held.quantity)) if (change > 0) != (held.quantity > 0) else ZERO
        if closing:
            worth = closing * trade.price * (trade.rate or ZERO)
            self._held += (now - held.opened_at) * worth
            self._closed += worth
        after = held.quantity + change
        if after < 0 and ":" not in trade.market[2]:
            after = ZERO  # It was there before the period, and nobody knows since when.
        opening = abs(after) if (after > 0) != (held.quantity > 0) else max(abs(after) - abs(held.quantity), ZERO)
        if opening:
            kept = abs(after) - opening
            held.opened_at = ratio(kept * held.opened_at + opening * now, abs(after))
        held.quantity = after

    @property
    def average_seconds(self) -> Decimal | None:
        return ratio(self._held, self._closed) if self._closed else None
