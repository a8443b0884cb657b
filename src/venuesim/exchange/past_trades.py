"""The trades of a market, newest first: those since the start, and before them one for each second of its candles."""

from collections.abc import Iterator

from venuesim.exchange.candle import SECOND_MS, Interval
from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import PublicTrade
from venuesim.exchange.instruments import floor_to
from venuesim.exchange.market import Market

INVENTED = 500
"""How many trades there are from before the start: as many as the longest list shows."""


class PastTrades:
    """Invents a market's last trades from before the start when somebody first asks, and keeps them.

    They are numbered down from `first_trade_id`, the number of the first real one, for each market by itself.
    """

    def __init__(self, exchange: Exchange, first_trade_id: int) -> None:
        self._first_trade_id = first_trade_id
        self._start_ms = exchange.clock.now_ms()
        self._invented: dict[str, list[PublicTrade]] = {}

    def newest_first(self, market: Market) -> Iterator[PublicTrade]:
        """Yield the trades that are known; the newest thousand are kept."""
        yield from reversed(market.trades)
        if len(market.trades) == market.trades.maxlen:
            return  # Older ones have been forgotten: what comes before them is no more.
        symbol = market.instrument.symbol
        if symbol not in self._invented:
            self._invented[symbol] = self._invent(market)
        yield from self._invented[symbol]

    def _invent(self, market: Market) -> list[PublicTrade]:
        instrument = market.instrument
        end_ms = self._start_ms - SECOND_MS
        candles = market.candles.of(Interval(SECOND_MS), limit=INVENTED, now_ms=self._start_ms, end_ms=end_ms)
        return [
            PublicTrade(
                trade_id=self._first_trade_id - number,
                instrument=instrument,
                price=candle.close,
                quantity=max(floor_to(candle.volume, instrument.lot_size), instrument.lot_size),
                buyer_is_maker=candle.close < candle.open,
                time_ms=candle.open_ms + SECOND_MS - 1,
            )
            for number, candle in enumerate(reversed(candles), 1)
        ]
