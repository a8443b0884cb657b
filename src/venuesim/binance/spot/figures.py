"""The figures of a stretch of time: what every kind of ticker shows."""

from decimal import Decimal
from typing import NamedTuple

from venuesim.binance.spot.formats import Json, eight
from venuesim.binance.spot.market_data import best_levels
from venuesim.exchange.accounts import ZERO
from venuesim.exchange.candle import DAY_MS, HOUR_MS, MINUTE_MS, Candle, Interval
from venuesim.exchange.market import Market

FIRST_TRADE_ID = 3_500_000_001
_HOUR, _MINUTE = Interval(HOUR_MS), Interval(MINUTE_MS)


class Figures(NamedTuple):
    """Prices in quote, volumes in base unless they say quote, times in milliseconds."""

    symbol: str
    open: Decimal
    high: Decimal
    low: Decimal
    last: Decimal
    volume: Decimal
    quote_volume: Decimal
    trade_count: int
    open_ms: int
    close_ms: int
    last_trade_id: int

    @property
    def first_trade_id(self) -> int:
        """The id of the first trade; those before the start of the simulation are invented, and numbered backwards."""
        return self.last_trade_id - self.trade_count + 1 if self.trade_count else -1

    @property
    def average(self) -> Decimal:
        """The volume-weighted price."""
        return self.quote_volume / self.volume if self.volume else self.last

    @property
    def change_percent(self) -> str:
        """The change of the price in per cent."""
        return f"{(self.last - self.open) / self.open * 100:.3f}"

    def mini(self) -> Json:
        """Return the MINI ticker."""
        return {
            "symbol": self.symbol,
            "openPrice": eight(self.open),
            "highPrice": eight(self.high),
            "lowPrice": eight(self.low),
            "lastPrice": eight(self.last),
            "volume": eight(self.volume),
            "quoteVolume": eight(self.quote_volume),
            **self._stretch(),
        }

    def full(self) -> Json:
        """Return the FULL ticker of a window or a trading day."""
        return {
            "symbol": self.symbol,
            "priceChange": eight(self.last - self.open),
            "priceChangePercent": self.change_percent,
            "weightedAvgPrice": eight(self.average),
            **self.mini(),
        }

    def _stretch(self) -> Json:
        return {
            "openTime": self.open_ms,
            "closeTime": self.close_ms,
            "firstId": self.first_trade_id,
            "lastId": self.last_trade_id if self.trade_count else -1,
            "count": self.trade_count,
        }


def day_figures(market: Market, now_ms: int) -> Figures:
    """Return the figures of the last 24 hours."""
    figures = market.statistics
    return Figures(
        symbol=market.instrument.venue_id,
        open=figures.open,
        high=figures.high,
        low=figures.low,
        last=figures.last,
        volume=figures.volume,
        quote_volume=figures.quote_volume,
        trade_count=figures.trade_count,
        open_ms=now_ms - DAY_MS,
        close_ms=now_ms,
        last_trade_id=last_trade_id(market),
    )


def window_figures(market: Market, length_ms: int, now_ms: int) -> Figures:
    """Return the figures of a rolling window, which begins on a minute ("Rolling window price change statistics")."""
    open_ms = _MINUTE.floor(now_ms - length_ms)
    return _figures(market, open_ms, now_ms, now_ms)


def trading_day_figures(market: Market, offset_ms: int, now_ms: int) -> Figures:
    """Return the figures of the day so far, by a clock that is `offset_ms` ahead of UTC."""
    day = Interval(DAY_MS)
    open_ms = day.floor(now_ms, offset_ms)
    return _figures(market, open_ms, now_ms, day.after(open_ms, offset_ms) - 1)


def day_ticker(market: Market, now_ms: int) -> Json:
    """Return the FULL 24 hour ticker, which has the best prices too."""
    figures = day_figures(market, now_ms)
    bid, bid_quantity, ask, ask_quantity = best_levels(market)
    return {
        **figures.full(),
        "prevClosePrice": eight(figures.open),
        "lastQty": eight(market.statistics.last_quantity),
        "bidPrice": bid,
        "bidQty": bid_quantity,
        "askPrice": ask,
        "askQty": ask_quantity,
    }


def last_trade_id(market: Market) -> int:
    """Return the id of a market's last trade; before the first one, that of the trade that would come before it."""
    return market.trades.last().trade_id if market.trades else FIRST_TRADE_ID - 1


def _figures(market: Market, open_ms: int, now_ms: int, close_ms: int) -> Figures:
    pieces = _pieces(market, open_ms, now_ms)
    return Figures(
        symbol=market.instrument.venue_id,
        open=pieces[0].open if pieces else market.statistics.last,
        high=max((piece.high for piece in pieces), default=market.statistics.last),
        low=min((piece.low for piece in pieces), default=market.statistics.last),
        last=market.statistics.last,
        volume=sum((piece.volume for piece in pieces), ZERO),
        quote_volume=sum((piece.quote_volume for piece in pieces), ZERO),
        trade_count=sum(piece.trade_count for piece in pieces),
        open_ms=open_ms,
        close_ms=close_ms,
        last_trade_id=last_trade_id(market),
    )


def _pieces(market: Market, open_ms: int, now_ms: int) -> list[Candle]:
    """Return the candles of a stretch: minutes up to the first full hour, and hours from there."""
    hour_ms = min(_HOUR.ceil(open_ms), now_ms)
    minutes = market.candles.of(_MINUTE, limit=60, now_ms=now_ms, start_ms=open_ms, end_ms=hour_ms - 1)
    hours = market.candles.of(_HOUR, limit=200, now_ms=now_ms, start_ms=hour_ms, end_ms=now_ms)
    return minutes + hours if hour_ms < now_ms else minutes
