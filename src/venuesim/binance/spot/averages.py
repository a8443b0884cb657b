"""The average price of the last minutes, which filters and `avgPrice` go by."""

from collections import defaultdict, deque
from decimal import Decimal

from venuesim.binance.spot.listing import AVERAGE_PRICE_MINUTES
from venuesim.exchange.accounts import ZERO
from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import PublicTrade
from venuesim.exchange.market import Market

WINDOW_MS = AVERAGE_PRICE_MINUTES * 60_000
SECOND_MS = 1000


class _Window:
    """What was traded in the last five minutes, by the second."""

    def __init__(self) -> None:
        self.seconds: deque[tuple[int, Decimal, Decimal]] = deque()
        self.quantity = self.quote = ZERO
        self.last_ms = 0

    def add(self, trade: PublicTrade) -> None:
        second = trade.time_ms // SECOND_MS
        quote = trade.price * trade.quantity
        if self.seconds and self.seconds[-1][0] == second:
            _, quantity_before, quote_before = self.seconds.pop()
            self.seconds.append((second, quantity_before + trade.quantity, quote_before + quote))
        else:
            self.seconds.append((second, trade.quantity, quote))
        self.quantity += trade.quantity
        self.quote += quote
        self.last_ms = trade.time_ms
        while self.seconds[0][0] * SECOND_MS <= trade.time_ms - WINDOW_MS:
            _, quantity, quote = self.seconds.popleft()
            self.quantity -= quantity
            self.quote -= quote


class AveragePrices:
    """The volume-weighted price of each symbol over the five minutes before its last trade."""

    def __init__(self, exchange: Exchange) -> None:
        self._windows: defaultdict[str, _Window] = defaultdict(_Window)
        exchange.listeners.trades.append(lambda trade: self._windows[trade.instrument.symbol].add(trade))

    def of(self, market: Market) -> Decimal:
        """Return the average; without any trade yet the middle of the market."""
        window = self._windows.get(market.instrument.symbol)
        return market.mid if window is None or not window.quantity else window.quote / window.quantity

    def last_ms(self, market: Market, now_ms: int) -> int:
        """Return when the last trade was, in milliseconds; without any yet, now."""
        window = self._windows.get(market.instrument.symbol)
        return now_ms if window is None else window.last_ms
