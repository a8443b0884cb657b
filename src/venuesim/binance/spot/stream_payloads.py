"""What the market streams say (WebSocket Streams page)."""

from venuesim.binance.spot.averages import AveragePrices
from venuesim.binance.spot.figures import Figures, day_figures, last_trade_id, window_figures
from venuesim.binance.spot.formats import Json, eight
from venuesim.binance.spot.listing import AVERAGE_PRICE_MINUTES
from venuesim.binance.spot.market_data import best_levels, levels
from venuesim.binance.spot.stream_names import WINDOWS, StreamName
from venuesim.exchange.candle import Candle
from venuesim.exchange.events import PublicTrade
from venuesim.exchange.market import Market


def trade_event(trade: PublicTrade) -> Json:
    """Return a trade."""
    return {
        "e": "trade",
        "E": trade.time_ms,
        "s": trade.instrument.venue_id,
        "t": trade.trade_id,
        "p": eight(trade.price),
        "q": eight(trade.quantity),
        "T": trade.time_ms,
        "m": trade.buyer_is_maker,
        "M": True,
    }


def book_ticker(market: Market) -> Json:
    """Return the best bid and ask."""
    bid, bid_quantity, ask, ask_quantity = best_levels(market)
    names = {"b": bid, "B": bid_quantity, "a": ask, "A": ask_quantity}
    return {"u": market.update_id, "s": market.instrument.venue_id, **names}


def partial_depth(market: Market, depth: int) -> Json:
    """Return the best levels of both sides."""
    sides = levels(market, depth)
    return {"lastUpdateId": market.update_id, **sides}


def mini_ticker(market: Market, now_ms: int) -> Json:
    """Return the short figures of 24 hours."""
    figures = day_figures(market, now_ms)
    return {
        "e": "24hrMiniTicker",
        "E": now_ms,
        "s": figures.symbol,
        "c": eight(figures.last),
        "o": eight(figures.open),
        "h": eight(figures.high),
        "l": eight(figures.low),
        "v": eight(figures.volume),
        "q": eight(figures.quote_volume),
    }


def day_ticker_event(market: Market, now_ms: int) -> Json:
    """Return the figures of 24 hours with the best prices."""
    figures = day_figures(market, now_ms)
    bid, bid_quantity, ask, ask_quantity = best_levels(market)
    best = {"b": bid, "B": bid_quantity, "a": ask, "A": ask_quantity}
    own = {"x": eight(figures.open), "Q": eight(market.statistics.last_quantity), **best}
    return {"e": "24hrTicker", "E": now_ms, **_figures(figures), **own}


def window_ticker(market: Market, window: str, now_ms: int) -> Json:
    """Return the figures of a rolling window."""
    return {
        "e": f"{window}Ticker",
        "E": now_ms,
        **_figures(window_figures(market, WINDOWS[window], now_ms)),
    }


def average_price(market: Market, averages: AveragePrices, now_ms: int) -> Json:
    """Return the average price of the last minutes."""
    return {
        "e": "avgPrice",
        "E": now_ms,
        "s": market.instrument.venue_id,
        "i": f"{AVERAGE_PRICE_MINUTES}m",
        "w": eight(averages.of(market)),
        "T": averages.last_ms(market, now_ms),
    }


def kline_event(
    market: Market, stream: StreamName, candle: Candle, *, is_closed: bool, now_ms: int, newer_trades: int = 0
) -> Json:
    """Return a candle, after which there were so many newer trades: its ids are counted back from the last trade."""
    assert stream.interval is not None, "a stream of candles has an interval"
    last_id = last_trade_id(market) - newer_trades
    symbol = market.instrument.venue_id
    return {
        "e": "kline",
        "E": now_ms,
        "s": symbol,
        "k": {
            "t": candle.open_ms,
            "T": stream.interval.after(candle.open_ms, stream.offset_ms) - 1,
            "s": symbol,
            "i": stream.interval_name,
            "f": last_id - candle.trade_count + 1 if candle.trade_count else -1,
            "L": last_id if candle.trade_count else -1,
            "o": eight(candle.open),
            "c": eight(candle.close),
            "h": eight(candle.high),
            "l": eight(candle.low),
            "v": eight(candle.volume),
            "n": candle.trade_count,
            "x": is_closed,
            "q": eight(candle.quote_volume),
            "V": eight(candle.taker_buy_volume),
            "Q": eight(candle.taker_buy_quote_volume),
            "B": "0",
        },
    }


def _figures(figures: Figures) -> Json:
    return {
        "s": figures.symbol,
        "p": eight(figures.last - figures.open),
        "P": figures.change_percent,
        "o": eight(figures.open),
        "h": eight(figures.high),
        "l": eight(figures.low),
        "c": eight(figures.last),
        "w": eight(figures.average),
        "v": eight(figures.volume),
        "q": eight(figures.quote_volume),
        "O": figures.open_ms,
        "C": figures.close_ms,
        "F": figures.first_trade_id,
        "L": figures.last_trade_id,
        "n": figures.trade_count,
    }
